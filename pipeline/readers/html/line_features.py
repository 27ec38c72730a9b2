"""What is measured of the lines of a page, to decide which of them are the article.

The extraction knows prose; these facts say how a line stands to what it took: near it, built like it, of its length.
"""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from functools import cache
from typing import NamedTuple

import msgspec
import regex

from pipeline.lexicon import lists
from pipeline.readers.html.lines import HAN_CHAR, PageLine

SENTENCE_END = regex.compile(r"[.。!！?？…:：;；\"”’」』)）]$")
COMMAS = regex.compile(r"[,，、;；]")
DIGITS = regex.compile(r"\d")
CAPITAL_WORDS = regex.compile(r"\b\p{Lu}")
WORDS_OF_LINE = regex.compile(r"\b\p{Latin}")
UPPER, LOWER = regex.compile(r"\p{Lu}"), regex.compile(r"\p{Ll}")
MAX_CUE_CHARS = 600
HAN_WIDTH = 2
"""A Chinese character says as much as two Latin letters or more."""
MAX_WIDTH = 2000
FAR = 60
"""Lines; what is further away is as far as this."""
FAR_WIDTH = 8000
NEAR = 2
"""Neighbours on either side that are averaged."""
TAG_CODES = {"p": 1, "li": 2, "div": 3, "td": 4, "th": 4, "dt": 5, "dd": 5, "figcaption": 6, "caption": 6, "pre": 7}
"""Elements of a line; headings are told by their level."""


class LineFacts(msgspec.Struct, frozen=True, gc=False):
    """What is measured of a line; whole numbers, shares in thousandths, widths in Latin letters."""

    width: int
    linked: int
    ends_sentence: int
    commas: int
    digits: int
    capitals: int
    tag: int
    level: int
    bold: int
    italic: int
    furniture: int
    byline: int
    lead: int
    caption: int
    cues: int
    """Phrases of what is around an article."""
    raised: int
    """Share of the letters with case that are capitals."""
    question: int
    taken: int
    """The extraction took it."""
    kept: int
    """It is article by the rules."""
    row: int
    repeated: int
    """Lines of the page with the same text, without it."""
    page_at: int
    lines_to_taken: int
    """Lines to the nearest one that was taken, before it if negative."""
    before_first: int
    """Width between it and the first line that was taken; negative if it is after that."""
    after_last: int
    taken_share: int
    """Share of the prose of the page that was taken."""
    taken_width: int
    sort_taken: int
    """Share of the other lines of its sort, by width, that were taken."""
    sort_of_taken: int
    """Share of what was taken, by width, that is of its sort."""
    holder_taken: int
    holder_lines: int
    holder_linked: int
    near_width: int
    near_linked: int
    near_taken: int
    before_width: int
    before_linked: int
    before_taken: int
    before_level: int
    after_width: int
    after_linked: int
    after_taken: int
    after_level: int


LINE_FEATURES = LineFacts.__struct_fields__


class _Sums(NamedTuple):
    """Widths of all lines and of those that were taken, by sort and by holder."""

    sorts: Counter[str]
    sorts_taken: Counter[str]
    holders: Counter[int]
    holders_taken: Counter[int]
    holder_lines: Counter[int]
    holder_linked: Counter[int]


def width_of(text: str) -> int:
    """The width of a text in Latin letters."""
    return len(text) + (HAN_WIDTH - 1) * len(HAN_CHAR.findall(text))


