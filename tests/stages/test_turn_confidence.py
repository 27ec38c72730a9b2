"""How sure the stage is of turns and sides, and that this changes no decision."""

import msgspec
import pytest

from pipeline.model.document import Document
from pipeline.stages.dialogue.document_parts import read_parts
from pipeline.stages.dialogue.parse_body import ParsedBody
from pipeline.stages.dialogue.roles import Roles
from pipeline.stages.dialogue.selected_turns import LEAST_CONFIDENCE, MOST_CONFIDENCE
from pipeline.stages.dialogue.turn_confidence import log_odds, side_confidence, turn_confidence, with_confidences

TALK = "\n\n".join(
    f"IVO: {question}\n\nADA: I began with a rope and a borrowed boat, and we had no idea of the tide."
    for question in ("How did you begin?", "Were you afraid?", "What did your family say?", "Would you go again?")
)


def parsed(text: str) -> ParsedBody:
    document = Document(text)
    return read_parts(document).body(document.vocabulary)


def test_nothing_but_confidences_changes() -> None:
    before = parsed(TALK)
    after = with_confidences(before)
    assert any(a.confidence != b.confidence for a, b in zip(after.blocks, before.blocks, strict=True))
    same = [
        msgspec.structs.replace(a, confidence=b.confidence, label_confidence=b.label_confidence)
        for a, b in zip(after.blocks, before.blocks, strict=True)
    ]
    assert same == before.blocks


def test_confidences_stay_in_bounds() -> None:
    for block in with_confidences(parsed(TALK)).blocks:
        assert LEAST_CONFIDENCE <= block.confidence <= MOST_CONFIDENCE
        assert LEAST_CONFIDENCE <= block.label_confidence <= MOST_CONFIDENCE


def test_a_turn_is_no_surer_than_its_side() -> None:
    body = parsed(TALK)
    assert body.roles is not None
    unsure = msgspec.structs.replace(body.roles, contrasts=dict.fromkeys(body.roles.contrasts, 0))
    sure = with_confidences(body).blocks
    doubted = with_confidences(msgspec.structs.replace(body, roles=unsure)).blocks
    assert all(a.confidence > b.confidence for a, b in zip(sure, doubted, strict=True) if a.turn)
    assert all(a.label_confidence == b.label_confidence for a, b in zip(sure, doubted, strict=True))


def test_turns_that_rules_found_keep_the_confidence_of_the_rule() -> None:
    body = parsed(TALK)
    by_rules = msgspec.structs.replace(body, labels=msgspec.structs.replace(body.labels, is_learned=False), roles=None)
    assert with_confidences(by_rules).blocks == body.blocks


@pytest.mark.parametrize(("part", "contrast", "least", "most"), [
    ("question", 6000, 0.95, 0.99), ("question", -6000, 0.01, 0.2), ("answer", -6000, 0.95, 0.99),
    ("answer", 6000, 0.01, 0.2), ("aside", 6000, 1.0, 1.0),
])  # fmt: skip
def test_evidence_counts_for_the_side_that_was_decided(part: str, contrast: int, least: float, most: float) -> None:
    roles = Roles({"IVO": part}, 0.9, {"IVO": contrast})  # type: ignore[dict-item]
    assert least <= side_confidence(roles, "IVO") <= most


@pytest.mark.parametrize(("probability", "odds"), [(0.5, 0), (0.0, -20_000), (1.0, 20_000), (0.9, 2197)])
def test_log_odds(probability: float, odds: int) -> None:
    assert log_odds(probability) == odds


def test_a_likelier_turn_is_surer() -> None:
    said = [turn_confidence(hundredth / 100) for hundredth in range(101)]
    assert said == sorted(said)
    assert said[50] > 0.5
