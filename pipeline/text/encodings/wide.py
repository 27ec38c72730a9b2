"""UTF-16 and UTF-32 without a byte order mark.

English shows by its NULs: every second byte, the first of each pair or the second one. Chinese has few NULs, but what
it says in the right order is common Chinese, and in the wrong one nothing.
"""

from collections import Counter

from pipeline.text.encodings.readings import common_characters

SAMPLE = 8192
"""Bytes that are looked at; a multiple of four."""
LEAST = 4
PLAIN_ASCII = frozenset(map(chr, (*range(32, 127), 9, 10, 13)))
PLAUSIBLE = 0.9
SURE = 0.95
"""The share that is asked for where no NUL speaks for it."""
COMMON = 0.6
"""Share of the Chinese characters that must be common: any two letters of ASCII are some character of UTF-16."""


def detect_wide(data: bytes) -> str | None:
    """The name of the encoding, if `data` is UTF-16 or UTF-32; none where it is not, or where it is not text."""
    sample = data[:SAMPLE]
    least = PLAUSIBLE if 0 in sample else SURE
    names = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be") if 0 in sample else ("utf-16-le", "utf-16-be")
    shares = {name: _plausible(sample, name) for name in names}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= least else None


def _plausible(sample: bytes, name: str) -> float:
    """Share of the characters that text in English or Chinese is made of."""
    width = 4 if name.startswith("utf-32") else 2
    text = sample[: len(sample) // width * width].decode(name, "replace")
    if len(text) < LEAST or "\0" in text:
        return 0.0
    counted = Counter(text)
    han = sum(count for c, count in counted.items() if "\u4e00" <= c <= "\u9fff")
    if sum(count for c, count in counted.items() if c in common_characters()) < COMMON * han:
        return 0.0
    return sum(count for c, count in counted.items() if _ordinary(c)) / len(text)


def _ordinary(c: str) -> bool:
    return (
        c in PLAIN_ASCII
        or "\u4e00" <= c <= "\u9fa5"
        or "\u2010" <= c <= "\u2026"
        or "\u3000" <= c <= "\u301f"
        or "\uff01" <= c <= "\uff5e"
        or "\xa0" <= c <= "\xff"
    )
