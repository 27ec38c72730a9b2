"""The finder keeps the laws of every stage, does what its cases say, and annotates in a pipeline."""

from pathlib import Path

import mentions
import pytest
from mentions import Mentions
from mentions.knowledge import rows

import pipeline
from pipeline.testing import LAWS, Case, Law, cases

STAGE = Mentions()
RECIPE: list[str | pipeline.Stage] = [
    *("entities", "mojibake", "markup", "punctuation", "words", "languages", "credits", "dialogue"),
    STAGE,
]
TALK = (
    "The Last Ferry\n"
    "By Tom Arden, Harbour Letter\n"
    "Harbour Letter: Who taught you to steer?\n"
    "Lena Orwick: My aunt did, in Almaty.\n"
    "Harbour Letter: And then?\n"
    "Lena Orwick: Then Tom Arden wrote to China Daily, and they said “Orwick can steer”.\n"
)


def found(text: str, stage: pipeline.Stage = STAGE) -> list[tuple[str, str]]:
    """Layer and value of each annotation of a document."""
    custom = pipeline.Pipeline(stages=[*RECIPE[:-1], stage])
    return [(mention.layer, mention.value) for mention in custom.process(text, id="a").annotations]


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_the_stage_keeps_the_law(law: Law) -> None:
    law(STAGE)


@pytest.mark.parametrize("case", cases(Path(mentions.__file__).with_name("cases.json")), ids=str)
def test_the_case_holds(case: Case) -> None:
    case.check(STAGE)


def test_annotations_stand_in_the_order_of_the_text() -> None:
    assert found(TALK) == [
        ("mentions.place", "Almaty"),
        ("mentions.person", "Tom Arden"),
        ("mentions.outlet", "China Daily"),
        ("mentions.person", "Lena Orwick"),
    ]


def test_an_annotation_says_by_which_rule_and_how_surely() -> None:
    article = pipeline.Pipeline(stages=RECIPE).process(TALK, id="ferry")
    assert {(mention.rule, mention.confidence) for mention in article.annotations} == {
        ("mentions.listed-place", 0.9),
        ("mentions.known-person", 0.95),
        ("mentions.listed-outlet", 0.95),
        ("mentions.surname", 0.85),
    }


def test_a_span_holds_the_name_and_nothing_else() -> None:
    article = pipeline.Pipeline(stages=RECIPE).process(TALK, id="ferry")
    assert [article.text[mention.start : mention.end] for mention in article.annotations] == [
        "Almaty",
        "Tom Arden",
        "China Daily",
        "Orwick",
    ]


def test_no_two_annotations_overlap() -> None:
    text = f"{TALK}\nIn Hong Kong the Hong Kong Weekly called Ms. Orwick, and 香港日报记者李明远 went to 香港。\n"
    article = pipeline.Pipeline(stages=RECIPE).process(text, id="a")
    places = [place for mention in article.annotations for place in range(mention.start or 0, mention.end or 0)]
    assert len(article.annotations) == 10
    assert len(places) == len(set(places))


def test_names_to_skip_are_not_marked() -> None:
    assert found("She flew from Almaty to Osaka.", Mentions(skip=("Osaka",))) == [("mentions.place", "Almaty")]


def test_a_threshold_turns_doubtful_places_into_notes() -> None:
    strict = pipeline.Pipeline(stages=RECIPE, rules={"mentions.doubtful-place": 0.8})
    article = strict.process("She was born in Reading, and nobody knew.", id="a")
    assert article.annotations == ()
    assert [note.rule for note in article.notes] == ["mentions.doubtful-place"]


def test_every_place_has_one_english_name_and_no_form_is_that_of_two() -> None:
    """A form that stands twice in the list would take its value from the lower line."""
    forms = [
        (form, line[0])
        for line in rows("places.tsv")
        for column in line[:3]
        for form in set(column.split("|")) - {"-", ""}
    ]
    owners: dict[str, set[str]] = {}
    for form, place in forms:
        owners.setdefault(form, set()).add(place)
    assert {form: places for form, places in owners.items() if len(places) > 1} == {}


def test_the_article_restores_and_holds_to_the_contract() -> None:
    raw = TALK.replace("“Orwick can steer”", "&ldquo;Orwick can steer&rdquo;").encode()
    article = pipeline.Pipeline(stages=RECIPE).process(raw, id="ferry")
    assert len(article.annotations) == 4
    assert pipeline.restore(article) == raw
    assert list(pipeline.faults(article)) == []
