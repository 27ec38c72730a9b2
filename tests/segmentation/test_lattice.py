"""The lattice: how a run of letters reads as one word and as several."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.segmentation.lattice import read
from pipeline.segmentation.lattice_edges import IN_PACKED_LINE, Edge, by_beginning, of_document, pieces
from pipeline.segmentation.word_scores import lowered

RUNS = st.text("abcdefghinorstuwTHE", min_size=3, max_size=24)


def test_the_best_reading_of_two_words_is_two_words() -> None:
    """The margin over one unknown word is large, and grows with the neighbours."""
    alone, between = read("monthsof", ".", ".", []), read("monthsof", "six", "work", [])
    assert alone.cuts == between.cuts == (6,)
    assert alone.best > alone.whole
    assert between.best - between.whole > 0


def test_a_word_is_read_as_one() -> None:
    """No cut is better than the word itself."""
    assert read("harbour", "the", ".", []).cuts == ()


def test_capitals_say_where_words_begin() -> None:
    """Also of a word that nobody knows."""
    assert read("calledMahtobi", "is", ".", []).cuts == (6,)


def test_a_word_of_the_document_may_be_a_piece() -> None:
    """It costs less than a stranger."""
    own = of_document("qorvundelsaid", by_beginning({"qorvundel"}))
    assert own == [Edge(0, 9, "qorvundel", own[0].points, 0)]
    with_it, alone = read("qorvundelsaid", ".", "that", own), read("qorvundelsaid", ".", "that", [])
    assert with_it.cut[9] - with_it.uncut[9] > alone.cut[9] - alone.uncut[9]
    assert with_it.cuts == (9,)


def test_the_run_itself_is_no_piece_of_the_document() -> None:
    """Else every run would prove itself."""
    assert of_document("qorvundel", by_beginning({"qorvundel"})) == []


def test_no_piece_begins_or_ends_at_an_apostrophe() -> None:
    """`isn't` has no `isn`."""
    assert all("'" not in (run[0], run[-1]) for run in (piece.word for piece in pieces("isn'tready")))


def test_capitals_count_for_more_in_a_line_without_spaces() -> None:
    """They are what is left of the spaces there."""
    assert read("SkerryIsleFerry", "^", "^", [], IN_PACKED_LINE).cuts == (6, 10)


def test_letters_that_grow_when_lowered_stay() -> None:
    """Offsets count code points of the text as it is."""
    assert len(lowered("İstanbul")) == len("İstanbul")


@given(RUNS, st.sampled_from(["the", ".", "^", "zzz"]), st.sampled_from(["of", ".", "zzz"]))
def test_the_scores_agree_with_the_best_reading(run: str, before: str, after: str) -> None:
    """At each place the better of cut and no cut is the best reading; at its cuts it is the cut."""
    found = read(run, before, after, [])
    assert found.whole <= found.best
    for place in range(1, len(run)):
        assert max(found.cut[place], found.uncut[place]) == found.best
    assert all(found.cut[place] == found.best for place in found.cuts)


@given(RUNS)
def test_pieces_tile_the_run(run: str) -> None:
    """The whole run is always among them, and every piece is the letters that it spans."""
    found = pieces(run)
    assert (0, len(run)) in {(piece.start, piece.end) for piece in found}
    assert all(piece.word == lowered(run)[piece.start : piece.end] for piece in found)
    assert all(left <= right for left, right in itertools.pairwise(found))
