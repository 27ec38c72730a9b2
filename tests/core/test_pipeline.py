"""Processing one document: what stages may do, how findings are applied, and which findings are refused."""

import pickle
from typing import Any

import msgspec
import pytest
import regex
from acting import (
    TEXT,
    Breaks,
    Endless,
    Finds,
    Halves,
    Leaves,
    Look,
    Meddles,
    Mend,
    MendAgain,
    Rubbish,
    Shout,
    again,
    edit,
    label,
    note,
)
from hypothesis import given
from hypothesis import strategies as st
from strategies import fitting_edits, texts

import pipeline
from pipeline import (
    Edit,
    Finding,
    Label,
    Note,
    Pipeline,
    Reject,
    RejectedError,
    StageError,
    UsageError,
)

# --- the laws of the protocol


def broken(stage: Mend) -> StageError:
    """The error that a stage causes in strict processing."""
    with pytest.raises(StageError) as error:
        Pipeline([stage]).process(TEXT, id="pier/7", strict=True)
    assert (error.value.document, error.value.stage) == ("pier/7", stage.name)
    assert str(error.value) == f"pier/7: stage {stage.name}: {error.value.reason}"
    return error.value


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        (label(0, 3), "is a repair and gave a Label"),
        (Reject("mend.sure", "no interview"), "is a repair and gave a Reject"),
        (edit(0, "The", "A", rule="mend.unheard"), "used rule 'mend.unheard', which it does not declare"),
        (note(0, 3, rule="mend.unheard"), "used rule 'mend.unheard', which it does not declare"),
        (edit(0, "the", "a"), "expects 'the', the text has 'The'"),
        (edit(34, ".", ""), "expects '.', the text has ''"),
        (edit(-1, "", "x"), "the edit at -1"),
        (edit(4, "ferry", "ferry"), "changes nothing"),
        (edit(4, "ferry", "boat", confidence=1.2), "gave confidence 1.2, which is not between 0 and 1"),
        (edit(4, "ferry", "boat", confidence=-0.1), "gave confidence -0.1"),
        (edit(4, "ferry", "boat", confidence=float("nan")), "gave confidence nan"),
        (edit(4, "ferry", "boat", confidence="high"), "gave confidence 'high'"),  # type: ignore[arg-type]
        (edit(99, "ferry", "boat", confidence=0.1, rule="mend.careful"), "expects 'ferry'"),
        (note(30, 35), "note 30-35 lies outside the text"),
        (note(5, 4), "note 5-4 lies outside the text"),
        (Note(0, 3, "mend.sure", "fatal", "look"), "gave severity 'fatal'; severities are info, warning, error"),  # type: ignore[arg-type]
        ("a remark", "is a repair and gave a str"),
        (Edit("4", "ferry", "boat", "mend.sure", 1.0), "start is an int, old and new are str"),  # type: ignore[arg-type]
        (Edit(4, "ferry", None, "mend.sure", 1.0), "start is an int, old and new are str"),  # type: ignore[arg-type]
        (Note(0, 3, "mend.sure", "info", None), "start and end are int, message is str"),  # type: ignore[arg-type]
    ],
)
def test_a_repair_that_breaks_the_protocol_fails_the_document(finding: Any, reason: str) -> None:
    assert reason in broken(Mend((finding,))).reason


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        (Edit(0, "The", "A", "look.seen", 1.0), "is a finder and gave an Edit"),
        (label(0, 3, layer="version"), "labelled layer 'version', which it does not declare"),
        (label(0, 3, layer="look.moon"), "labelled layer 'look.moon', which it does not declare"),
        (label(0, 0), "label 0-0 is empty or lies outside the text"),
        (label(7, 7, layer="look.tide"), "label 7-7 is empty or lies outside the text"),
        (Label("0", 3, "part", "title", "look.seen", 1.0), "start and end are int"),  # type: ignore[arg-type]
        (Label(0, 3, "part", "title", ["look.seen"], 1.0), "used rule ['look.seen']"),  # type: ignore[arg-type]
        (label(0, 3, value="headline"), "'headline' is no part; parts are answer, aside,"),
        (label(3, 3), "label 3-3 is empty or lies outside the text"),
        (label(30, 35), "label 30-35 is empty or lies outside the text"),
        (label(-2, 3), "label -2-3 is empty or lies outside the text"),
        (label(0, 3, confidence=1.01), "gave confidence 1.01"),
        (Label(0, 3, "part", "title", "look.unheard", 1.0), "used rule 'look.unheard'"),
        (note(0, 3), "used rule 'mend.sure', which it does not declare"),
        (Reject("look.unheard", "no interview"), "used rule 'look.unheard'"),
        (None, "is a finder and gave a NoneType"),
        (Label(0, 3, "part", "question", "look.seen", 1.0, of=["Ash"]), "of is a str, an int or None"),  # type: ignore[arg-type]
        (Label(0, 3, "part", "question", "look.seen", 1.0, of=True), "of is a str, an int or None"),
        (Note(0, 3, "look.seen", "info", "look", 7), "suggestion is a str or None"),  # type: ignore[arg-type]
        (Label(0, 3, ["part"], "title", "look.seen", 1.0), "layer and value are str"),  # type: ignore[arg-type]
        (Note(0, 3, "look.seen", ["info"], "look"), "gave severity ['info']"),  # type: ignore[arg-type]
        (Reject("look.seen", None), "message is a str"),  # type: ignore[arg-type]
    ],
)
def test_invalid_finding_of_a_finder_is_refused_and_raised_if_strict(finding: Any, reason: str) -> None:
    assert reason in broken(Look((finding,))).reason


