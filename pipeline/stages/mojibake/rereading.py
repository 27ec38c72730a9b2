"""Read misread text again, piece by piece: what was written, where bytes were lost on the way.

A run of characters is turned into the bytes that they were read from. Then the cheapest of all readings is found
(Viterbi 1967). A character that stays costs its rarity in bits (`encodings.rarity`). Where the bytes are read again,
each new character costs its own rarity, and a byte that belongs to none costs more than a rare character. So a byte
that was lost ends a piece only if what follows is no misread text, and right text between misread text stays.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import msgspec

from pipeline.text.encodings.rarity import REPLACEMENT, bits_in_any

MULTI_BYTE_CODECS = frozenset({"gb18030", "gbk", "big5hkscs", "cp950", "cp932", "cp949"})
UNKNOWN = -1
"""Stands for the bytes of U+FFFD: nobody knows them."""
NEVER = 1 << 30
"""The bits of a reading that there is not."""
LOST_BITS = 14
"""Bits of a byte, or of the first bytes of a character, that belong to none: rarer than most that are in a text."""
MIN_MARGIN_BITS = 6
"""Bits by which every reading without a character of two bytes must be rarer, or the character is not sure."""
UNPRINTABLE_BITS = 40
MAX_UTF8_WIDTH = 4
"""Bytes of the longest characters of UTF-8."""
CAUTIOUS_SWITCH_BITS, PROVEN_SWITCH_BITS = 10, 3
"""Bits of the beginning and of the end of a piece, in a text that may be misread and in one that is."""
GLUED_BITS = 10
"""More bits of one or two Chinese characters that touch an English word: `caf茅`."""
MAX_GLUED_CHARS = 2
LETTER_IN_CHINESE_BITS = 8
"""More bits of a letter that is no ASCII, in Chinese: 疟 in GBK is also a letter of Hungarian in UTF-8."""


class Misreading(msgspec.Struct, frozen=True):
    """In which encoding a text was written, and in which it was read."""

    read: str
    written: str


class Piece(msgspec.Struct, frozen=True):
    """`[start, end)` of a run as it was written: `new`. Where bytes were lost, `new` has U+FFFD."""

    start: int
    end: int
    new: str


class Rereading(msgspec.Struct, frozen=True):
    """The pieces of a run that were misread, and how many bits likelier the text is with them."""

    pieces: tuple[Piece, ...]
    gain: int


class Step(NamedTuple):
    """The next bytes read as the character `new`, or as lost ones."""

    width: int
    new: str | None
    bits: int


class _ByteTable(dict[str, bytes]):
    """The bytes of each character in an encoding; empty if there are none."""

    def __init__(self, codec: str) -> None:
        super().__init__(_single_bytes(codec))
        self.codec = codec

    def __missing__(self, character: str) -> bytes:
        try:
            found = character.encode(self.codec)
        except UnicodeEncodeError:
            found = b""
        self[character] = found
        return found


def _single_bytes(codec: str) -> dict[str, bytes]:
    """The characters from 0x80 on of an encoding of one byte a character; where it has none, the control characters."""
    if codec == "gb18030":
        return {"€": b"\x80"}
    if codec in MULTI_BYTE_CODECS:
        return {}
    codes = range(0x80, 0x100)
    # Latin-1 and Windows-1252 differ in 32 characters, and many programs mix the two.
    found = {chr(code): bytes((code,)) for code in codes} if codec == "cp1252" else {}
    return found | {bytes((code,)).decode(codec, "ignore") or chr(code): bytes((code,)) for code in codes}


@cache
def byte_table(codec: str) -> _ByteTable:
    """The bytes of each character in an encoding."""
    return _ByteTable(codec)


@cache
def _width(first: int) -> int:
    """The bytes of a character of UTF-8, by the first; 0 if it is none."""
    return (
        1 if first < 0x80 else 0 if first < 0xC2 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4 * (first < 0xF5)
    )


@cache
def _character(codec: str, raw: bytes) -> tuple[str, int] | None:
    """The character that some bytes are in an encoding, and its bits; None if they are not exactly one."""
    try:
        new = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    if len(new) != 1:
        return None
    # Where text was misread twice, the control characters from 0x80 on are bytes of what was read the first time.
    return (
        new,
        bits_in_any()[new]
        if new.isprintable() or new.isspace() or "\x80" <= new <= "\xad" or "\u200b" <= new <= "\u2064"
        else UNPRINTABLE_BITS,
    )


def _characters_at(codes: Sequence[int], at: int, written: str) -> Iterator[Step]:
    """What the bytes from `at` on may be."""
    first = codes[at]
    if first == UNKNOWN:
        return
    width = _width(first) if written == "utf-8" else 1 if first < 0x80 else 2
    raw = codes[at : at + width]
    if width and len(raw) == width and UNKNOWN not in raw and (found := _character(written, bytes(raw))):
        yield Step(width, *found)


def _lost_at(codes: Sequence[int], at: int, written: str) -> Iterator[Step]:
    """The byte at `at` as a lost one; in UTF-8 also the first or the last bytes of a character without the others."""
    bits = 0 if codes[at] == UNKNOWN else LOST_BITS
    yield Step(1, None, bits)
    if written != "utf-8" or codes[at] < 0x80:
        return
    end = at + (_width(codes[at]) or MAX_UTF8_WIDTH) - 1
    for after in range(at + 1, min(end, len(codes))):
        if not 0x80 <= codes[after] < 0xC0:
            return
        yield Step(after + 1 - at, None, bits)


def reread(
    run: str, misreading: Misreading, switch_bits: int, *, kept_bits: int = 0, around: tuple[str, str] = ("", "")
) -> Rereading:
    """The cheapest reading of a run, of which each character has bytes or is U+FFFD.

    `switch_bits` is the cost of beginning or ending a piece, `kept_bits` what each character that stays costs more.
    `around` are the characters before and after the run.
    """
    table, bits = byte_table(misreading.read), bits_in_any()
    glued = len(run) <= MAX_GLUED_CHARS and any(character.isascii() and character.isalnum() for character in around)
    kept_bits += GLUED_BITS * glued
    letter_bits = 0 if glued or misreading.read not in MULTI_BYTE_CODECS else LETTER_IN_CHINESE_BITS
    codes: list[int] = []
    starts = [0]
    costs: list[int] = []
    for character in run:
        codes += (UNKNOWN,) if character == REPLACEMENT else table[character]
        starts.append(len(codes))
        costs.append(0 if character == REPLACEMENT else bits[character] + kept_bits)
    lattice = _Lattice(codes, starts, misreading.written)
    gain = sum(costs) - lattice.find(costs, switch_bits, letter_bits)
    return Rereading(tuple(lattice.pieces()), gain)


class _Lattice:
    """All readings of a run: of its bytes, `codes`, of which each character begins at one of `starts`."""

    def __init__(self, codes: Sequence[int], starts: Sequence[int], written: str) -> None:
        self.codes, self.starts, self.written = codes, starts, written
        size = len(codes)
        self.came: list[tuple[int, str | None]] = [(0, None)] * (size + 1)
        """Where the last step of the cheapest piece that ends here began, and its character."""
        self.begins, self.ends = [False] * (size + 1), [False] * (size + 1)
        """Whether the cheapest reading begins or ends a piece here."""

    def find(self, costs: Sequence[int], switch_bits: int, letter_bits: int) -> int:
        """The bits of the cheapest reading. `costs` are those of each character as it stands."""
        size = len(self.codes)
        # The bits of the cheapest readings of the first i bytes that end with a kept character, and within a piece.
        kept, read = [NEVER] * (size + 1), [NEVER] * (size + 1)
        kept[0] = 0
        index = 0
        for at in range(size + 1):
            if at == self.starts[index]:
                if read[at] + switch_bits < kept[at]:
                    kept[at], self.ends[at] = read[at] + switch_bits, True
                elif kept[at] + switch_bits < read[at]:
                    read[at], self.begins[at] = kept[at] + switch_bits, True
                if at < size:
                    kept[self.starts[index + 1]] = kept[at] + costs[index]
                index += 1
            if at < size and read[at] < NEVER:
                self._extend(read, at, letter_bits)
        return kept[size]

    def _extend(self, read: list[int], at: int, letter_bits: int) -> None:
        """Add the steps from `at` on to the cheapest pieces."""
        for step in (*_lost_at(self.codes, at, self.written), *_characters_at(self.codes, at, self.written)):
            bits = read[at] + step.bits
            if letter_bits and step.width == 2 and step.new is not None and step.new.isalpha():
                bits += letter_bits
            if bits < read[at + step.width]:
                read[at + step.width], self.came[at + step.width] = bits, (at, step.new)

    def pieces(self) -> Iterator[Piece]:
        """The pieces of the cheapest reading, from the last to the first."""
        index = len(self.starts) - 1
        while index > 0:
            end = self.starts[index]
            if not self.ends[end]:
                index -= 1
                continue
            at, steps = end, []
            while not self.begins[at]:
                at, new = self.came[at]
                steps.append(new)
            last, index = index, bisect_left(self.starts, at, 0, index + 1)
            if self.written != "utf-8":
                steps = _sure_characters(self.codes[at:end], self.written)[::-1]
            # Bytes side by side that belong to no character are one U+FFFD.
            pairs = pairwise([REPLACEMENT, *reversed(steps)])
            yield Piece(index, last, "".join(new or REPLACEMENT for old, new in pairs if new or old))


def _sure_characters(codes: Sequence[int], written: str) -> list[str | None]:
    """The characters of some bytes of GBK or Big5; None for what may as well be read with the byte on its other side.

    A reading without a character of two bytes divides the bytes between them, so the two sides tell how rare it is.
    """
    size = len(codes)
    steps = [(*_characters_at(codes, at, written), *_lost_at(codes, at, written)) for at in range(size)]
    before, after = [0] + [NEVER] * size, [NEVER] * size + [0]
    for at in range(size):
        for step in steps[at]:
            before[at + step.width] = min(before[at + step.width], before[at] + step.bits)
    for at in range(size - 1, -1, -1):
        after[at] = min(after[at + step.width] + step.bits for step in steps[at])
    found: list[str | None] = []
    at = 0
    while at < size:
        step = min(steps[at], key=lambda step: after[at + step.width] + step.bits)
        is_sure = step.width == 1 or before[at + 1] + after[at + 1] >= before[size] + MIN_MARGIN_BITS
        found.append(step.new if is_sure else None)
        at += step.width
    return found
