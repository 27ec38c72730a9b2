"""Stages with one fault each, which the conformance kit must find. Its child processes can import them."""

import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline import Document, Edit, Finding, Label, Note, Reject, Rule

AH = re.compile(r"\bah\b")


def rule(stage: str, **more: object) -> tuple[Rule, ...]:
    return (Rule(f"{stage}.ah", "an `ah`", **({"acts": ("well, ah, no",), "spares": ("Utah",)} | more)),)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Sound:
    """A valid repair: every `ah` becomes `oh`."""

    name: ClassVar[str] = "sound"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = rule("sound")
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for each."""
        for match in AH.finditer(document.text):
            yield Edit(match.start(), "ah", "oh", self.rules[0].name, 0.9)


@dataclass(frozen=True)
class Restless(Sound):
    """Every `ah` becomes one longer."""

    name: ClassVar[str] = "restless"
    rules: ClassVar[tuple[Rule, ...]] = rule("restless")

    def find(self, document: Document) -> Iterator[Finding]:
        """Finds more in its own result."""
        for match in AH.finditer(document.text):
            yield Edit(match.start(), "", "ah ", "restless.ah", 0.9)


@dataclass(frozen=True)
class Raising(Sound):
    """Fails on emoji."""

    name: ClassVar[str] = "raising"
    rules: ClassVar[tuple[Rule, ...]] = rule("raising")

    def find(self, document: Document) -> Iterator[Finding]:
        """Raises on characters beyond the first plane."""
        if any(ord(character) > 0xFFFF for character in document.text):
            raise ValueError("no such character")
        yield from Sound.find(self, document)


@dataclass(frozen=True)
class Overlapping(Sound):
    """Yields overlapping edits."""

    name: ClassVar[str] = "overlapping"
    rules: ClassVar[tuple[Rule, ...]] = rule("overlapping")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields two edits for each match."""
        for match in AH.finditer(document.text):
            yield Edit(match.start(), "ah", "oh", "overlapping.ah", 0.9)
            yield Edit(match.start() + 1, "h", "", "overlapping.ah", 0.9)


@dataclass(frozen=True)
class Editing(Sound):
    """A finder that changes the text."""

    name: ClassVar[str] = "editing"
    gives: ClassVar[frozenset[str]] = frozenset({"editing.ah"})
    rules: ClassVar[tuple[Rule, ...]] = rule("editing")


@dataclass(frozen=True)
class Labelling(Sound):
    """A repair that labels."""

    name: ClassVar[str] = "labelling"
    rules: ClassVar[tuple[Rule, ...]] = rule("labelling")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields labels."""
        for match in AH.finditer(document.text):
            yield Label(match.start(), match.end(), "labelling.ah", "ah", "labelling.ah", 0.9)


@dataclass(frozen=True)
class Outside(Sound):
    """Labels that reach beyond the text."""

    name: ClassVar[str] = "outside"
    gives: ClassVar[frozenset[str]] = frozenset({"outside.ah"})
    rules: ClassVar[tuple[Rule, ...]] = rule("outside")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields labels with one more character, which may not exist."""
        for match in AH.finditer(document.text):
            yield Label(match.start(), match.end() + 1, "outside.ah", "ah", "outside.ah", 0.9)


@dataclass(frozen=True)
class Undeclared(Sound):
    """Labels in a layer of another stage."""

    name: ClassVar[str] = "undeclared"
    gives: ClassVar[frozenset[str]] = frozenset({"undeclared.ah"})
    rules: ClassVar[tuple[Rule, ...]] = rule("undeclared")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields labels of a layer that it does not declare."""
        for match in AH.finditer(document.text):
            yield Label(match.start(), match.end(), "undeclared.oh", "ah", "undeclared.ah", 0.9)


@dataclass(frozen=True)
class Unruly(Sound):
    """Edits under an undeclared rule."""

    name: ClassVar[str] = "unruly"
    rules: ClassVar[tuple[Rule, ...]] = rule("unruly", acts=("well, ah! no, ah",))

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields some edits under another rule."""
        for match in AH.finditer(document.text):
            name = "unruly.oh" if document.text[match.end() : match.end() + 1] == "!" else "unruly.ah"
            yield Edit(match.start(), "ah", "oh", name, 0.9)


@dataclass(frozen=True)
class Missing(Sound):
    """Finds nothing in the `acts` of its rule."""

    name: ClassVar[str] = "missing"
    rules: ClassVar[tuple[Rule, ...]] = rule("missing", acts=("AH, no",))

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields edits of small letters only."""
        for match in AH.finditer(document.text):
            yield Edit(match.start(), "ah", "oh", "missing.ah", 0.9)


@dataclass(frozen=True)
class Greedy(Sound):
    """Changes the `spares` of its rule."""

    name: ClassVar[str] = "greedy"
    rules: ClassVar[tuple[Rule, ...]] = rule("greedy")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields edits inside words, too."""
        for match in re.finditer("ah", document.text):
            yield Edit(match.start(), "ah", "oh", "greedy.ah", 0.9)


