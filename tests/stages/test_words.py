"""The stage `words`: the cases of `words.json`, and what cases cannot express."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import Edit, Pipeline
from pipeline.model.document import Document
from pipeline.model.stage import Note
from pipeline.stages.words.stage import Words

CASES = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
ALONE = Pipeline(stages=["words"])


def edits(text: str) -> list[Edit]:
    return [finding for finding in Words().find(Document(text)) if isinstance(finding, Edit)]


def notes(text: str) -> list[Note]:
    return [finding for finding in Words().find(Document(text)) if isinstance(finding, Note)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case: dict[str, Any]) -> None:
    """Every case gives the expected text, and a second run changes nothing."""
    once = ALONE.clean(case["given"])
    assert once == case["right"]
    assert ALONE.clean(once) == once


def test_every_cut_of_a_run_is_a_separate_insertion() -> None:
    """Each cut has its own confidence."""
    found = edits("They sang in theold churchwhich is near.")
    assert {(edit.old, edit.new) for edit in found} == {("", " ")}
    assert len(edits("They went intothenew hall of the town.")) == 2


def test_a_truncated_title_without_spaces_gets_its_completion_from_the_document() -> None:
    """The completion follows the same word elsewhere; the text itself is not changed."""
    title = "MaraLind:thefishersandthefarmershaveagr"
    (note,) = notes(f"{title}\nIn the end they have agreed on the quota, an agreeable result.")
    assert (note.start, note.end) == (0, len(title))
    assert note.rule == "words.title-truncated"
    assert note.severity == "warning"
    assert note.suggestion == "Mara Lind: the fishers and the farmers have agreed"


def test_a_truncated_title_without_a_completion_has_no_suggestion() -> None:
    """Nothing is invented that the document does not have."""
    (note,) = notes("MaraLind:thefishersandthefarmersofthevalleyhavequarr\nThe end of the story is not told here.")
    assert note.suggestion is None


def test_a_title_with_spaces_is_truncated_only_on_strong_evidence() -> None:
    """A rare last word is a fragment only if the document has the whole word after the same word."""
    body = "In the end the ministers have negotiated a treaty."
    assert [note.suggestion for note in notes(f"What the ministers have negoti\n{body}")] == [
        "What the ministers have negotiated"
    ]
    assert not notes("A letter from Negoti\n" + body)
    assert not notes("What the ministers have said\n" + body)
    assert not notes("What the ministers have negoti.\n" + body)


def test_a_repair_that_makes_another_sure_is_followed_by_it() -> None:
    """One run is enough: the neighbours are judged again after a repair."""
    text = "Nobody has suchan interest init as the old keeper of the lighthouse."
    once = ALONE.clean(text)
    assert ALONE.clean(once) == once


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("HugoTanaka:Cooperationo", "Hugo Tanaka: Cooperation o"),
        ("NoraQuill:Tradebetweent", "Nora Quill: Trade between t"),
        ("IvoMoss:Newmarketsando", "Ivo Moss: New markets and o"),
        ("Howthesevalleysfindthei", "How these valleys find thei"),
        ("What the next harvest may bri", "What the next harvest may bri"),
        ("AnInterviewWithThePeopleOfTheHarb", "An Interview With The People Of The Harb"),
    ],
)
def test_a_title_may_end_in_the_beginning_of_a_word(given: str, right: str) -> None:
    """A title that lost its spaces is read as words and the beginning of one, and is marked as cut off."""
    body = "The ferry came late that day.\nNobody on the pier had asked for it."
    article = ALONE.process(f"{given}\n{body}")
    assert article.text.split("\n")[0] == right
    assert [note.rule for note in article.notes if note.start == 0] == ["words.title-truncated"]


@pytest.mark.parametrize(
    "title",
    [
        "Howtobuildaplantforsalt",
        "Whatisgoingonintheharbour",
        "A Long Talk With Andrew Knox",
        "Where credit for the bridge belongs",
        "How we learned what to look at here",
    ],
)
def test_a_whole_title_is_not_cut_off(title: str) -> None:
    """A name in a title in title case is no fragment, nor is a last word that prose ends sentences with."""
    assert not notes(f"{title}\nThe ferry came late that day.\nNobody on the pier had asked for it.")


@pytest.mark.parametrize("title", ["Why the whole of the valley waits for", "What every small port on the coast has"])
def test_a_title_that_ends_in_a_word_before_others_is_cut_off(title: str) -> None:
    """Prose hardly ever has a mark after such a word."""
    (note,) = notes(f"{title}\nThe ferry came late that day.\nNobody on the pier had asked for it.")
    assert note.rule == "words.title-truncated"
