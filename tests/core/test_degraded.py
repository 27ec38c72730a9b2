"""What a finder that fails costs: its own labels, said in a note of severity `error`, and nothing else."""

import pickle

import msgspec
import pytest
from failing import GARBLED, Brittle, Frail, Picky
from hypothesis import given
from hypothesis import strategies as st
from labelled import Given
from strategies import characters

import pipeline
from pipeline import Article, ContractError, Label, Pipeline, RejectedError, Stage, StageError, UsageError
from pipeline.core.assemble import ContradictionError
from pipeline.core.recipe import BUILT_IN
from pipeline.model.stage import PART_VALUES

INTERVIEW = """The Tide Clock

Q: Who winds the tide clock?

A: My sister does, quot;every Sunday.quot; {harm}

Q: And in winter?

A: In winter nobody does.
"""
STAGES: list[str | Stage] = [*BUILT_IN, Frail()]
PIPELINE = Pipeline(STAGES)
PLAIN = Pipeline(["entities", "languages", Frail()])
"""Without the finders that label every word."""


def made(harm: str, pipe: Pipeline = PIPELINE) -> Article:
    """The article of the interview with a word that makes the finder fail; it is as valid as any other."""
    source = INTERVIEW.format(harm=harm)
    article = pipe.process(source, id="tide")
    assert list(pipeline.faults(article)) == []
    assert pipeline.restore(article) == source.encode()
    assert 'does, "every Sunday."' in article.text
    return article


def given_to(*labels: Label) -> Pipeline:
    """A pipeline of one finder that gives these labels."""
    return Pipeline([Given(labels)])


def plugin_annotations(article: Article) -> list[str]:
    """The values of the annotations of other stages than `kind`, which labels every document."""
    return [annotation.value for annotation in article.annotations if annotation.layer != "kind"]


def fields(article: Article) -> dict[str, object]:
    """The content of an article, without notes and provenance."""
    found = msgspec.to_builtins(article)
    return {key: found[key] for key in found.keys() - {"annotations", "notes", "provenance"}}


# --- a finder that fails


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("RAISES AT ONCE", r"raised LookupError: no such word in <object object> (line "),
        ("RAISES LATER", "raised ZeroDivisionError: division by zero (line "),
        ("OUTSIDE", "is empty or lies outside the text"),
        ("UNHEARD", "used rule 'frail.unheard', which it does not declare"),
        ("ODD", "gave what cannot be checked: OverflowError: too unsure"),
        ("MUTE", "raised MuteError:  (line "),
        *((word, "holds a lone surrogate; no JSON can hold one") for word in GARBLED),
    ],
)
def test_a_finder_that_fails_costs_its_own_labels(harm: str, reason: str) -> None:
    article = made(harm)
    assert fields(article) == fields(Pipeline(list(BUILT_IN)).process(INTERVIEW.format(harm=harm), id="tide"))
    assert len(list(article.exchanges)) == 2
    assert plugin_annotations(article) == []
    (failure,) = article.failures
    assert (failure.stage, failure.rule, failure.severity) == ("frail", "stage.failed", "error")
    assert (failure.start, failure.end, failure.suggestion) == (0, 0, None)
    assert failure.message.startswith("stage frail: ")
    assert reason in failure.message
    assert failure.message.endswith("; the article is written without what this stage finds")
    assert [note for note in article.notes if note.stage == "frail"] == [failure]


def test_note_names_file_and_line_of_an_error_without_folders() -> None:
    (failure,) = made("RAISES LATER").failures
    assert "of failing.py)" in failure.message
    assert "/" not in failure.message


def test_article_without_failures_has_no_such_note() -> None:
    article = made("")
    assert article.failures == ()
    assert plugin_annotations(article) == ["high"]


def test_a_built_in_finder_that_fails_costs_its_labels_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr("pipeline.stages.credits.stage.Credits.find", find)
    article = made("", Pipeline())
    assert len(list(article.exchanges)) == 2
    (failure,) = article.failures
    assert failure.message.startswith("stage credits: raised IndexError: list index out of range (line ")
    assert failure.message.endswith("; please report it")


