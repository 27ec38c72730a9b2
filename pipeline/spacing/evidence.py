"""What a document itself shows about words: `Tokayevsaid` is two, since `Tokayev` stands alone elsewhere."""

from collections import Counter
from collections.abc import Callable
from functools import cached_property, lru_cache

import msgspec

from pipeline.spacing.lattice import DOCUMENT_WORD, LONGEST, facts, lowered
from pipeline.spacing.marks import RUN
from pipeline.spacing.tokens import KEPT, suspects

MOST = 5
"""Occurrences beyond which a word is seen often enough."""
FEW = 64
"""Words that are looked for one by one."""
TOLD = 3
"""As often as that a word counts that the user tells."""
SHORTEST = 4
"""Letters of the shortest word that the user's vocabulary or the document lends to a run."""


COMMON = -170
"""Points of a word that any text has."""
RARE = -340
"""Points of a word that is rare in any text."""


class Evidence(msgspec.Struct, frozen=True, dict=True):
    """A text, for what it shows about words, and the words that the user knows, in small letters."""

    text: str
    told: frozenset[str] = frozenset()

    @cached_property
    def tokens(self) -> list[str]:
        """What stands between blanks, in order."""
        return self.text.split()

    @cached_property
    def types(self) -> frozenset[str]:
        """The different tokens."""
        return frozenset(self.tokens)

    @cached_property
    def suspects(self) -> frozenset[str]:
        """The tokens that may be missing a space."""
        return suspects(self.types)

    @cached_property
    def size(self) -> int:
        """How many tokens the text has."""
        return len(self.tokens)

    @cached_property
    def placed(self) -> list[tuple[int, str]]:
        """Where the suspects stand in the text, in order. The blanks around each part it from longer tokens."""
        text, found, at = self.text, [], 0
        for token in self.tokens if self.suspects else ():
            if token in self.suspects:
                start = text.index(token, at)
                while not _stands_alone(text, start, start + len(token)):
                    start = text.index(token, start + 1)
                at = start + len(token)
                found.append((start, token))
        return found

    @cached_property
    def _lowered(self) -> str:
        return self.text.lower().replace("’", "'")

    @cached_property
    def _counted(self) -> dict[str, int]:
        return {}

    @cached_property
    def _words(self) -> Counter[str]:
        return Counter(RUN.findall(self._lowered))

    def count(self, word: str) -> int:
        """How often a word, in small letters, stands in the text, up to `MOST`; one that the user tells, more often.

        A word of any text is not looked for. A few are looked for one by one, which is a scan in C each; who asks for
        many has all words counted.
        """
        known = self._counted.get(word)
        if known is None and facts(word)[0] > COMMON:
            known = self._counted[word] = MOST
        if known is None:
            seen = self._words[word] if len(self._counted) > FEW else self._found(word)
            known = self._counted[word] = min(MOST, seen + (TOLD if word in self.told else 0))
        return known

    def _found(self, word: str) -> int:
        """How often a word stands in the text, up to `MOST`."""
        text, seen = self._lowered, 0
        at = text.find(word) if word else -1
        while at >= 0 and seen < MOST:
            match = RUN.match(text, at)
            seen += match is not None and match[0] == word and not _goes_on(text, at)
            at = text.find(word, at + 1)
        return seen

    def count_alone(self, mark: str) -> int:
        """How often a mark stands between blanks, up to `MOST`."""
        alone = f" {mark} "
        if alone not in self._counted:
            self._counted[alone] = min(MOST, self.text.count(alone))
        return self._counted[alone]

    @cached_property
    def own(self) -> frozenset[str]:
        """The words of the text's own, or of the user's: those that the lexicon does not know, or hardly."""
        words = (word for token in _not_in(self.types, _without_own, _own_words) for word in _own_words(token))
        return self.told.union(words)

    @cached_property
    def rare(self) -> frozenset[str]:
        """The tokens that hold a word that is rare in any text."""
        return _not_in(self.types, _usual, _is_rare)


def _not_in(tokens: frozenset[str], plain: set[str], tell: Callable[[str], object]) -> frozenset[str]:
    """Those of `tokens` of which `tell` says something; `plain` remembers the others, which are most of a text."""
    unknown = tokens - plain
    found = frozenset(filter(tell, unknown))
    if len(plain) > KEPT:
        plain.clear()
    plain.update(unknown - found)
    return found


def _goes_on(text: str, at: int) -> bool:
    """Whether a run does not begin at `at`, because it began before."""
    before = text[at - 1 : at]
    return RUN.match(before) is not None or (
        before in ("'", "’") and RUN.match(text[max(0, at - 2) : at - 1]) is not None
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` is a whole token."""
    return (start == 0 or text[start - 1].isspace()) and (end == len(text) or text[end].isspace())


_usual: set[str] = set()
_without_own: set[str] = set()


@lru_cache(maxsize=1 << 16)
def _own_words(token: str) -> tuple[str, ...]:
    """The words of a token that the lexicon does not know, or hardly; slips are none."""
    return tuple(filter(_is_own, map(lowered, RUN.findall(token))))


def _is_own(word: str) -> bool:
    if not (SHORTEST <= len(word) <= LONGEST and word.isalpha()):
        return False
    logp, _, _, slip, _ = facts(word)
    return logp < DOCUMENT_WORD and not slip


def _is_rare(token: str) -> bool:
    return any(len(run) > 2 and facts(lowered(run))[0] < RARE for run in RUN.findall(token))


@lru_cache(maxsize=2)
def gathered(text: str, told: frozenset[str] = frozenset()) -> Evidence:
    """The evidence of a text. Two stages ask for it, mostly of one text, so the last are kept."""
    return Evidence(text, told)
