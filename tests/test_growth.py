"""Work grows in proportion to the length of a text. It is counted in calls, so the speed of the machine is irrelevant.

`make soak` measures the time of longer texts of many more kinds.
"""

import sys
from types import FrameType
from typing import Any

import pytest
from pages_of import PAGES, page_of
from patterns import PIECES, text_of

import pipeline
from pipeline.readers import html
from pipeline.segmentation import lattice, lattice_edges, score, tokens
from pipeline.segmentation.cache import TwoGenerationCache
from pipeline.segmentation.lattice_edges import document_edges, index_by_prefix
from pipeline.stages import fixpoint
from pipeline.stages.dialogue.missed_dialogue import recurring_openings
from pipeline.stages.dialogue.paragraph_starts import Opening
from pipeline.stages.words import rule_selection
from pipeline.text.edits import Edit, apply, minimal_edits, sort_and_check

SMALL, LARGE = 700, 2_800
MOST = 10
"""Four times the text may ask for this many times the calls: a repair of a long text may take some rounds more."""
TEXTS = (("words",), ("options",), ("QA-han-line",), ("word39", "list"))


class Calls:
    """Counts the calls of functions, those of C as well, inside the block."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> "Calls":
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _see(self, _frame: FrameType, event: str, _argument: Any) -> None:
        self.count += event in {"call", "c_call"}


def work_on(text: str) -> int:
    with Calls() as calls:
        article = pipeline.process(text, id="n")
        assert list(pipeline.faults(article)) == []
    return calls.count


@pytest.mark.parametrize("names", TEXTS, ids=" and ".join)
def test_the_whole_way_takes_calls_in_proportion(names: tuple[str, ...]) -> None:
    # Other texts of the kind, so that what is remembered of words does not count.
    work_on(text_of(names, SMALL, seed=1))
    few, many = work_on(text_of(names, SMALL, seed=2)), work_on(text_of(names, LARGE, seed=3))
    assert many < MOST * few


def test_a_run_is_looked_up_as_often_however_many_words_a_document_has_of_its_own() -> None:
    run = "qorvundelsaidthat"

    def calls(count: int) -> int:
        own = index_by_prefix([f"qo{n:07}" for n in range(count)] + ["qorvundel"])
        with Calls() as counted:
            assert [piece.word for piece in document_edges(run, own)] == ["qorvundel"]
        return counted.count

    assert calls(20_000) <= calls(20)


def test_each_odd_word_of_a_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text has more words than are kept from text to text: a smaller cache forgets each just before its turn."""
    read: list[tuple[str, object]] = []

    def counted(run: str, costs: lattice_edges.Costs, cut_off: bool) -> tuple[lattice_edges.Edge, ...]:
        read.append((run, costs))
        return lattice_edges._edges_of(run, costs, cut_off)

    few = TwoGenerationCache(counted, 50)
    monkeypatch.setattr(lattice_edges, "edge_cache", few)
    monkeypatch.setattr(score, "edge_cache", few)
    for made in (tokens.split_gain, tokens.part_is_suspect, tokens.is_suspect, tokens.is_doubtful):
        made.cache_clear()
    lattice.lattice_cache.cache_clear()
    pipeline.clean(text_of(("words",), 6_000, seed=4), stages=["punctuation", "words"])
    assert len(read) > 200
    assert len(read) < 1.3 * len(set(read))


def test_edits_that_are_not_sure_are_held_against_their_neighbours_only() -> None:
    def calls(count: int) -> int:
        made = tuple(Edit(3 * n, "a", "b", "x.y", 0.9) for n in range(count))
        starts = [edit.start for edit in made]
        with Calls() as counted:
            assert not fixpoint._collides(Edit(3 * count - 2, "c", "d", "x.y", 0.1), made, starts)
        return counted.count

    assert calls(10_000) <= calls(10)


