"""Repair text that was read in a wrong encoding, where every reading again is proved by how much likelier it is.

Each misreading that is met in practice is tried if the text has a sign of it. All runs of the text are read again (see
`rereading`). If that makes the text likelier by `PROOF_BITS`, the misreading is proved, and its runs are read once more
with less caution. Of English only the few characters beyond ASCII are misread, so there it counts that no other Chinese
character is left: `caf茅`, `20掳C`.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import msgspec

from pipeline.model.stage import Rule
from pipeline.stages.mojibake.rereading import (
    CAUTIOUS_SWITCH_BITS,
    PROVEN_SWITCH_BITS,
    Misreading,
    Piece,
    byte_table,
    reread,
)
from pipeline.stages.mojibake.rules import BIG5, DECODED, GBK
from pipeline.text.edits import Edit
from pipeline.text.encodings.rarity import REPLACEMENT

PROOF_BITS = {"utf-8": 12, "gbk": 40, "big5hkscs": 40}
"""By how many bits a text must be likelier, by the encoding that it was written in.

In 136 sound documents no misreading of UTF-8 gained a bit, and those of GBK and Big5, of which any two bytes are some
character, up to 2."""
MIN_READ_SHARE = 0.5
"""Share of the characters that a misreading of GBK or Big5 must explain: there, any two bytes are some character."""
MAX_KEPT_BITS = 8
"""Bits, at most, by which a character that stays is rarer in a text that was misread."""
CONFIDENCE = 0.95
"""Pieces of a proven text are right in all but a few characters in ten thousand."""


class Suspicion(msgspec.Struct, frozen=True):
    """A misreading that is tried where a text has a sign of it."""

    misreading: Misreading
    rule: Rule
    signs: str
    """Characters one of which is in nearly every line of such text, and in hardly any sound one."""


CHINESE_SUSPICIONS = (
    Suspicion(Misreading("gb18030", "utf-8"), GBK, "紝鐨鈥銆锛鏄涓"),
    Suspicion(Misreading("cp950", "utf-8"), BIG5, "嚗銝"),
    Suspicion(Misreading("cp932", "utf-8"), DECODED, "縲逧ｼ荳譛"),
    Suspicion(Misreading("cp950", "gbk"), BIG5, "﹝珨﹜岆笢ㄛ"),
    Suspicion(Misreading("gb18030", "big5hkscs"), BIG5, "皘畊璶硂琌"),
)
"""Text that became other Chinese characters. The signs come from the commonest characters of 341 documents."""
ALL_SIGNS = "".join(dict.fromkeys("".join(suspicion.signs for suspicion in CHINESE_SUSPICIONS)))

WESTERN_CODECS = ("cp1252", "cp1251", "mac_roman", "cp1250", "cp437")
LATIN_READ_AS_GBK = "".join(
    found for code in range(0xA0, 0x100) if len(found := chr(code).encode().decode("gb18030", "ignore")) == 1
)
"""What the letters with accents and the signs of Latin-1 become when their UTF-8 is read as GBK."""
ACCENT = re.compile(f"[{LATIN_READ_AS_GBK}]")
GLUED_LATIN = re.compile(f"[A-Za-z0-9][{LATIN_READ_AS_GBK}]|[{LATIN_READ_AS_GBK}][A-Za-z0-9]")
ENGLISH_PROOF_BITS = 14
"""How much likelier a text in English becomes of which every Chinese character is read again: at least two of them."""
SEVERAL_HAN = re.compile("[\u3400-\u9fff]{3}")
"""More Chinese characters than one or two of Latin-1 become."""
HAN_OR_KANA = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
BEYOND_ASCII = re.compile("[^\x00-\x7f]")
ASCII = re.compile("[\x00-\x7f]")
LATIN_AS_GBK = Misreading("gb18030", "utf-8")


def repaired_chinese_codecs(text: str) -> Iterator[Edit]:
    """Yield the edits of text that became other Chinese characters: `鐨勪汉姘戝湪` for `的人民在`."""
    suspicions = [suspicion for suspicion in CHINESE_SUSPICIONS if any(sign in text for sign in suspicion.signs)]
    signs = {suspicion.misreading: re.compile(f"[{suspicion.signs}]") for suspicion in suspicions}
    proven = _most_likely(text, signs)
    if proven is not None:
        rule = next(suspicion.rule for suspicion in suspicions if suspicion.misreading == proven)
        yield from _edits(text, _proven_pieces(text, proven), rule)


def has_accents(text: str, runs: str) -> bool:
    """Whether a text may be English with accents that became Chinese characters. `runs` are those beyond ASCII."""
    is_possible = runs is not text and ACCENT.search(runs) is not None and SEVERAL_HAN.search(runs) is None
    return is_possible and GLUED_LATIN.search(text) is not None


def repaired_accents(text: str, runs: str) -> Iterator[Edit]:
    """Yield the edits of English in which letters with accents and signs became Chinese characters: `caf茅`, `20掳C`.

    All Chinese characters of the text must be of that kind. `runs` are the runs of characters beyond ASCII.
    """
    if not has_accents(text, runs):
        return
    gain, pieces = _reread(text, LATIN_AS_GBK, PROVEN_SWITCH_BITS)
    read = sum(len(HAN_OR_KANA.findall(text, piece.start, piece.end)) for piece in pieces)
    if gain >= ENGLISH_PROOF_BITS and read == len(HAN_OR_KANA.findall(text)):
        yield from _edits(text, pieces, GBK)


def repaired_western_codecs(text: str, runs: str) -> Iterator[Edit]:
    """Yield the edits of UTF-8 that became letters and signs of one byte each, if bytes of it may be lost.

    `runs` are the runs of characters beyond ASCII.
    """
    signs = {
        Misreading(codec, "utf-8"): sign for codec in WESTERN_CODECS if (sign := _two_characters(codec)).search(runs)
    }
    if (proven := _most_likely(text, signs)) is not None:
        yield from _edits(text, _proven_pieces(text, proven), DECODED)


def _most_likely(text: str, signs: Mapping[Misreading, re.Pattern[str]]) -> Misreading | None:
    """The misreading that makes a text likeliest, if that proves it. Only the runs with its signs are read."""
    best, most = None, 0
    for misreading, sign in signs.items():
        gain, pieces = _reread(text, misreading, CAUTIOUS_SWITCH_BITS, sign=sign)
        if gain <= most or gain < PROOF_BITS[misreading.written]:
            continue
        if misreading.written != "utf-8":
            read, stays = _sizes(text, misreading, pieces, sign)
            if read < MIN_READ_SHARE * (read + stays):
                continue
        best, most = misreading, gain
    return best


def _sizes(
    text: str, misreading: Misreading, pieces: Iterable[Piece], sign: re.Pattern[str] | None = None
) -> tuple[int, int]:
    """How many of the characters that have bytes in an encoding are read again, and how many stay."""
    read = sum(piece.end - piece.start - text.count(REPLACEMENT, piece.start, piece.end) for piece in pieces)
    return read, sum(len(run) - run.count(REPLACEMENT) for _, run in _runs(text, misreading.read, sign)) - read


def _proven_pieces(text: str, misreading: Misreading) -> Sequence[Piece]:
    """The pieces of a text that is misread. The more of it was, the less likely is a character that was not."""
    _, pieces = _reread(text, misreading, CAUTIOUS_SWITCH_BITS)
    read, stays = _sizes(text, misreading, pieces)
    kept_bits = round(math.log2((read + stays + 2) / (stays + 1)))
    return _reread(text, misreading, PROVEN_SWITCH_BITS, min(kept_bits, MAX_KEPT_BITS))[1]


def _reread(
    text: str, misreading: Misreading, switch_bits: int, kept_bits: int = 0, *, sign: re.Pattern[str] | None = None
) -> tuple[int, list[Piece]]:
    """How much likelier a text is read again, and its pieces with their offsets. With `sign` only runs with one."""
    gain, pieces = 0, []
    for start, run in _runs(text, misreading.read, sign):
        around = text[max(0, start - 1) : start], text[start + len(run) : start + len(run) + 1]
        rereading = reread(run, misreading, switch_bits, kept_bits=kept_bits, around=around)
        gain += rereading.gain
        pieces += [Piece(start + piece.start, start + piece.end, piece.new) for piece in reversed(rereading.pieces)]
    return gain, pieces


def _runs(text: str, codec: str, sign: re.Pattern[str] | None = None) -> Iterator[tuple[int, str]]:
    """The runs of characters that have bytes in an encoding, or that are U+FFFD, each with its offset."""
    table = byte_table(codec)
    for start, end in _non_ascii_spans(text, sign or BEYOND_ASCII):
        low = start
        for at in range(start, end):
            if text[at] != REPLACEMENT and not table[text[at]]:
                if at > low:
                    yield low, text[low:at]
                low = at + 1
        if low < end:
            yield low, text[low:end]


def _non_ascii_spans(text: str, sign: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The spans of characters beyond ASCII in which `sign` matches."""
    end = 0
    while match := sign.search(text, end):
        start = match.start()
        while start > end and text[start - 1] > "\x7f":
            start -= 1
        after = ASCII.search(text, match.end())
        end = after.start() if after else len(text)
        yield start, end


