"""The stage `entities`: cases as data, and what they cannot say."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import Edit, Pipeline
from pipeline.model.document import Document
from pipeline.stages.entities.stage import Entities

CASES = json.loads(Path(__file__).with_name("entities.json").read_text(encoding="utf-8"))
ALONE = Pipeline(stages=["entities"])


KNOWN_MISSES = {"blanks a blank apart": "two of them before three characters say too little about the document"}
"""Cases that the learned decision leaves as they are, by what they are about, and why."""


def marked(case: dict[str, Any]) -> Any:
    """The case, as one that fails if it is a known miss."""
    reason = KNOWN_MISSES.get(case["why"])
    return pytest.param(case, marks=[pytest.mark.xfail(reason=reason)] if reason else [], id=case["why"])


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    """Every case comes out as it should, and stays so the second time."""
    once = ALONE.clean(case["given"])
    assert once == case["right"]
    assert ALONE.clean(once) == once


def test_both_halves_of_a_pair_carry_one_confidence() -> None:
    """What stands or falls together is equally sure."""
    first, second = Entities().find(Document("a  quot;soft opening quot; in May"))
    assert isinstance(first, Edit)
    assert isinstance(second, Edit)
    assert first.confidence == second.confidence


def test_a_double_escape_is_one_edit() -> None:
    """The whole of it stood for one character."""
    (edit,) = Entities().find(Document("salt &amp;amp; pepper"))
    assert isinstance(edit, Edit)
    assert (edit.start, edit.old, edit.new) == (5, "&amp;amp;", "&")


def test_an_entity_that_completes_another_leaves_nothing_for_a_second_run() -> None:
    """Decoding may bring another entity about; it is decoded too."""
    assert ALONE.clean("it&num;39;s low tide") == "it's low tide"


def test_clean_prose_with_semicolons_and_numbers_has_no_finding() -> None:
    """The words of the language are not entities."""
    text = "First, the copy; second, the image; and, in 2019; the sum. No. 39; B&B; 50 % & more; #1; not #2."
    assert not list(Entities().find(Document(text)))