def test_all_finders_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object) -> None:
        raise IndexError("list index out of range")

    for place in ("credits.stage.Credits", "dialogue.stage.Dialogue", "languages.stage.Languages"):
        monkeypatch.setattr(f"pipeline.stages.{place}.find", find)
    article = made("RAISES AT ONCE")
    assert [note.stage for note in article.failures] == ["languages", "credits", "dialogue", "frail"]
    assert {segment.rule for segment in article.segments} == {"assembly.unlabelled"}


def test_an_error_that_quotes_the_whole_document_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_: object, document: pipeline.Document) -> None:
        raise ValueError(document.text * 100)

    monkeypatch.setattr("failing.Frail.find", find)
    (failure,) = made("").failures
    assert len(failure.message) < 800
    assert "\n" not in failure.message
    assert "of test_degraded.py)" in failure.message


def test_degraded_article_is_deterministic() -> None:
    assert made("RAISES AT ONCE") == made("RAISES AT ONCE")


def test_out_of_memory_is_not_a_failure_of_the_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("failing.Frail.find", find)
    with pytest.raises(StageError) as error:
        PIPELINE.process(INTERVIEW)
    assert isinstance(error.value.__cause__, MemoryError)


def test_a_repair_that_fails_fails_the_document() -> None:
    with pytest.raises(StageError, match="stage brittle: raised LookupError: no such word"):
        Pipeline([Brittle(), *BUILT_IN]).process("It BREAKS.", id="tide")


# --- finders that need what another one failed to give


def test_rejection_based_on_missing_labels_is_ignored() -> None:
    pipe = Pipeline([*STAGES, Picky()])
    article = made("RAISES LATER", pipe)
    assert [note.stage for note in article.failures] == ["frail", "picky"]
    assert article.failures[1].message == (
        "stage picky: turned the document down (picky.dry: has no tide) without the layer 'frail.tide' that 'frail' "
        "failed to give; this verdict is ignored"
    )


def test_any_other_rejection_is_kept() -> None:
    with pytest.raises(RejectedError, match="has no tide"):
        Pipeline([*STAGES, Picky()]).process("Q: Who winds it?\n\nA: Nobody.")


# --- labels that contradict


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("OVERLAPS all", "overlaps 'answer' (dialogue.labelled)"),
        ("TWICE", "overlaps"),
    ],
)
def test_contradicting_labels_of_the_last_stage_are_dropped(harm: str, reason: str) -> None:
    article = made(harm)
    (failure,) = article.failures
    assert (failure.stage, failure.rule) == ("frail", "stage.failed")
    assert reason in failure.message
    assert failure.message.endswith("; the article is written without the labels of this stage")
    assert len(list(article.exchanges)) == 2
    assert plugin_annotations(article) == []


@pytest.mark.parametrize(
    "labels",
    [
        (Label(0, 5, "part", "byline.place", "given.label", 0.9),),
        (Label(0, 5, "part", "credit.name", "given.label", 0.9, 3),),
        (Label(0, 5, "part", "notice", "given.label", 0.9, "advert"),),
        (Label(0, 5, "part", "title", "given.label", 0.9), Label(3, 9, "part", "lead", "given.label", 0.9)),
    ],
    ids=["byline part", "credit name", "notice", "overlap"],
)
def test_a_text_whose_only_labels_contradict_has_none(labels: tuple[Label, ...]) -> None:
    article = given_to(*labels).process("The ferry leaves at six.")
    assert list(pipeline.faults(article)) == []
    assert article.lead == ("The ferry leaves at six.",)
    assert [note.stage for note in article.failures] == ["given"]


