"""Where a text holds code, in which nothing is markup."""

import re
from bisect import bisect_right

FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
CODE = re.compile(r"``[^\n]{1,300}?``|`[^`\n]{1,300}`")


def code_spans(text: str) -> list[tuple[int, int]]:
    """Fenced blocks and spans between backticks, in which nothing is a tag."""
    if "`" not in text and "~~~" not in text:
        return []
    fences = [match.start() for match in FENCE.finditer(text)]
    blocks = list(zip(fences[::2], [*fences[1::2], len(text)], strict=False))
    return sorted(blocks + [match.span() for match in CODE.finditer(text) if not inside(blocks, match.start())])


def inside(spans: list[tuple[int, int]], at: int) -> bool:
    """Whether a position lies in one of the sorted spans."""
    i = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return i >= 0 and at < spans[i][1]
