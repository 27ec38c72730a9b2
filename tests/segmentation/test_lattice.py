"""The lattice: how a run of letters reads as one word and as several."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.segmentation.lattice import read_run
from pipeline.segmentation.lattice_edges import UNSPACED_LINE_COSTS, Edge, document_edges, edges_of, index_by_prefix
from pipeline.segmentation.word_scores import lowered

RUNS = st.text("abcdefghinorstuwTHE", min_size=3, max_size=24)


def test_the_best_reading_of_two_words_is_two_words() -> None:
    """The margin over one unknown word is large, and grows with the neighbours."""
    alone, between = read_run("monthsof", ".", ".", []), read_run("monthsof", "six", "work", [])
    assert alone.cuts == between.cuts == (6,)
    assert alone.best > alone.whole
    assert between.best - between.whole > 0


def test_a_word_is_read_as_one() -> None:
    """No cut is better than the word itself."""
    assert read_run("harbour", "the", ".", []).cuts == ()


def test_capitals_show_where_words_begin() -> None:
    """This also holds for unknown words."""
    assert read_run("calledMahtobi", "is", ".", []).cuts == (6,)


def test_a_word_of_the_document_may_be_an_edge() -> None:
    """It costs less than an unknown word."""
    own = document_edges("qorvundelsaid", index_by_prefix({"qorvundel"}))
    assert own == [Edge(0, 9, "qorvundel", own[0].points, 0)]
    with_it, alone = read_run("qorvundelsaid", ".", "that", own), read_run("qorvundelsaid", ".", "that", [])
    assert with_it.cut[9] - with_it.uncut[9] > alone.cut[9] - alone.uncut[9]
    assert with_it.cuts == (9,)


def test_the_whole_run_is_no_edge_of_the_document() -> None:
    """Otherwise every run would be a known word."""
    assert document_edges("qorvundel", index_by_prefix({"qorvundel"})) == []


def test_no_edge_begins_or_ends_at_an_apostrophe() -> None:
    """`isn't` has no `isn`."""
    assert all("'" not in (run[0], run[-1]) for run in (piece.word for piece in edges_of("isn'tready")))


def test_capitals_count_for_more_in_a_line_without_spaces() -> None:
    """Capitals are all that is left of the spaces there."""
    assert read_run("SkerryIsleFerry", "^", "^", [], UNSPACED_LINE_COSTS).cuts == (6, 10)


def test_letters_with_a_longer_lower_case_stay() -> None:
    """Offsets count code points of the text as it is."""
    assert len(lowered("İstanbul")) == len("İstanbul")


@given(RUNS, st.sampled_from(["the", ".", "^", "zzz"]), st.sampled_from(["of", ".", "zzz"]))
def test_the_scores_agree_with_the_best_reading(run: str, before: str, after: str) -> None:
    """At each place the better of cut and no cut is the best reading; at its cuts it is the cut."""
    found = read_run(run, before, after, [])
    assert found.whole <= found.best
    for place in range(1, len(run)):
        assert max(found.cut[place], found.uncut[place]) == found.best
    assert all(found.cut[place] == found.best for place in found.cuts)


@given(RUNS)
def test_edges_cover_the_run(run: str) -> None:
    """The whole run is always an edge, and the word of every edge is the letters that it spans."""
    found = edges_of(run)
    assert (0, len(run)) in {(piece.start, piece.end) for piece in found}
    assert all(piece.word == lowered(run)[piece.start : piece.end] for piece in found)
    assert all(left <= right for left, right in itertools.pairwise(found))
