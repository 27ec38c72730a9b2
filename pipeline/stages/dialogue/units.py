"""The pieces of text that dialogue is made of: paragraphs without what credits took and without marks around them."""

from collections.abc import Iterator

import msgspec
import regex

from pipeline.document import Document, Script, script
from pipeline.layout import width

MARKS_BEFORE = regex.compile(r"(?:[#>]{1,6}\s*|\*{1,3}|__?(?=\S))*\s*")
MARKS_BEHIND = regex.compile(r"(?:\s*(?:\*{1,3}|__?|#{1,6}))+$")
WORD = regex.compile(r"[^\s\p{P}\p{Z}\p{C}\p{Sm}\p{Sk}\p{So}\p{Mn}]")

END_MARKS = ".。!！?？…"
CLOSERS = "\"'”’」』)）]】*_ "
LIST_ITEM = regex.compile(r"(?:\d{1,3}[.)、．]|[-•·–—]\s|[(（]\d{1,2}[)）])")

TITLE_WIDTH = 150
HEADING_WIDTH = 90
HEADING_WORDS = 14
LONG = 80
"""Columns from which a paragraph is surely prose."""


class Unit(msgspec.Struct, frozen=True, gc=False):
    """A paragraph, or the part of one that is free: `text` is `[start, end)` of the document's text.

    `marked`: it began with Markdown's `#`; `first`: nothing stands before it; `before_byline`: a byline follows it.
    """

    start: int
    end: int
    text: str
    marked: bool = False
    first: bool = False
    before_byline: bool = False

    @property
    def asks(self) -> bool:
        """Whether it ends in a question mark, closing quotes left aside."""
        return self.text.rstrip(CLOSERS).endswith(("?", "？"))

    @property
    def ended(self) -> bool:
        """Whether it ends as a sentence does."""
        return self.text.rstrip(CLOSERS)[-1:] in END_MARKS

    @property
    def long(self) -> bool:
        """Whether it is surely prose."""
        return len(self.text) >= LONG or width(self.text) >= LONG

    @property
    def script(self) -> Script:
        """The script it is written in."""
        return script(self.text)

    def could_head(self) -> bool:
        """Whether it has the form of a heading: short, no mark at its end, no item of a list, nothing in brackets."""
        text = self.text
        return (
            len(text) <= HEADING_WIDTH
            and "\n" not in text
            and text[-1] not in ".。!！?？:：;；,，、…"
            and text[0] not in "(（[【"
            and len(text.split()) <= HEADING_WORDS
            and ": " not in text
            and "：" not in text
            and width(text) <= HEADING_WIDTH
            and not LIST_ITEM.match(text)
        )

    def could_be_title(self) -> bool:
        """Whether it has the form of a title: one line, not long, no full stop at its end."""
        return "\n" not in self.text and width(self.text) <= TITLE_WIDTH and self.text[-1] not in ".。:：;；,，、"


def units(document: Document) -> tuple[Unit, ...]:
    """What is left of the document's paragraphs where no earlier finder labelled a part."""
    taken = document.layer("part")
    found: list[Unit] = []
    bylines = [label.start for label in taken if label.value == "byline"]
    next_taken = 0
    for paragraph in document.paragraphs:
        while next_taken < len(taken) and taken[next_taken].end <= paragraph.start:
            next_taken += 1
        spans, at, i = [], paragraph.start, next_taken
        while i < len(taken) and taken[i].start < paragraph.end:
            if taken[i].start > at:
                spans.append((at, taken[i].start))
            at = max(at, taken[i].end)
            i += 1
        if at < paragraph.end:
            spans.append((at, paragraph.end))
        for start, end in spans:
            unit = _unit(document.text, start, end)
            if unit is not None:
                found.append(unit)
    return tuple(_placed(found, bylines))


def _placed(found: list[Unit], bylines: list[int]) -> Iterator[Unit]:
    for i, unit in enumerate(found):
        following = found[i + 1].start if i + 1 < len(found) else unit.end
        before = any(unit.end <= start < following for start in bylines)
        yield msgspec.structs.replace(unit, first=i == 0, before_byline=before) if before or i == 0 else unit


def _unit(text: str, start: int, end: int) -> Unit | None:
    if not WORD.search(text, start, end):
        return None
    match = MARKS_BEFORE.match(text, start, end)
    marked = bool(match and "#" in match[0])
    start = match.end() if match else start
    while text[end - 1].isspace():
        end -= 1
    behind = MARKS_BEHIND.search(text, start, end) if text[end - 1] in "*_#" else None
    # A mark at the end belongs outside only if it closes one that stands outside: `**What now?**`, not `*a* and *b*`.
    if behind and (text.count("*", start, end) + text.count("_", start, end)) % 2 == len(behind[0].strip()) % 2:
        inner = text[start : behind.start()]
        if inner.count("*") % 2 == 0 and inner.count("_") % 2 == 0:
            end = behind.start()
    return Unit(start, end, text[start:end], marked)


def piece(unit: Unit, start: int, end: int) -> Unit:
    """The part `[start, end)` of a unit, in offsets of its own text, without blanks around it."""
    inner = unit.text[start:end]
    start += len(inner) - len(inner.lstrip())
    end -= len(inner) - len(inner.rstrip())
    return Unit(unit.start + start, unit.start + end, unit.text[start:end], unit.marked, unit.first and start == 0)
