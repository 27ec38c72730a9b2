"""Words of large dictionaries that read like two words run together: `seethe`, `behindhand`, `acardiac`.

`scripts/build_dictionary.py` asks `pipeline.segmentation` about every word of the dictionaries, and keeps those that
it would split.
"""

from functools import cache
from importlib import resources
from pathlib import Path

import marisa_trie


def is_dictionary_word(word: str) -> bool:
    """Whether a word in small letters is one that a dictionary has, though it reads like two.

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
