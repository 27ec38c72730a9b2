"""What a byline is made of, and how dates and marks are taken off its ends. Used by the readers of bylines."""

import msgspec
import regex

MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*+\\.?"
DATE = regex.compile(
    r"\d{4}[ ]?[-/.年][ ]?\d{1,2}[ ]?[-/.月][ ]?\d{1,2}(?:[ ]?日)?+(?:[T \u3000]++\d{1,2}[:：]\d{2}(?:[:：]\d{2})?+)?+"
    rf"|{MONTHS}[ ]\d{{1,2}}(?:st|nd|rd|th)?+,?[ ]\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?+[ ]{MONTHS},?[ ]\d{{4}}"
)
BEFORE = "*_#>\\•·●○◎□■▲△▼◆◇★☆⊙—–-"
"""Marks that may stand before a byline."""
BRACKETS = ("（）", "()", "【】", "[]", "〔〕", "〖〗")


class Part(msgspec.Struct, frozen=True, gc=False):
    """`[start, end)` is the `outlet`, a `reporter`, the `place` or the `date`."""

    value: str
    start: int
    end: int


class Byline(msgspec.Struct, frozen=True, gc=False):
    """A byline and its parts."""

    start: int
    end: int
    parts: tuple[Part, ...]
    confidence: float


def trimmed(text: str) -> tuple[int, int]:
    """Span of a line without the marks around it; brackets that close inside stay."""
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or text[start] in BEFORE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "*_\\"):
        end -= 1
    if end - start > 2 and text[start] + text[end - 1] in BRACKETS:
        return start + 1, end - 1
    return start, end


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """`[start, end)` without the blanks at both ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def dates(text: str, start: int, end: int, parts: list[Part]) -> tuple[int, int]:
    """Takes a date off either end of `[start, end)`, notes it in `parts`, and returns what is left."""
    first = DATE.match(text, start, end)
    if first:
        parts.append(Part("date", *first.span()))
        start = first.end()
    for date in DATE.finditer(text, start, end):
        if not text[date.end() : end].strip(" \t\u3000）)】"):
            parts.append(Part("date", *date.span()))
            end = date.start()
            break
    while start < end and text[start] in " \t\u3000|｜/／·，,":
        start += 1
    while end > start and text[end - 1] in " \t\u3000|｜/／·，,（(":
        end -= 1
    return start, end


def in_order(parts: list[Part]) -> tuple[Part, ...]:
    """The parts as they stand in the text."""
    return tuple(sorted(parts, key=lambda part: part.start))
