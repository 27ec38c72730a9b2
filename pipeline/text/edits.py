"""The ledger: what was changed, so that it can be undone and any position traced back.

An `Edit` holds both sides of a replacement and is therefore its own inverse. The edits of one stage are a `Change`,
in the coordinates of the text that stage was given. A document's ledger is the sequence of its changes, never
composed: who changed what stays visible. Positions count code points; spans are half-open.

The form is that of ProseMirror's step maps and CodeMirror's change sets: layers kept apart, positions mapped
through them by bisection.
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
"""Code points that both sides of an edit may share; longer runs are cut out of it, so that offsets inside survive."""
FEW_PAIRS, MANY_PAIRS = 20_000, 4
"""Pairs of equal places in both sides, and those for each code point, up to which the longest runs are looked for."""


class EditError(ValueError):
    """Edits that do not fit their text or each other; the message says which and where."""


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
    """The same replacement in the smallest edits: what both sides share at the ends, or in a long run, is left out.

    An edit that changes nothing yields nothing.
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
    """The runs of `COMMON_RUN` code points and more that both have, in order: old place, new place and length.

    No two that are left between them are the same. Each is the longest between its neighbours, as in
    `SequenceMatcher.get_matching_blocks`; that one goes on to the single characters, which nobody asks for. Where the
    text says the same again and again, this would take the cube of its length, and each run is the next one instead.
    """
    begins_old, begins_new = _beginnings(old), _beginnings(new)
    often = Counter(begins_new)
    if sum(map(often.__getitem__, begins_old)) > FEW_PAIRS + MANY_PAIRS * len(old):
        return list(_next_runs(old, new, begins_old, begins_new))
    matcher = SequenceMatcher(None, begins_old, begins_new, autojunk=False)
    beyond = COMMON_RUN - 1
    found: list[tuple[int, int, int]] = []
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        low, high, new_low, new_high = waiting.pop()
        if min(high - low, new_high - new_low) < COMMON_RUN:
            continue
        i, j, size = matcher.find_longest_match(low, high - beyond, new_low, new_high - beyond)
        if size:
            size += beyond
            found.append((i, j, size))
            waiting += ((low, i, new_low, j), (i + size, high, j + size, new_high))
    return sorted(found)


def _next_runs(
    old: str, new: str, begins_old: Sequence[str], begins_new: Sequence[str]
) -> Iterator[tuple[int, int, int]]:
    """The runs that both have, from left to right, each the next that can be had; in a time that is nearly linear."""
    places: dict[str, list[int]] = {}
    for j, begin in enumerate(begins_new):
        places.setdefault(begin, []).append(j)
    at = at_new = 0
    while at < len(begins_old):
        there = places.get(begins_old[at], ())
        nearest = bisect_left(there, at_new)
        if nearest == len(there):
            at += 1
            continue
        start, start_new = at, there[nearest]
        at, at_new = start + COMMON_RUN, start_new + COMMON_RUN
        while at < len(old) and at_new < len(new) and old[at] == new[at_new]:
            at, at_new = at + 1, at_new + 1
        yield start, start_new, at - start


def _beginnings(text: str) -> list[str]:
    """What stands at each place, as long as the shortest run that counts."""
    return [text[i : i + COMMON_RUN] for i in range(len(text) - COMMON_RUN + 1)]


def sort_and_check(text: str, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Sorts edits and proves that they fit `text` and each other.

    Raises `EditError` where `text` does not have `old` at `start`, where two edits overlap or insert at the same
    place, and where an edit changes nothing.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    at, inserted = 0, -1
    for edit in ordered:
        if edit.old == edit.new:
            raise EditError(f"the edit at {edit.start} ({edit.rule}) changes nothing")
        if edit.start < 0 or not text.startswith(edit.old, edit.start) or edit.end > len(text):
            found = text[max(edit.start, 0) : max(edit.end, 0)]
            raise EditError(f"the edit at {edit.start} ({edit.rule}) expects {edit.old!r}, the text has {found!r}")
        if edit.start < at or (not edit.old and edit.start == inserted):
            raise EditError(f"the edit at {edit.start} ({edit.rule}) overlaps the one before it")
        at = edit.end
        if not edit.old:
            inserted = edit.start
    return tuple(ordered)


def apply(text: str, edits: Sequence[Edit]) -> str:
    """`text` with all of `edits` (as `sort_and_check` gives them) made. Raises `EditError` where one does not fit."""
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
    """The edits that take the changed text back: sides swapped, starts in the coordinates of the changed text."""
    shift, back = 0, []
    for edit in edits:
        back.append(Edit(edit.start + shift, edit.new, edit.old, edit.rule, edit.confidence))
        shift += len(edit.new) - len(edit.old)
    return tuple(back)


def undo(text: str, ledger: Sequence[Change]) -> str:
    """The text before all of `ledger`, from the text after it. Raises `EditError` where the text is not that text."""
    for change in reversed(ledger):
        text = apply(text, inverse(change.edits))
    return text


class PositionMap:
    """Maps spans between the two sides of one change, by bisection.

    A span that cuts an edit widens to all of it; an edit that only touches the span stays outside. An empty span
    stays empty unless it lies inside an edit. Made once per change; each mapping costs two bisections.
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
        """The span in the changed text of a span in the text before the change."""
        return _map(start, end, self._old_starts, self._old_ends, self._new_starts, self._new_ends)

    def backward(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text before the change of a span in the changed text."""
        return _map(start, end, self._new_starts, self._new_ends, self._old_starts, self._old_ends)


def _map(
    start: int, end: int, from_starts: list[int], from_ends: list[int], to_starts: list[int], to_ends: list[int]
) -> tuple[int, int]:
    # The edit that the start cuts, if any: the first whose end lies behind it.
    i = bisect_right(from_ends, start)
    if i < len(from_starts) and from_starts[i] < start:
        first = to_starts[i]
    else:
        first = start + (to_ends[i - 1] - from_ends[i - 1] if i else 0)
    # The edit that the end cuts, if any: the last that starts before it.
    j = bisect_left(from_starts, end) - 1
    if j >= 0 and from_ends[j] > end:
        last = to_ends[j]
    else:
        last = end + (to_ends[j] - from_ends[j] if j >= 0 else 0)
    # An insertion at an empty span touches it on both sides; neither side may pass the other.
    return (first, last) if first <= last else (last, last)
