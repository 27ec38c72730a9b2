"""Words of large dictionaries that running text hardly has, and that look like two: `seethe`, `behindhand`.

Built by `scripts/build_dictionary.py`. What the lexicon knows is not in it, but for words that it takes for two.
"""

from functools import cache
from importlib import resources
from pathlib import Path

import marisa_trie


def is_dictionary_word(word: str) -> bool:
    """Whether a word in small letters is one that a dictionary has, though it looks like two.

    >>> is_dictionary_word("seethe"), is_dictionary_word("ofthe")
    (True, False)
    """
    return word in _trie()


@cache
def _trie() -> marisa_trie.Trie:
    trie = marisa_trie.Trie()
    with resources.as_file(resources.files(__package__) / "dictionary.marisa") as path:
        trie.load(str(Path(path)))
    return trie