def test_contradiction_error_keeps_its_rules_when_pickled() -> None:
    with pytest.raises(ContradictionError) as error:
        PIPELINE.process(INTERVIEW.format(harm="OVERLAPS all"), strict=True)
    assert error.value.rules == ("dialogue.labelled", "frail.seen")
    again = pickle.loads(pickle.dumps(error.value))
    assert (str(again), again.rules) == (str(error.value), error.value.rules)


# --- articles that would be invalid


def test_an_article_that_would_be_invalid_has_no_structure() -> None:
    article = made("NO REPEAT", PLAIN)
    (failure,) = article.failures
    assert (failure.stage, failure.rule, failure.severity) == ("verification", "article.invalid", "error")
    assert "'NO REPEAT' is called a repeat and is none" in failure.message
    assert failure.message.endswith("; it is written without structure; please report it")
    assert article.lead == tuple(line for line in article.text.split("\n") if line)
    assert (article.sections, article.translations, article.speakers) == ((), (), ())
    assert {segment.rule for segment in article.segments} == {"assembly.unlabelled"}
    assert article.language == "en"
    assert plugin_annotations(article) == ["high"]


def test_error_in_assembly_gives_an_article_without_structure(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.core.assemble import assemble

    def mistaken(document: pipeline.Document, *others: object) -> Article:
        if document.layer("part"):
            raise IndexError("list index out of range")
        return assemble(document, *others)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.core.structuring.assemble", mistaken)
    (failure,) = made("").failures
    assert failure.rule == "article.invalid"
    assert "the assembly raised IndexError: list index out of range (line " in failure.message


def test_document_fails_if_no_valid_article_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pipeline.core.structuring.faults", lambda _: iter(["/provenance: does not restore", "and more"])
    )
    with pytest.raises(ContractError) as error:
        PIPELINE.process(INTERVIEW, id="tide")
    assert str(error.value) == (
        "tide: no valid article can be made of it: /provenance: does not restore (and 1 more); that is a mistake of "
        "the pipeline, report it"
    )


# --- for authors of stages


@pytest.mark.parametrize(
    ("harm", "error"),
    [("RAISES LATER", StageError), ("TWICE", StageError), ("NO REPEAT", ContractError)],
)
def test_strict_processing_raises_instead(harm: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        PLAIN.process(INTERVIEW.format(harm=harm), strict=True)


def test_the_built_in_recipe_can_be_strict() -> None:
    assert pipeline.process(INTERVIEW, strict=True) == pipeline.process(INTERVIEW)


def test_rules_of_the_notes_have_meanings() -> None:
    explained = pipeline.explain(made("RAISES LATER"))
    (note,) = [note for note in explained.notes if note.rule == "stage.failed"]
    assert note.meaning == "a finder failed, and what it finds is missing"


@pytest.mark.parametrize("name", ["stage", "article"])
def test_no_stage_may_use_a_reserved_name(name: str) -> None:
    class Impostor(Frail):
        """A finder under a name that is taken."""

    Impostor.name = name
    with pytest.raises(UsageError, match="which the pipeline reserves; choose another name"):
        Pipeline([Impostor()])


# --- whatever a finder gives

spans = st.integers(-1, 40)
found = st.builds(
    Label,
    start=spans,
    end=spans,
    layer=st.sampled_from(["part", "version", "language", "given.mood", "unheard"]),
    value=st.sampled_from([*sorted(PART_VALUES), "headline"]),
    rule=st.sampled_from(["given.label", "given.label", "given.label", "given.unheard"]),
    confidence=st.sampled_from([0.9, 0.9, 0.9, 0.1, 2.0]),
    of=st.none() | st.sampled_from(["Ash", "Ma", "source", 1, 2]),
)
lines = st.text(st.one_of(characters, st.sampled_from("aZ码\n :")), min_size=1, max_size=40)


@given(lines.filter(lambda text: not text.isspace()), st.lists(found, max_size=6))
def test_article_is_valid_for_any_findings(text: str, given_: list[Label]) -> None:
    article = given_to(*given_).process(text)
    assert list(pipeline.faults(article)) == []
    assert pipeline.restore(article) == text.encode()
