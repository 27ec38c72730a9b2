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
def test_correct_tokens_are_not_suspect(token: str) -> None:
    """Most tokens of a text need only a look-up."""
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
def test_tokens_that_may_be_two_words_are_suspect(token: str) -> None:
    """They are examined with their neighbours."""
    assert is_suspect(token)


def test_chinese_splits_a_token_into_parts() -> None:
    """No space is missing between Chinese and Latin, but one may be missing inside the Latin part."""
    assert list(suspect_parts("他说theOld，《Hill》")) == [(2, "theOld")]


@pytest.mark.parametrize("word", ["nondemocratic", "explainability", "plantswoman"])
def test_known_words_with_affixes_are_recognised(word: str) -> None:
    """A known word with a prefix or a suffix is a word."""
    assert is_affixed(word) or is_plain_word(word)


def test_a_run_together_word_of_the_web_is_not_plain() -> None:
    """The word lists have it, but edited prose does not."""
    assert not is_plain_word("ofthe")
    assert is_plain_word("into")


def test_a_run_that_hardly_reads_as_two_words_is_doubtful() -> None:
    """The document decides: it may have the name that the run begins with."""
    assert is_suspect("Belvenis")
    assert is_doubtful("Belvenis,")
    assert not is_doubtful("thelighthouse")
