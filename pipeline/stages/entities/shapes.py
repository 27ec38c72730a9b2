"""Classes of characters, for what stands on both sides of a candidate."""

from enum import IntEnum

import regex

from pipeline.stages.entities.suspect_lines import AMPERSANDS
from pipeline.text.lines import WIDE_LETTERS


class Shape(IntEnum):
    """Classes of characters, in an order in which neighbours are alike."""

    EDGE = 0
    SPACE = 1
    OPENING = 2
    STRAIGHT = 3
    DASH = 4
    SYMBOL = 5
    CODE = 6
    HASH = 7
    UNDERSCORE = 8
    CLOSING = 9
    SEMICOLON = 10
    DIGIT = 11
    UPPER = 12
    LOWER = 13
    OTHER = 14
    WIDE = 15


CLASS_OF_CHARACTER = (
    dict.fromkeys("([{“‘«‹「『《（【¿¡@$£€", Shape.OPENING)
    | dict.fromkeys("\"'`*", Shape.STRAIGHT)
    | dict.fromkeys("-–—‑―/", Shape.DASH)
    | dict.fromkeys("=:<>+\\|&", Shape.CODE)
    | {"#": Shape.HASH, "_": Shape.UNDERSCORE, ";": Shape.SEMICOLON, "；": Shape.SEMICOLON}
    | dict.fromkeys(".,!?)]}…%”’»›」』》）】。，！？、：", Shape.CLOSING)
)
CLASS_OF_ROLE = {
    "quote": Shape.STRAIGHT,
    "apostrophe": Shape.STRAIGHT,
    "open": Shape.OPENING,
    "close": Shape.CLOSING,
    "dash": Shape.DASH,
    "ellipsis": Shape.CLOSING,
    "space": Shape.SPACE,
    "letter": Shape.LOWER,
    "han": Shape.WIDE,
    "amp": Shape.CODE,
    "currency": Shape.OPENING,
    "bracket": Shape.CODE,
    "symbol": Shape.SYMBOL,
    "ascii": Shape.SYMBOL,
}
"""The class of the character that a candidate stands for."""
WIDE_LETTER = regex.compile(f"[{WIDE_LETTERS}]")


def class_of(character: str) -> Shape:
    """The class of a character; `Shape.EDGE` for none."""
    if not character:
        return Shape.EDGE
    known = CLASS_OF_CHARACTER.get(character)
    if known is not None:
        return known
    if character.isspace():
        return Shape.SPACE
    if character.isdigit():
        return Shape.DIGIT
    if not character.isalpha():
        return Shape.CODE if character in AMPERSANDS else Shape.SYMBOL
    if WIDE_LETTER.match(character):
        return Shape.WIDE
    if character.islower():
        return Shape.LOWER
    return Shape.UPPER if character.isupper() else Shape.OTHER
