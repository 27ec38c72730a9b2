"""The layers of a ledger laid over each other: every edit has one place, from the source to the text."""

from itertools import pairwise

import pytest
from hypothesis import given
from judged import edit, with_ledger
from strategies import ledgers

from pipeline import ContractError
from pipeline.audit.provenance import Fragment, edits_in_source, fragments, layer_texts, rewrites
from pipeline.text.edits import Change

Ledger = tuple[str, str, tuple[Change, ...]]


def shown(source: str, *changes: Change) -> str:
    """The whole text with its edits marked."""
    made = with_ledger(source, *changes)
    marks = {"kept": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(marks[s.kind].format(s.text) for s, _ in fragments(made.text, source, rewrites(changes)))


# The laws


@given(ledgers())
def test_every_edit_is_in_one_passage(ledger: Ledger) -> None:
    _, _, changes = ledger
    found = [(step.layer, step.edit) for passage in rewrites(changes) for step in passage.edits]
    assert sorted(found, key=str) == sorted(
        ((layer, e) for layer, change in enumerate(changes) for e in change.edits), key=str
    )


@given(ledgers())
def test_stretches_without_insertions_are_the_source(ledger: Ledger) -> None:
    source, text, changes = ledger
    pieces = [stretch for stretch, _ in fragments(text, source, rewrites(changes))]
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == source


@given(ledgers())
def test_stretches_without_deletions_are_the_text(ledger: Ledger) -> None:
    source, text, changes = ledger
    pieces = [stretch for stretch, _ in fragments(text, source, rewrites(changes))]
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == text


@given(ledgers())
def test_passages_are_sorted_and_disjoint_on_both_sides(ledger: Ledger) -> None:
    found = rewrites(ledger[2])
    for before, after in pairwise(found):
        assert before.end <= after.start
        assert before.source_end <= after.source_start


@given(ledgers())
def test_text_between_passages_is_the_same_in_source_and_text(ledger: Ledger) -> None:
    source, text, changes = ledger
    at = at_source = 0
    for passage in rewrites(changes):
        assert text[at : passage.start] == source[at_source : passage.source_start]
        at, at_source = passage.end, passage.source_end


@given(ledgers())
def test_the_text_of_every_layer_is_given(ledger: Ledger) -> None:
    source, text, changes = ledger
    found = layer_texts(with_ledger(source, *changes))
    assert (found[0], found[-1], len(found)) == (source, text, len(changes) + 1)


# Edits that meet


def test_edits_at_different_places_are_passages_of_their_own() -> None:
    first, second = Change("a", (edit(0, "quot;", '"'),)), Change("b", (edit(4, ".", ""),))
    assert shown("quot;Yes.", first, second) == '[-quot;-]{+"+}Yes[-.-]'


def test_adjacent_edits_are_separate_passages() -> None:
    first, second = Change("a", (edit(4, "&hellip;", "…"),)), Change("b", (edit(5, "", " "),))
    assert shown("Yes,&hellip;no", first, second) == "Yes,[-&hellip;-]{+…+}{+ +}no"


def test_an_edit_within_a_later_one_is_part_of_its_passage() -> None:
    """`amp;` went, and what it left was an entity of its own: the reader sees the source's `&amp;quot;` become `"`."""
    first, second = Change("a", (edit(5, "amp;", ""),)), Change("b", (edit(4, "&quot;", '"'),))
    assert shown("Say &amp;quot; now", first, second) == 'Say [-&amp;quot;-]{+"+} now'
    (passage,) = rewrites((first, second))
    assert [step.stage for step in passage.edits] == ["a", "b"]


def test_insertion_at_a_deletion_is_a_replacement() -> None:
    first, second = Change("a", (edit(2, "\u200b", ""),)), Change("b", (edit(2, "", " "),))
    assert shown("of\u200bthe", first, second) == "of[-\u200b-]{+ +}the"


def test_edit_undone_by_a_later_one_is_still_shown() -> None:
    first, second = Change("a", (edit(0, "灯", "燈"),)), Change("b", (edit(0, "燈", "灯"),))
    assert shown("灯塔", first, second) == "[-灯-]{+灯+}塔"


def test_an_insertion_that_a_later_edit_deletes_leaves_an_empty_stretch() -> None:
    first, second = Change("a", (edit(1, "", " "),)), Change("b", (edit(1, " ", ""),))
    found = list(fragments("灯塔", "灯塔", rewrites((first, second))))
    assert [stretch for stretch, passage in found if passage] == [Fragment("new", "")]


# The source


def test_the_place_in_the_source_does_not_move_with_earlier_edits() -> None:
    spaced = edit(9, "", " ")
    moved = edit(5, "", " ")
    alone = list(edits_in_source((Change("words", (spaced,)),)))
    after = list(edits_in_source((Change("entities", (edit(0, "quot;", '"'),)), Change("words", (moved,)))))
    assert alone[0][1:] == after[1][1:] == (9, 9)


def test_edits_that_do_not_fit_their_text_are_no_ledger() -> None:
    made = with_ledger("The lamp", Change("a", (edit(0, "The", "A"),)))
    with pytest.raises(ContractError, match="/provenance/changes: the edit at 0"):
        layer_texts(type(made)(**{f: getattr(made, f) for f in made.__struct_fields__} | {"text": "B lamp"}))
