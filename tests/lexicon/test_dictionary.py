"""Words of dictionaries that running text hardly has."""

import pytest

from pipeline.lexicon.dictionary import is_dictionary_word


@pytest.mark.parametrize("word", ["seethe", "bylaw", "inconstant", "behindhand", "betaking", "outfaced"])
def test_a_rare_word_is_known(word: str) -> None:
    """Each reads like two words."""
    assert is_dictionary_word(word)


@pytest.mark.parametrize("word", ["ofthe", "aswell", "decadesof", "house", ""])
def test_joined_and_ordinary_words_are_not_in_it(word: str) -> None:
    """Joined words are in no dictionary, and ordinary words do not read like two."""
    assert not is_dictionary_word(word)
