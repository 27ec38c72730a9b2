"""A body that is printed twice: the second print stays in the text and is once in the structure."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pipeline.stages.dialogue.blocks import Block

MIN_REPEATED_BLOCKS, MIN_REPEATED_CHARS = 4, 300
"""Blocks, and characters in them, from which a run that occurs again is a second print."""
MIN_ANCHOR_CHARS = 12
"""Characters of a block that can begin such a run."""


class RepeatedBlock(msgspec.Struct, frozen=True, gc=False):
    """A block repeats the block with the index `original`, from the offset `start` in its own text on.

    What is before `start` is a dateline that an earlier stage took from the original.
    """

    original: int
    start: int = 0


def find_repeats(blocks: Sequence[Block], makers: str = "") -> dict[int, RepeatedBlock]:
    """The blocks that repeat, in a run, blocks further up, by index. `makers` are the bylines of the article."""
    if len(blocks) < 2 * MIN_REPEATED_BLOCKS:
        return {}
    first_places: dict[str, int] = {}
    repeated: dict[int, RepeatedBlock] = {}
    i = 0
    while i < len(blocks):
        text = blocks[i].text
        original = first_places.get(text) if len(text) >= MIN_ANCHOR_CHARS else None
        if original is not None:
            size, chars = _matching_run(blocks, original, i)
            if size >= MIN_REPEATED_BLOCKS and chars >= MIN_REPEATED_CHARS:
                repeated.update((i + n, RepeatedBlock(original + n)) for n in range(size))
                repeated.update(_extend_upwards(blocks, original, i, repeated, makers))
                i += size
                continue
        first_places.setdefault(text, i)
        i += 1
    return repeated


def _extend_upwards(
    blocks: Sequence[Block], original: int, repeat: int, repeated: Mapping[int, RepeatedBlock], makers: str
) -> Iterator[tuple[int, RepeatedBlock]]:
    """The blocks above a run that repeat each other, too, if a byline at their start is left out."""
    while original > 0 and repeat - 1 not in repeated:
        original, repeat = original - 1, repeat - 1
        first, second = blocks[original].text, blocks[repeat].text
        if len(first) < MIN_ANCHOR_CHARS or not second.endswith(first) or repeat <= original:
            return
        start = len(second) - len(first)
        if second[:start].strip() not in makers:
            return
        yield repeat, RepeatedBlock(original, start)


def _matching_run(blocks: Sequence[Block], original: int, repeat: int) -> tuple[int, int]:
    """How many blocks from `repeat` on equal those from `original` on, and how many characters these have."""
    size = chars = 0
    while (
        repeat + size < len(blocks)
        and original + size < repeat
        and blocks[original + size].text == blocks[repeat + size].text
    ):
        chars += len(blocks[repeat + size].text)
        size += 1
    return size, chars
