"""Damaged prose: what was damaged is known, and putting it back gives the clean text."""

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "scripts"))

from entities.damage import STYLES, Example, Style, damaged
from entities.examples import examples
from entities.lookalikes import FAMILIES, Frames
from entities.prose import enriched, typographic
from entities.sources import Sources

CLEAN = "The keeper's boat wasn't \"low\"; it's theirs – R&D said… “Go,” he wrote; she’s gone.\n他说：“灯塔还在。”"
SOURCES = Sources(
    english=[
        "The keeper rowed to the harbour at dawn, and the others waited for the tide; nobody spoke.",
        "The lamp was lit at six, and the boats came in one by one.",
    ]
    * 3,
    chinese=["灯塔还在，渡口的船也还在；没有人说话。", "渡口的船还在，灯塔的灯也还亮着。"] * 3,
    documents=[("notes", "We fixed the lamp in #39; see there.\nint rope; int oar;")],
    programs=["int rope;\nint oar;\nreturn rope;"],
)


def put_back(example: Example) -> str:
    """The text with every damaged entity as it was."""
    text = example.text
    for truth in reversed(example.truths):
        text = text[: truth.start - truth.spaced] + truth.new + text[truth.end :]
    return text


@pytest.mark.parametrize("style", STYLES, ids=lambda style: f"{style.kind}-{style.spelling.__name__}")
@pytest.mark.parametrize("seed", range(4))
def test_putting_back_what_is_known_gives_the_clean_text(style: Style, seed: int) -> None:
    """Truths are exact, and where spaces run together nothing else changes."""
    example = damaged(CLEAN, style, Random(seed))
    assert put_back(example) == CLEAN
    assert example.kind == style.kind


def test_the_same_seed_makes_the_same_text() -> None:
    """Prose that is made richer depends on nothing but the seed."""
    phrases = Frames.read().phrases
    first, second = (typographic(enriched(SOURCES.english[0], phrases, Random(5)), Random(6)) for _ in range(2))
    assert first == second


def test_every_kind_of_example_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each style of damage and each kind of sound text is there; sound text has nothing to repair."""
    monkeypatch.setattr("entities.examples.PER_STYLE", 3)
    monkeypatch.setattr("entities.examples.PER_SOUND_KIND", 3)
    made = list(examples(SOURCES, seed=1))
    kinds = {example.kind for example in made}
    assert {style.kind for style in STYLES} <= kinds
    assert {*FAMILIES, "source:notes"} <= kinds
    for example in made:
        assert put_back(example) == example.right
