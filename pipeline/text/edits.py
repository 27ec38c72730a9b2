"""Edits of a text, which can be undone and through which any position can be mapped.

An `Edit` holds both sides of a replacement, so it can be inverted without the text. The edits of one stage are a
`Change`, with offsets in the text that the stage was given. A document keeps its changes as a list and never composes
them, so it stays visible which stage changed what. Offsets count code points; spans are half-open.

The design is that of ProseMirror's step maps and CodeMirror's change sets.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Annotated

import msgspec
from msgspec import Meta

Confidence = Annotated[float, Meta(ge=0, le=1, description="How sure the rule is, from 0 to 1, in steps of 0.01.")]

COMMON_RUN = 8
"""Code points that both sides of an edit may have in common; longer runs are left out, so their offsets survive."""
MAX_PAIRS, MAX_PAIRS_PER_CHAR = 20_000, 4
"""Pairs of equal places in both sides up to which the longest common runs are searched for; more takes too long."""


class EditError(ValueError):
    """Edits do not fit their text or each other. The message says which and where."""


class Edit(msgspec.Struct, frozen=True, gc=False):
    """At `start` of the text its stage was given, `old` became `new`."""

    start: Annotated[
        int, Meta(ge=0, description="Code point at which `old` stood in the text that the stage was given.")
    ]
    old: Annotated[str, Meta(description="What stood there; empty for an insertion.")]
    new: Annotated[str, Meta(description="What stands there now; empty for a deletion.")]
    rule: Annotated[str, Meta(description="The rule that made the edit, `stage.cause`; stable for ever.")]
    confidence: Confidence

    @property
    def end(self) -> int:
        """Where `old` ended."""
        return self.start + len(self.old)


class Change(msgspec.Struct, frozen=True):
    """All edits of one stage: sorted, disjoint, in the coordinates of the text that the stage was given."""

    stage: Annotated[str, Meta(description="The stage that made the edits; `decoding` for mixed line ends.")]
    edits: Annotated[tuple[Edit, ...], Meta(description="The edits, sorted by `start` and disjoint.")]


def minimal_edits(edit: Edit) -> Iterator[Edit]:
    """Splits a replacement into the smallest edits, without what both sides share at the ends or in long runs.

    An edit that changes nothing yields nothing.

    >>> [(edit.start, edit.old, edit.new) for edit in minimal_edits(Edit(3, "recordsin", "records in", "x.y", 1.0))]
    [(10, '', ' ')]
    """
    old, new = edit.old, edit.new
    limit = min(len(old), len(new))
    head = 0
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if not old and not new:
        return
    start = edit.start + head
    if min(len(old), len(new)) < COMMON_RUN:
        yield Edit(start, old, new, edit.rule, edit.confidence)
        return
    at_old = at_new = 0
    for i, j, size in (*_common_runs(old, new), (len(old), len(new), 0)):
        if old[at_old:i] != new[at_new:j]:
            yield Edit(start + at_old, old[at_old:i], new[at_new:j], edit.rule, edit.confidence)
        at_old, at_new = i + size, j + size


def _common_runs(old: str, new: str) -> list[tuple[int, int, int]]:
    """The common runs of `COMMON_RUN` code points or more, in order: old offset, new offset and length.

    Each is the longest between its neighbours, as in `SequenceMatcher.get_matching_blocks`, which also finds single
    characters. On repetitive text that takes cubic time, so there each run is simply the next one.
    """
    starts_old, starts_new = _windows(old), _windows(new)
    frequency = Counter(starts_new)
    if sum(map(frequency.__getitem__, starts_old)) > MAX_PAIRS + MAX_PAIRS_PER_CHAR * len(old):
        return list(_next_runs(old, new, starts_old, starts_new))
    matcher = SequenceMatcher(None, starts_old, starts_new, autojunk=False)
    beyond = COMMON_RUN - 1
    runs: list[tuple[int, int, int]] = []
    spans = [(0, len(old), 0, len(new))]
    while spans:
        low, high, new_low, new_high = spans.pop()
        if min(high - low, new_high - new_low) < COMMON_RUN:
            continue
        i, j, size = matcher.find_longest_match(low, high - beyond, new_low, new_high - beyond)
        if size:
            size += beyond
            runs.append((i, j, size))
            spans += ((low, i, new_low, j), (i + size, high, j + size, new_high))
    return sorted(runs)


def _next_runs(
    old: str, new: str, starts_old: Sequence[str], starts_new: Sequence[str]
) -> Iterator[tuple[int, int, int]]:
    """The common runs from left to right, each the next one possible, in nearly linear time."""
    offsets: dict[str, list[int]] = {}
    for j, window in enumerate(starts_new):
        offsets.setdefault(window, []).append(j)
    at = at_new = 0
    while at < len(starts_old):
        candidates = offsets.get(starts_old[at], ())
        nearest = bisect_left(candidates, at_new)
        if nearest == len(candidates):
            at += 1
            continue
        start, start_new = at, candidates[nearest]
        at, at_new = start + COMMON_RUN, start_new + COMMON_RUN
        while at < len(old) and at_new < len(new) and old[at] == new[at_new]:
            at, at_new = at + 1, at_new + 1
        yield start, start_new, at - start


def _windows(text: str) -> list[str]:
    """Every substring of `COMMON_RUN` code points, in order."""
    return [text[i : i + COMMON_RUN] for i in range(len(text) - COMMON_RUN + 1)]


def sort_and_check(text: str, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Sorts edits and checks that they fit `text` and each other.

    Raises `EditError` if `text` does not have `old` at `start`, if two edits overlap or insert at the same place, or if
    an edit changes nothing.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    at, inserted = 0, -1
    for edit in ordered:
        if edit.old == edit.new:
            raise EditError(f"the edit at {edit.start} ({edit.rule}) changes nothing")
        if edit.start < 0 or not text.startswith(edit.old, edit.start) or edit.end > len(text):
            actual = text[max(edit.start, 0) : max(edit.end, 0)]
            raise EditError(f"the edit at {edit.start} ({edit.rule}) expects {edit.old!r}, the text has {actual!r}")
        if edit.start < at or (not edit.old and edit.start == inserted):
            raise EditError(f"the edit at {edit.start} ({edit.rule}) overlaps the one before it")
        at = edit.end
        if not edit.old:
            inserted = edit.start
    return tuple(ordered)


def apply(text: str, edits: Sequence[Edit]) -> str:
    """`text` after all of `edits`, which are sorted. Raises `EditError` if one does not fit."""
    pieces, at = [], 0
    for edit in edits:
        if edit.start < at or not text.startswith(edit.old, edit.start) or edit.end > len(text):
            raise EditError(f"the edit at {edit.start} ({edit.rule}) does not fit")
        pieces.append(text[at : edit.start])
        pieces.append(edit.new)
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces)


def inverse(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that undo `edits`: sides swapped, offsets in the changed text."""
    shift, inverted = 0, []
    for edit in edits:
        inverted.append(Edit(edit.start + shift, edit.new, edit.old, edit.rule, edit.confidence))
        shift += len(edit.new) - len(edit.old)
    return tuple(inverted)


