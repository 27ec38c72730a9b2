"""What a document itself shows about words: `Tokayevsaid` is two, since `Tokayev` stands alone elsewhere."""

from collections import Counter
from functools import cached_property, lru_cache
from itertools import chain

import msgspec

from pipeline.lexicon import english
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.lattice_edges import MAX_WORD_LETTERS, WordsByPrefix, index_by_prefix
from pipeline.segmentation.tokens import dash_of, is_doubtful, is_of_words, is_suspect, strip_marks
from pipeline.segmentation.word_scores import is_rare, lowered

MAX_COUNT = 5
"""Occurrences beyond which a word is seen often enough."""
USER_WORD_COUNT = 3
"""As often as that a word counts that the user tells."""
MIN_OWN_WORD_LETTERS = 4
"""Letters of the shortest word that the user's vocabulary or the document lends to a run."""
SPACED_DASHES = frozenset(("-", "–", "—", "--"))
"""Dashes that may stand between blanks."""
MAX_REMEMBERED_TOKENS = 1 << 18
"""How many ordinary tokens are remembered."""


class DocumentCounts(msgspec.Struct, frozen=True, dict=True):
    """A text, for what it shows about words, and the words that the user knows, in small letters."""

    text: str
    told: frozenset[str] = frozenset()

    @cached_property
    def tokens(self) -> list[str]:
        """What stands between blanks, in order."""
        return self.text.split()

    @cached_property
    def size(self) -> int:
        """How many tokens the text has."""
        return len(self.tokens)

    @cached_property
    def unusual(self) -> frozenset[str]:
        """The tokens that may be missing a space, or hold a rare word: all that has to be looked at in a text."""
        unknown = frozenset(self.tokens) - _ordinary
        new = unknown - _unusual
        found = frozenset(token for token in new if not is_ordinary(token))
        for remembered, more in ((_ordinary, new - found), (_unusual, found)):
            if len(remembered) > MAX_REMEMBERED_TOKENS:
                remembered.clear()
            remembered.update(more)
        return unknown - (new - found)

    @cached_property
    def _places(self) -> list[str]:
        """The unusual tokens in order, as often as they come."""
        return list(filter(self.unusual.__contains__, self.tokens)) if self.unusual else []

    @cached_property
    def suspects(self) -> frozenset[str]:
        """The tokens that may be missing a space."""
        return frozenset(token for token in filter(is_suspect, self.unusual) if self._asks_for_look(token))

    def _asks_for_look(self, token: str) -> bool:
        """Whether a suspect is one in this text, too."""
        if dash := dash_of(token):
            return self.count_dashes(dash) > 0
        return not is_doubtful(token) or self._holds_own(lowered(token))

    def _holds_own(self, token: str) -> bool:
        """Whether a token begins or ends in a word of the text's own, and has more letters than that."""
        run, own = strip_marks(token), self.own
        return any(run[:at] in own or run[at:] in own for at in range(1, len(run)))

    @cached_property
    def rare(self) -> frozenset[str]:
        """The tokens that hold a word that is rare in any text."""
        return frozenset(filter(rare_words, self.unusual))

    @cached_property
    def placed(self) -> list[tuple[int, str]]:
        """Where the suspects stand in the text, in order. The blanks around each part it from longer tokens."""
        text, found, at = self.text, [], 0
        for token in filter(self.suspects.__contains__, self._places):
            start = text.index(token, at)
            while not _stands_alone(text, start, start + len(token)):
                start = text.index(token, start + 1)
            at = start + len(token)
            found.append((start, token))
        return found

    @cached_property
    def _seen(self) -> Counter[str]:
        return Counter(word for token in self._places for word in rare_words(token))

    @cached_property
    def _dashes(self) -> Counter[str]:
        return Counter(filter(SPACED_DASHES.__contains__, self._places))

    def count(self, word: str) -> int:
        """How often a rare word, in small letters, stands in the text, up to `MAX_COUNT`; one that is told, more often.

        A word that is not rare is not counted: any text may have it, so it is as good as seen.
        """
        if not is_rare(word):
            return MAX_COUNT
        return min(MAX_COUNT, self._seen[word] + (USER_WORD_COUNT if word in self.told else 0))

    def count_dashes(self, dash: str) -> int:
        """How often a dash stands between blanks, up to `MAX_COUNT`; a hyphen also where it is doubled."""
        return min(MAX_COUNT, self._dashes[dash]) + (min(MAX_COUNT, self._dashes["--"]) if dash == "-" else 0)

    @cached_property
    def own(self) -> frozenset[str]:
        """The words of the text's own, or of the user's: those that the lexicon does not know, or hardly."""
        return self.told.union(chain.from_iterable(map(own_words, self.rare)))

    @cached_property
    def lent(self) -> WordsByPrefix:
        """The words of `own` that runs may be read with, `index_by_prefix`."""
        return index_by_prefix(self.own)


_ordinary: set[str] = set()
_unusual: set[str] = set()
"""Tokens that were looked at before: a set is faster than any cached function."""


def forget_tokens() -> None:
    """Forgets the tokens that were looked at: for whoever measures with other word data."""
    _ordinary.clear()
    _unusual.clear()


def is_ordinary(token: str) -> bool:
    """Whether a token misses no space and holds no rare word: `harbour`, `“Well,`, `U.S.-based`."""
    return is_of_words(token, is_rare) or not (token in SPACED_DASHES or is_suspect(token) or rare_words(token))


@lru_cache(maxsize=1 << 14)
def rare_words(token: str) -> tuple[str, ...]:
    """The words of a token, in small letters, that are rare in any text."""
    return tuple(filter(is_rare, map(lowered, LETTER_RUN.findall(token))))


@lru_cache(maxsize=1 << 14)
def own_words(token: str) -> tuple[str, ...]:
    """The rare words of a token that may be pieces of runs."""
    return tuple(filter(_is_own, rare_words(token)))


def _is_own(word: str) -> bool:
    """Whether a rare word may be a piece of a run."""
    return MIN_OWN_WORD_LETTERS <= len(word) <= MAX_WORD_LETTERS and word.isalpha() and not english.lexicon().join(word)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` is a whole token."""
    return (start == 0 or text[start - 1].isspace()) and (end == len(text) or text[end].isspace())


@lru_cache(maxsize=2)
def document_counts(text: str, told: frozenset[str] = frozenset()) -> DocumentCounts:
    """The evidence of a text. Two stages ask for it, mostly of one text, so the last are kept."""
    return DocumentCounts(text, told)
