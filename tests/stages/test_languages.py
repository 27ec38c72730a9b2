"""The finder `languages`: cases as data, and what they cannot say."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.document import Document, Label
from pipeline.stages.languages.stage import Languages, variant_characters

CASES = json.loads(Path(__file__).with_name("languages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case: dict[str, Any]) -> None:
    """Each paragraph has the value that the case gives."""
    document = Document(case["given"])
    labels = [finding for finding in Languages().find(document) if isinstance(finding, Label)]
    found = [
        next(label.value for label in labels if label.start <= line.start < label.end) for line in document.paragraphs
    ]
    assert found == case["values"]


def test_neighbours_of_one_value_share_a_label() -> None:
    """A long article has few labels."""
    (label,) = Languages().find(Document("They said so.\n\nWhat else should they have said?"))
    assert isinstance(label, Label)
    assert (label.start, label.end) == (0, 47)


def test_decision_by_the_document_has_less_confidence() -> None:
    """A heading gets the language of the prose around it."""
    words, guess = Languages().find(Document("They said that it was because of the wind.\n\nCold comfort"))
    assert isinstance(words, Label)
    assert isinstance(guess, Label)
    assert guess.confidence < words.confidence


def test_no_character_is_in_both_variants() -> None:
    """A character of both could not decide."""
    simplified, traditional = variant_characters()
    assert not simplified & traditional
