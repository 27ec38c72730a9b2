r"""Restore tags whose angle brackets lost their ampersands: `lt;stronggt;`, `lt;MSFT.Ogt;`, `\u003cstrong\u003e`.

Too many words end in `lt;` and `gt;` (`fault;`), so both must enclose a known tag, or a stock symbol as news wires
write it.
"""

from collections.abc import Iterator
from functools import cache

import regex

from pipeline.lexicon import lists
from pipeline.stages.entities.rules import LOST_BRACKETS
from pipeline.stages.entities.suspect_lines import SuspectLine
from pipeline.stages.non_prose.code_marks import Spans, is_inside
from pipeline.text.edits import Edit

ESCAPING_BACKSLASH = regex.compile(r"\\(?=[\"/])")
BRACE = regex.compile(r"[{}]")
PROGRAM_WINDOW = 60
"""Characters on both sides of an escaped tag in which a brace is a sign of a program."""
TAG_CONFIDENCE = 0.95
STOCK_SYMBOL_CONFIDENCE = 0.9
"""Capitals in angle brackets may also be an abbreviation."""


@cache
def lost_tag_pattern() -> regex.Pattern[str]:
    """A known tag or a stock symbol between two lost angle brackets."""
    names = "|".join(lists.rows(__package__, "tags.txt"))
    attributes = r"(?:\s{1,3}[A-Za-z-]{1,20}=(?:(?!lt;|gt;|\\{0,2}u003[cCeE])[^<>\n]){0,300}+|\s?\\?/)?"
    return regex.compile(
        rf"""
        (?:amp;)*+lt;(?P<tag>/?(?:(?i:{names})){attributes})(?:amp;)*+gt;                       # lt;/stronggt;
        |(?:amp;)*+lt;(?P<symbol>\.?[A-Z]{{1,6}}(?:\d{{3,4}})?(?:\.[A-Z]{{1,3}})?)(?:amp;)*+gt;     # lt;MSFT.Ogt;
        |\\{{0,2}}u003[cC](?P<escaped>(?:\\?/)?(?:(?i:{names})){attributes})\\{{0,2}}u003[eE]       # \u003c\/p\u003e
        """,
        regex.VERBOSE,
    )


def repaired_tags(line: SuspectLine, edited: Spans) -> Iterator[Edit]:
    """Yield one edit for each of the two brackets, outside the spans that are edited already."""
    text = line.text
    for match in lost_tag_pattern().finditer(text):
        if line.in_code(match.start()) or is_inside(edited, match.start()):
            continue
        if text[: match.start()].endswith(("&", "＆")):
            continue
        group = match.lastgroup or "tag"
        is_escaped = group == "escaped"
        if is_escaped and BRACE.search(text, max(0, match.start() - PROGRAM_WINDOW), match.end() + PROGRAM_WINDOW):
            continue
        confidence = STOCK_SYMBOL_CONFIDENCE if group == "symbol" else TAG_CONFIDENCE
        start, end = match.span(group)
        yield line.edit(match.start(), start, "<", LOST_BRACKETS, confidence)
        if is_escaped:
            for backslash in ESCAPING_BACKSLASH.finditer(text, start, end):
                yield line.edit(*backslash.span(), "", LOST_BRACKETS, confidence)
        yield line.edit(end, match.end(), ">", LOST_BRACKETS, confidence)
