"""Detects UTF-16 and UTF-32 without a byte order mark.

English is recognised by its NULs: the first or the second byte of each pair. Chinese has few NULs, but only the right
byte order gives common Chinese characters.
"""

from collections import Counter

from pipeline.text.encodings.readings import common_characters

SAMPLE_BYTES = 8192
"""A multiple of four."""
MIN_CHARACTERS = 4
PLAIN_ASCII = frozenset(map(chr, (*range(32, 127), 9, 10, 13)))
MIN_ORDINARY_SHARE, MIN_SHARE_WITHOUT_NUL = 0.9, 0.95
"""Share of ordinary characters that the text must have; more if there is no NUL."""
MIN_COMMON_SHARE = 0.6
"""Share of the Chinese characters that must be common: any two letters of ASCII are some character of UTF-16."""


def detect_wide(data: bytes) -> str | None:
    """The encoding of `data` if it is UTF-16 or UTF-32, such as `utf-16-le`; None if it is not, or is not text."""
    sample = data[:SAMPLE_BYTES]
    least = MIN_ORDINARY_SHARE if 0 in sample else MIN_SHARE_WITHOUT_NUL
    names = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be") if 0 in sample else ("utf-16-le", "utf-16-be")
    shares = {name: _ordinary_share(sample, name) for name in names}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= least else None


def _ordinary_share(sample: bytes, name: str) -> float:
    """Share of the characters that English and Chinese text is made of; 0 if it is not text."""
    width = 4 if name.startswith("utf-32") else 2
    text = sample[: len(sample) // width * width].decode(name, "replace")
    if len(text) < MIN_CHARACTERS or "\0" in text:
        return 0.0
    counted = Counter(text)
    han = sum(count for c, count in counted.items() if "\u4e00" <= c <= "\u9fff")
    if sum(count for c, count in counted.items() if c in common_characters()) < MIN_COMMON_SHARE * han:
        return 0.0
    return sum(count for c, count in counted.items() if _is_ordinary(c)) / len(text)


def _is_ordinary(c: str) -> bool:
    return (
        c in PLAIN_ASCII
        or "\u4e00" <= c <= "\u9fa5"  # Chinese characters
        or "\u2010" <= c <= "\u2026"  # dashes, quotation marks, ellipsis
        or "\u3000" <= c <= "\u301f"  # Chinese marks
        or "\uff01" <= c <= "\uff5e"  # full-width marks and letters
        or "\xa0" <= c <= "\xff"  # accented letters
    )
