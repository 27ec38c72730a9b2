"""Where a name may begin and end in a text, and what stands beside it."""

import regex

from mentions.knowledge import openers

LATIN = r"[\p{Latin}\p{M}\p{N}]"
BEFORE = regex.compile(rf"(?<!{LATIN})(?<![-@#/_&.])(?<!\p{{L}}['’])")
"""Where a word in Latin letters may begin: not inside a word, an address or `O’Neill`."""
BEHIND = regex.compile(rf"(?!{LATIN})(?!-\p{{Lu}})(?!\.{LATIN})(?!['’](?!s(?!{LATIN}))\p{{Latin}})(?![@/_&])")
"""Where it may end: `London’s` and `London-based` hold a name, `China-US` and `china.com` are something else."""
CAPITAL_BEHIND = regex.compile(r"[ \u00a0][\p{Lu}&]")
HAN = regex.compile(r"\p{Han}")
LATIN_LETTERS = regex.compile(r"\p{Latin}")
WORD_BEHIND = regex.compile(r"[ \u00a0](\p{Latin}{1,24}+)")
LONGEST_WORD = 24


def is_han(text: str, at: int) -> bool:
    """Whether a Chinese character stands at `at`; none does outside the text."""
    return 0 <= at < len(text) and HAN.match(text, at) is not None


def words_before(text: str, at: int) -> list[str]:
    """Up to two words that stand before `at` on the same line, with one blank between them, the nearest last."""
    start = max(0, at - 2 * LONGEST_WORD)
    piece = text[start:at].rpartition("\n")[2]
    return piece[:-1].split(" ")[-2:] if piece.endswith((" ", "\u00a0")) else []


def capital_before(text: str, at: int) -> bool:
    """Whether a longer name may begin before `at`: `East London`, `University of London`; not `In London`."""
    words = words_before(text, at)
    if words and words[-1] == "of":
        words = words[:-1]
    return bool(words) and words[-1][:1].isupper() and words[-1][-1:].isalpha() and words[-1] not in openers()


def capital_behind(text: str, at: int) -> bool:
    """Whether a longer name may go on behind `at`: `London Bridge`, `Orwick & Sons`."""
    return CAPITAL_BEHIND.match(text, at) is not None


def word_behind(text: str, at: int) -> str:
    """The word behind `at`, where one blank parts it."""
    match = WORD_BEHIND.match(text, at)
    return match[1] if match else ""