@pytest.mark.parametrize(
    ("edit", "meets"),
    [
        (Edit(4, "", " ", "x.y", 0.1), False),
        (Edit(5, "", " ", "x.y", 0.1), True),
        (Edit(6, "", " ", "x.y", 0.1), True),
        (Edit(7, "", " ", "x.y", 0.1), False),
        (Edit(4, "ab", "", "x.y", 0.1), True),
        (Edit(3, "ab", "", "x.y", 0.1), False),
        (Edit(9, "", " ", "x.y", 0.1), True),
        (Edit(8, "ab", "", "x.y", 0.1), True),
        (Edit(8, "a", "", "x.y", 0.1), False),
        (Edit(9, "a", "", "x.y", 0.1), True),
        (Edit(10, "a", "", "x.y", 0.1), False),
    ],
)
def test_an_edit_meets_what_overlaps_it_or_starts_where_it_starts(edit: Edit, meets: bool) -> None:
    made = (Edit(5, "ab", "c", "x.y", 0.9), Edit(9, "", " ", "x.y", 0.9))
    assert fixpoint._collides(edit, made, [each.start for each in made]) == meets


def test_a_dash_between_spaces_is_looked_for_once_in_a_text() -> None:
    rule_selection.has_spaced_dash.cache_clear()
    pipeline.clean(text_of(("options",), 4_000), stages=["words"])
    info = rule_selection.has_spaced_dash.cache_info()
    assert info.hits > 20
    assert info.misses < 10


@pytest.mark.parametrize(
    ("old", "new"),
    [("abcdefgh, ", "abc efgh, "), ("ab", "ba"), ("Ã¢â‚¬", "â€"), ("a\x92b the same \n", "a’b the same \n")],
)
def test_an_edit_of_a_text_that_says_the_same_again_and_again_is_made_smallest_in_proportion(
    old: str, new: str
) -> None:
    def calls(count: int) -> int:
        edit = Edit(0, old * count, f"{new * count}.", "x.y", 0.9)
        with Calls() as counted:
            edits = list(minimal_edits(edit))
        assert apply(edit.old, sort_and_check(edit.old, edits)) == edit.new
        assert all(each.old[i : i + 12] not in each.new for each in edits for i in range(len(each.old) - 11))
        return counted.count

    few, many = calls(400), calls(1_600)
    assert many < 5 * few


def test_the_runs_of_an_edit_are_the_longest_where_that_is_no_work() -> None:
    old = "The keeper left at six in the morning. Nobody saw her go."
    new = "Nobody saw it. The warden left at six in the morning, Nobody saw her go!"
    assert [(edit.old, edit.new) for edit in minimal_edits(Edit(0, old, new, "x.y", 0.9))] == [
        ("The keeper", "Nobody saw it. The warden"),
        (".", ","),
        (".", "!"),
    ]


class Key(str):
    """A key of which each comparison is a call."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other)


def test_labels_that_each_come_twice_are_looked_at_in_proportion() -> None:
    def calls(count: int) -> int:
        found = [Opening(n, n + 1, Key(f"k{n % count}"), f"k{n % count}:", "x") for n in range(2 * count)]
        with Calls() as counted:
            assert recurring_openings(found, set()) == []
        return counted.count

    assert calls(800) < 5 * calls(200)


@pytest.mark.parametrize("name", PIECES)
def test_a_kind_of_text_has_the_length_that_is_asked_for(name: str) -> None:
    assert len(text_of((name,), 500)) == 500
    assert text_of((name, "words"), 500, "random", 1) == text_of((name, "words"), 500, "random", 1)


@pytest.mark.parametrize("name", PAGES)
def test_a_kind_of_page_can_be_read_or_is_refused(name: str) -> None:
    page = page_of(name, 500)
    assert 500 <= len(page) < 1500
    try:
        assert html.extract(page.encode()).text
    except html.PageError as error:
        assert str(error)  # noqa: PT017 -- either is right
