"""The user's vocabulary: words, names, outlets and roles that the stages should know."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, TypeVar, cast

import msgspec
import regex
from msgspec import Meta

Result = TypeVar("Result")

HAS_MARKS = regex.compile(r"[^\p{L}\p{M}\s'’]")
"""An entry with such a character could be split by a repair: `Yahoo!Japan`, `In2022`."""
WORD_CHARACTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
"""A word does not end before such a character."""
SAME_SCRIPT = r"[\p{Latin}\p{M}\p{N}]"
"""The same for a word in Latin script, which Chinese may follow without a space."""

Words = Annotated[tuple[str, ...], Meta(description="Words that are right as they are: never split.")]
Names = Annotated[tuple[str, ...], Meta(description="Names of people, in any script, pen names too.")]
Outlets = Annotated[tuple[str, ...], Meta(description="Papers, agencies, channels: those who ask and report.")]
Roles = Annotated[
    Mapping[str, str], Meta(description='Words for a role in the credits and their English, "" where there is none.')
]


class PhraseSet(msgspec.Struct, frozen=True):
    """Words and phrases that are found whatever their capitals; `sizes` are their lengths, longest first."""

    forms: frozenset[str] = frozenset()
    sizes: tuple[int, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "PhraseSet":
        """The set of these entries; empty ones are skipped."""
        phrases = [entry.strip() for entry in entries if entry.strip()]
        return cls(frozenset(map(fold, phrases)), tuple(sorted(set(map(len, phrases)), reverse=True)))

    def __bool__(self) -> bool:
        return bool(self.sizes)

    def __contains__(self, text: str) -> bool:
        return fold(text) in self.forms

    def at(self, text: str, start: int, end: int) -> int:
        """The end of the longest entry that begins at `start` and ends by `end`; `start` if there is none.

        The entry must be a whole word: `老王` is not found in `老王庄`.
        """
        for last in self.ends(text, start, end):
            if last == end or not WORD_CHARACTER.match(text, last):
                return last
        return start

    def ends(self, text: str, start: int, end: int) -> list[int]:
        """The ends of all entries that begin at `start`, the longest first, whatever follows them."""
        return [start + size for size in self.sizes if start + size <= end and text[start : start + size] in self]


def fold(text: str) -> str:
    """Small letters and single spaces, so that two spellings of an entry are equal.

    >>> fold("The  Skerry Letter")
    'the skerry letter'
    """
    return " ".join(text.casefold().split())


NO_PHRASES = PhraseSet()


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Words that the user adds to what the pipeline knows; empty by default."""

    words: Words = ()
    names: Names = ()
    outlets: Outlets = ()
    roles: Roles = {}

    def __bool__(self) -> bool:
        return bool(self.words or self.names or self.outlets or self.roles)

    def __add__(self, other: "Vocabulary") -> "Vocabulary":
        """The entries of both; of a role that both have, the English of `other`."""
        if not other or not self:
            return other or self
        return Vocabulary(
            words=_union(self.words, other.words),
            names=_union(self.names, other.names),
            outlets=_union(self.outlets, other.outlets),
            roles={**self.roles, **other.roles},
        )

    @cached_property
    def lowered(self) -> frozenset[str]:
        """Every single word of `words`, `names` and `outlets` in small letters: `Daily Post` is two words."""
        return frozenset(word for entry in (*self.words, *self.names, *self.outlets) for word in entry.lower().split())

    @cached_property
    def people(self) -> PhraseSet:
        """The names, for look-ups."""
        return PhraseSet.of(self.names)

    @cached_property
    def media(self) -> PhraseSet:
        """The outlets, for look-ups."""
        return PhraseSet.of(self.outlets)

    @cached_property
    def makers(self) -> PhraseSet:
        """Names and outlets, for look-ups: what may follow a role."""
        return PhraseSet.of((*self.names, *self.outlets)) if self.outlets else self.people

    @cached_property
    def duties(self) -> PhraseSet:
        """The roles, for look-ups."""
        return PhraseSet.of(self.roles)

    @cached_property
    def tasks(self) -> Mapping[str, str]:
        """The roles, each in the form of `fold`, and their English."""
        return {fold(role.replace("_", " ")): english for role, english in self.roles.items() if role.strip()}

    def marked(self, text: str) -> tuple[tuple[int, int], ...]:
        """The spans in `text` of entries with marks or figures, as written: `Yahoo!Japan`, `In2022`.

        No repair may change anything inside them, see `changes_inside`.
        """
        pattern = self._marked
        return tuple(match.span() for match in pattern.finditer(text)) if pattern else ()

    @cached_property
    def _marked(self) -> regex.Pattern[str] | None:
        entries = {entry.strip() for entry in (*self.words, *self.names, *self.outlets)}
        entries = {entry for entry in entries if HAS_MARKS.search(entry)}
        if not entries:
            return None
        # An entry in Latin script must be a whole word, but may be joined to small letters before it: `theYahoo!Japan`.
        before = rf"(?:(?<!{SAME_SCRIPT})|(?<=\p{{Ll}})(?=\p{{Lu}})|(?!{SAME_SCRIPT}))"
        after = rf"(?:(?!{SAME_SCRIPT})|(?<!{SAME_SCRIPT}))"
        return regex.compile(rf"{before}\L<entries>{after}", entries=entries)

    def derived(self, make: Callable[..., Result], *args: Hashable) -> Result:
        """`make(self, *args)`, computed once and cached with the vocabulary."""
        cache = self.__dict__.setdefault("_derived", {})
        if (make, args) not in cache:
            cache[make, args] = make(self, *args)
        return cast("Result", cache[make, args])


NO_VOCABULARY = Vocabulary()


def changes_inside(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a change of `[start, end)`, empty for an insertion, would change the inside of one of `spans`.

    >>> [changes_inside([(4, 9)], start, end) for start, end in ((4, 4), (6, 6), (8, 10), (9, 10))]
    [False, True, True, False]
    """
    at = bisect_right(spans, max(start, end - 1), key=_span_start) - 1
    return at >= 0 and spans[at][0] < end and start < spans[at][1]


def _span_start(span: tuple[int, int]) -> int:
    return span[0]


def _union(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
