"""The lexicon: what it knows, and how a run of letters is read with it."""

from pathlib import Path

import pytest

from pipeline import lexicon
from pipeline.lexicon.runs import derived, plain, suspicious, tokens
from pipeline.lexicon.segmentation import read, whole

WORDS = lexicon.words()


def test_frequent_words_are_more_probable_than_rare_ones() -> None:
    """Probabilities order words as one would."""
    assert WORDS.zipf("the") > WORDS.zipf("harbour") > WORDS.zipf("lighthouse") > 2
    assert WORDS.logp("thelighthouse") is None
    assert WORDS.zipf("thelighthouse") == 0


def test_pairs_are_conditional_probabilities() -> None:
    """A pair of words that belong together is far more probable than the second alone."""
    joined, alone = WORDS.pair("of", "the"), WORDS.logp("the")
    assert joined is not None
    assert alone is not None
    assert joined > alone
    behind = WORDS.pair("lighthouse", "of")
    assert behind is None or behind < 0
    twice = WORDS.pair("of", "of")
    assert twice is None or twice < -5


@pytest.mark.parametrize("word", ["ofthe", "alot", "tobe"])
def test_slips_of_the_web_are_joins(word: str) -> None:
    """They are in the word lists, and are no words."""
    assert WORDS.join(word)


@pytest.mark.parametrize("word", ["into", "cannot", "nobody", "maybe", "island", "togo", "ingrid"])
def test_words_and_names_that_are_made_of_words_are_not(word: str) -> None:
    """Edited prose has them as one word, or as a name."""
    assert not WORDS.join(word)


def test_names_are_known_by_their_capitals() -> None:
    """The share of capitals inside sentences."""
    assert WORDS.capital("norway") > 2 * WORDS.capital("harbour")


def test_other_languages_are_known_as_such() -> None:
    """A German word is foreign, an English one is not."""
    assert WORDS.foreign("wahrscheinlich")
    assert not WORDS.foreign("harbour")


def test_spelling_prefers_what_looks_like_a_word() -> None:
    """The letter model is for words that nobody knows."""
    assert WORDS.spelling("brolling") > WORDS.spelling("bqxlrzng")
    assert WORDS.spelling("brolling") == WORDS.spellings("brolling")[-1]


def test_reading_a_run_uses_the_words_beside_it() -> None:
    """The neighbours count: the margin over one unknown word grows with them."""
    alone = read(WORDS, "monthsof")
    between = read(WORDS, "monthsof", "six", "work")
    assert alone is not None
    assert between is not None
    assert alone.cuts == between.cuts == (6,)
    assert between.score - whole(WORDS, "monthsof", "six", "work") > 0


def test_a_run_is_never_read_as_itself() -> None:
    """A reading has two words at least."""
    reading = read(WORDS, "harbour")
    assert reading is None or reading.cuts


@pytest.mark.parametrize("word", ["nondemocratic", "explainability", "plantswoman"])
def test_words_made_from_words_are_plain(word: str) -> None:
    """Prefixes and suffixes make words."""
    assert derived(word) or word in WORDS
    assert plain(word)


def test_suspicious_runs_are_those_that_are_no_words() -> None:
    """In one scan over the text, whatever stands between the runs."""
    text = "The harbour, thelighthouse and “theOld” 灯塔 mill’s don’t."
    assert suspicious(tokens(text)) == {"thelighthouse", "theOld"}


def test_the_data_is_small() -> None:
    """It travels in the package."""
    folder = Path(lexicon.__file__).parent
    assert sum(path.stat().st_size for path in [*folder.glob("*.marisa"), *folder.glob("*.bytes")]) < 6_000_000
