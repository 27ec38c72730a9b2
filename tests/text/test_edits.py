"""Edits: every change can be undone, and every position mapped through it."""

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import edited, ledgers, texts

from pipeline.text.edits import (
    Change,
    Edit,
    EditError,
    PositionMap,
    apply,
    inverse,
    minimal_edits,
    sort_and_check,
    undo,
)

Edited = tuple[str, tuple[Edit, ...]]

PHRASES = ["the ferry leaves ", "at half past six ", "渡轮六点半开出，", "x", " ", "，", "quot;", "harbour"]


def edit(start: int, old: str, new: str) -> Edit:
    return Edit(start, old, new, "test.any", 0.9)


# --- applying and undoing


def test_edits_are_made_at_their_places_in_the_text_before_the_change() -> None:
    edits = (edit(4, "quot;", '"'), edit(12, "", ","), edit(16, " now", ""))
    assert apply("say quot;yes and now", edits) == 'say "yes, and'


@given(edited())
def test_the_inverse_gives_the_text_back(case: Edited) -> None:
    text, edits = case
    assert apply(apply(text, edits), inverse(edits)) == text


@given(edited())
def test_the_inverse_of_the_inverse_is_the_change_itself(case: Edited) -> None:
    _, edits = case
    assert inverse(inverse(edits)) == edits


@given(ledgers())
def test_undoing_all_changes_gives_the_text_before_them(case: tuple[str, str, tuple[Change, ...]]) -> None:
    before, after, ledger = case
    assert undo(after, ledger) == before


def test_changes_are_not_undone_on_another_text() -> None:
    with pytest.raises(EditError):
        undo("rivr", [Change("words", (edit(3, "", "e"),))])


# --- what is refused


@given(edited(), st.randoms(use_true_random=False))
def test_fitting_edits_are_accepted_in_any_order_and_sorted(case: Edited, random: Random) -> None:
    text, edits = case
    shuffled = random.sample(edits, len(edits))
    assert apply(text, sort_and_check(text, shuffled)) == apply(text, edits)


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([edit(0, "the", "a"), edit(2, "e f", "")], "overlaps"),
        ([edit(0, "the ferry", ""), edit(4, "ferry", "boat")], "overlaps"),
        ([edit(0, "the ferry", ""), edit(4, "", "old ")], "overlaps"),
        ([edit(3, "", "a"), edit(3, "", "b")], "overlaps"),
        ([edit(4, "boat", "ship")], "expects 'boat', the text has 'ferr'"),
        ([edit(4, "ferry!", "")], "expects"),
        ([edit(10, "", "!")], "expects"),
        ([edit(-5, "ferry", "boat")], "expects"),
        ([edit(4, "ferry", "ferry")], "changes nothing"),
    ],
)
def test_edits_that_overlap_do_not_fit_or_change_nothing_are_refused(edits: list[Edit], reason: str) -> None:
    with pytest.raises(EditError, match=reason) as refusal:
        sort_and_check("the ferry", edits)
    assert "test.any" in str(refusal.value)


@pytest.mark.parametrize(
    "edits", [(edit(0, "the", "a"), edit(2, "e", "")), (edit(4, "boat", "ship"),), (edit(10, "", "!"),)]
)
def test_applying_refuses_them_too(edits: tuple[Edit, ...]) -> None:
    with pytest.raises(EditError, match="does not fit"):
        apply("the ferry", edits)


def test_edits_that_only_touch_are_no_overlap() -> None:
    edits = sort_and_check("the ferry", [edit(4, "ferry", "boat"), edit(3, " ", "  "), edit(4, "", "old ")])
    assert apply("the ferry", edits) == "the  old boat"


# --- positions


@given(edited())
def test_characters_that_no_edit_touches_map_to_themselves_both_ways(case: Edited) -> None:
    text, edits = case
    changed, positions = apply(text, edits), PositionMap(edits)
    touched = {i for e in edits for i in range(e.start, e.end)}
    for i in set(range(len(text))) - touched:
        start, end = positions.forward(i, i + 1)
        assert changed[start:end] == text[i]
        assert positions.backward(start, end) == (i, i + 1)


@given(edited(), st.data())
def test_a_wider_span_maps_to_a_wider_span(case: Edited, data: st.DataObject) -> None:
    text, edits = case
    assume(text)
    outer_start, start, end, outer_end = sorted(
        data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4), label="places")
    )
    assume(start < end)
    positions = PositionMap(edits)
    inner, outer = positions.forward(start, end), positions.forward(outer_start, outer_end)
    assert outer[0] <= inner[0] <= inner[1] <= outer[1]


