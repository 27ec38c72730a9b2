"""The stage `punctuation`: the cases of `punctuation.json`, and what cases cannot express."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import Edit, Pipeline
from pipeline.model.document import Document
from pipeline.stages.punctuation.stage import Punctuation

CASES = json.loads(Path(__file__).with_name("punctuation.json").read_text(encoding="utf-8"))
ALONE = Pipeline(stages=["punctuation"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case: dict[str, Any]) -> None:
    """Every case gives the expected text, and a second run changes nothing."""
    once = ALONE.clean(case["given"])
    assert once == case["right"]
    assert ALONE.clean(once) == once


def test_every_edit_is_one_space() -> None:
    """An insertion or a deletion of a single space, nothing else."""
    text = "The Trust , the town (TT)and the school,after all, agreed.Then it rained."
    edits = [finding for finding in Punctuation().find(Document(text)) if isinstance(finding, Edit)]
    assert {(edit.old, edit.new) for edit in edits} == {(" ", ""), ("", " ")}
    assert len(edits) == 4


def test_a_line_of_code_stays_as_it_is() -> None:
    """Commas and full stops of a program are not those of prose."""
    assert not list(Punctuation().find(Document("return total,count; // the rest.The end")))
