"""Where two texts differ, and where a position of one stands in the other.

Two texts of one source are compared through their ledgers, in time that grows with the edits. Texts of two sources are
compared by their lines, then by the words of those that differ: what stands once in both is the same, the rest lies
between (the patience diff of Bram Cohen).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from pipeline.audit.provenance import MappedSpan, Rewrite, merge_spans
from pipeline.text.edits import Edit, minimal_edits

MAX_CHARACTER_DIFF = 40_000
"""Product of two lengths up to which what they share is looked for letter by letter."""
WORD_PATTERN = regex.compile(r"\p{Han}|[^\W\p{Han}]+|\s+|\W")
LINE_PATTERN = regex.compile(r"[^\n]*\n|[^\n]+")


class DiffSpan(NamedTuple):
    """`old[old_start:old_end]` is `new[new_start:new_end]`."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def diff_spans(old: str, new: str, source: tuple[Sequence[Rewrite], Sequence[Rewrite]] | None) -> list[DiffSpan]:
    """The smallest differences of two texts, sorted, disjoint, no two touching.

    `source` are the passages of both where they have one source text.
    """
    if old == new:
        return []
    if source is None:
        found = list(_unlike(old, new))
    else:
        sides = [[MappedSpan(p.source_start, p.source_end, p.start, p.end, ()) for p in side] for side in source]
        found = []
        for meeting in merge_spans(*sides, touching=True):
            rough = DiffSpan(meeting.left_start, meeting.left_end, meeting.right_start, meeting.right_end)
            if old[rough.old_start : rough.old_end] != new[rough.new_start : rough.new_end]:
                found += _finer(old, new, rough)
    return list(_merged(found))


def _merged(found: list[DiffSpan]) -> Iterator[DiffSpan]:
    last: DiffSpan | None = None
    for gap in found:
        if last and gap.old_start == last.old_end:
            last = DiffSpan(last.old_start, gap.old_end, last.new_start, gap.new_end)
        else:
            if last:
                yield last
            last = gap
    if last:
        yield last


def _unlike(old: str, new: str) -> Iterator[DiffSpan]:
    for rough in _between(LINE_PATTERN.findall(old), LINE_PATTERN.findall(new), DiffSpan(0, 0, 0, 0)):
        yield from _finer(old, new, rough)


def _finer(old: str, new: str, rough: DiffSpan) -> Iterator[DiffSpan]:
    """The differences within a rough one: letter by letter where it is short, else word by word."""
    left, right = old[rough.old_start : rough.old_end], new[rough.new_start : rough.new_end]
    if len(left) * len(right) <= MAX_CHARACTER_DIFF:
        yield from _lettered(left, right, rough)
        return
    for gap in _between(WORD_PATTERN.findall(left), WORD_PATTERN.findall(right), rough):
        inner_left, inner_right = old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end]
        if len(inner_left) * len(inner_right) <= MAX_CHARACTER_DIFF:
            yield from _lettered(inner_left, inner_right, gap)
        else:
            yield gap


def _lettered(old: str, new: str, at: DiffSpan) -> Iterator[DiffSpan]:
    shift = at.new_start - at.old_start
    for edit in minimal_edits(Edit(at.old_start, old, new, "", 1.0)):
        yield DiffSpan(edit.start, edit.end, edit.start + shift, edit.start + shift + len(edit.new))
        shift += len(edit.new) - len(edit.old)


def _between(old: list[str], new: list[str], at: DiffSpan) -> Iterator[DiffSpan]:
    """The stretches between the pieces that both have, in code points behind the starts of `at`."""
    old_at, new_at = _starts(old, at.old_start), _starts(new, at.new_start)
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        a, b, c, d = waiting.pop()
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
        # Each part begins with the anchor before it, which the first lines above take away; the first comes out first.
        waiting += reversed([*parts, (a, b, c, d)])


def _starts(pieces: list[str], at: int) -> list[int]:
    starts = [at]
    for piece in pieces:
        at += len(piece)
        starts.append(at)
    return starts


def _anchors(old: list[str], new: list[str], a: int, b: int, c: int, d: int) -> list[tuple[int, int]]:
    """The longest rising sequence of pieces that stand once in either range."""
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
    """Says of a position in either text where it stands, so that equal places of both give equal numbers.

    A place counts in the new text. One that lies in a difference, or at its edge, is all of the difference: a start is
    its first code point there, an end the one behind its last.
    """

    def __init__(self, found: Sequence[DiffSpan]) -> None:
        self._gaps = found
        self._ends = ([gap.old_end for gap in found], [gap.new_end for gap in found])

    def old(self, start: int, end: int) -> tuple[int, int]:
        """The place of a span of the old text."""
        return self._place(0, start, end=False), self._place(0, end, end=True)

    def new(self, start: int, end: int) -> tuple[int, int]:
        """The place of a span of the new text."""
        return self._place(1, start, end=False), self._place(1, end, end=True)

    def _place(self, side: int, position: int, *, end: bool) -> int:
        ends = self._ends[side]
        i = bisect_left(ends, position)
        if i < len(ends):
            gap = self._gaps[i]
            if gap[2 * side] <= position:
                return gap.new_end if end else gap.new_start
        if side or not i:
            return position
        return position + self._gaps[i - 1].new_end - self._gaps[i - 1].old_end
