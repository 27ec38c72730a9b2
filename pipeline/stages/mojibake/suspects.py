"""Find out in one scan whether a text may contain mojibake. It proves of most texts that they do not."""

import re
from collections.abc import Iterator

LETTERS = "\u0080-\u024f\u02c6\u02c7\u02d8-\u02dd\u0370-\u04ff\u2044€₧™‚„†‡‰‹›ƒ√≈∂∆∏∑∞∩∫≠≡≤≥№⌐─-▓◊\uf8ff\ufb01\ufb02"
"""Letters, controls and signs that bytes from 0x80 on become in single-byte encodings."""
QUOTES = "‘’“”–—―…•"
"""Signs that such bytes become too, but that good prose has side by side."""
SUSPECT = re.compile(
    rf"""
    [{LETTERS}{QUOTES}]
    (?:[{LETTERS}]                      # donâ€™t, cafÃ©
      |(?<=[{LETTERS}])[{QUOTES}]       # Ã“
      |(?<=[ÃÂ])[ ]                     # voilÃ tout
      |(?<=[Œœ\u0080-\u009f]))          # a control character
    """,
    re.VERBOSE,
)
"""Neighbours without which ftfy's own test, which is thirty times slower, finds nothing.

That test needs two characters that are not ASCII, a control character, or one of four letters. A test of ours proves
it of the ftfy that is installed. U+FFFD is left out, because ftfy is never given it.
"""

ASCII_TO_SPACE = bytes(32 for _ in range(128)) + bytes(range(128, 256))
MAX_BYTES_PER_CHARACTER = 1.25
"""UTF-8 bytes per character of a text that is mostly ASCII."""
MAX_PIECE_CHARS = 2000
"""Characters that ftfy is given at once. Longer lines are cut, so that the work stays linear."""
MAX_CUT_BACK_CHARS = MAX_PIECE_CHARS // 4


def non_ascii_runs(text: str) -> str:
    """Each run of characters that are not ASCII, once, in any order, with a space after it.

    In English prose this is a handful of quotes and dashes, in which a search costs nothing. A text that is not mostly
    ASCII is returned as it is.
    """
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES_PER_CHARACTER * len(text):
        return text
    runs = set(raw.translate(ASCII_TO_SPACE).split())
    return b" ".join([*sorted(runs), b""]).decode("utf-8", "surrogatepass")


def pieces(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines in which `pattern` matches, each with its offset; long lines in pieces."""
    end = 0
    while match := pattern.search(text, end):
        start = max(text.rfind("\n", 0, match.start()) + 1, end)
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        while start < end:
            stop = end if end - start <= MAX_PIECE_CHARS else _cut(text, start + MAX_PIECE_CHARS)
            yield start, text[start:stop]
            start = stop


def _cut(text: str, stop: int) -> int:
    """Where to cut a long line, at `stop` or shortly before: after a character that is never part of mojibake."""
    for at in range(stop, stop - MAX_CUT_BACK_CHARS, -1):
        if "!" <= text[at - 1] <= "~" or text[at - 1] >= "\N{IDEOGRAPHIC SPACE}":
            return at
    return stop
