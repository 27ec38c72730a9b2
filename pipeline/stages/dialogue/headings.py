"""Which blocks between turns are headings."""

from collections.abc import Sequence, Set

from pipeline.stages.dialogue.asides import MAX_CAPTION_COLUMNS, is_caption
from pipeline.stages.dialogue.blocks import Block
from pipeline.text.lines import display_width

MAX_HEADING_CHARS = 120
MAX_COLON_HEADING_COLUMNS = 40
"""Columns of a heading with a colon in it."""


def is_heading(blocks: Sequence[Block], i: int, starts: Set[int]) -> bool:
    """Whether a block is a heading: it has the form of one, and a turn, or prose, follows it.

    `starts` are indices of the blocks at which turns begin, or some of them. What is right below one is no heading
    without marks: it is the answer to the question there.
    """
    block = blocks[i]
    if len(block.text) > MAX_HEADING_CHARS or block.indented or is_caption(block):
        return False
    if i + 1 >= len(blocks) or i in starts:
        return False
    if block.is_heading:
        return True
    if i + 1 not in starts or i - 1 in starts or _is_in_list(blocks, i):
        return False
    # `Why sailcloth?` in bold, and `Her teacher: no way back`, are headings only right before a turn.
    above = blocks[i - 1] if i else None
    return block.could_be_heading() or _is_bold_line(block) or _is_colon_heading(block, above)


def _is_in_list(blocks: Sequence[Block], i: int) -> bool:
    """Whether a short line is one of several that an answer counts up: one is above it, or a line with a colon."""
    if i == 0 or blocks[i].bold:
        return False
    above = blocks[i - 1]
    return above.text[-1] in ":：" or (above.could_be_heading() and not above.is_heading and not above.bold)


def _is_bold_line(block: Block) -> bool:
    return block.bold and display_width(block.text) <= MAX_CAPTION_COLUMNS and "\n" not in block.text


def _is_colon_heading(block: Block, above: Block | None) -> bool:
    text = block.text
    return (
        text.count("：") + text.count(": ") == 1
        and display_width(text) <= MAX_COLON_HEADING_COLUMNS
        and above is not None
        and above.ends_sentence
        and not block.ends_sentence
        and not block.item
        and text[-1] not in ":："
    )


def is_prose_heading(blocks: Sequence[Block], i: int) -> bool:
    """Whether a block of an article without a dialogue is a heading: marked as one, or a short line between prose."""
    if i + 1 == len(blocks):
        return False
    block = blocks[i]
    is_marked = block.is_heading and len(block.text) <= MAX_HEADING_CHARS
    between_prose = i > 0 and blocks[i - 1].is_prose and blocks[i + 1].is_prose
    return (is_marked or (between_prose and block.could_be_heading())) and not is_caption(block)
