"""Where a text of two bytes a character is out of step: a byte was lost, or the text was cut within a character.

From such a place on, wrong pairs of bytes are read, up to the next ASCII character. The cheapest reading of the line
(Viterbi 1967) finds the bytes that are alone.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from pipeline.text.encodings.rarity import REPLACEMENT, bits_in

LANGUAGES = {
    "gb18030": "Chinese",
    "big5hkscs": "Chinese",
    "cp932": "Japanese",
    "euc_jp": "Japanese",
    "cp949": "Korean",
}
"""The encodings of two bytes a character, and the language that is written in them."""
WIDTHS = {"gb18030": (1, 2, 4), "euc_jp": (1, 2, 3)}
"""Bytes of a character, where there are others than one and two."""
LONE_BITS = 30
"""Bits of a byte that is alone: more than those of any two characters that are read wrongly for the sake of one."""
CUT_BITS = 22
"""Bits of the first byte of a text, if it is the rest of a character that was cut."""
ASCII_BITS = 4
MAX_MEAN_BITS = 13.0
"""Mean bits of a character beyond ASCII, up to which a line is in step."""
MAX_SHORT_BITS = 60
"""A line may be rarer on the mean if it is so short that its bits are no more."""


def lone_bytes(line: bytes, encoding: str, *, is_first: bool = False) -> Sequence[int]:
    """The offsets of the bytes of a line that are alone; none if the line is in step.

    The first line of a text may begin within a character, so it is always looked at closely.
    """
    if encoding not in LANGUAGES or line.isascii():
        return ()
    if not is_first and _is_in_step(line, encoding):
        return ()
    return tuple(_cheapest_lone(line, encoding, CUT_BITS if is_first else LONE_BITS))


def _is_in_step(line: bytes, encoding: str) -> bool:
    """Whether a line has common characters throughout, or so few that nothing can be said."""
    characters, bits = _beyond_ascii(line, encoding)
    return REPLACEMENT not in characters and bits <= max(MAX_SHORT_BITS, MAX_MEAN_BITS * len(characters))


def is_common(line: bytes, encoding: str) -> bool:
    """Whether a line, which may end within a character, has common characters throughout."""
    characters, bits = _beyond_ascii(line, encoding)
    return REPLACEMENT not in characters[:-1] and bits <= MAX_MEAN_BITS * len(characters)


def _beyond_ascii(line: bytes, encoding: str) -> tuple[str, int]:
    """The characters of a line beyond ASCII, and their bits."""
    characters = "".join(character for character in line.decode(encoding, "replace") if character > "\x7f")
    return characters, bits_in(LANGUAGES[encoding]).of(characters)


def _cheapest_lone(line: bytes, encoding: str, first_bits: int) -> Iterator[int]:
    """The offsets of the bytes that are alone in the cheapest reading; the first one has `first_bits` then."""
    size = len(line)
    bits = bits_in(LANGUAGES[encoding])
    widths_of = WIDTHS.get(encoding, (1, 2))
    # The bits of the cheapest reading of the bytes from i on, and the width of its first character.
    after = [0] * (size + 4)
    widths = [1] * size
    for at in range(size - 1, -1, -1):
        after[at] = after[at + 1] + (ASCII_BITS if line[at] < 0x80 else LONE_BITS if at else first_bits)
        for width in widths_of if line[at] >= 0x80 else ():
            raw = line[at : at + width]
            character = _character(encoding, raw) if len(raw) == width else None
            if character is not None and after[at + width] + bits.of(character) < after[at]:
                after[at], widths[at] = after[at + width] + bits.of(character), width
    at = 0
    while at < size:
        if widths[at] == 1 and line[at] >= 0x80 and _character(encoding, line[at : at + 1]) is None:
            yield at
        at += widths[at]


@cache
def _character(encoding: str, raw: bytes) -> str | None:
    """The character that some bytes are in an encoding, which may be two code points; None if they are not one."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 or (len(text) == 2 and len(raw) == 2 and raw[1] >= 0x60) else None
