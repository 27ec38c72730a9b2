"""Candidates: where a space may be missing, and the features of each place."""

from hypothesis import given

from pipeline.segmentation.candidates import space_candidates
from pipeline.segmentation.counts import DocumentCounts
from pipeline.segmentation.features import CandidateFeatures
from pipeline.stages.words.stage import Words
from pipeline.testing import texts


def found(text: str) -> list[tuple[str, bool]]:
    return [
        (f"{text[max(0, gap.at - 4) : gap.at]}|{text[gap.at : gap.at + 4]}", gap.inner)
        for gap in space_candidates(text, DocumentCounts(text))
    ]


def test_a_candidate_is_found_where_words_meet() -> None:
    """The cuts of the best reading are candidates; those between letters are inner ones."""
    assert ("ades|of s", True) in found("After decadesof silence.")


def test_a_candidate_is_found_at_a_mark() -> None:
    """It is not an inner one: the stage `punctuation` handles it."""
    assert ("ory.|The ", False) in found("It was history.The next day came.")


def test_clean_prose_has_no_candidates() -> None:
    """Correct text costs no features."""
    assert found("The ferry sails at ten, and nobody complains about it.") == []


def test_a_line_without_spaces_has_no_candidates() -> None:
    """It is solved as a whole by the stage `words`."""
    assert found("thepeopleoftheislandwanttheirferryback") == []


@given(texts(Words()))
def test_candidates_are_inside_the_text_in_order_with_all_features(text: str) -> None:
    """Every candidate has all features, as whole numbers."""
    gaps = list(space_candidates(text, DocumentCounts(text)))
    assert [gap.at for gap in gaps] == sorted({gap.at for gap in gaps})
    for gap in gaps:
        assert 0 < gap.at < len(text)
        assert not text[gap.at - 1].isspace()
        assert not text[gap.at].isspace()
        assert isinstance(gap.features, CandidateFeatures)
        assert all(isinstance(value, int) for value in gap.features)
