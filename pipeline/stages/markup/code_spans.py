"""Find the code in a text, in which nothing is markup."""

import re
from bisect import bisect_right

FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
INLINE_CODE = re.compile(r"``[^\n]{1,300}?``|`[^`\n]{1,300}`")

Spans = list[tuple[int, int]]
"""Sorted half-open spans."""


def code_spans(text: str) -> Spans:
    """The spans of fenced blocks and of code between backticks. The last block may be open."""
    if "`" not in text and "~~~" not in text:
        return []
    blocks = fenced_blocks(text)
    inline = [match.span() for match in INLINE_CODE.finditer(text) if not is_inside(blocks, match.start())]
    return sorted(blocks + inline)


def fenced_blocks(text: str) -> Spans:
    """The spans of fenced blocks. The last one may be open."""
    fences = [match.start() for match in FENCE.finditer(text)]
    return list(zip(fences[::2], [*fences[1::2], len(text)], strict=False))


def is_inside(spans: Spans, at: int) -> bool:
    """Whether `at` is in one of the sorted spans."""
    i = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return i >= 0 and at < spans[i][1]
