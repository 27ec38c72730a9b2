"""Find the code in a text that marks say is code: fences and backticks. Nothing in it is markup."""

import re
from bisect import bisect_right
from collections.abc import Iterable

FENCE = re.compile(r"^[ \t]{0,16}(?P<mark>`{3,}|~{3,})(?P<rest>[^`\n]*)$", re.MULTILINE)
"""The first or the last line of a block. In a list it is indented with its item."""
INLINE_CODE = re.compile(r"``[^\n]{1,300}?``|`[^`\n]{1,300}`")

Spans = list[tuple[int, int]]
"""Sorted half-open spans."""


def code_spans(text: str) -> Spans:
    """The spans of fenced blocks and of code between backticks. The last block may be open."""
    blocks = fenced_blocks(text)
    return sorted(blocks + inline_code(text, blocks))


def fenced_blocks(text: str) -> Spans:
    """The spans of fenced blocks. The last one may be open."""
    if "```" not in text and "~~~" not in text:
        return []
    blocks: Spans = []
    opened: re.Match[str] | None = None
    for fence in FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence["mark"].startswith(opened["mark"]) and not fence["rest"].strip():
            blocks.append((opened.start(), fence.end()))
            opened = None
    return blocks if opened is None else [*blocks, (opened.start(), len(text))]


def inline_code(text: str, blocks: Spans) -> Spans:
    """The spans of code between backticks, outside `blocks`."""
    if "`" not in text:
        return []
    return [match.span() for match in INLINE_CODE.finditer(text) if not is_inside(blocks, match.start())]


def is_inside(spans: Spans, at: int) -> bool:
    """Whether `at` is in one of the sorted, disjoint spans."""
    i = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return i >= 0 and at < spans[i][1]


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """The spans sorted, with those that overlap as one."""
    found: Spans = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
