"""What kind of document a text is: one label of the whole document, whose confidence says how sure that is."""

import pytest

import pipeline
from pipeline.core.pipeline import Pipeline
from pipeline.errors import StageError, UsageError
from pipeline.model.document import Document, Label
from pipeline.model.stage import KIND_VALUES
from pipeline.stages.kind.features import FEATURES, MAX_READ_PARAGRAPHS, features_of
from pipeline.stages.kind.rules import FAQ_TEXT, NEWS_TEXT
from pipeline.stages.kind.stage import KINDS_OF_TEXT, Kind

INTERVIEW = (
    "# Interview with Ada Fern\n\nWe spoke with Ada Fern about her new book.\n\n"
    "**Daily Post:** When did you begin to draw maps of the coast?\n\n"
    "**Ada Fern:** I began when I was twelve. My father had a boat, and I had nothing else to do in the summer.\n\n"
    "**Daily Post:** What did your family think of that?\n\n"
    "**Ada Fern:** They thought that I was wasting paper. I still think of my mother when I buy ink.\n\n"
    "**Daily Post:** And would you do it again?\n\n"
    "**Ada Fern:** I would. I do it every morning, and I am never tired of it.\n"
)
MINUTES = (
    "# Harbour working group, weekly meeting\n\nAttendees: Ada Fern, Ivo Moss, Ruth Ashdown, Omar Haddad\n\n"
    "## Agenda\n\n- Tide tables\n- Next meeting\n\n## Tide tables\n\n"
    "AF: I have an update on the tables. The new data is in the repo.\n\nIM: Do we have consensus on the format?\n\n"
    "RA: I would like to discuss it with the committee first.\n\nAF: That makes sense, I will open an issue.\n\n"
    "OH: We need someone to take minutes next week.\n\nIM: I can do that. Anything else on this item?\n\n"
    "AF: No.\n\nRA: Then let us move on to the next meeting.\n\nOH: The meeting is adjourned.\n"
)
PLAY = (
    "ACT II\n\nSCENE I. The harbour.\n\n[Enter MARTHA and ABEL]\n\nMARTHA\nThe tide is out, and thou art late.\n\n"
    "ABEL\nI came as fast as my old legs would carry me.\n\nMARTHA\nAnd where is the lamp?\n\n"
    "ABEL\nI gave it to the boy.\n\n"
    "[Enter a BOY]\n\nBOY\nThe lamp is broken.\n\nMARTHA\nThen we sit in the dark.\n\n"
    "[Exit BOY]\n\nABEL\nHe shall mend it.\n\n"
    "MARTHA\nHe shall not, for he is gone.\n\n[Exeunt]\n"
)


def kind(text: str) -> tuple[str, float]:
    (annotation,) = pipeline.process(text, id="a").annotations
    assert (annotation.layer, annotation.start, annotation.end) == ("kind", None, None)
    assert annotation.rule == f"kind.{annotation.value}"
    return annotation.value, annotation.confidence


@pytest.mark.parametrize(
    ("text", "value"),
    [(INTERVIEW, "interview"), (FAQ_TEXT, "faq"), (MINUTES, "meeting"), (PLAY, "play"), (NEWS_TEXT, "none")],
    ids=["interview", "faq", "minutes", "play", "news"],
)
def test_a_plain_example_of_a_kind(text: str, value: str) -> None:
    assert kind(text)[0] == value


@pytest.mark.parametrize("text", ["x", "?", "：", "###", "Q:", "[a]\n[a]", "12:30", "\u3000\n？"])
def test_a_document_of_almost_nothing_is_of_some_kind(text: str) -> None:
    value, confidence = kind(text)
    assert value in KIND_VALUES
    assert 0 < confidence < 1


def test_an_article_keeps_what_a_plugin_annotates() -> None:
    article = Pipeline().process(INTERVIEW, id="a")
    assert [annotation.layer for annotation in article.annotations] == ["kind"]
    assert list(pipeline.faults(article)) == []


def test_without_the_stage_there_is_no_kind() -> None:
    assert Pipeline(["languages", "credits", "dialogue"]).process(INTERVIEW).annotations == ()


def test_the_stage_runs_after_dialogue() -> None:
    with pytest.raises(UsageError, match="'kind' must run after 'dialogue'"):
        Pipeline(["kind", "dialogue"])


def test_each_kind_has_a_rule_whose_threshold_lets_every_kind_through() -> None:
    assert {rule.name: rule.threshold for rule in Kind.rules} == {f"kind.{value}": 0.0 for value in KINDS_OF_TEXT}


def test_every_document_has_all_features_as_whole_numbers_that_trees_can_hold() -> None:
    for text in ("", INTERVIEW, FAQ_TEXT * 300, "Ada: why?\n" * 3 * MAX_READ_PARAGRAPHS):
        features = features_of(Document(text))
        assert len(features) == len(FEATURES)
        assert all(type(value) is int and 0 <= value < 2**15 for value in features)


class Wrong(Kind):
    """Gives what no kind is."""

    def find(self, document: Document):  # type: ignore[no-untyped-def]
        yield Label.whole("kind", "opera", "kind.play", 0.9)


def test_a_value_that_is_no_kind_is_refused() -> None:
    with pytest.raises(StageError, match="'opera' is no kind"):
        Pipeline([Wrong()]).process("x", strict=True)


class Placed(Kind):
    """Gives a kind to a part of the text."""

    def find(self, document: Document):  # type: ignore[no-untyped-def]
        yield Label(0, 1, "kind", "play", "kind.play", 0.9)


def test_a_kind_of_a_part_of_the_text_is_refused() -> None:
    with pytest.raises(StageError, match="which only a whole document has"):
        Pipeline([Placed()]).process("x", strict=True)