@given(edited(), st.data())
def test_a_span_is_widened_to_edits_that_it_overlaps_but_not_to_those_it_touches(
    case: Edited, data: st.DataObject
) -> None:
    text, edits = case
    assume(text)
    start = data.draw(st.integers(0, len(text) - 1), label="start")
    end = data.draw(st.integers(start + 1, len(text)), label="end")
    first, last = PositionMap(edits).forward(start, end)
    for old, new in zip(edits, inverse(edits), strict=True):
        if old.end <= start:
            assert new.end <= first
        elif old.start >= end:
            assert new.start >= last
        else:
            assert first <= new.start <= new.end <= last


@given(edited(), st.data())
def test_mapping_backward_is_mapping_forward_through_the_inverse(case: Edited, data: st.DataObject) -> None:
    text, edits = case
    changed = apply(text, edits)
    start = data.draw(st.integers(0, len(changed)), label="start")
    end = data.draw(st.integers(start, len(changed)), label="end")
    assert PositionMap(edits).backward(start, end) == PositionMap(inverse(edits)).forward(start, end)


@given(edited(), st.data())
def test_mapped_spans_stay_in_order_and_inside_the_text(case: Edited, data: st.DataObject) -> None:
    text, edits = case
    start = data.draw(st.integers(0, len(text)), label="start")
    end = data.draw(st.integers(start, len(text)), label="end")
    first, last = PositionMap(edits).forward(start, end)
    assert 0 <= first <= last <= len(apply(text, edits))


def test_a_span_that_begins_or_ends_inside_an_edit_widens_to_all_of_it() -> None:
    """`Mr quot;Ash` becomes `Mr "Ash`: whoever points into `quot;` points to the mark."""
    positions = PositionMap([edit(3, "quot;", '"')])
    assert positions.forward(0, 5) == (0, 4)
    assert positions.forward(5, 11) == (3, 7)
    assert positions.backward(3, 4) == (3, 8)


def test_an_edit_at_the_edge_stays_outside() -> None:
    positions = PositionMap([edit(3, "quot;", '"')])
    assert positions.forward(0, 3) == (0, 3)
    assert positions.forward(8, 11) == (4, 7)
    assert positions.backward(4, 7) == (8, 11)


def test_an_inserted_character_maps_to_an_empty_span() -> None:
    positions = PositionMap([edit(5, "", " ")])
    assert positions.backward(5, 6) == (5, 5)
    assert positions.forward(0, 5) == (0, 5)
    assert positions.forward(5, 9) == (6, 10)
    assert positions.forward(4, 6) == (4, 7)


def test_an_empty_span_stays_empty_unless_it_is_inside_an_edit() -> None:
    positions = PositionMap([edit(3, "quot;", '"')])
    assert positions.forward(3, 3) == (3, 3)
    assert positions.forward(8, 8) == (4, 4)
    assert positions.forward(5, 5) == (3, 4)


# --- the smallest edits


def sides() -> st.SearchStrategy[str]:
    return st.lists(st.one_of(st.sampled_from(PHRASES), texts(max_size=3)), max_size=8).map("".join)


@given(sides(), sides(), texts(max_size=5))
def test_minimal_edits_have_the_effect_of_the_whole_edit(old: str, new: str, before: str) -> None:
    text = before + old + "."
    small = list(minimal_edits(edit(len(before), old, new)))
    assert apply(text, sort_and_check(text, small)) == before + new + "."


@given(sides(), sides())
def test_the_sides_of_a_minimal_edit_share_no_end_and_no_long_run(old: str, new: str) -> None:
    for small in minimal_edits(edit(0, old, new)):
        assert small.old != small.new
        assert not (small.old and small.new) or small.old[0] != small.new[0]
        assert not (small.old and small.new) or small.old[-1] != small.new[-1]
        assert not any(small.old[i : i + 12] in small.new for i in range(len(small.old) - 11))


def test_a_paragraph_with_one_other_word_is_an_edit_of_that_word() -> None:
    old, new = "The pilots boarded at dawn, the crew at noon.", "The pilots boarded at dusk, the crew at noon."
    assert list(minimal_edits(edit(7, old, new))) == [edit(30, "awn", "usk")]


def test_a_long_run_in_the_middle_is_left_out() -> None:
    (first, second) = minimal_edits(edit(0, "teh pilots boarded at nigth", "the pilots boarded at night"))
    assert (first.start, first.old, first.new) == (1, "eh", "he")
    assert (second.start, second.old, second.new) == (25, "th", "ht")


def test_a_run_of_twelve_between_long_sides_is_left_out() -> None:
    old, new = "teh keeper (harbour at 6) wniter", "the warden [harbour at 6] winter"
    assert not any("harbour at 6" in small.old for small in minimal_edits(edit(0, old, new)))


def test_a_minimal_edit_keeps_rule_and_confidence() -> None:
    (small,) = minimal_edits(Edit(0, "decadesof", "decades of", "words.run-together", 0.93))
    assert small == Edit(7, "", " ", "words.run-together", 0.93)


def test_an_edit_that_changes_nothing_yields_nothing() -> None:
    assert list(minimal_edits(edit(3, "same", "same"))) == []
