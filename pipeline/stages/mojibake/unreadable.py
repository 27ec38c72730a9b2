"""Note characters that nothing restores: the marks that programs write in place of bytes that they cannot read."""

import re
from collections.abc import Iterator, Sequence

from pipeline.model.stage import Note
from pipeline.stages.mojibake.rules import UNREADABLE

REPLACEMENT_PATTERN = re.compile(
    r"""
    \ufffd+                 # U+FFFD itself
    |(?:锟斤拷)+锟?         # its UTF-8 read as GBK
    |(?:ï¿½)+               # as Windows-1252
    |(?:пїЅ)+               # as Windows-1251
    |(?:ÔøΩ)+               # as Mac Roman
    |烫{6,}|屯{6,}          # memory that was never written to, as GBK
    """,
    re.VERBOSE,
)
REPLACEMENTS = ("\N{REPLACEMENT CHARACTER}", "锟斤", "ï¿½", "пїЅ", "ÔøΩ", "烫烫烫", "屯屯屯")
"""One of these is in each match of the pattern. They are searched for first, because that is faster."""

Span = tuple[int, int]


def replacement_spans(text: str) -> list[Span]:
    """The spans of replacement characters, by offset."""
    return [match.span() for match in REPLACEMENT_PATTERN.finditer(text)]


def notes(text: str, spans: Sequence[Span], lost: int) -> Iterator[Note]:
    """Yield a note for the first span of each line; the first note says how much of the text it is.

    `spans` are sorted. `lost` are the characters that could not be repaired, beyond those of the spans.
    """
    share = f"; in the whole text {_percent(len(spans) + lost, len(text))} could not be read" if spans else ""
    line_end = -1
    for start, end in spans:
        if start > line_end:
            line_end = text.find("\n", end)
            line_end = len(text) if line_end < 0 else line_end
            message = f"characters that could not be read stood here{share}"
            yield Note(start, end, UNREADABLE.name, "warning", message)
            share = ""


def _percent(part: int, whole: int) -> str:
    """At least `0.1 %`: nothing that is lost is none of a text."""
    return f"{max(0.1, min(100.0, 100 * part / whole)):.1f} %"
