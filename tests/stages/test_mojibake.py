"""The stage `mojibake`: cases as data, and what they cannot say."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import Edit, Note, Pipeline
from pipeline.document import Document
from pipeline.stages.mojibake import Mojibake

CASES = json.loads(Path(__file__).with_name("mojibake.json").read_text(encoding="utf-8"))
ALONE = Pipeline(stages=["mojibake"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case: dict[str, Any]) -> None:
    """Every case comes out as it should, and stays so the second time."""
    once = ALONE.clean(case["given"])
    assert once == case["right"]
    assert ALONE.clean(once) == once


def test_each_line_that_cannot_be_read_has_one_note() -> None:
    """Many marks in a line are one piece of news."""
    text = "caf\ufffd, t\ufffd\nfine\n锟斤拷锟斤拷"
    found = [finding for finding in Mojibake().find(Document(text)) if isinstance(finding, Note)]
    assert [(note.start, note.end) for note in found] == [(3, 4), (14, 20)]
    assert {note.severity for note in found} == {"warning"}


def test_only_the_run_that_was_misread_is_edited() -> None:
    """What is right around it keeps its place."""
    (edit,) = Mojibake().find(Document("“So,” he said, “itâ€™s late.”"))
    assert isinstance(edit, Edit)
    assert (edit.start, edit.old, edit.new) == (18, "â€™", "’")


def test_a_line_without_blanks_is_read_in_pieces() -> None:
    """However long a line is, every piece of it is mended."""
    assert ALONE.clean("cafÃ©" * 3000) == "café" * 3000
