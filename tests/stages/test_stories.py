"""Stories in which people talk to each other give no exchanges; talks keep theirs."""

import re

import pytest

import pipeline
from pipeline.core.pipeline import Pipeline
from pipeline.stages.dialogue import document_parts
from pipeline.stages.dialogue.narration import MIN_STORY_SCORE, STORY_FEATURES, story_facts, story_score, tells_story
from pipeline.stages.dialogue.rules import BARE_TEXT, STORY_WITH_SPEECH_TEXT, TALK_TEXT

STORY = STORY_WITH_SPEECH_TEXT
"""It lost its quotation marks, as stories do on their way through a scraper."""
PRINTS = {
    "as it is": STORY,
    "as a quotation": re.sub("(?m)^(.)", r"> \1", STORY),
    "questions in bold": re.sub(r"(?m)^(.*\?)$", r"**\1**", STORY),
    "blank lines": STORY.replace("\n", "\n\n"),
}


@pytest.mark.parametrize("text", PRINTS.values(), ids=PRINTS.keys())
def test_a_story_gives_no_exchanges(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    article = pipeline.process(text)
    assert list(article.exchanges) == []
    assert {"dialogue.story"} <= {segment.rule for segment in article.segments}
    assert pipeline.restore(article) == text.encode()
    assert list(pipeline.faults(article)) == []
    monkeypatch.setattr(document_parts, "without_story_turns", lambda body: body)
    assert list(pipeline.process(text).exchanges), "it shows nothing, since it gives none anyway"


@pytest.mark.parametrize("text", [TALK_TEXT, BARE_TEXT, BARE_TEXT * 3, TALK_TEXT * 5])
def test_a_talk_keeps_its_exchanges(text: str) -> None:
    assert list(pipeline.process(text).exchanges)
    assert not tells_story(text.splitlines())


def test_a_user_who_names_a_speaker_keeps_the_turns() -> None:
    text = STORY.replace("I saw him", "Abel Croft: I saw him").replace("And did you", "Jane Croft: And did you")
    assert tells_story(text.splitlines())
    article = Pipeline(vocabulary={"names": ["Abel Croft", "Jane Croft"]}).process(text)
    assert {segment.label for segment in article.segments} & {"question", "answer"}


def test_a_short_body_is_no_story() -> None:
    assert story_score(["“Why?” he said."]) < MIN_STORY_SCORE
    assert story_score([]) < MIN_STORY_SCORE


@pytest.mark.parametrize("paragraphs", [[], [""], ["？"], ["x" * 100_000], ["a: b?"] * 5000, ["他说：“你好？”"] * 400])
def test_what_is_measured_fits_the_trees(paragraphs: list[str]) -> None:
    facts = story_facts(paragraphs)
    assert all(0 <= getattr(facts, name) < 2**15 for name in STORY_FEATURES)
