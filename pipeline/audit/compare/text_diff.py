"""Compares two texts, and maps positions of either to the other.

Texts of the same source are compared through their edits, in time proportional to the number of edits. Texts of
different sources are compared by lines, then by the words of differing lines, with the patience diff of Bram Cohen:
lines that occur once in both texts are anchors, and the differences lie between them.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from pipeline.audit.provenance import MappedSpan, Rewrite, merge_spans
from pipeline.text.edits import Edit, minimal_edits

MAX_CHARACTER_DIFF = 40_000
"""Largest product of the lengths of two strings that are compared character by character."""
WORD_PATTERN = regex.compile(r"\p{Han}|[^\W\p{Han}]+|\s+|\W")
LINE_PATTERN = regex.compile(r"[^\n]*\n|[^\n]+")


class DiffSpan(NamedTuple):
    """`old[old_start:old_end]` became `new[new_start:new_end]`."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def diff_spans(old: str, new: str, source: tuple[Sequence[Rewrite], Sequence[Rewrite]] | None) -> list[DiffSpan]:
    """The minimal differences of two texts: sorted, disjoint, not touching.

    `source` is the rewrites of both texts if they have the same source.
    """
    if old == new:
        return []
    if source is None:
        spans = list(_diff_lines(old, new))
    else:
        sides = [[MappedSpan(p.source_start, p.source_end, p.start, p.end, ()) for p in side] for side in source]
        spans = []
        for meeting in merge_spans(*sides, touching=True):
            rough = DiffSpan(meeting.left_start, meeting.left_end, meeting.right_start, meeting.right_end)
            if old[rough.old_start : rough.old_end] != new[rough.new_start : rough.new_end]:
                spans += _refine(old, new, rough)
    return list(_merged(spans))


def _merged(spans: list[DiffSpan]) -> Iterator[DiffSpan]:
    last: DiffSpan | None = None
    for span in spans:
        if last and span.old_start == last.old_end:
            last = DiffSpan(last.old_start, span.old_end, last.new_start, span.new_end)
        else:
            if last:
                yield last
            last = span
    if last:
        yield last


def _diff_lines(old: str, new: str) -> Iterator[DiffSpan]:
    for rough in _diff_pieces(LINE_PATTERN.findall(old), LINE_PATTERN.findall(new), DiffSpan(0, 0, 0, 0)):
        yield from _refine(old, new, rough)


def _refine(old: str, new: str, rough: DiffSpan) -> Iterator[DiffSpan]:
    """The differences within one span: by characters if it is short, otherwise by words."""
    left, right = old[rough.old_start : rough.old_end], new[rough.new_start : rough.new_end]
    if len(left) * len(right) <= MAX_CHARACTER_DIFF:
        yield from _diff_characters(left, right, rough)
        return
    for gap in _diff_pieces(WORD_PATTERN.findall(left), WORD_PATTERN.findall(right), rough):
        inner_left, inner_right = old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end]
        if len(inner_left) * len(inner_right) <= MAX_CHARACTER_DIFF:
            yield from _diff_characters(inner_left, inner_right, gap)
        else:
            yield gap


def _diff_characters(old: str, new: str, at: DiffSpan) -> Iterator[DiffSpan]:
    shift = at.new_start - at.old_start
    for edit in minimal_edits(Edit(at.old_start, old, new, "", 1.0)):
        yield DiffSpan(edit.start, edit.end, edit.start + shift, edit.start + shift + len(edit.new))
        shift += len(edit.new) - len(edit.old)


def _diff_pieces(old: list[str], new: list[str], at: DiffSpan) -> Iterator[DiffSpan]:
    """The spans between pieces that both lists share, as offsets after the starts of `at`."""
    old_at, new_at = _offsets(old, at.old_start), _offsets(new, at.new_start)
    pending = [(0, len(old), 0, len(new))]
    while pending:
        a, b, c, d = pending.pop()
        while a < b and c < d and old[a] == new[c]:
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
        if a == b and c == d:
            continue
        anchors = _anchors(old, new, a, b, c, d) if a < b and c < d else []
        if not anchors:
            yield DiffSpan(old_at[a], old_at[b], new_at[c], new_at[d])
            continue
        parts = []
        for i, j in anchors:
            parts.append((a, i, c, j))
            a, c = i, j
        # Each part starts with the anchor before it, which the loops above strip; reversed, so the first part is next.
        pending += reversed([*parts, (a, b, c, d)])


def _offsets(pieces: list[str], at: int) -> list[int]:
    starts = [at]
    for piece in pieces:
        at += len(piece)
        starts.append(at)
    return starts


def _anchors(old: list[str], new: list[str], a: int, b: int, c: int, d: int) -> list[tuple[int, int]]:
    """The longest increasing sequence of pieces that occur exactly once in either range."""
    once_old, once_new = Counter(old[a:b]), Counter(new[c:d])
    places = {new[j]: j for j in range(c, d) if once_new[new[j]] == 1}
    pairs = [(i, places[old[i]]) for i in range(a, b) if once_old[old[i]] == 1 and old[i] in places]
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(piles[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(j)
            piles.append(index)
        else:
            tops[pile], piles[pile] = j, index
    chain, index = [], piles[-1] if piles else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


class SharedPositions:
    """Maps spans of either text to the new text, so that corresponding spans of both compare equal.

    A position inside a difference, or at its edge, is mapped to the edge of the difference: a start to its start, an
    end to its end.
    """

    def __init__(self, spans: Sequence[DiffSpan]) -> None:
        self._gaps = spans
        self._ends = ([span.old_end for span in spans], [span.new_end for span in spans])

    def old(self, start: int, end: int) -> tuple[int, int]:
        """A span of the old text, mapped to the new text."""
        return self._place(0, start, end=False), self._place(0, end, end=True)

    def new(self, start: int, end: int) -> tuple[int, int]:
        """A span of the new text, widened to whole differences."""
        return self._place(1, start, end=False), self._place(1, end, end=True)

    def _place(self, side: int, position: int, *, end: bool) -> int:
        ends = self._ends[side]
        i = bisect_left(ends, position)
        if i < len(ends):
            span = self._gaps[i]
            if span[2 * side] <= position:
                return span.new_end if end else span.new_start
        if side or not i:
            return position
        return position + self._gaps[i - 1].new_end - self._gaps[i - 1].old_end