def undo(text: str, changes: Sequence[Change]) -> str:
    """The text before all of `changes`, from the text after them. Raises `EditError` if the text does not fit."""
    for change in reversed(changes):
        text = apply(text, inverse(change.edits))
    return text


class PositionMap:
    """Maps spans between the text before and after one change, with two bisections each.

    A span that begins or ends inside an edit is widened to all of the edit; an edit that only touches the span stays
    outside. An empty span stays empty unless it is inside an edit.
    """

    __slots__ = ("_new_ends", "_new_starts", "_old_ends", "_old_starts")

    def __init__(self, edits: Sequence[Edit]) -> None:
        shift = 0
        self._old_starts: list[int] = []
        self._old_ends: list[int] = []
        self._new_starts: list[int] = []
        self._new_ends: list[int] = []
        for edit in edits:
            self._old_starts.append(edit.start)
            self._old_ends.append(edit.end)
            self._new_starts.append(edit.start + shift)
            shift += len(edit.new) - len(edit.old)
            self._new_ends.append(edit.end + shift)

    def forward(self, start: int, end: int) -> tuple[int, int]:
        """The span in the changed text of `[start, end)` in the text before the change."""
        return _map(start, end, self._old_starts, self._old_ends, self._new_starts, self._new_ends)

    def backward(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text before the change of `[start, end)` in the changed text."""
        return _map(start, end, self._new_starts, self._new_ends, self._old_starts, self._old_ends)


def _map(
    start: int, end: int, from_starts: list[int], from_ends: list[int], to_starts: list[int], to_ends: list[int]
) -> tuple[int, int]:
    # The edit that the start is in, if any: the first that ends after it.
    i = bisect_right(from_ends, start)
    if i < len(from_starts) and from_starts[i] < start:
        first = to_starts[i]
    else:
        first = start + (to_ends[i - 1] - from_ends[i - 1] if i else 0)
    # The edit that the end is in, if any: the last that starts before it.
    j = bisect_left(from_starts, end) - 1
    if j >= 0 and from_ends[j] > end:
        last = to_ends[j]
    else:
        last = end + (to_ends[j] - from_ends[j] if j >= 0 else 0)
    # An insertion at an empty span touches it on both sides; the end must not come before the start.
    return (first, last) if first <= last else (last, last)
