"""What a document itself shows about words: `Tokayevsaid` is two, since `Tokayev` stands alone elsewhere."""

from collections import Counter
from functools import cached_property, lru_cache

import msgspec

from pipeline.spacing.lattice import LONGEST, RARE, SLIGHT_SLIP, facts, lowered, slip
from pipeline.spacing.marks import RUN
from pipeline.spacing.tokens import MARKS_AT_EDGES, is_doubtful, is_suspect

MOST = 5
"""Occurrences beyond which a word is seen often enough."""
TOLD = 3
"""As often as that a word counts that the user tells."""
SHORTEST = 4
"""Letters of the shortest word that the user's vocabulary or the document lends to a run."""
OPENING, CLOSING = "(“\"‘[", ".,;:!?\"”’)]"
"""Marks that may stand at the edges of a token and say nothing of it."""
KEPT = 1 << 18
"""How many ordinary tokens are remembered."""


class Evidence(msgspec.Struct, frozen=True, dict=True):
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
        found = frozenset(token for token in unknown if not is_ordinary(token))
        if len(_ordinary) > KEPT:
            _ordinary.clear()
        _ordinary.update(unknown - found)
        return found

    @cached_property
    def suspects(self) -> frozenset[str]:
        """The tokens that may be missing a space."""
        found = filter(is_suspect, self.unusual)
        return frozenset(token for token in found if not is_doubtful(token) or self._holds_own(lowered(token)))

    def _holds_own(self, token: str) -> bool:
        """Whether a word of the text's own is a piece of a token."""
        return any(word in token and len(word) < len(token.strip(MARKS_AT_EDGES)) for word in self.own)

    @cached_property
    def rare(self) -> frozenset[str]:
        """The tokens that hold a word that is rare in any text."""
        return frozenset(filter(rare_words, self.unusual))

    @cached_property
    def placed(self) -> list[tuple[int, str]]:
        """Where the suspects stand in the text, in order. The blanks around each part it from longer tokens."""
        text, found, at = self.text, [], 0
        for token in filter(self.suspects.__contains__, self.tokens) if self.suspects else ():
            start = text.index(token, at)
            while not _stands_alone(text, start, start + len(token)):
                start = text.index(token, start + 1)
            at = start + len(token)
            found.append((start, token))
        return found

    @cached_property
    def _seen(self) -> Counter[str]:
        rare = self.rare
        return Counter(word for token in filter(rare.__contains__, self.tokens) for word in rare_words(token))

    @cached_property
    def _marks_alone(self) -> dict[str, int]:
        return {}

    def count(self, word: str) -> int:
        """How often a rare word, in small letters, stands in the text, up to `MOST`; one that is told, more often.

        A word that is not rare is not counted: any text may have it, so it is as good as seen.
        """
        if facts(word)[0] >= RARE:
            return MOST
        return min(MOST, self._seen[word] + (TOLD if word in self.told else 0))

    def count_alone(self, mark: str) -> int:
        """How often a mark stands between blanks, up to `MOST`."""
        found = self._marks_alone.get(mark)
        if found is None:
            found = self._marks_alone[mark] = min(MOST, self.text.count(f" {mark} "))
        return found

    @cached_property
    def own(self) -> frozenset[str]:
        """The words of the text's own, or of the user's: those that the lexicon does not know, or hardly."""
        return self.told.union(word for token in self.rare for word in rare_words(token) if _is_own(word))


_ordinary: set[str] = set()
"""Tokens that were looked at before and are ordinary: a set is faster than any cached function."""


def is_ordinary(token: str) -> bool:
    """Whether a token misses no space and holds no rare word: `harbour`, `“Well,`, `U.S.-based`."""
    core = token.rstrip(CLOSING).lstrip(OPENING)
    if core.isalpha() and core.isascii() and (core[1:].islower() or core.islower() or core.isupper()):
        word = core.lower()
        if facts(word)[0] >= RARE:
            return slip(core, word) <= SLIGHT_SLIP
    return not is_suspect(token) and not rare_words(token)


@lru_cache(maxsize=1 << 15)
def rare_words(token: str) -> tuple[str, ...]:
    """The words of a token, in small letters, that are rare in any text."""
    return tuple(word for word in map(lowered, RUN.findall(token)) if facts(word)[0] < RARE)


def _is_own(word: str) -> bool:
    """Whether a rare word may be a piece of a run."""
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and not facts(word)[3]


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` is a whole token."""
    return (start == 0 or text[start - 1].isspace()) and (end == len(text) or text[end].isspace())


@lru_cache(maxsize=2)
def gathered(text: str, told: frozenset[str] = frozenset()) -> Evidence:
    """The evidence of a text. Two stages ask for it, mostly of one text, so the last are kept."""
    return Evidence(text, told)