@dataclass(frozen=True)
class Shuffled(Sound):
    """Depends on the order of a set."""

    name: ClassVar[str] = "shuffled"
    rules: ClassVar[tuple[Rule, ...]] = rule("shuffled")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit to the first word of a set."""
        words = frozenset({"oh", "uh", "eh", "ih", "yh", "zh", "wh", "xh"})
        for match in AH.finditer(document.text):
            yield Edit(match.start(), "ah", next(iter(words)), "shuffled.ah", 0.9)


@dataclass(frozen=True)
class Dated(Sound):
    """Depends on the date."""

    name: ClassVar[str] = "dated"
    rules: ClassVar[tuple[Rule, ...]] = rule("dated")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields edits with the year in them."""
        for match in AH.finditer(document.text):
            yield Edit(match.start(), "ah", f"oh{time.gmtime().tm_year}", "dated.ah", 0.9)


@dataclass(frozen=True)
class Guessing(Sound):
    """Depends on random numbers."""

    name: ClassVar[str] = "guessing"
    rules: ClassVar[tuple[Rule, ...]] = rule("guessing")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields edits with a random confidence."""
        for match in AH.finditer(document.text):
            yield Edit(match.start(), "ah", "oh", "guessing.ah", round(random.random(), 6))


@dataclass(frozen=True)
class Counting(Sound):
    """Takes quadratic time: counts each character for each character."""

    name: ClassVar[str] = "counting"
    rules: ClassVar[tuple[Rule, ...]] = rule("counting")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields edits after quadratic work."""
        if all(document.text.count(character) for character in document.text):
            yield from Sound.find(self, document)


@dataclass(frozen=True)
class Backtracking(Sound):
    """Has a pattern that backtracks from every start."""

    name: ClassVar[str] = "backtracking"
    rules: ClassVar[tuple[Rule, ...]] = rule("backtracking")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields edits after a slow search."""
        if not re.search(r"(?:\w+,)+!$", document.text):
            yield from Sound.find(self, document)


@dataclass(frozen=True)
class Exploding(Sound):
    """Has a pattern with exponential backtracking."""

    name: ClassVar[str] = "exploding"
    rules: ClassVar[tuple[Rule, ...]] = rule("exploding")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields edits after a search that takes twice as long for each further letter."""
        if not re.search(r"(a+)+$", document.text):
            yield from Sound.find(self, document)


@dataclass(frozen=True)
class Heavy(Sound):
    """Has an option that cannot be pickled."""

    name: ClassVar[str] = "heavy"
    rules: ClassVar[tuple[Rule, ...]] = rule("heavy")
    judge: Callable[[str], bool] = lambda text: "ah" in text


@dataclass(frozen=True)
class Remembering(Sound):
    """Remembers the texts it has seen."""

    name: ClassVar[str] = "remembering"
    rules: ClassVar[tuple[Rule, ...]] = rule("remembering")
    seen: ClassVar[set[str]] = set()

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields nothing for a text that it has seen, except its own example."""
        if document.text not in self.seen or document.text in self.rules[0].acts:
            self.seen.add(document.text)
            yield from Sound.find(self, document)


@dataclass(frozen=True)
class Meddling(Sound):
    """Changes its document."""

    name: ClassVar[str] = "meddling"
    rules: ClassVar[tuple[Rule, ...]] = rule("meddling")

    def find(self, document: Document) -> Iterator[Finding]:
        """Changes the metadata."""
        document.metadata["seen"] = "yes"  # type: ignore[index]
        yield from Sound.find(self, document)


@dataclass(frozen=True)
class Endless(Sound):
    """Yields findings without end."""

    name: ClassVar[str] = "endless"
    rules: ClassVar[tuple[Rule, ...]] = rule("endless")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields notes without end."""
        while AH.search(document.text):
            yield Note(0, 0, "endless.ah", "info", "ah")


@dataclass(frozen=True)
class Stuck(Sound):
    """Has an endless loop."""

    name: ClassVar[str] = "stuck"
    rules: ClassVar[tuple[Rule, ...]] = rule("stuck")

    def find(self, document: Document) -> Iterator[Finding]:
        """Loops forever on an emoji."""
        while "😀" in document.text:
            pass
        yield from Sound.find(self, document)


@dataclass(frozen=True)
class Seeing(Sound):
    """A valid finder."""

    name: ClassVar[str] = "seeing"
    gives: ClassVar[frozenset[str]] = frozenset({"seeing.ah"})
    rules: ClassVar[tuple[Rule, ...]] = rule("seeing")

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields labels."""
        for match in AH.finditer(document.text):
            yield Label(match.start(), match.end(), "seeing.ah", "ah", "seeing.ah", 0.9)


@dataclass(frozen=True)
class Choosing(Sound):
    """A valid filter: rejects texts without `ah`."""

    name: ClassVar[str] = "choosing"
    needs: ClassVar[frozenset[str]] = frozenset({"part"})
    gives: ClassVar[frozenset[str]] = frozenset({"choosing.count"})
    rules: ClassVar[tuple[Rule, ...]] = (
        Rule("choosing.count", "how often", acts=("well, ah, no",)),
        Rule("choosing.none", "without an `ah`", acts=("well, no",), spares=("ah",)),
    )

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields a rejection, or one label of the whole document."""
        count = len(AH.findall(document.text))
        if count:
            yield Label.whole("choosing.count", str(count), "choosing.count", 0.9)
        else:
            yield Reject("choosing.none", "nobody says ah")
