"""Finds the lines of a page that make up an extracted text.

An extraction returns only text, and the same words may occur many times on a page. A long line is found by the letter
windows that it shares with the extraction. Of these matches we keep the chain that covers most of the extraction in
page order, preferring neighbouring lines. Lines of the extraction that are still missing are then searched for between
the matches. All counts are in letters without whitespace.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import msgspec

WINDOW = 8
"""Letters in a search window. A line with fewer must equal a whole line of the extraction."""
MIN_LONG_LINE_LETTERS = 3 * WINDOW
MIN_ALIGNED_SHARE = 0.5
"""Share of a line's letters that must occur in the extraction for the line to match."""
MISSING_LINE_REACH = 40
"""Maximum distance in lines of a missing line from the first or last match."""


class Alignment(msgspec.Struct, frozen=True, gc=False):
    """A match: line `index` is letters `[start, end)` of the extraction."""

    index: int
    start: int
    end: int


def align(lines: Sequence[str], extracted: Sequence[str]) -> list[int]:
    """Returns the sorted indices of the `lines` that make up the lines `extracted`.

    >>> page = ["Home", "Why here?", "Because of the long quiet evenings.", "Home"]
    >>> align(page, ["Why here?", "Because of the long quiet evenings."])
    [1, 2]
    """
    page = [_letters(line) for line in lines]
    extracted_letters = [letters for line in extracted if (letters := _letters(line))]
    chain = _heaviest(_long(page, "".join(extracted_letters)), len(page))
    missing = _missing(page, extracted_letters, chain)
    return sorted({match.index for match in chain} | set(missing))


def _letters(line: str) -> str:
    return "".join(line.split())


def _long(page: Sequence[str], whole: str) -> list[Alignment]:
    """Matches long lines with their first occurrence in the extraction, by shared windows."""
    windows: dict[str, int] = {}
    for start in range(0, len(whole) - WINDOW + 1, WINDOW):
        windows.setdefault(whole[start : start + WINDOW], start)
    matches = []
    for index, letters in enumerate(page):
        if len(letters) < MIN_LONG_LINE_LETTERS:
            continue
        hits: list[int] = []
        at = 0
        # Windows of the extraction that cross an end of the line do not occur in the line.
        wanted = MIN_ALIGNED_SHARE * (len(letters) - 2 * WINDOW + 1)
        # It ends early where the rest of the line would not be enough.
        while at <= len(letters) - WINDOW and WINDOW * len(hits) + len(letters) - at >= wanted:
            known = windows.get(letters[at : at + WINDOW])
            if known is None:
                at += 1
            else:
                hits.append(known - at)
                at += WINDOW
        if hits and len(hits) * WINDOW >= wanted:
            start = max(sorted(hits)[len(hits) // 2], 0)
            matches.append(Alignment(index, start, start + len(letters)))
    return matches


def _heaviest(matches: Sequence[Alignment], size: int) -> list[Alignment]:
    """Returns the chain of matches, in the order of page and extraction, that covers the most letters."""
    by_start = sorted(matches, key=lambda match: (match.start, match.index))
    by_end = sorted(range(len(by_start)), key=lambda i: by_start[i].end)
    weights = [0] * len(by_start)
    before = [-1] * len(by_start)
    # A Fenwick tree of maxima over the lines of the page: the weight of the heaviest chain that ends above a line, and
    # its last line. Of equal weights the lower line wins, because it is nearer.
    tree: list[tuple[int, int, int]] = [(0, -1, -1)] * (size + 1)
    done = 0
    for i, match in enumerate(by_start):
        while done < len(by_end) and by_start[by_end[done]].end <= match.start + WINDOW:
            j = by_end[done]
            entry, at = (weights[j], by_start[j].index, j), by_start[j].index + 1
            while at <= size:
                tree[at] = max(tree[at], entry)
                at += at & -at
            done += 1
        best, at = (0, -1, -1), match.index
        while at > 0:
            best = max(best, tree[at])
            at -= at & -at
        weights[i], before[i] = best[0] + match.end - match.start, best[2]
    run = []
    i = max(range(len(by_start)), key=lambda i: (weights[i], -by_start[i].index), default=-1)
    while i >= 0:
        run.append(by_start[i])
        i = before[i]
    return run[::-1]


def _missing(page: Sequence[str], extracted: Sequence[str], chain: Sequence[Alignment]) -> Iterator[int]:
    """Yields lines that equal a whole line of the extraction and are in the right gap between the matches."""
    places: dict[str, list[int]] = {}
    for index, letters in enumerate(page):
        if letters:
            places.setdefault(letters, []).append(index)
    starts = [match.start for match in chain]
    at, last, above = 0, -1, -1
    for letters in extracted:
        start, at = at, at + len(letters)
        matches_before = bisect_right(starts, start + min(WINDOW, len(letters)) - 1)
        if matches_before and chain[matches_before - 1].end >= at - WINDOW and len(letters) >= MIN_LONG_LINE_LETTERS:
            continue
        if matches_before != above:
            last, above = (chain[matches_before - 1].index if matches_before else -1), matches_before
        indices = places.get(letters, [])
        if not matches_before and chain:
            # Above the first match, the lowest equal line is the most likely.
            i = bisect_left(indices, chain[0].index) - 1
            if i >= 0 and indices[i] >= chain[0].index - MISSING_LINE_REACH:
                yield indices[i]
            continue
        i = bisect_right(indices, last)
        if matches_before < len(chain):
            end = chain[matches_before].index
        else:
            end = last + MISSING_LINE_REACH + 1 if chain else len(page)
        if i < len(indices) and indices[i] < end:
            last = indices[i]
            yield last
