"""Joins the lines of pages to paragraphs: a line that was broken because it was full goes on in the next one.

Hyphens at the ends of lines stay: whether one belongs to the word is not to be seen on the page.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

import msgspec
import regex

from pipeline.model.evidence import Evidence
from pipeline.readers.html.content import SPEAKER_LABEL
from pipeline.readers.pdf.pages import PdfLine

MAX_LEADING = 1.4
"""Distance of two lines of a paragraph, as a multiple of the usual distance of lines."""
MIN_INDENT = 0.8
"""Indent of the first line of a paragraph, as a multiple of the size of its letters."""
MAX_SIZE_CHANGE = 0.12
"""Change of the size of letters within a paragraph, as a share of it."""
MIN_OVERLAP = 0.5
"""Share of the narrower of two lines that must be above or below the other one, for both to be of one column."""
MAX_COMPARED_LINES = 60
"""Lines before and after a line from which the edges of its column are taken."""
SENTENCE_END = regex.compile(r"[.!?。！？…][\"'”’」』)）\]]{0,3}$")
BEFORE_NEW_LINE = regex.compile(r"[.!?:;。！？：；…][\"'”’」』)）\]]{0,3}$")
SENTENCE_MIDDLE = regex.compile(r"\p{Ll}{2}")
"""What no sentence begins with, in a language with capital letters."""
WIDE_CHAR = regex.compile(r"[\p{Han}\u3000-\u303f\uff00-\uffef]")


class Column(msgspec.Struct, frozen=True, gc=False):
    """The left and right edge of the column that a line is in, in points."""

    left: float
    right: float


def joined_paragraphs(lines: Sequence[PdfLine]) -> tuple[str, tuple[Evidence, ...]]:
    """The text of the lines, one paragraph on each line, with its bold and italic spans."""
    texts: list[str] = []
    evidence: list[Evidence] = []
    at = 0
    for paragraph in _paragraphs(lines):
        pieces: list[str] = []
        length = 0
        spans: list[tuple[int, int, str]] = []
        for line in paragraph:
            glue = _glue("".join(pieces[-1:]), line.text)
            pieces += (glue, line.text)
            length += len(glue)
            for run in line.runs:
                kinds = ("bold",) * run.bold + ("italic",) * run.italic
                spans += [(at + length + run.start, at + length + run.end, kind) for kind in kinds]
            length += len(line.text)
        text = "".join(pieces)
        texts.append(text)
        evidence += _merged(spans, text, at)
        at += len(text) + 1
    return "".join(f"{text}\n" for text in texts), tuple(evidence)


def _merged(spans: Sequence[tuple[int, int, str]], text: str, at: int) -> Iterator[Evidence]:
    """Yields the spans of a paragraph that begins at `at`; those with only spaces between them are one."""
    for kind in ("bold", "italic"):
        start = end = -1
        for first, last, what in spans:
            if what != kind:
                continue
            if start >= 0 and not text[end - at : first - at].strip():
                end = last
                continue
            if start >= 0:
                yield _evidence(start, end, kind, text, at)
            start, end = first, last
        if start >= 0:
            yield _evidence(start, end, kind, text, at)


def _evidence(start: int, end: int, kind: str, text: str, at: int) -> Evidence:
    covered = text[start - at : end - at]
    return Evidence(start, start + len(covered.rstrip()), "bold" if kind == "bold" else "italic")


def _glue(before: str, after: str) -> str:
    """What goes between two lines of a paragraph: a space between words of Latin letters."""
    if not before or before.endswith("-"):
        return ""
    return "" if WIDE_CHAR.match(before[-1]) or WIDE_CHAR.match(after[0]) else " "


def _paragraphs(lines: Sequence[PdfLine]) -> Iterator[Sequence[PdfLine]]:
    leading = _usual_leading(lines)
    columns = [_column(lines, i) for i in range(len(lines))]
    start = 0
    for i in range(1, len(lines) + 1):
        if i == len(lines) or not _goes_on(lines, columns, i, leading):
            if start < i:
                yield lines[start:i]
            start = i


def _usual_leading(lines: Sequence[PdfLine]) -> float:
    steps = [
        before.baseline - line.baseline
        for before, line in pairwise(lines)
        if before.page == line.page and 0 < before.baseline - line.baseline < 6 * max(line.size, 1)
    ]
    return median(steps) if steps else 0.0


def _goes_on(lines: Sequence[PdfLine], columns: Sequence[Column], i: int, leading: float) -> bool:
    """Whether line `i` goes on with the paragraph of the line before it."""
    before, line = lines[i - 1], lines[i]
    if before.bold != line.bold or abs(before.size - line.size) > MAX_SIZE_CHANGE * max(before.size, line.size):
        return False
    ends = SENTENCE_END.search(before.text) is not None
    if ends and SPEAKER_LABEL.match(line.text):
        return False
    step = before.baseline - line.baseline
    is_below = before.page == line.page and step > 0
    if is_below and step > MAX_LEADING * leading:
        return False
    if SENTENCE_MIDDLE.match(line.text) and not BEFORE_NEW_LINE.search(before.text):
        return True
    # Would the first word of this line have had room at the end of the line before?
    if columns[i - 1].right - before.right > line.first_word + 0.3 * line.size:
        return False
    if line.left - columns[i].left > MIN_INDENT * line.size and line.left - before.left > 0.5 * line.size:
        return False
    # The next column, or the next page.
    return is_below or not ends


def _column(lines: Sequence[PdfLine], i: int) -> Column:
    """The edges of the column of a line: most of its lines begin and, in part, end there."""
    line = lines[i]
    near = [
        other
        for other in lines[max(i - MAX_COMPARED_LINES, 0) : i + MAX_COMPARED_LINES]
        if other.page == line.page and _overlaps(other, line)
    ]
    lefts, rights = sorted(other.left for other in near), sorted(other.right for other in near)
    return Column(lefts[len(lefts) // 4], rights[(9 * len(rights)) // 10])


def _overlaps(one: PdfLine, other: PdfLine) -> bool:
    common = min(one.right, other.right) - max(one.left, other.left)
    return common >= MIN_OVERLAP * min(one.right - one.left, other.right - other.left)
