"""The English lexicon: frequencies, pairs, names and run-together words."""

from pathlib import Path

import pytest

from pipeline.lexicon import english

WORDS = english.lexicon()


def test_frequent_words_are_more_probable_than_rare_ones() -> None:
    """Probabilities order words as one would."""
    assert WORDS.zipf("the") > WORDS.zipf("harbour") > WORDS.zipf("lighthouse") > 2
    assert WORDS.logp("thelighthouse") is None
    assert WORDS.zipf("thelighthouse") == 0


def test_pairs_are_conditional_probabilities() -> None:
    """A pair of words that belong together is far more probable than the second alone."""
    joined, alone = WORDS.pair("of", "the"), WORDS.points("the")
    assert joined is not None
    assert alone is not None
    assert joined > alone
    behind = WORDS.pair("lighthouse", "of")
    assert behind is None or behind < 0
    twice = WORDS.pair("of", "of")
    assert twice is None or twice < -5 * english.POINTS_PER_NAT


@pytest.mark.parametrize("word", ["ofthe", "alot", "tobe"])
def test_run_together_words_of_the_web_are_misjoined(word: str) -> None:
    """The word lists have them, but edited prose writes two words."""
    assert WORDS.is_misjoined(word)


@pytest.mark.parametrize("word", ["into", "cannot", "nobody", "maybe", "island", "togo", "ingrid"])
def test_compounds_and_names_are_not_misjoined(word: str) -> None:
    """Edited prose writes them as one word, or they are names."""
    assert not WORDS.is_misjoined(word)


def test_names_are_known_by_their_capitals() -> None:
    """The share of capitals inside sentences."""
    assert WORDS.capital("norway") > 2 * WORDS.capital("harbour")


def test_other_languages_are_known_as_such() -> None:
    """A German word is foreign, an English one is not."""
    assert WORDS.foreign("wahrscheinlich")
    assert not WORDS.foreign("harbour")


def test_spelling_prefers_what_looks_like_a_word() -> None:
    """The letter model scores unknown words."""
    assert WORDS.spelling("brolling") > WORDS.spelling("bqxlrzng")


@pytest.mark.parametrize(("start", "end"), [(0, 12), (3, 9), (0, 2), (5, 6), (9, 12)])
def test_the_spelling_of_a_part_ignores_its_neighbours(start: int, end: int) -> None:
    """The letters around the part do not count."""
    text = "oldbrollings"
    assert WORDS.spellings(text).between(start, end) == WORDS.spelling(text[start:end])


def test_the_data_is_small() -> None:
    """The data is part of the wheel."""
    folder = Path(english.__file__).parent
    assert sum(path.stat().st_size for path in [*folder.glob("*.marisa"), *folder.glob("*.bytes")]) < 7_000_000
