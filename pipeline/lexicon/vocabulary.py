"""What a user says about the words of a dump: words, names, outlets and roles that stages should know."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, TypeVar, cast

import msgspec
import regex
from msgspec import Meta

Made = TypeVar("Made")

HAS_MARKS = regex.compile(r"[^\p{L}\p{M}\s'’]")
"""What makes an entry one that a repair could take apart at a mark or a figure."""
WORD_CHARACTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
"""What a word goes on with."""
SAME_SCRIPT = r"[\p{Latin}\p{M}\p{N}]"
"""What a word in Latin script goes on with; Chinese stands beside it without a blank."""

Words = Annotated[tuple[str, ...], Meta(description="Words that are right as they are: never split.")]
Names = Annotated[tuple[str, ...], Meta(description="Names of people, in any script, pen names too.")]
Outlets = Annotated[tuple[str, ...], Meta(description="Papers, agencies, channels: those who ask and report.")]
Roles = Annotated[
    Mapping[str, str], Meta(description='Words for a role in the credits and their English, "" where there is none.')
]


class PhraseSet(msgspec.Struct, frozen=True):
    """Some entries, to be found whatever their capitals; `sizes` are the lengths that they have, longest first."""

    forms: frozenset[str] = frozenset()
    sizes: tuple[int, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "PhraseSet":
        """These entries; empty ones are left out."""
        told = [entry.strip() for entry in entries if entry.strip()]
        return cls(frozenset(map(fold, told)), tuple(sorted(set(map(len, told)), reverse=True)))

    def __bool__(self) -> bool:
        return bool(self.sizes)

    def __contains__(self, text: str) -> bool:
        return fold(text) in self.forms

    def at(self, text: str, start: int, end: int) -> int:
        """Where the longest entry that stands at `start` ends, before `end`; `start` where none does.

        Behind it no word may go on: `老王` does not stand in `老王庄`.
        """
        for last in self.ends(text, start, end):
            if last == end or not WORD_CHARACTER.match(text, last):
                return last
        return start

    def ends(self, text: str, start: int, end: int) -> list[int]:
        """Where the entries that begin at `start` end, the longest first, whatever stands behind them."""
        return [start + size for size in self.sizes if start + size <= end and text[start : start + size] in self]


def fold(text: str) -> str:
    """The form in which two spellings of an entry are one: `The  Skerry Letter` and `the skerry letter`."""
    return " ".join(text.casefold().split())


NO_PHRASES = PhraseSet()


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Words to know, beside what the pipeline knows itself; empty by default."""

    words: Words = ()
    names: Names = ()
    outlets: Outlets = ()
    roles: Roles = {}

    def __bool__(self) -> bool:
        return bool(self.words or self.names or self.outlets or self.roles)

    def __add__(self, other: "Vocabulary") -> "Vocabulary":
        """What both know; of a role that both have, the English of `other`."""
        if not other or not self:
            return other or self
        return Vocabulary(
            words=_together(self.words, other.words),
            names=_together(self.names, other.names),
            outlets=_together(self.outlets, other.outlets),
            roles={**self.roles, **other.roles},
        )

    @cached_property
    def lowered(self) -> frozenset[str]:
        """Every word of `words`, `names` and `outlets`, in small letters: `Daily Post` is two."""
        return frozenset(word for entry in (*self.words, *self.names, *self.outlets) for word in entry.lower().split())

    @cached_property
    def people(self) -> PhraseSet:
        """The names, to be looked up."""
        return PhraseSet.of(self.names)

    @cached_property
    def media(self) -> PhraseSet:
        """The outlets, to be looked up."""
        return PhraseSet.of(self.outlets)

    @cached_property
    def makers(self) -> PhraseSet:
        """Names and outlets: who may stand behind a role."""
        return PhraseSet.of((*self.names, *self.outlets)) if self.outlets else self.people

    @cached_property
    def duties(self) -> PhraseSet:
        """The roles, to be looked up."""
        return PhraseSet.of(self.roles)

    @cached_property
    def tasks(self) -> Mapping[str, str]:
        """The roles in the form of `fold`, and their English."""
        return {fold(role.replace("_", " ")): english for role, english in self.roles.items() if role.strip()}

    def marked(self, text: str) -> tuple[tuple[int, int], ...]:
        """The places in `text` of entries that hold marks or figures, as they are written: `Yahoo!Japan`, `In2022`.

        No repair may put anything into them, or take anything out: see `changes_inside`.
        """
        pattern = self._marked
        return tuple(match.span() for match in pattern.finditer(text)) if pattern else ()

    @cached_property
    def _marked(self) -> regex.Pattern[str] | None:
        entries = {entry.strip() for entry in (*self.words, *self.names, *self.outlets)}
        entries = {entry for entry in entries if HAS_MARKS.search(entry)}
        if not entries:
            return None
        # An entry in Latin script is a word of its own, if not glued to a small letter as in `theYahoo!Japan`.
        before = rf"(?:(?<!{SAME_SCRIPT})|(?<=\p{{Ll}})(?=\p{{Lu}})|(?!{SAME_SCRIPT}))"
        behind = rf"(?:(?!{SAME_SCRIPT})|(?<!{SAME_SCRIPT}))"
        return regex.compile(rf"{before}\L<entries>{behind}", entries=entries)

    def derived(self, make: Callable[..., Made], *given: Hashable) -> Made:
        """What `make` makes of the vocabulary and what is `given`: made once and kept with it."""
        kept = self.__dict__.setdefault("_derived", {})
        if (make, given) not in kept:
            kept[make, given] = make(self, *given)
        return cast("Made", kept[make, given])


NO_VOCABULARY = Vocabulary()


def changes_inside(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a change of `[start, end)`, where an insertion is empty, would change what lies within one of `spans`.

    >>> inside([(4, 9)], 4, 4), inside([(4, 9)], 6, 6), inside([(4, 9)], 8, 10), inside([(4, 9)], 9, 10)
    (False, True, True, False)
    """
    at = bisect_right(spans, max(start, end - 1), key=_first) - 1
    return at >= 0 and spans[at][0] < end and start < spans[at][1]


def _first(span: tuple[int, int]) -> int:
    return span[0]


def _together(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
