"""The filter keeps the laws of every stage, does what its cases say, and rejects in a pipeline."""

from pathlib import Path

import interviews_only
import pytest
from interviews_only import InterviewsOnly

import pipeline
from pipeline.testing import LAWS, Case, Law, cases

STAGE = InterviewsOnly()
RECIPE: list[str | pipeline.Stage] = [
    "entities",
    "mojibake",
    "markup",
    "punctuation",
    "words",
    "languages",
    "credits",
    "dialogue",
    STAGE,
]
TALK = "The Ferry\nHarbour Post: Why keep it?\nLena Orr: We like it.\nHarbour Post: And?\nLena Orr: That is all.\n"


def custom(shortest: int = 50, exchanges: int = 1) -> pipeline.Pipeline:
    """A pipeline whose settings ask for so much."""
    settings = {"interviews-only": {"shortest": shortest, "exchanges": exchanges}}
    return pipeline.Pipeline(stages=RECIPE, settings=settings)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_the_stage_keeps_the_law(law: Law) -> None:
    law(STAGE)


@pytest.mark.parametrize("case", cases(Path(interviews_only.__file__).with_name("cases.json")), ids=str)
def test_the_case_holds(case: Case) -> None:
    case.check(STAGE)


def test_an_accepted_document_gets_one_annotation_without_a_place() -> None:
    (annotation,) = custom().process(TALK, id="ferry").annotations
    assert (annotation.layer, annotation.value) == ("interviews-only.size", "2 exchanges")
    assert annotation.start is annotation.end is None


def test_a_short_document_is_rejected_with_what_it_has_and_what_is_asked_for() -> None:
    with pytest.raises(pipeline.RejectedError, match="has 73 letters; 500 are asked for"):
        custom(shortest=500).process(TALK, id="ferry")


def test_a_document_with_too_few_exchanges_is_rejected() -> None:
    with pytest.raises(pipeline.RejectedError, match="answers 2 questions; 3 are asked for"):
        custom(exchanges=3).process(TALK, id="ferry")


def test_with_both_settings_at_nothing_every_document_passes() -> None:
    article = custom(shortest=0, exchanges=0).process("The bridge is closed.", id="note")
    assert [annotation.value for annotation in article.annotations] == ["0 exchanges"]


def test_a_rule_that_is_off_rejects_nobody() -> None:
    lenient = pipeline.Pipeline(stages=RECIPE, rules={"interviews-only.too-short": "off"})
    assert lenient.process(TALK, id="ferry").annotations == ()


def test_a_translation_does_not_count_again() -> None:
    chinese = (
        "渡船\n港口邮报：为什么要留下它？\n莱娜·奥尔：我们喜欢它。\n"
        "港口邮报：还有呢？\n莱娜·奥尔：就这些，没有别的了，船每天都开。\n"
    )
    article = custom().process(f"{TALK}\n{chinese}", id="ferry")
    assert [len(body.sections[0].exchanges) for body in article.translations] == [2]
    assert [annotation.value for annotation in article.annotations] == ["2 exchanges"]


def test_a_question_whose_answer_stands_below_the_next_heading_is_not_answered() -> None:
    labels = (
        pipeline.Label(0, 5, "part", "question", "dialogue.labelled", 0.9),
        pipeline.Label(6, 9, "part", "heading", "dialogue.heading", 0.9),
        pipeline.Label(10, 13, "part", "answer", "dialogue.labelled", 0.9),
    )
    assert interviews_only.exchanges(pipeline.Document("Why?!\nOne\nYes", labels=labels)) == 0


def test_the_article_restores_and_holds_to_the_contract() -> None:
    raw = TALK.replace("We like it.", "We &quot;like&quot; it.").encode()
    article = custom().process(raw, id="ferry")
    assert pipeline.restore(article) == raw
    assert list(pipeline.faults(article)) == []


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(pipeline.UsageError, match=r"\[stages.interviews-only\]"):
        custom(shortest=-1)