def _edits(text: str, pieces: Sequence[Piece], rule: Rule) -> Iterator[Edit]:
    """The edits of pieces. U+FFFD beside a lost byte stands for the same character, so it becomes part of the edit."""
    end = 0
    for piece in pieces:
        start = piece.start
        while piece.new[:1] == REPLACEMENT and start > end and text[start - 1] == REPLACEMENT:
            start -= 1
        end = piece.end
        while piece.new[-1:] == REPLACEMENT and text[end : end + 1] == REPLACEMENT:
            end += 1
        old = text[start:end]
        if old != piece.new:
            yield Edit(start, old, piece.new, rule.name, CONFIDENCE)


@cache
def _two_characters(codec: str) -> re.Pattern[str]:
    """Two characters of UTF-8 side by side, as an encoding of one byte a character shows them."""
    table = byte_table(codec)
    shown: dict[int, list[str]] = {}
    for character, raw in table.items():
        shown.setdefault(raw[0], []).append(character)

    def some(first: int, last: int) -> str:
        return "[" + "".join(re.escape(c) for code in range(first, last + 1) for c in shown.get(code, ())) + "]"

    tail = some(0x80, 0xBF)
    character = f"(?:{some(0xC2, 0xDF)}{tail}|{some(0xE0, 0xEF)}{tail}{{2}})"
    return re.compile(f"{character}{{2}}")
