"""A body that is printed twice: the second print is kept in the text and stands once in the structure."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pipeline.stages.dialogue.blocks import Block

MIN_REPEATED_BLOCKS, MIN_REPEATED_CHARS = 4, 300
"""Paragraphs, and characters in them, from which a run that comes again is a second print."""
MIN_ANCHOR_CHARS = 12
"""Characters of a paragraph that can begin such a run."""


class RepeatedBlock(msgspec.Struct, frozen=True, gc=False):
    """A unit is, from `cut` in its text on, what the unit of index `first` is.

    A dateline that was told from its paragraph there, and is one of those who made the article, stands before `cut`.
    """

    first: int
    cut: int = 0


def find_repeats(blocks: Sequence[Block], makers: str = "") -> dict[int, RepeatedBlock]:
    """The units that repeat, one after the other, units further up, by their index; `makers` are names and bylines."""
    if len(blocks) < 2 * MIN_REPEATED_BLOCKS:
        return {}
    places: dict[str, int] = {}
    found: dict[int, RepeatedBlock] = {}
    i = 0
    while i < len(blocks):
        text = blocks[i].text
        first = places.get(text) if len(text) >= MIN_ANCHOR_CHARS else None
        if first is not None:
            size, chars = _matching_run(blocks, first, i)
            if size >= MIN_REPEATED_BLOCKS and chars >= MIN_REPEATED_CHARS:
                found.update((i + n, RepeatedBlock(first + n)) for n in range(size))
                found.update(_extend_upwards(blocks, first, i, found, makers))
                i += size
                continue
        places.setdefault(text, i)
        i += 1
    return found


def _extend_upwards(
    blocks: Sequence[Block], first: int, second: int, found: Mapping[int, RepeatedBlock], makers: str
) -> Iterator[tuple[int, RepeatedBlock]]:
    """What stands above a run in both prints, a byline at its start left aside."""
    while first > 0 and second - 1 not in found:
        first, second = first - 1, second - 1
        ours, theirs = blocks[first].text, blocks[second].text
        if len(ours) < MIN_ANCHOR_CHARS or not theirs.endswith(ours) or second <= first:
            return
        if theirs[: len(theirs) - len(ours)].strip() not in makers:
            return
        yield second, RepeatedBlock(first, len(theirs) - len(ours))


def _matching_run(blocks: Sequence[Block], first: int, second: int) -> tuple[int, int]:
    """How many units from `second` on say what those from `first` on say, and their characters."""
    size = chars = 0
    while (
        second + size < len(blocks)
        and first + size < second
        and blocks[first + size].text == blocks[second + size].text
    ):
        chars += len(blocks[second + size].text)
        size += 1
    return size, chars
