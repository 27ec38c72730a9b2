"""Where a text may hold mojibake: one scan that proves of most texts that nothing in them was misread."""

import re
from collections.abc import Iterator

LETTERS = "\u0080-\u024f\u02c6\u02c7\u02d8-\u02dd\u0370-\u04ff\u2044€₧™‚„†‡‰‹›ƒ√≈∂∆∏∑∞∩∫≠≡≤≥№⌐─-▓◊\uf8ff\ufb01\ufb02"
QUOTES = "‘’“”–—―…•"
SUSPECT = re.compile(
    rf"[{LETTERS}{QUOTES}](?:[{LETTERS}]|(?<=[{LETTERS}])[{QUOTES}]|(?<=[ÃÂ]) |(?<=[Œœ\u0080-\u009f]))"
)
"""Neighbours without which ftfy's own test, which is thirty times slower, finds nothing: it needs two characters
that are not ASCII, a control character, or one of the four letters. A test proves it of the ftfy that is installed;
only U+FFFD is left out, which ftfy is never shown."""

BLANK_ASCII = bytes(32 for _ in range(128)) + bytes(range(128, 256))
PIECE = 2000
"""Code points that ftfy is given at once; longer lines are cut, to keep the work linear."""


def gist(text: str) -> str:
    """What stands in `text` beside ASCII: each run of it once, with a blank behind it, in no order that means anything.

    For a text that is mostly ASCII; one that is not comes back as it is. In English prose this is a handful of quotes
    and dashes, in which a search costs nothing.
    """
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > 1.25 * len(text):
        return text
    runs = set(raw.translate(BLANK_ASCII).split())
    return b" ".join([*sorted(runs), b""]).decode("utf-8", "surrogatepass")


def pieces(text: str, found: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """The lines that hold what `found` matches, long ones in pieces."""
    end = 0
    while match := found.search(text, end):
        start = max(text.rfind("\n", 0, match.start()) + 1, end)
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        while start < end:
            stop = end if end - start <= PIECE else _cut(text, start + PIECE)
            yield start, text[start:stop]
            start = stop


def _cut(text: str, stop: int) -> int:
    """Where a long line may be cut at `stop` or shortly before: behind a character that is never part of mojibake."""
    for at in range(stop, stop - PIECE // 4, -1):
        if "!" <= text[at - 1] <= "~" or text[at - 1] >= "\u3000":
            return at
    return stop
