"""The parts of a byline, and how dates and marks at its ends are separated from the rest."""

import msgspec
import regex

from pipeline.lexicon.dates import month_abbreviations

MONTH_NAME = rf"(?:{'|'.join(month_abbreviations())})[a-z]*+\.?"
"""`March`, `Mar`, `Sept.`"""
ORDINAL_DAY = r"\d{1,2}(?:st|nd|rd|th)?+"
BYLINE_DATE = regex.compile(
    rf"""
      \d{{4}}[ ]?[-/.年][ ]?\d{{1,2}}[ ]?[-/.月][ ]?\d{{1,2}}(?:[ ]?日)?+                  # 2023-10-17, 2023年10月17日
      (?:[T \N{{IDEOGRAPHIC SPACE}}]++\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?+)?+           # 2023-10-17 08:30
    | {MONTH_NAME}[ ]{ORDINAL_DAY},?[ ]\d{{4}}                                           # March 14th, 2019
    | {ORDINAL_DAY}[ ]{MONTH_NAME},?[ ]\d{{4}}                                           # 14 March 2019
    """,
    regex.VERBOSE,
)
SPACES = " \t\N{IDEOGRAPHIC SPACE}"
ALL_SPACES = f"{SPACES}\N{NO-BREAK SPACE}"
"""All spaces within a line."""
MARKS_BEFORE_BYLINE = "*_#>\\•·●○◎□■▲△▼◆◇★☆⊙—–-"
"""Marks that may precede a byline."""
BRACKET_PAIRS = ("（）", "()", "【】", "[]", "〔〕", "〖〗")


class BylinePart(msgspec.Struct, frozen=True, gc=False):
    """`[start, end)` is the `outlet`, a `reporter`, the `place` or the `date`."""

    value: str
    start: int
    end: int


class BylineMatch(msgspec.Struct, frozen=True, gc=False):
    """A byline `[start, end)` and its parts; all offsets are those of the text that was read."""

    start: int
    end: int
    parts: tuple[BylinePart, ...]
    confidence: float


def without_marks(text: str) -> tuple[int, int]:
    """The span of a line without the marks around it; brackets stay unless they enclose all of it."""
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or text[start] in MARKS_BEFORE_BYLINE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "*_\\"):
        end -= 1
    if end - start > 2 and text[start] + text[end - 1] in BRACKET_PAIRS:
        return start + 1, end - 1
    return start, end


def strip_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The span `[start, end)` without spaces at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def take_dates(text: str, start: int, end: int, parts: list[BylinePart]) -> tuple[int, int]:
    """Adds the dates at the ends of `[start, end)` to `parts`, and returns the span between them."""
    first = BYLINE_DATE.match(text, start, end)
    if first:
        parts.append(BylinePart("date", *first.span()))
        start = first.end()
    for date in BYLINE_DATE.finditer(text, start, end):
        if not text[date.end() : end].strip(f"{SPACES}）)】"):
            parts.append(BylinePart("date", *date.span()))
            end = date.start()
            break
    while start < end and text[start] in f"{SPACES}|｜/／·，,":
        start += 1
    while end > start and text[end - 1] in f"{SPACES}|｜/／·，,（(":
        end -= 1
    return start, end


def sorted_parts(parts: list[BylinePart]) -> tuple[BylinePart, ...]:
    """The parts in the order of the text."""
    return tuple(sorted(parts, key=lambda part: part.start))
