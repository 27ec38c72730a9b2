"""The characters of HTML character references, and the names that are known without their ampersand."""

from functools import cache
from html.entities import html5

from pipeline.lexicon import lists

C1_CONTROLS = range(0x80, 0xA0)
"""Browsers read these numbers as bytes of Windows-1252."""
SURROGATES = range(0xD800, 0xE000)
LAST_CODE_POINT = 0x10FFFF
WHITESPACE_CONTROLS = frozenset({9, 10, 13})
DELETE = 0x7F


@cache
def lost_names() -> dict[str, str]:
    """Names that are known without their ampersand, with the side of a word on which the character is written."""
    rows = lists.table(__package__, "lost.tsv")
    return {name: side for name, side in rows}  # noqa: C416 -- dict(rows) hides how many cells a row has


@cache
def words_before_numbers() -> frozenset[str]:
    """Words that a number follows, as in `issue #39`."""
    return frozenset(lists.rows(__package__, "numbered.txt"))


def character(reference: str) -> str | None:
    """The character of a reference without `&` and `;`, such as `quot`, `#39` or `#x27`; None if there is none."""
    if reference[0] in "#＃":
        return numeric_character(reference[1:])
    named = html5.get(reference + ";")
    if named is None and lost_names().get(reference.lower(), "symbol") != "symbol":
        return html5.get(reference.lower() + ";")
    return named


def numeric_character(digits: str) -> str | None:
    """The character of a number, decimal (`39`) or hexadecimal (`x27`); None for a control or a surrogate."""
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if code in C1_CONTROLS:
        # Five of these bytes have no character in Windows-1252.
        return bytes([code]).decode("cp1252", "ignore") or chr(code)
    control = code == DELETE or (code < ord(" ") and code not in WHITESPACE_CONTROLS)
    if control or code in SURROGATES or code > LAST_CODE_POINT:
        return None
    return chr(code)
