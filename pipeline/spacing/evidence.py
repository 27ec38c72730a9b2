"""What a document itself shows about words: `Tokayevsaid` is two, since `Tokayev` stands alone elsewhere."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property, lru_cache

import msgspec

from pipeline.spacing.lattice import DOCUMENT_WORD, LONGEST, facts, lowered
from pipeline.spacing.tokens import RUN, suspects

TOLD = 3
"""A word that the user tells counts as often as that beside its occurrences."""
SHORTEST = 4
"""Letters of the shortest word that the user's vocabulary or the document lends to a run."""


class Evidence(msgspec.Struct, frozen=True, dict=True):
    """A text, for what it shows about words, and the words that the user knows, in small letters."""

    text: str
    told: frozenset[str] = frozenset()

    @cached_property
    def suspects(self) -> frozenset[str]:
        """The tokens that may be missing a space."""
        return suspects(set(self.text.split()))

    @cached_property
    def size(self) -> int:
        """How many tokens the text has."""
        return len(self.text.split())

    @cached_property
    def seen(self) -> Mapping[str, int]:
        """How often each word stands in the text, in small letters; marks that stand alone are there, too."""
        words: dict[str, int] = {}
        for token, count in Counter(self.text.split()).items():
            for word in _words_of(token):
                words[word] = words.get(word, 0) + count
        for word in self.told:
            words[word] = words.get(word, 0) + TOLD
        return words

    @cached_property
    def own(self) -> frozenset[str]:
        """The words of the text's own, or of the user's: those that the lexicon does not know, or hardly."""
        return self.told.union(
            word
            for word in self.seen
            if SHORTEST <= len(word) <= LONGEST
            and word.isalpha()
            and facts(word)[0] < DOCUMENT_WORD
            and not facts(word)[3]
        )


@lru_cache(maxsize=1 << 17)
def _words_of(token: str) -> tuple[str, ...]:
    """The words of a token, in small letters; of one without a letter, itself."""
    if token.isalpha() and token.isascii():
        return (token.lower(),)
    return tuple(map(lowered, RUN.findall(token))) or (token,)


@lru_cache(maxsize=2)
def gathered(text: str, told: frozenset[str] = frozenset()) -> Evidence:
    """The evidence of a text. Two stages ask for it, mostly of one text, so the last are kept."""
    return Evidence(text, told)