def test_edits_that_overlap_fail_the_document() -> None:
    assert "the edit at 7 (mend.sure) overlaps" in broken(Mend((edit(4, "ferry", "boat"), edit(7, "ry l", "")))).reason


def test_an_edit_that_puts_in_a_lone_surrogate_fails_the_document() -> None:
    assert "the edit at 4 (halves.sure) puts in a lone surrogate" in broken(Halves()).reason


@pytest.mark.parametrize(
    ("stage", "reason"), [(Breaks(), "raised LookupError: no such word"), (Finds(), "raised ZeroDivisionError: ")]
)
def test_a_stage_that_raises_fails_the_document_with_its_cause(stage: Mend, reason: str) -> None:
    error = broken(stage)
    assert error.reason.startswith(reason)
    assert type(error.__cause__).__name__ in reason


def test_error_of_a_stage_has_file_and_line_but_no_folders() -> None:
    assert regex.search(r"\(line \d+ of acting\.py\)$", broken(Breaks()).reason)


def test_stage_that_exits_fails_only_its_document() -> None:
    assert broken(Leaves()).reason.startswith("raised SystemExit: 3")


def test_stage_with_endless_findings_is_stopped() -> None:
    assert "findings and did not end" in broken(Endless()).reason


def test_stage_that_returns_no_iterator_is_reported() -> None:
    assert broken(Rubbish()).reason.startswith("raised TypeError: 'int' object is not iterable")


def test_stage_cannot_change_metadata() -> None:
    assert broken(Meddles()).reason.startswith("raised TypeError: 'mappingproxy' object does not support item")


def test_an_error_of_a_stage_can_be_sent_from_one_process_to_another() -> None:
    error = broken(Breaks())
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


# --- what becomes of findings


def test_edits_are_applied_and_recorded_stage_by_stage() -> None:
    article = Pipeline([Mend((edit(4, "ferry", "boat"),)), MendAgain((again(4, "b", "B"),))]).process(TEXT)
    assert article.text == "The Boat leaves at half past six."
    assert [(change.stage, change.edits) for change in article.provenance.changes] == [
        ("mend", (edit(4, "ferry", "boat"),)),
        ("mend-again", (again(4, "b", "B"),)),
    ]


def test_a_stage_that_changes_nothing_leaves_no_change() -> None:
    assert Pipeline([Mend((note(0, 3),)), Shout()]).process("Six, sharp.").provenance.changes == ()


def test_edits_may_be_yielded_in_any_order() -> None:
    article = Pipeline([Mend((edit(33, ".", "!"), edit(0, "The", "A")))]).process(TEXT)
    assert article.text == "A ferry leaves at half past six!"


