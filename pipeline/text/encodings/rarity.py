"""How rare each character is, in bits: a character of 5 bits is one of 32 in running text.

The bits of Chinese, Japanese and Korean characters are counted (`characters.tsv`). All others have those of their
block.
"""

from collections.abc import Iterable
from functools import cache

from pipeline.lexicon.lists import table

OTHER_SCRIPT_BITS = {"Chinese": 0, "Japanese": 3, "Korean": 3}
"""Additional bits of a character in a text of which the language is not known: most of it is Chinese."""
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What stands for bytes that cannot be read."""
BLOCKS = (
    (0x00, 0x7F, 4),  # ASCII
    (0x80, 0x9F, 16),  # control characters
    (0xA0, 0xA0, 8),
    (0xA1, 0xBF, 11),  # signs
    (0xC0, 0x17F, 9),  # Latin letters with accents
    (0x180, 0x36F, 16),
    (0x370, 0x3FF, 10),  # Greek
    (0x400, 0x45F, 7),  # Cyrillic
    (0x460, 0x1FFF, 16),
    (0x2000, 0x200A, 12),
    (0x200B, 0x200F, 13),
    (0x2010, 0x2027, 7),  # dashes, quotes, ellipsis
    (0x2028, 0x2BFF, 12),  # signs
    (0x2C00, 0x2FFF, 20),
    (0x3000, 0x3002, 5),
    (0x3003, 0x301F, 8),
    (0x3020, 0x33FF, 14),
    (0xA000, 0xABFF, 22),
    (0xE000, 0xF8FF, 22),  # private use
    (0xF900, 0xFEFF, 18),
    (0xFF01, 0xFF5E, 9),  # full-width forms
    (0xFF5F, 0xFFEF, 13),  # half-width katakana
    (0x1F000, 0x1FAFF, 14),  # emoji
)
"""First and last code point, and bits."""
RAREST_BITS = 22
OTHER_BITS = dict.fromkeys("ƒˆ˜", 11)
"""Signs of Windows-1252 in blocks of rarer ones."""
CYRILLIC = dict.fromkeys(map(chr, (*range(0x410, 0x450), 0x401, 0x451)), 5)
COMMON_MARKS = dict.fromkeys("，。、", 4) | dict.fromkeys("：；？！“”《》（）…—", 6)


class CharacterBits(dict[str, int]):
    """The bits of each character in texts of some languages. A character that is in none has those of its block."""

    def __init__(self, bits: dict[str, int]) -> None:
        super().__init__(COMMON_MARKS | OTHER_BITS | bits)

    def __missing__(self, character: str) -> int:
        code = ord(character)
        bits = next((bits for first, last, bits in BLOCKS if first <= code <= last), RAREST_BITS)
        self[character] = bits
        return bits

    def of(self, text: Iterable[str]) -> int:
        """The bits of a text."""
        return sum(map(self.__getitem__, text))


@cache
def bits_in(language: str) -> CharacterBits:
    """The bits of each character in text in one language: `Chinese`, `Japanese`, `Korean` or `Russian`."""
    return CharacterBits(_listed(language) | (CYRILLIC if language == "Russian" else {}))


@cache
def bits_in_any() -> CharacterBits:
    """The bits of each character in text that is mostly Chinese or English."""
    found: dict[str, int] = {}
    for language, more in OTHER_SCRIPT_BITS.items():
        for character, bits in _listed(language).items():
            found[character] = min(found.get(character, bits + more), bits + more)
    return CharacterBits(found)


def _listed(language: str) -> dict[str, int]:
    rows = table(__package__, "characters.tsv")
    return {character: int(bits) for name, bits, characters in rows if name == language for character in characters}
