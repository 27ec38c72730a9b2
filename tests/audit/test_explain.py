"""`explain`: each finding once, at its line, and every line with its source."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from judged import articles, edit, with_ledger

import pipeline
from pipeline import Article, ContractError, Pipeline, UsageError
from pipeline.audit.explain import ExplainedLine, Explanation, explain
from pipeline.model.article import Annotation
from pipeline.model.restore import restore, source_text
from pipeline.text.edits import Change

RAW = """Bread Before Dawn

WEIR LANE POST: Why areyou up at two?

ODILE MARCHANT: The dough is quot;awakequot; before I am,and it does not wait.

WEIR LANE POST: 您的烤炉有多老？

ODILE MARCHANT: 一九三一年造的，比我母亲还大。
"""
KNOWN: dict[str, str] = {}


def explained(article: Article) -> Explanation:
    """Without meanings: to look for them takes longer than all the rest."""
    return explain(article, KNOWN)


# The laws


@given(articles())
def test_every_edit_label_note_and_annotation_is_explained_once(article: Article) -> None:
    explanation = explained(article)
    edits = Counter(
        (change.stage, e.rule, e.confidence, e.old, e.new)
        for change in article.provenance.changes
        for e in change.edits
    )
    assert Counter((e.stage, e.rule, e.confidence, e.old, e.new) for e in explanation.edits) == edits
    assert [(label.start, label.end, label.label, label.field) for label in explanation.labels] == [
        (s.start, s.end, s.label, s.field) for s in article.segments
    ]
    assert [(n.start, n.end, n.message, n.suggestion) for n in explanation.notes] == [
        (n.start, n.end, n.message, n.suggestion) for n in article.notes
    ]
    assert len(explanation.annotations) == len(article.annotations)


@given(articles())
def test_lines_without_insertions_are_the_source(article: Article) -> None:
    assert "".join(line.source for line in explained(article).lines) == source_text(article)


@given(articles())
def test_lines_without_deletions_are_the_text(article: Article) -> None:
    assert "".join(line.text for line in explained(article).lines) == article.text


@given(articles())
def test_lines_are_those_of_the_text(article: Article) -> None:
    lines = explained(article).lines
    assert [article.text[line.start : line.end] for line in lines] == article.text.split("\n")
    assert [line.line for line in lines] == list(range(1, len(lines) + 1))


@given(articles())
def test_lines_know_their_place_in_the_source(article: Article) -> None:
    source = source_text(article)
    for line in explained(article).lines:
        assert source[line.source_start : line.source_end] == line.source
        assert source.count("\n", 0, line.source_start) + 1 == line.source_line


@given(articles())
def test_lines_know_their_bytes_in_the_source(article: Article) -> None:
    data = restore(article)
    lines = explained(article).lines
    assert [line.byte_start for line in lines[1:]] == [line.byte_end for line in lines[:-1]]
    assert (lines[0].byte_start, lines[-1].byte_end) == (0, len(data))
    for line in lines:
        assert data[line.byte_start : line.byte_end].decode() == line.source


@given(articles())
def test_findings_are_on_the_line_of_their_offset(article: Article) -> None:
    explanation = explained(article)
    places = [(item.line, item.start) for item in explanation.edits]
    places += [(item.line, item.start) for item in explanation.labels]
    places += [(item.line, item.start) for item in explanation.notes]
    for number, start in places:
        line = explanation.lines[number - 1]
        assert line.start <= start <= line.end


@given(articles())
def test_an_explanation_can_be_read_back_from_its_json(article: Article) -> None:
    explanation = explained(article)
    assert msgspec.json.decode(msgspec.json.encode(explanation), type=Explanation) == explanation


# Lines


def shown(line: ExplainedLine) -> list[tuple[str, str]]:
    return [(stretch.kind, stretch.text) for stretch in line.stretches]


def test_deleted_line_is_shown_at_its_position() -> None:
    source = "One.\n<!-- ad -->\n二。"
    explanation = explained(with_ledger(source, Change("markup", (edit(5, "<!-- ad -->\n", ""),))))
    assert [shown(line) for line in explanation.lines] == [
        [("kept", "One."), ("kept", "\n")],
        [("old", "<!-- ad -->\n"), ("kept", "二。")],
    ]
    assert (explanation.lines[1].source_line, explanation.edits[0].line) == (2, 2)


def test_inserted_line_end_ends_its_line() -> None:
    explanation = explained(with_ledger("One.二。", Change("markup", (edit(4, "", "\n"),))))
    assert [shown(line) for line in explanation.lines] == [[("kept", "One."), ("new", "\n")], [("kept", "二。")]]
    assert [line.source_line for line in explanation.lines] == [1, 1]


def test_bytes_are_those_of_the_source_s_encoding_and_line_ends() -> None:
    data = RAW.replace("\n", "\r\n").encode("gb18030")
    explanation = explained(pipeline.process(data, id="bread", encoding="gb18030"))
    line = explanation.lines[6]
    assert data[line.byte_start : line.byte_end].decode("gb18030") == "WEIR LANE POST: 您的烤炉有多老？\r\n"


def test_byte_order_mark_is_before_the_first_line() -> None:
    explanation = explained(pipeline.process(b"\xef\xbb\xbf" + RAW.encode(), id="bread"))
    assert explanation.lines[0].byte_start == 3


def test_bytes_that_no_codec_reads_are_counted_as_they_were() -> None:
    data = RAW.encode() + b"\xff\xfe\xfd broken\nlast"
    explanation = explained(pipeline.process(data, id="bread", encoding="utf-8"))
    last = explanation.lines[-1]
    assert data[last.byte_start : last.byte_end] == b"last"


# Edits


def test_edit_has_offsets_in_text_and_source() -> None:
    explanation = explained(pipeline.process(RAW, id="bread"))
    quoted, _ = (e for e in explanation.edits if e.rule == "entities.lost-quotes")
    assert (quoted.line, quoted.old, quoted.new) == (5, "quot;", '"')
    assert RAW[quoted.source_start : quoted.source_end] == "quot;"
    assert quoted.context == '…DILE MARCHANT: The dough is [-quot;-]{+"+}awakequot; before I am,and i…'


def test_edit_within_a_later_one_has_the_span_of_the_result() -> None:
    first, second = Change("a", (edit(5, "amp;", ""),)), Change("b", (edit(4, "&quot;", '"'),))
    article = with_ledger("Say &amp;quot; now", first, second)
    inner, outer = explained(article).edits
    assert (inner.joined, outer.joined) == (True, True)
    assert (inner.start, inner.end) == (outer.start, outer.end) == (4, 5)
    assert (inner.source_start, inner.source_end) == (5, 9)
    assert (outer.source_start, outer.source_end) == (4, 14)
    assert outer.context == 'Say [-&quot;-]{+"+} now'


def test_edit_moved_by_later_ones_has_its_final_offset() -> None:
    first, second = Change("a", (edit(10, "灯", "燈"),)), Change("b", (edit(0, "quot;", ""),))
    moved = next(e for e in explained(with_ledger("quot;12345灯", first, second)).edits if e.stage == "a")
    assert (moved.start, moved.source_start, moved.joined) == (5, 10, False)


# Meanings


def test_rules_are_explained_in_words() -> None:
    explanation = explain(pipeline.process(RAW, id="bread"))
    assert all(item.meaning for item in explanation.edits)
    assert all(item.meaning for item in explanation.labels)


def test_unknown_rule_has_no_meaning() -> None:
    (explained_edit,) = explain(with_ledger("灯", Change("theirs", (edit(0, "灯", "燈", "theirs.lamp"),)))).edits
    assert (explained_edit.rule, explained_edit.meaning) == ("theirs.lamp", None)


def test_annotation_of_the_whole_document_has_no_line() -> None:
    whole = Annotation(layer="a.mood", value="calm", start=None, end=None, rule="a.mood", confidence=0.7)
    there = msgspec.structs.replace(whole, start=0, end=1)
    article = msgspec.structs.replace(pipeline.process(RAW, id="bread"), annotations=(whole, there))
    assert [(a.line, a.last_line) for a in explained(article).annotations] == [(None, None), (1, 1)]


def test_edits_that_do_not_fit_are_named() -> None:
    broken = msgspec.structs.replace(pipeline.process(RAW, id="bread"), text="nothing of the kind")
    with pytest.raises(ContractError, match="bread: /provenance/changes"):
        explained(broken)


def test_runs_that_do_not_fit_are_named() -> None:
    article = pipeline.process(RAW, id="bread")
    source = msgspec.structs.replace(article.provenance.source, runs=article.provenance.source.runs[:0])
    broken = msgspec.structs.replace(article, provenance=msgspec.structs.replace(article.provenance, source=source))
    with pytest.raises(ContractError, match="bread: /provenance/source"):
        explained(broken)


# The decisions, made again

TALK = "\n\n".join(
    f"IVO: {question}\n\nADA: I began with a rope and a borrowed boat, and we had no idea ofthe tide."
    for question in ("How did you begin?", "Were you afraid?", "What did your family say?", "Would you go again?")
)


def test_without_a_pipeline_no_decision_is_explained() -> None:
    assert explained(pipeline.process(TALK)).decisions is None


def test_the_decisions_of_an_article_are_made_again() -> None:
    made_by = Pipeline()
    article = made_by.process(TALK, id="rope")
    found = explain(article, KNOWN, made_by=made_by).decisions
    assert found is not None
    assert (found.same_settings, found.same_turns) == (True, True)
    (body,) = found.bodies
    labels = [(s.start, s.end) for s in article.segments if s.label == "speaker"]
    assert [(turn.start, turn.end) for turn in body.turns] == labels
    assert [turn.text for turn in body.turns] == ["IVO", "ADA"] * 4
    assert [turn.line for turn in body.turns] == [1 + 2 * i for i in range(8)]
    assert [(speaker.speaker, speaker.side) for speaker in body.speakers] == [("IVO", "question"), ("ADA", "answer")]
    assert all(reason.meaning for turn in body.turns for reason in turn.reasons)


def test_a_translation_has_decisions_of_its_own() -> None:
    chinese = TALK.replace("IVO", "伊沃").replace("ADA", "艾达")
    for english, han in (
        ("How did you begin?", "你是怎么开始的？"),
        ("Were you afraid?", "你害怕吗？"),
        ("What did your family say?", "你的家人怎么说？"),
        ("Would you go again?", "你还会再去吗？"),
        (
            "I began with a rope and a borrowed boat, and we had no idea ofthe tide.",
            "我从一根绳子和一条借来的船开始，我们对潮水一无所知。",
        ),
    ):
        chinese = chinese.replace(english, han)
    made_by = Pipeline()
    article = made_by.process(f"{TALK}\n\n{chinese}", id="rope")
    assert article.translations
    found = explain(article, KNOWN, made_by=made_by).decisions
    assert found is not None
    assert found.same_turns
    assert [body.language for body in found.bodies] == ["en", "zh-Hans"]


def test_decisions_are_made_with_the_settings_of_the_article() -> None:
    text = "Rope\n\nIVO: How did you begin?\n\nADA: I began with a rope.\n\nA long walk home.\n"
    made_by = Pipeline(vocabulary={"names": ["IVO"]}, profiles={"all": {"match": {"id": "*"}}})
    article = made_by.process(text, id="rope")
    same = explain(article, KNOWN, made_by=made_by).decisions
    other = explain(article, KNOWN, made_by=Pipeline()).decisions
    assert same is not None
    assert other is not None
    assert same.same_settings
    assert same.same_turns
    assert "named" in {turn.because for turn in same.bodies[0].turns}
    assert not other.same_settings


def test_a_recipe_without_dialogue_decides_nothing() -> None:
    made_by = Pipeline(["entities", "words"])
    assert explain(made_by.process(TALK), KNOWN, made_by=made_by).decisions is None


def test_a_pipeline_is_expected() -> None:
    with pytest.raises(UsageError, match="made_by"):
        explain(pipeline.process(TALK), KNOWN, made_by="built-in")  # type: ignore[arg-type]


@given(articles())
def test_decisions_of_any_article_can_be_made_again(article: Article) -> None:
    found = explain(article, KNOWN, made_by=BUILT_IN).decisions
    assert found is not None
    for body in found.bodies:
        for turn in (*body.turns, *body.refused):
            assert article.text[turn.start : turn.end] == turn.text
            assert turn.line == article.text.count("\n", 0, turn.start) + 1


BUILT_IN = Pipeline()
