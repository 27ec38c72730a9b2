"""Evidence beside the text: which spans are kept, and that they survive any edits."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import edited, ledgers

from pipeline import Document, Pipeline
from pipeline.core.pipeline import NOWHERE
from pipeline.model.evidence import (
    EVIDENCE_KINDS,
    Evidence,
    checked_evidence,
    evidence_in_decoded,
    moved_evidence,
)
from pipeline.model.record import Record
from pipeline.model.restore import restore
from pipeline.model.stage import Finding, Rule
from pipeline.text.edits import Change, Edit, PositionMap, apply

KINDS = sorted(EVIDENCE_KINDS)


@st.composite
def spans(draw: st.DrawFn, length: int) -> tuple[Evidence, ...]:
    """Evidence within a text of `length` code points."""
    if not length:
        return ()
    starts = draw(st.lists(st.integers(0, length - 1), max_size=8))
    return checked_evidence(
        [Evidence(start, draw(st.integers(start + 1, length)), draw(st.sampled_from(KINDS))) for start in starts],
        length,
    )


@dataclass(frozen=True)
class _Marked:
    """A stage that keeps the text and the evidence that it was given last."""

    name: ClassVar[str] = "marked"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"marked.none"})
    rules: ClassVar[tuple[Rule, ...]] = (Rule("marked.none", "nothing"),)
    protocol: ClassVar[int] = 1
    seen: ClassVar[list[tuple[str, tuple[Evidence, ...]]]] = []

    def find(self, document: Document) -> Iterator[Finding]:
        """Finds nothing."""
        self.seen[:] = [(document.text, document.evidence)]
        return iter(())


@given(st.data())
def test_spans_stay_within_the_text_after_any_sequence_of_edits(data: st.DataObject) -> None:
    source, _, changes = data.draw(ledgers())
    evidence = data.draw(spans(len(source)))
    text = source
    for change in changes:
        moved = moved_evidence(evidence, change.edits)
        text = apply(text, change.edits)
        assert all(0 <= item.start < item.end <= len(text) for item in moved)
        assert moved == checked_evidence(moved, len(text))
        positions = PositionMap(change.edits)
        kept = [item for item in evidence if len(set(positions.forward(item.start, item.end))) == 2]
        assert sorted((x.kind, x.value) for x in moved) == sorted((x.kind, x.value) for x in kept)
        evidence = moved


@given(st.data())
def test_characters_that_no_edit_touches_keep_their_evidence(data: st.DataObject) -> None:
    text, edits = data.draw(edited())
    evidence = data.draw(spans(len(text)))
    positions = PositionMap(edits)
    touched = {i for edit in edits for i in range(edit.start, edit.end)}
    moved = moved_evidence(evidence, edits)
    for kind in KINDS:
        before = {i for x in evidence if x.kind == kind for i in range(x.start, x.end)} - touched
        after = {i for x in moved if x.kind == kind for i in range(x.start, x.end)}
        assert {positions.forward(i, i + 1)[0] for i in before} <= after


@given(st.lists(st.builds(Evidence, st.integers(-5, 20), st.integers(-5, 20), st.sampled_from([*KINDS, "no"]))))
def test_what_does_not_fit_is_dropped_and_the_rest_is_sorted(evidence: list[Evidence]) -> None:
    kept = checked_evidence(evidence, 10)
    assert all(0 <= item.start < item.end <= 10 and item.kind in EVIDENCE_KINDS for item in kept)
    assert list(kept) == sorted(kept, key=lambda item: (item.start, -item.end))


@pytest.mark.parametrize(
    "item",
    [
        None,
        "bold",
        Evidence("0", 3, "bold"),  # type: ignore[arg-type]
        Evidence(0, 3, ["bold"]),  # type: ignore[arg-type]
        Evidence(0, 3, "cell", 5),  # type: ignore[arg-type]
        Evidence(0, 3, "cell", "\ud800"),
    ],
)
def test_a_malformed_span_is_dropped(item: object) -> None:
    assert checked_evidence([item], 10) == ()  # type: ignore[list-item]


def test_a_byte_order_mark_and_windows_line_ends_are_left_out_of_the_count() -> None:
    data = "\ufeffOne\r\ntwo\r\n"
    (item,) = evidence_in_decoded([Evidence(6, 9, "bold")], data, newline="crlf")
    assert "One\ntwo\n"[item.start : item.end] == "two"


@pytest.mark.parametrize(
    "data",
    [
        "Marta Reed: Who came?\nIvo Moss: Every body, &amp;every dog.\n",
        "Marta Reed: Who came?\r\nIvo Moss: Every body, &amp;every dog.\r\n",
        "\ufeffMarta Reed: Who came?\r\nIvo Moss: Every body, &amp;every dog.\n",
    ],
)
def test_evidence_reaches_finders_through_decoding_and_repairs(data: str) -> None:
    at = data.index("every dog")
    record = Record("a", data, NOWHERE, evidence=(Evidence(at, at + 9, "bold"), Evidence(0, 10_000, "quote")))
    article = Pipeline([*(step.stage for step in Pipeline().recipe.repairs), _Marked()]).process(record)
    ((text, evidence),) = _Marked.seen
    assert [(text[x.start : x.end], x.kind) for x in evidence] == [(text, "quote"), ("every dog", "bold")]
    assert restore(article) == data.encode("utf-8")


def test_plain_text_has_none() -> None:
    Pipeline([_Marked()]).process("Who came?", id="a")
    assert _Marked.seen == [("Who came?", ())]


def test_a_record_with_evidence_can_be_pickled_and_is_heavier() -> None:
    record = Record("a", "Who came?", NOWHERE, evidence=(Evidence(0, 9, "heading", "2"),))
    assert pickle.loads(pickle.dumps(record, 5)) == record
    assert record.weight > msgspec.structs.replace(record, evidence=()).weight
    assert record.without_data().evidence == ()


def test_no_edit_costs_nothing() -> None:
    evidence = (Evidence(0, 4, "bold"),)
    assert moved_evidence(evidence, ()) is evidence
    assert moved_evidence((), [Edit(0, "a", "b", "x.y", 1.0)]) == ()


def test_a_span_that_is_deleted_is_dropped() -> None:
    change = Change("x", (Edit(0, "gone ", "", "x.y", 1.0),))
    assert moved_evidence([Evidence(0, 5, "bold"), Evidence(0, 9, "item")], change.edits) == (Evidence(0, 4, "item"),)