def line_rows(
    lines: Sequence[PageLine], taken: Set[int], kept: Set[int], wanted: Iterable[int]
) -> list[tuple[int, ...]]:
    """Returns the features of the `wanted` lines.

    `taken` are the lines that the extraction took, `kept` those of the rules.
    """
    widths = [width_of(line.text) for line in lines]
    linked = [
        min(width, round(width * line.linked / len(line.text))) for line, width in zip(lines, widths, strict=True)
    ]
    sums = _sums(lines, widths, linked, taken)
    texts = Counter(line.text for line in lines)
    total = max(sum(widths), 1)
    prose = sum(w - k for line, w, k in zip(lines, widths, linked, strict=True) if not line.beside)
    took = sum(widths[i] for i in taken)
    ordered = sorted(taken)
    first, last = (ordered[0], ordered[-1]) if ordered else (len(lines), len(lines))
    starts = [0]
    for width in widths:
        starts.append(starts[-1] + width)
    distances = _distances(len(lines), ordered)
    rows = []
    for i in wanted:
        line, width, context = lines[i], widths[i], lines[i].context
        is_taken = i in taken
        near = [j for j in range(max(i - NEAR, 0), min(i + NEAR + 1, len(lines))) if j != i]
        near_width = sum(widths[j] for j in near)
        rest = sums.sorts[context.sort] - width
        rest_taken = sums.sorts_taken[context.sort] - width * is_taken
        holder = sums.holders[context.holder]
        rows.append(
            (
                *_own(line, width, linked[i]),
                int(is_taken),
                int(i in kept),
                int(context.row > 0),
                min(texts[line.text] - 1, FAR),
                1000 * starts[i] // total,
                distances[i],
                _clipped(starts[first] - starts[i], FAR_WIDTH),
                _clipped(starts[i] - starts[last], FAR_WIDTH),
                min(1000 * took // max(prose, 1), 2000),
                min(took, 4 * FAR_WIDTH),
                1000 * rest_taken // rest if rest > 0 else -1,
                1000 * rest_taken // took if took else 0,
                1000 * (sums.holders_taken[context.holder] - width * is_taken) // max(holder - width, 1),
                min(sums.holder_lines[context.holder], FAR),
                1000 * sums.holder_linked[context.holder] // max(holder, 1),
                min(near_width // max(len(near), 1), MAX_WIDTH),
                1000 * sum(linked[j] for j in near) // max(near_width, 1),
                sum(j in taken for j in near),
                *_neighbour(lines, widths, linked, taken, i - 1),
                *_neighbour(lines, widths, linked, taken, i + 1),
            )
        )
    return rows


def _own(line: PageLine, width: int, linked: int) -> tuple[int, ...]:
    """The facts of a line alone, in the order of `LineFacts`."""
    context, text = line.context, line.text
    words = len(WORDS_OF_LINE.findall(text))
    is_caption = context.caption or any(mark.kind == "caption" for mark in context.marks)
    return (
        min(width, MAX_WIDTH),
        1000 * linked // max(width, 1),
        int(SENTENCE_END.search(text) is not None),
        1000 * len(COMMAS.findall(text)) // max(width, 1),
        1000 * len(DIGITS.findall(text)) // max(width, 1),
        1000 * len(CAPITAL_WORDS.findall(text)) // words if words else -1,
        TAG_CODES.get(context.tag, 0),
        context.level,
        int(context.bold),
        int(context.italic),
        int(context.furniture),
        context.byline,
        int(context.lead),
        int(is_caption),
        _cues(text[:MAX_CUE_CHARS].casefold()),
        _raised(text),
        int(text[-1] in "?？"),
    )


def _cues(text: str) -> int:
    # The pattern is slow, and most lines have no phrase of it.
    return len(cue_pattern().findall(text)) if any(phrase in text for phrase in cue_phrases()) else 0


@cache
def cue_phrases() -> tuple[str, ...]:
    """Phrases of what is around an article, from `boilerplate.txt`."""
    return lists.rows(__package__, "boilerplate.txt")


@cache
def cue_pattern() -> "regex.Pattern[str]":
    """Finds these phrases, Latin ones only at the start of a word."""
    phrases = sorted(cue_phrases(), key=len, reverse=True)
    return regex.compile("|".join((r"\b" if each[0].isascii() else "") + regex.escape(each) for each in phrases))


def _raised(text: str) -> int:
    upper, lower = len(UPPER.findall(text)), len(LOWER.findall(text))
    return 1000 * upper // (upper + lower) if upper + lower else -1


def _neighbour(
    lines: Sequence[PageLine], widths: Sequence[int], linked: Sequence[int], taken: Set[int], i: int
) -> tuple[int, int, int, int]:
    if not 0 <= i < len(lines):
        return (0, 0, -1, 0)
    return (
        min(widths[i], MAX_WIDTH),
        1000 * linked[i] // max(widths[i], 1),
        int(i in taken),
        lines[i].context.level,
    )


def _sums(lines: Sequence[PageLine], widths: Sequence[int], linked: Sequence[int], taken: Set[int]) -> _Sums:
    sums = _Sums(Counter(), Counter(), Counter(), Counter(), Counter(), Counter())
    for i, line in enumerate(lines):
        sort, holder = line.context.sort, line.context.holder
        sums.sorts[sort] += widths[i]
        sums.holders[holder] += widths[i]
        sums.holder_lines[holder] += 1
        sums.holder_linked[holder] += linked[i]
        if i in taken:
            sums.sorts_taken[sort] += widths[i]
            sums.holders_taken[holder] += widths[i]
    return sums


def _distances(count: int, taken: Sequence[int]) -> list[int]:
    """Lines from each line to the nearest other one that was taken; negative if that is after it."""
    distances = [FAR] * count
    members = set(taken)
    since = FAR
    for i in range(count):
        distances[i] = since
        since = 1 if i in members else min(since + 1, FAR)
    until = FAR
    for i in range(count - 1, -1, -1):
        if until < distances[i]:
            distances[i] = -until
        until = 1 if i in members else min(until + 1, FAR)
    return distances


def _clipped(value: int, limit: int) -> int:
    return max(-limit, min(value, limit))
