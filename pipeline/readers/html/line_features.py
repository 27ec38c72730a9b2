"""What is measured of the lines of a page, to decide which of them are the article.

The extraction knows prose; these facts say how a line stands to what it took: near it, built like it, of its length.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

import msgspec
import regex

from pipeline.lexicon import lists
from pipeline.readers.html.lines import HAN_CHAR, PageLine

LINE_END_MARKS = frozenset('.。!！?？…:：;；"”’」』)）')
CAPITAL_WORDS, WORDS_OF_LINE = regex.compile(r"\b\p{Lu}"), regex.compile(r"\b\p{Latin}")
ASCII_CAPITAL_WORDS, ASCII_WORDS = re.compile(r"\b[A-Z]"), re.compile(r"\b[A-Za-z]")
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
COMMA_BYTES, COMMAS = b",;", re.compile(r"[，、；]")
DIGIT_BYTES, DIGITS = b"0123456789", re.compile(r"\d")
UPPER_BYTES, UPPER = bytes(range(0x41, 0x5B)), regex.compile(r"\p{Lu}")
LOWER_BYTES, LOWER = bytes(range(0x61, 0x7B)), regex.compile(r"\p{Ll}")
"""Characters that are counted: those of ASCII, and all others."""
MAX_CUE_CHARS = 600
HAN_WIDTH = 2
"""A Chinese character says as much as two Latin letters or more."""
MAX_WIDTH = 2000
FAR = 60
"""Lines; what is further away is as far as this."""
FAR_WIDTH = 8000
NEAR = 2
"""Neighbours on either side that are averaged."""
NO_NEIGHBOUR = (0, 0, -1, 0)
"""What is measured of the neighbour of the first or last line on its outer side."""
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

    sorts: dict[str, int]
    sorts_taken: dict[str, int]
    holders: dict[int, int]
    holders_taken: dict[int, int]
    holder_lines: dict[int, int]
    holder_linked: dict[int, int]


def width_of(text: str) -> int:
    """The width of a text in Latin letters."""
    return len(text) if text.isascii() else len(text) + (HAN_WIDTH - 1) * len(HAN_CHAR.findall(text))


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
    shares = [1000 * part // max(width, 1) for part, width in zip(linked, widths, strict=True)]
    sums = _sums(lines, widths, linked, taken)
    texts = Counter(line.text for line in lines)
    total = max(sum(widths), 1)
    prose = sum(w - k for line, w, k in zip(lines, widths, linked, strict=True) if not line.beside)
    took = sum(widths[i] for i in taken)
    ordered = sorted(taken)
    first, last = (ordered[0], ordered[-1]) if ordered else (len(lines), len(lines))
    starts = [0, *accumulate(widths)]
    links = [0, *accumulate(linked)]
    takes = [0, *accumulate(int(i in taken) for i in range(len(lines)))]
    neighbours = [
        *((min(widths[i], MAX_WIDTH), shares[i], int(i in taken), lines[i].context.level) for i in range(len(lines))),
        NO_NEIGHBOUR,
    ]
    distances = _distances(len(lines), ordered)
    # A page holds few of the phrases, so that its lines are searched only for those.
    wanted = list(wanted)
    whole = "\n".join([lines[i].text[:MAX_CUE_CHARS] for i in wanted]).casefold()
    phrases = [phrase for phrase in cue_phrases() if phrase in whole]
    rows = []
    for i in wanted:
        line, width, context = lines[i], widths[i], lines[i].context
        is_taken = int(i in taken)
        low, high = max(i - NEAR, 0), min(i + NEAR + 1, len(lines))
        near_width = starts[high] - starts[low] - width
        rest = sums.sorts[context.sort] - width
        rest_taken = sums.sorts_taken.get(context.sort, 0) - width * is_taken
        holder = sums.holders[context.holder]
        rows.append(
            (
                *_own(line, width, shares[i], phrases),
                is_taken,
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
                1000 * (sums.holders_taken.get(context.holder, 0) - width * is_taken) // max(holder - width, 1),
                min(sums.holder_lines[context.holder], FAR),
                1000 * sums.holder_linked[context.holder] // max(holder, 1),
                min(near_width // max(high - low - 1, 1), MAX_WIDTH),
                1000 * (links[high] - links[low] - linked[i]) // max(near_width, 1),
                takes[high] - takes[low] - is_taken,
                *neighbours[i - 1],
                *neighbours[i + 1 if i + 1 < len(lines) else -1],
            )
        )
    return rows


def _own(line: PageLine, width: int, linked_share: int, phrases: Sequence[str]) -> tuple[int, ...]:
    """The facts of a line alone, in the order of `LineFacts`; `phrases` are those of `cue_phrases` in the page."""
    context, text = line.context, line.text
    is_ascii = text.isascii()
    data = text.encode("utf-8", "replace")
    rest = "" if is_ascii else "".join(NOT_ASCII.findall(text))
    words = len((ASCII_WORDS if is_ascii else WORDS_OF_LINE).findall(text))
    is_caption = context.caption or any(mark.kind == "caption" for mark in context.marks)
    upper, lower = _count(data, rest, UPPER_BYTES, UPPER), _count(data, rest, LOWER_BYTES, LOWER)
    return (
        min(width, MAX_WIDTH),
        linked_share,
        int(text[-1] in LINE_END_MARKS),
        1000 * _count(data, rest, COMMA_BYTES, COMMAS) // max(width, 1),
        1000 * _count(data, rest, DIGIT_BYTES, DIGITS) // max(width, 1),
        1000 * len((ASCII_CAPITAL_WORDS if is_ascii else CAPITAL_WORDS).findall(text)) // words if words else -1,
        TAG_CODES.get(context.tag, 0),
        context.level,
        int(context.bold),
        int(context.italic),
        int(context.furniture),
        context.byline,
        int(context.lead),
        int(is_caption),
        _cues(text[:MAX_CUE_CHARS].casefold(), phrases),
        1000 * upper // (upper + lower) if upper + lower else -1,
        int(text[-1] in "?？"),
    )


def _count(data: bytes, rest: str, known: bytes, pattern: "re.Pattern[str] | regex.Pattern[str]") -> int:
    """Counts the characters of a text that are in `known` or, outside of ASCII, match `pattern`.

    `data` is the text in UTF-8, `rest` what of it is not ASCII. Counting bytes is ten times as fast as matching.
    """
    found = len(data) - len(data.translate(None, known))
    return found + len(pattern.findall(rest)) if rest else found


def _cues(text: str, phrases: Sequence[str]) -> int:
    """Counts the phrases in a text that do not overlap."""
    found = tuple(phrase for phrase in phrases if phrase in text)
    return len(_cue_pattern(found).findall(text)) if found else 0


@cache
def cue_phrases() -> tuple[str, ...]:
    """Phrases of what is around an article, from `boilerplate.txt`."""
    return lists.rows(__package__, "boilerplate.txt")


@lru_cache(maxsize=4096)
def _cue_pattern(phrases: tuple[str, ...]) -> "re.Pattern[str]":
    """Finds these phrases, longer ones first, Latin ones only at the start of a word."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile("|".join((r"\b" if each[0].isascii() else "") + re.escape(each) for each in longest_first))


def _sums(lines: Sequence[PageLine], widths: Sequence[int], linked: Sequence[int], taken: Set[int]) -> _Sums:
    found = _Sums(*(defaultdict(int) for _ in _Sums._fields))
    for i, line in enumerate(lines):
        sort, holder, width = line.context.sort, line.context.holder, widths[i]
        found.sorts[sort] += width
        found.holders[holder] += width
        found.holder_lines[holder] += 1
        found.holder_linked[holder] += linked[i]
        if i in taken:
            found.sorts_taken[sort] += width
            found.holders_taken[holder] += width
    return found


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
