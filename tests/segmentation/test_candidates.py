"""Gaps: where a space may be missing, and what is said of each place."""

from hypothesis import given

from pipeline.segmentation.candidates import CandidateFeatures, space_candidates
from pipeline.segmentation.counts import DocumentCounts
from pipeline.stages.words.stage import Words
from pipeline.testing import texts


def found(text: str) -> list[tuple[str, bool]]:
    return [
        (f"{text[max(0, gap.at - 4) : gap.at]}|{text[gap.at : gap.at + 4]}", gap.inner)
        for gap in space_candidates(text, DocumentCounts(text))
    ]


def test_a_gap_is_found_where_words_meet() -> None:
    """The cuts of the best reading are there; places between letters are inner ones."""
    assert ("ades|of s", True) in found("After decadesof silence.")


def test_a_gap_is_found_at_a_mark() -> None:
    """It is no inner one: `punctuation` asks for it."""
    assert ("ory.|The ", False) in found("It was history.The next day came.")


def test_clean_prose_has_none() -> None:
    """Nothing is described that nobody needs."""
    assert found("The ferry sails at ten, and nobody complains about it.") == []


def test_a_line_that_lost_its_spaces_is_left_to_be_solved_as_a_whole() -> None:
    """Gap by gap it would be long work."""
    assert found("thepeopleoftheislandwanttheirferryback") == []


@given(texts(Words()))
def test_gaps_lie_inside_the_text_in_order_and_are_fully_described(text: str) -> None:
    """Every gap has all features, as whole numbers."""
    gaps = list(space_candidates(text, DocumentCounts(text)))
    assert [gap.at for gap in gaps] == sorted({gap.at for gap in gaps})
    for gap in gaps:
        assert 0 < gap.at < len(text)
        assert not text[gap.at - 1].isspace()
        assert not text[gap.at].isspace()
        assert isinstance(gap.features, CandidateFeatures)
        assert all(isinstance(value, int) for value in gap.features)
