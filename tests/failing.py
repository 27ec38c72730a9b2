"""Finders that fail in the way that a word of the document names, to test degraded articles."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pipeline import Document, Finding, Label, Note, Reject, Rule

SEEN = Rule("frail.seen", "a word of the document")


GARBLED: dict[str, Finding] = {
    "GARBLED LABEL": Label(0, 3, "frail.tide", "\ud83d", SEEN.name, 0.9),
    "GARBLED SPEAKER": Label(0, 3, "frail.tide", "high", SEEN.name, 0.9, of="\ud83d"),
    "GARBLED NOTE": Note(0, 3, SEEN.name, "info", "\ud83d"),
    "GARBLED REMEDY": Note(0, 3, SEEN.name, "info", "look", "\ud83d"),
}
"""Values that JSON cannot hold, by the word that triggers them."""


def labels(document: Document, word: str, value: str, layer: str = "part", *, more: int = 0) -> Iterator[Label]:
    """A label on the first occurrence of a word, `more` code points longer than it."""
    at = document.text.find(word)
    if at >= 0:
        yield Label(at, at + len(word) + more, layer, value, SEEN.name, 0.9)


@dataclass(frozen=True)
class Frail:
    """A finder that notes each `tide`, and fails in the way that a word of the document names."""

    name: ClassVar[str] = "frail"
    after: ClassVar[frozenset[str]] = frozenset({"dialogue"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"part", "version", "frail.tide"})
    rules: ClassVar[tuple[Rule, ...]] = (SEEN,)
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Finds tides, and fails."""
        text = document.text
        if "RAISES AT ONCE" in text:
            raise LookupError(f"no such word in {object()}")
        yield from labels(document, "tide", "high", "frail.tide")
        if "RAISES LATER" in text:
            yield Note(0, 3, SEEN.name, "info", "so far all is well")
            raise ZeroDivisionError("division by zero")
        if "OUTSIDE" in text:
            yield Label(0, len(text) + 1, "frail.tide", "high", SEEN.name, 0.9)
        if "UNHEARD" in text:
            yield Label(0, 3, "frail.tide", "high", "frail.unheard", 0.9)
        yield from (finding for word, finding in GARBLED.items() if word in text)
        if "ODD" in text:
            yield Label(0, 3, "frail.tide", "high", SEEN.name, Unsure(0.9))
        if "MUTE" in text:
            raise MuteError
        if "OVERLAPS" in text:
            # The other finders of the recipe have labelled the same words.
            yield from labels(document, "OVERLAPS", "answer", more=4)
        if "TWICE" in text:
            yield from labels(document, "TWICE", "notice")
        if "NO REPEAT" in text:
            yield from labels(document, "NO REPEAT", "repeat")


class Unsure(float):
    """A number that cannot be rounded."""

    def __round__(self, digits: Any = None) -> Any:
        """Raises."""
        raise OverflowError("too unsure")


class MuteError(Exception):
    """An exception whose message cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@dataclass(frozen=True)
class Picky(Frail):
    """A filter that rejects documents without a tide; it needs the labels of the other finder."""

    name: ClassVar[str] = "picky"
    after: ClassVar[frozenset[str]] = frozenset({"frail"})
    needs: ClassVar[frozenset[str]] = frozenset({"frail.tide"})
    gives: ClassVar[frozenset[str]] = frozenset({"picky.tides"})
    rules: ClassVar[tuple[Rule, ...]] = (Rule("picky.dry", "no tide"), Rule("picky.wet", "a tide"))

    def find(self, document: Document) -> Iterator[Finding]:
        """Counts tides, or turns the document down."""
        tides = document.layer("frail.tide")
        if not tides:
            yield Reject("picky.dry", "has no tide")
        yield Label.whole("picky.tides", str(len(tides)), "picky.wet", 1.0)


@dataclass(frozen=True)
class Brittle:
    """A repair that raises if the document says so."""

    name: ClassVar[str] = "brittle"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (Rule("brittle.seen", "a word of the document"),)
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Raises."""
        if "BREAKS" in document.text:
            raise LookupError("no such word")
        yield from ()
