"""Why turns were accepted or refused, and why a speaker asks."""

from collections.abc import Sequence

import pytest

from pipeline.lexicon.lists import table
from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.model.document import Document
from pipeline.stages.dialogue.decision_reasons import BodyDecisions, TurnDecision, body_decisions
from pipeline.stages.dialogue.document_parts import read_parts
from pipeline.stages.dialogue.features_in_words import (
    FORMATS,
    SPEAKER_TABLE,
    TURN_START_TABLE,
    value_in_words,
    words_of,
)
from pipeline.stages.dialogue.speaker_features import SpeakerFeatures
from pipeline.stages.dialogue.turn_start_features import TurnStartFeatures

QUESTIONS = ("How did you begin?", "Were you afraid of the tide?", "What did your family say?", "Would you go again?")
TOLD = "I began with a rope and a borrowed boat, and we had no idea of the tide. I think it was luck that we came home."
TALK = "The Rope\n\n" + "\n\n".join(f"IVO: {question}\n\nADA: {TOLD}" for question in QUESTIONS)


def decided(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BodyDecisions:
    parts = read_parts(Document(text, vocabulary=vocabulary))
    return body_decisions(parts.versions[0].blocks, parts.body(vocabulary), vocabulary)


def texts(text: str, turns: Sequence[TurnDecision]) -> list[str]:
    return [text[turn.start : turn.end] for turn in turns]


def test_each_turn_has_its_probability_its_threshold_and_what_decided() -> None:
    found = decided(TALK)
    assert found.found_by == "trees"
    assert found.talk_probability is not None
    assert found.talk_probability >= found.least_talk_probability
    assert texts(TALK, found.turns) == ["IVO", "ADA"] * 4
    for turn in found.turns:
        assert turn.because == "likely"
        assert turn.probability is not None
        assert turn.threshold is not None
        assert turn.probability >= turn.threshold
        assert 0 < len(turn.reasons) <= 5
        assert all(reason.effect > 0 for reason in turn.reasons)
        assert [reason.effect for reason in turn.reasons] == sorted((r.effect for r in turn.reasons), reverse=True)


def test_a_side_has_reasons_that_speak_for_it() -> None:
    found = {speaker.speaker: speaker for speaker in decided(TALK).speakers}
    assert (found["IVO"].part, found["ADA"].part) == ("question", "answer")
    assert found["IVO"].reasons
    assert all(reason.effect > 0 for reason in found["IVO"].reasons)
    assert found["ADA"].reasons
    assert all(reason.effect < 0 for reason in found["ADA"].reasons)
    assert all(speaker.confidence > 0.9 for speaker in found.values())


def test_where_labels_say_who_asks_nothing_else_is_given_as_a_reason() -> None:
    found = decided("\n\n".join(f"Q: {question}\n\nA: {TOLD}" for question in QUESTIONS)).speakers
    assert [(speaker.because, speaker.reasons) for speaker in found] == [("labels", ()), ("labels", ())]


def test_a_label_that_was_refused_says_what_it_lacks() -> None:
    """Which of these are refused, and not accepted or passed over, is for the trees to say."""
    lines = [
        f"{label}: {words}"
        for label in ("Location", "Rope length", "Correction", "See also", "Listen here")
        for words in ("You can hear it here.", "40 m", "the harbour, at low tide")
    ]
    refused = [
        turn for line in lines for turn in decided(TALK.replace("\n\nIVO: Were", f"\n\n{line}\n\nIVO: Were")).refused
    ]
    assert refused
    for turn in refused:
        assert turn.speaker is None
        assert turn.because in {"unlikely", "overlap"}
        assert turn.because == "overlap" or turn.reasons
        assert all(reason.effect < 0 for reason in turn.reasons)
        if turn.because == "unlikely":
            assert turn.probability is not None
            assert turn.threshold is not None
            assert turn.probability < turn.threshold


def test_a_doubtful_document_says_that_it_is_no_talk_by_itself() -> None:
    text = "Wind\n\nNora: The mill stands on a hill above the river.\n\nOle: It was built of oak and stone long ago.\n"
    found = decided(text)
    assert found.found_by in {"nothing", "rules", "trees"}
    assert all(turn.because in {"rules", "likely", "label"} for turn in found.turns)
    assert all(turn.because in {"document", "unlikely", "overlap"} for turn in found.refused)


def test_what_the_user_names_needs_no_probability() -> None:
    found = decided(TALK, Vocabulary(names=("IVO",)))
    by_name = {turn.speaker: turn for turn in found.turns}
    assert (by_name["IVO"].because, by_name["IVO"].threshold, by_name["IVO"].reasons) == ("named", None, ())
    assert by_name["ADA"].because in {"likely", "alike"}


def test_prose_has_no_decisions() -> None:
    found = decided(
        "The harbour\n\nThe harbour was closed on Monday. Boats will use the port of Northwick until May.\n"
    )
    assert (found.found_by, found.turns, found.speakers) == ("nothing", (), ())


# Words for people


@pytest.mark.parametrize(
    ("name", "fields"), [(TURN_START_TABLE, TurnStartFeatures._fields), (SPEAKER_TABLE, SpeakerFeatures._fields)]
)
def test_each_feature_has_a_unit_and_words(name: str, fields: Sequence[str]) -> None:
    rows = table("pipeline.stages.dialogue", name)
    assert tuple(row[0] for row in rows) == tuple(fields)
    assert all(row[1] in FORMATS for row in rows)
    words = [words_of(name, field) for field in fields]
    assert all("_" not in phrase and len(phrase) <= 80 for phrase in words)


@pytest.mark.parametrize(
    ("name", "columns", "fields"),
    [
        ("turn_starts-medians.tsv", 4, TurnStartFeatures._fields),
        ("roles-medians.tsv", 2, SpeakerFeatures._fields),
    ],
)
def test_each_feature_has_its_usual_values(name: str, columns: int, fields: Sequence[str]) -> None:
    rows = table("pipeline.stages.dialogue", name)
    assert tuple(row[0] for row in rows) == tuple(fields)
    assert all(len([int(cell) for cell in row[1:]]) == columns for row in rows)


@pytest.mark.parametrize(
    ("name", "feature", "value", "shown"),
    [
        (TURN_START_TABLE, "label_count", 195, "6"),
        (TURN_START_TABLE, "label_count", -1, "no label"),
        (TURN_START_TABLE, "gap_before", 99, "99 or more"),
        (TURN_START_TABLE, "form", 0, "mark"),
        (TURN_START_TABLE, "label_kind", 1, "asks"),
        (SPEAKER_TABLE, "asks_share", 875, "88%"),
        (SPEAKER_TABLE, "asks_lead", -1000, "-100 points"),
        (SPEAKER_TABLE, "mean_length", 700, "128"),
        (SPEAKER_TABLE, "mean_length_lead", -100, "0.5 times"),
    ],
)
def test_values_are_for_people(name: str, feature: str, value: int, shown: str) -> None:
    assert value_in_words(name, feature, value) == shown
