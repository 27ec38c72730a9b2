"""Stages that yield given findings, or break the protocol, to test the code that runs stages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline import (
    Document,
    Edit,
    Finding,
    Label,
    Note,
    Rule,
)

TEXT = "The ferry leaves at half past six."


def rules(stage: str) -> tuple[Rule, ...]:
    return (
        Rule(f"{stage}.sure", "without a doubt", threshold=0.0),
        Rule(f"{stage}.careful", "only where it is nearly certain", threshold=0.9),
    )


@dataclass(frozen=True)
class Mend:
    """A repair that yields the findings it was created with."""

    name: ClassVar[str] = "mend"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = rules("mend")
    protocol: ClassVar[int] = 1
    findings: tuple[Finding, ...] = ()

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields what it was made with."""
        yield from self.findings


@dataclass(frozen=True)
class MendAgain(Mend):
    """A second repair of this kind, for another change."""

    name: ClassVar[str] = "mend-again"
    rules: ClassVar[tuple[Rule, ...]] = rules("mend-again")


@dataclass(frozen=True)
class Look(Mend):
    """A finder that yields the findings it was created with."""

    name: ClassVar[str] = "look"
    gives: ClassVar[frozenset[str]] = frozenset({"part", "look.tide"})
    rules: ClassVar[tuple[Rule, ...]] = (Rule("look.seen", "it was there"),)


@dataclass(frozen=True)
class Shout(Mend):
    """A repair that turns every `e` into `E`."""

    name: ClassVar[str] = "shout"
    rules: ClassVar[tuple[Rule, ...]] = rules("shout")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for every `e`."""
        for at, char in enumerate(document.text):
            if char == "e":
                yield Edit(at, "e", "E", "shout.sure", 1.0)


@dataclass(frozen=True)
class Halves(Mend):
    """A repair that inserts half a character."""

    name: ClassVar[str] = "halves"
    rules: ClassVar[tuple[Rule, ...]] = rules("halves")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit that no JSON can hold."""
        yield Edit(4, "ferry", "\ud83d", "halves.sure", 1.0)


@dataclass(frozen=True)
class Breaks(Mend):
    """A repair that raises after its first finding."""

    name: ClassVar[str] = "breaks"
    rules: ClassVar[tuple[Rule, ...]] = rules("breaks")

    def find(self, document: Document) -> Iterator[Finding]:
        """Raises."""
        yield Edit(0, "The", "A", "breaks.sure", 1.0)
        raise LookupError("no such word")


@dataclass(frozen=True)
class Leaves(Mend):
    """A repair that tries to end the process."""

    name: ClassVar[str] = "leaves"
    rules: ClassVar[tuple[Rule, ...]] = rules("leaves")

    def find(self, document: Document) -> Iterator[Finding]:
        """Leaves."""
        raise SystemExit(3)


@dataclass(frozen=True)
class Endless(Mend):
    """A repair that yields the same finding for ever."""

    name: ClassVar[str] = "endless"
    rules: ClassVar[tuple[Rule, ...]] = rules("endless")

    def find(self, document: Document) -> Iterator[Finding]:
        """Never stops."""
        while True:
            yield Note(0, 3, "endless.sure", "info", "look")


@dataclass(frozen=True)
class Rubbish(Mend):
    """A repair that yields a number."""

    name: ClassVar[str] = "rubbish"
    rules: ClassVar[tuple[Rule, ...]] = rules("rubbish")

    def find(self, document: Document) -> Iterator[Finding]:
        """Gives what nobody can go through."""
        return 7  # type: ignore[return-value]


@dataclass(frozen=True)
class Meddles(Mend):
    """A repair that writes into the metadata."""

    name: ClassVar[str] = "meddles"
    rules: ClassVar[tuple[Rule, ...]] = rules("meddles")

    def find(self, document: Document) -> Iterator[Finding]:
        """Raises, since it may not."""
        document.metadata["seen"] = "yes"  # type: ignore[index]
        yield from ()


@dataclass(frozen=True)
class Finds(Look):
    """A finder that raises."""

    name: ClassVar[str] = "finds"
    gives: ClassVar[frozenset[str]] = frozenset({"part"})
    rules: ClassVar[tuple[Rule, ...]] = rules("finds")

    def find(self, document: Document) -> Iterator[Finding]:
        """Raises."""
        yield Label(0, 3, "part", "title", "finds.sure", 1.0)
        raise ZeroDivisionError


def edit(start: int, old: str, new: str, confidence: float = 1.0, rule: str = "mend.sure") -> Edit:
    return Edit(start, old, new, rule, confidence)


def again(start: int, old: str, new: str) -> Edit:
    return edit(start, old, new, rule="mend-again.sure")


def label(start: int, end: int, layer: str = "part", value: str = "title", confidence: float = 1.0) -> Label:
    return Label(start, end, layer, value, "look.seen", confidence)


def note(start: int, end: int, rule: str = "mend.sure") -> Note:
    return Note(start, end, rule, "warning", "look here")