def test_edits_are_recorded_as_small_as_they_can_be() -> None:
    article = Pipeline([Mend((edit(0, TEXT, TEXT.replace("half", "ten")),))]).process(TEXT)
    assert article.provenance.changes[0].edits == (edit(20, "half", "ten"),)


def test_adjacent_edits_may_both_reduce_to_insertions_at_one_offset() -> None:
    article = Pipeline([Mend((edit(0, "The", "The,"), edit(3, " ", "; ")))]).process(TEXT)
    assert article.text == "The,; ferry leaves at half past six."
    assert pipeline.restore(article) == TEXT.encode()
    assert list(pipeline.faults(article)) == []


def test_confidence_is_rounded_before_it_is_compared_to_the_threshold() -> None:
    article = Pipeline([Mend((edit(4, "ferry", "boat", 0.895000001, "mend.careful"),))]).process(TEXT)
    assert article.provenance.changes[0].edits[0].confidence == 0.9


def test_an_edit_under_the_threshold_is_a_note_with_a_suggestion() -> None:
    article = Pipeline([Mend((edit(4, "ferry", "boat", 0.89, "mend.careful"),))]).process(TEXT)
    (remark,) = article.notes
    assert article.text == TEXT
    assert (remark.stage, remark.rule, remark.severity) == ("mend", "mend.careful", "info")
    assert (remark.start, remark.end, remark.suggestion) == (4, 9, "boat")
    assert "confidence 0.89" in remark.message


def test_notes_move_with_the_text_through_their_own_stage_and_later_ones() -> None:
    article = Pipeline(
        [
            Mend((note(4, 9), note(20, 24), edit(0, "The", "A"))),
            MendAgain((again(2, "ferry", "boat"), note(0, 1, "mend-again.sure"))),
        ]
    ).process(TEXT)
    assert article.text == "A boat leaves at half past six."
    assert [article.text[remark.start : remark.end] for remark in article.notes] == ["A", "boat", "half"]


def test_a_finder_sees_the_text_that_all_repairs_left() -> None:
    article = Pipeline([Shout(), Look((label(4, 9),))]).process(TEXT)
    assert article.title is not None
    assert article.title.text == "fErry"


def test_layer_of_a_plugin_becomes_an_annotation() -> None:
    article = Pipeline([Look((label(4, 9, "look.tide", "low", 0.666),))]).process(TEXT)
    (annotation,) = article.annotations
    assert (annotation.layer, annotation.value, annotation.start, annotation.end) == ("look.tide", "low", 4, 9)
    assert (annotation.rule, annotation.confidence) == ("look.seen", 0.67)


def test_label_of_the_whole_document_is_an_annotation_without_offsets() -> None:
    article = Pipeline([Look((Label.whole("look.tide", "spring", "look.seen", 0.9),))]).process(TEXT)
    (annotation,) = article.annotations
    assert (annotation.value, annotation.start, annotation.end) == ("spring", None, None)
    assert list(pipeline.faults(article)) == []


def test_a_label_under_the_threshold_is_a_note() -> None:
    article = Pipeline([Look((label(4, 9, confidence=0.4),))]).process(TEXT)
    (remark,) = article.notes
    assert article.title is None
    assert (remark.stage, remark.rule, remark.severity, remark.start, remark.end) == ("look", "look.seen", "info", 4, 9)
    assert remark.message == "not labelled part title: confidence 0.40 is under the rule's threshold"


@pytest.mark.parametrize("finding", [edit(4, "ferry", "boat"), note(0, 3)], ids=["an edit", "a note"])
def test_a_rule_that_is_off_finds_nothing(finding: Finding) -> None:
    article = Pipeline([Mend((finding,))], rules={"mend.sure": "off"}).process(TEXT)
    assert (article.text, article.notes) == (TEXT, ())


@pytest.mark.parametrize("finding", [label(4, 9), Reject("look.seen", "no"), Note(0, 3, "look.seen", "info", "see")])
def test_a_rule_of_a_finder_that_is_off_finds_nothing(finding: Finding) -> None:
    article = Pipeline([Look((finding,))], rules={"look": "off"}).process(TEXT)
    assert (article.title, article.notes) == (None, ())


