"""The stage `markup`: cases as data, and what they cannot say."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import Edit, Pipeline
from pipeline.model.document import Document
from pipeline.stages.markup.stage import Markup

CASES = json.loads(Path(__file__).with_name("markup.json").read_text(encoding="utf-8"))
ALONE = Pipeline(stages=["markup"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case: dict[str, Any]) -> None:
    """Every case comes out as it should, and stays so the second time."""
    once = ALONE.clean(case["given"])
    assert once == case["right"]
    assert ALONE.clean(once) == once


def test_a_run_of_controls_is_one_edit() -> None:
    """A page of NULs is one thing."""
    (edit,) = Markup().find(Document("end" + "\x00" * 50 + " next"))
    assert isinstance(edit, Edit)
    assert edit.old == "\x00" * 50


def test_an_open_comment_is_no_comment() -> None:
    """Nothing is taken out up to the end of the text."""
    assert ALONE.clean("left <!-- right") == "left <!-- right"


def test_a_letter_in_angle_brackets_is_a_tag_where_it_is_closed() -> None:
    """`<b>` alone may be a variable."""
    assert ALONE.clean("if a <b> c") == "if a <b> c"
    assert ALONE.clean("a <b>bold</b> move") == "a bold move"
