"""The finder `credits`: cases as data, and what they cannot say."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.lexicon.roles import role_in_english
from pipeline.model.document import Document, Label
from pipeline.stages.credits.stage import Credits

CASES = json.loads(Path(__file__).with_name("credits.json").read_text(encoding="utf-8"))


def labels(text: str) -> list[Label]:
    found = [finding for finding in Credits().find(Document(text)) if isinstance(finding, Label)]
    return sorted(found, key=lambda label: (label.start, -label.end))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case: dict[str, Any]) -> None:
    """Each case has exactly these labels, in the order of the text."""
    given = case["given"]
    found = [[label.value, given[label.start : label.end]] for label in labels(given)]
    assert sorted(found) == sorted(case["labels"])


def test_credits_are_numbered_from_zero_in_order() -> None:
    """A role and its names share a number."""
    found = labels("正文结束。\n编辑：罗启 校对：陶小满\n摄影：葛天")
    assert [(label.value, label.of) for label in found] == [
        ("credit.role", 0),
        ("credit.name", 0),
        ("credit.role", 1),
        ("credit.name", 1),
        ("credit.role", 2),
        ("credit.name", 2),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("来源：江城晚报", "source"),
        ("本文转载自「江城晚报」", "repost"),
        ("Originally published in The Tide.", "repost"),
        ("版权所有：江城晚报", "copyright"),
        ("Related: Why the snow is white", "related"),
        ("Subscribe to our newsletter", "promotion"),
    ],
)
def test_notice_has_its_kind(text: str, kind: str) -> None:
    """The kind is in `of`."""
    (label,) = labels("正文结束。\n" + text)
    assert (label.value, label.of) == ("notice", kind)


def test_sure_names_have_more_confidence_than_pen_names() -> None:
    """Confidence is that of the weakest name."""
    sure, pen = labels("正文结束。\n编辑：罗启"), labels("正文结束。\n编辑：肠粉")
    assert sure[0].confidence > pen[0].confidence


def test_label_of_many_paragraphs_is_a_speaker() -> None:
    """Even if one of its turns is only a name."""
    assert not labels("编辑：您是谁？\n我：我是老王。\n编辑：还有谁？\n我：没有了。\n编辑：肠粉")


@pytest.mark.parametrize(
    ("role", "english"),
    [
        ("责编", "editor in charge"),
        ("責任編輯", "editor in charge"),
        ("海外运营内容统筹", "overseas operations content coordination"),
        ("采访、整理", "interview and compiled by"),
        ("Copy Editor", "copy editor"),
        ("量子统筹", None),
    ],
)
def test_roles_have_plain_english(role: str, english: str | None) -> None:
    """Known, composed, joined and English roles; None if a part is unknown."""
    assert role_in_english(role) == english
