"""What a document itself shows about words: `Tokayevsaid` is two words if the document has `Tokayev` elsewhere."""

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
"""Occurrences at which counting stops."""
USER_WORD_COUNT = 3
"""Occurrences that a word of the user counts for."""
MIN_OWN_WORD_LETTERS = 4
"""Letters of the shortest word of the document, or of the user, that a run may be made of."""
SPACED_DASHES = frozenset(("-", "–", "—", "--"))
"""Dashes that may be between spaces."""
MAX_REMEMBERED_TOKENS = 1 << 18


class DocumentCounts(msgspec.Struct, frozen=True, dict=True):
    """A text and the words that the user knows, in small letters; what they show is computed when first needed."""

    text: str
    user_words: frozenset[str] = frozenset()

    @cached_property
    def tokens(self) -> list[str]:
        """What is between white space, in order."""
        return self.text.split()

    @cached_property
    def size(self) -> int:
        """How many tokens the text has."""
        return len(self.tokens)

    @cached_property
    def unusual(self) -> frozenset[str]:
        """The tokens that may be missing a space, or hold a rare word. All others can be ignored."""
        unknown = frozenset(self.tokens) - _ordinary
        new = unknown - _unusual
        unusual = frozenset(token for token in new if not is_ordinary(token))
        for remembered, more in ((_ordinary, new - unusual), (_unusual, unusual)):
            if len(remembered) > MAX_REMEMBERED_TOKENS:
                remembered.clear()
            remembered.update(more)
        return unknown - (new - unusual)

    @cached_property
    def _unusual_in_order(self) -> list[str]:
        """Every occurrence of the unusual tokens, in order."""
        return list(filter(self.unusual.__contains__, self.tokens)) if self.unusual else []

    @cached_property
    def suspects(self) -> frozenset[str]:
        """The tokens that may be missing a space."""
        return frozenset(token for token in filter(is_suspect, self.unusual) if self._is_suspect_here(token))

    def _is_suspect_here(self, token: str) -> bool:
        """Whether a token that is suspect in some text is suspect in this one."""
        if dash := dash_of(token):
            return self.count_dashes(dash) > 0
        return not is_doubtful(token) or self._has_own_word_at_edge(lowered(token))

    def _has_own_word_at_edge(self, token: str) -> bool:
        """Whether a token begins or ends with one of the text's own words, and is longer than it."""
        run, own = strip_marks(token), self.own
        return any(run[:at] in own or run[at:] in own for at in range(1, len(run)))

    @cached_property
    def rare(self) -> frozenset[str]:
        """The tokens that hold a word that is rare in any text."""
        return frozenset(filter(rare_words, self.unusual))

    @cached_property
    def suspect_positions(self) -> list[tuple[int, str]]:
        """The code point at which each suspect begins, and the suspect, in order."""
        text, positions, at = self.text, [], 0
        for token in filter(self.suspects.__contains__, self._unusual_in_order):
            start = text.index(token, at)
            # A longer token may contain this one.
            while not _is_whole_token(text, start, start + len(token)):
                start = text.index(token, start + 1)
            at = start + len(token)
            positions.append((start, token))
        return positions

    @cached_property
    def _rare_word_counts(self) -> Counter[str]:
        return Counter(word for token in self._unusual_in_order for word in rare_words(token))

    @cached_property
    def _dash_counts(self) -> Counter[str]:
        return Counter(filter(SPACED_DASHES.__contains__, self._unusual_in_order))

    def count(self, word: str) -> int:
        """How often the text has a rare word, given in small letters, up to `MAX_COUNT`; more for a word of the user.

        A word that is not rare is not counted: it says nothing about the document, and gets `MAX_COUNT`.
        """
        if not is_rare(word):
            return MAX_COUNT
        return min(MAX_COUNT, self._rare_word_counts[word] + (USER_WORD_COUNT if word in self.user_words else 0))

    def count_dashes(self, dash: str) -> int:
        """How often a dash is between spaces, up to `MAX_COUNT`; for a hyphen, doubled ones are counted as well."""
        doubled = min(MAX_COUNT, self._dash_counts["--"]) if dash == "-" else 0
        return min(MAX_COUNT, self._dash_counts[dash]) + doubled

    @cached_property
    def own(self) -> frozenset[str]:
        """The words that the lexicon hardly knows, but the text or the user has."""
        return self.user_words.union(chain.from_iterable(map(own_words, self.rare)))

    @cached_property
    def own_by_prefix(self) -> WordsByPrefix:
        """The words of `own`, as `document_edges` looks them up."""
        return index_by_prefix(self.own)


_ordinary: set[str] = set()
_unusual: set[str] = set()
"""Tokens that were classified before: a set is faster than any cached function."""


def forget_tokens() -> None:
    """Forgets the tokens that were classified. Needed only if the lexicon is replaced."""
    _ordinary.clear()
    _unusual.clear()


def is_ordinary(token: str) -> bool:
    """Whether a token is missing no space and holds no rare word: `harbour`, `“Well,`, `U.S.-based`."""
    return is_of_words(token, is_rare) or not (token in SPACED_DASHES or is_suspect(token) or rare_words(token))


@lru_cache(maxsize=1 << 14)
def rare_words(token: str) -> tuple[str, ...]:
    """The words of a token, in small letters, that are rare in any text."""
    return tuple(filter(is_rare, map(lowered, LETTER_RUN.findall(token))))


@lru_cache(maxsize=1 << 14)
def own_words(token: str) -> tuple[str, ...]:
    """The rare words of a token that a run may be made of."""
    return tuple(filter(_is_own, rare_words(token)))


def _is_own(word: str) -> bool:
    right_length = MIN_OWN_WORD_LETTERS <= len(word) <= MAX_WORD_LETTERS
    return right_length and word.isalpha() and not english.lexicon().is_misjoined(word)


def _is_whole_token(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` is a token, and not part of a longer one."""
    return (start == 0 or text[start - 1].isspace()) and (end == len(text) or text[end].isspace())


@lru_cache(maxsize=2)
def document_counts(text: str, user_words: frozenset[str] = frozenset()) -> DocumentCounts:
    """The counts of a text. Two stages ask for it, mostly for the same text, so the last ones are kept."""
    return DocumentCounts(text, user_words)
