"""Tokens: which may be missing a space."""

import pytest

from pipeline.segmentation.tokens import is_doubtful, is_plain_word, is_suspect, suspect_parts
from pipeline.segmentation.word_scores import is_affixed


@pytest.mark.parametrize(
    "token",
    [
        "harbour", "mill’s", "don’t", "U.S.-based", "(U.N.)", "(e.g.,", "1,000", "10:30", "high-quality", "WHO", "灯塔",
        "https://a.org/thelonger", "1990–1995", "school—to", "202(d)", "Togo",
    ],
)  # fmt: skip
def test_tokens_that_are_right_are_told_by_themselves(token: str) -> None:
    """Most of a text is passed over at the speed of a look-up."""
    assert not is_suspect(token)


@pytest.mark.parametrize(
    "token",
    [
        "thelighthouse",
        "theOld",
        "ofthe",
        "history.The",
        "(GSI)and",
        "In2022",
        "500jobs",
        "15,2008",
        "isn’tready",
        "andthat’s",
        "Ihave",
        "togo",
        "TorvaldM.",
    ],
)
def test_tokens_that_may_be_two_are_suspect(token: str) -> None:
    """They are looked at in their place."""
    assert is_suspect(token)


def test_chinese_parts_a_token() -> None:
    """No space is missing between Chinese and Latin; inside the Latin part one may be."""
    assert list(suspect_parts("他说theOld，《Hill》")) == [(2, "theOld")]


@pytest.mark.parametrize("word", ["nondemocratic", "explainability", "plantswoman"])
def test_words_made_from_words_are_derived(word: str) -> None:
    """Prefixes and suffixes make words; a word that the lists have needs none."""
    assert is_affixed(word) or is_plain_word(word)


def test_a_slip_of_the_web_is_not_plain() -> None:
    """The word lists have it; edited prose has not."""
    assert not is_plain_word("ofthe")
    assert is_plain_word("into")


def test_a_run_that_hardly_reads_as_two_words_is_doubtful() -> None:
    """The document decides: it may know the name that the run begins with."""
    assert is_suspect("Belvenis")
    assert is_doubtful("Belvenis,")
    assert not is_doubtful("thelighthouse")