def test_threshold_in_the_settings_overrides_that_of_the_rule() -> None:
    stage = Mend((edit(4, "ferry", "boat", 0.89, "mend.careful"),))
    assert Pipeline([stage], rules={"mend": 0.8}).clean(TEXT) == "The boat leaves at half past six."
    assert Pipeline([stage], rules={"mend": 0.8, "mend.careful": 0.95}).clean(TEXT) == TEXT


def test_rejection_names_document_reason_and_rule() -> None:
    with pytest.raises(RejectedError) as verdict:
        Pipeline([Look((Reject("look.seen", "is a timetable"),))]).process(TEXT, id="pier/7")
    assert (verdict.value.document, verdict.value.rule, verdict.value.reason) == (
        "pier/7",
        "look.seen",
        "is a timetable",
    )
    assert str(pickle.loads(pickle.dumps(verdict.value))) == "pier/7: is a timetable"


# --- the whole way


@st.composite
def repaired(draw: st.DrawFn) -> tuple[str, Pipeline]:
    """A text and a pipeline of two repairs whose edits fit it."""
    text = draw(texts(min_size=1).filter(lambda text: not text.isspace()))
    edits = draw(fitting_edits(text))
    first = tuple(Edit(e.start, e.old, e.new, "mend.sure", 1.0) for e in edits)
    return text, Pipeline([Mend(first), Shout()])


@given(repaired())
def test_source_is_restored_after_any_repairs(case: tuple[str, Pipeline]) -> None:
    text, pipe = case
    article = pipe.process(text)
    assert pipeline.restore(article) == text.encode()
    assert list(pipeline.faults(article)) == []


@given(repaired())
def test_a_document_gives_the_same_bytes_every_time_and_in_every_process(case: tuple[str, Pipeline]) -> None:
    text, pipe = case
    sent = pickle.loads(pickle.dumps(pipe))
    once, again, elsewhere = (msgspec.json.encode(p.process(text)) for p in (pipe, pipe, sent))
    assert once == again == elsewhere


@given(repaired())
def test_cleaning_gives_the_text_of_the_article(case: tuple[str, Pipeline]) -> None:
    text, pipe = case
    assert pipe.clean(text) == pipe.process(text).text


def test_cleaning_runs_no_finder() -> None:
    assert Pipeline([Shout(), Finds()]).clean("half past six, sleet") == "half past six, slEEt"


def test_a_pipeline_with_some_of_its_stages_keeps_their_settings() -> None:
    pipe = Pipeline([Mend((edit(0, "six", "ten"),)), Shout()])
    assert pipe.only(["mend"]).clean("six, sleet") == "ten, sleet"


def test_the_built_in_pipeline_cleans_in_its_own_order() -> None:
    assert pipeline.clean("AT&amp;amp;T", stages=["markup", "entities"]) == "AT&T"
    with pytest.raises(UsageError, match="'entites' is not in the recipe; did you mean 'entities'"):
        pipeline.clean("x", stages=["entites"])


def test_the_provenance_names_the_stages_and_their_settings() -> None:
    plain, other = Pipeline([Mend()]).process(TEXT), Pipeline([Mend((note(0, 1),))]).process(TEXT)
    assert [stage.name for stage in plain.provenance.pipeline.stages] == ["mend"]
    assert plain.provenance.pipeline.settings != other.provenance.pipeline.settings


@pytest.mark.parametrize("beside", [{"id": "a\udc80"}, {"metadata": {"author": "\ud800"}}], ids=["id", "metadata"])
def test_lone_surrogate_in_metadata_or_id_fails_the_document(beside: dict[str, Any]) -> None:
    with pytest.raises(pipeline.DocumentError, match="lone surrogate"):
        pipeline.process("Ada was here.", **beside)


def test_a_text_that_begins_like_a_riff_file_is_text() -> None:
    assert pipeline.process("RIFFS FROM THE HARBOUR\nThe band played on.").title is not None


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [(9, 11, "nothing but blanks"), (0, 14, "spans a blank line")],
    ids=["blanks", "blank line"],
)
def test_a_label_that_can_be_no_field_is_refused(start: int, end: int, reason: str) -> None:
    label = Label(start, end, "part", "lead", "look.seen", 0.9)
    with pytest.raises(StageError, match=reason):
        Pipeline([Look(findings=(label,))]).process("She sails\n\nAt six.", id="a", strict=True)
