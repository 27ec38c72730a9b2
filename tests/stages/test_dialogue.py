"""The finder `dialogue`: cases as data, and what they cannot say."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline import Article, Pipeline
from pipeline.article import Exchange, Section, Speaker, Translation, Turn

CASES = json.loads(Path(__file__).with_name("dialogue.json").read_text(encoding="utf-8"))
FINDERS = Pipeline(stages=["languages", "credits", "dialogue"])
LETTERS = {"questions": "Q", "answers": "A", "asides": "*"}


def structure(article: Article) -> dict[str, Any]:
    """An Article as the cases write it.

    A turn is `Q Daily Post: first paragraph / second paragraph`; `A` answers, `*` is an aside. In a translation an
    exchange begins with the number of the one that it translates. `exchanges` are those of all sections.
    """
    return {
        **_body(article),
        "exchanges": [_exchange(exchange) for section in article.sections for exchange in section.exchanges],
        "speakers": [_speaker(speaker) for speaker in article.speakers],
        "labels": {str(speaker.name): list(speaker.labels) for speaker in article.speakers},
        "translations": [
            {"language": translation.language, **_body(translation, numbered=True)}
            for translation in article.translations
        ],
    }


def _body(body: Article | Translation, *, numbered: bool = False) -> dict[str, Any]:
    return {
        "title": body.title.text if body.title else None,
        "lead": list(body.lead),
        "sections": [_section(section, numbered=numbered) for section in body.sections],
        "closing": list(body.closing),
    }


def _section(section: Section, *, numbered: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"heading": section.heading} if section.heading is not None else {}
    if section.paragraphs:
        shown["paragraphs"] = list(section.paragraphs)
    shown["exchanges"] = [
        [f"of {exchange.n}", *_exchange(exchange)] if numbered else _exchange(exchange)
        for exchange in section.exchanges
    ]
    return shown


def _exchange(exchange: Exchange) -> list[str]:
    turns = [(turn.n, _turn(kind, turn)) for kind in LETTERS for turn in _turns(exchange, kind)]
    return [shown for _, shown in sorted(turns)]


def _turns(exchange: Exchange, kind: str) -> Sequence[Turn]:
    turns: Sequence[Turn] = getattr(exchange, kind)
    return turns


def _turn(kind: str, turn: Turn) -> str:
    return f"{LETTERS[kind]}{' ' + turn.speaker if turn.speaker else ''}: {' / '.join(turn.paragraphs)}"


def _speaker(speaker: Speaker) -> str:
    return f"{speaker.name or '-'}, {speaker.role}"


def compared(want: Any, got: Any) -> Any:
    """What of `got` is compared with `want`: of a translation, too, only the keys that are given."""
    if isinstance(want, dict):
        return {key: compared(value, got[key]) for key, value in want.items()}
    return got


def known(case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(reason=case["xfail"], strict=True)] if "xfail" in case else []
    return pytest.param(case, marks=marks, id=case["why"])


@pytest.mark.parametrize("case", [known(case) for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    """Every case has this structure, as far as the case tells it."""
    got = structure(FINDERS.process(case["given"], id="case"))
    want = dict(case["want"])
    assert {key: got[key] for key in want} == want
