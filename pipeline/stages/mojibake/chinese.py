"""Chinese in GBK or Big5 that was read in a codec of one byte a character: `ÎÒÃÇ` is 我们.

Any two such letters are some Chinese character, so it is asked which: writing is mostly made of a few hundred. Where
a long run says something that is common all through, the document is proven, and its other runs are read, too. A run
is read along the cheapest way (Viterbi 1967): each pair costs what its character does, and a byte that has no
partner, because the other was lost, costs more than a rare character. So the reading finds back into step behind a
loss, and what cannot be read stays.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

import msgspec

from pipeline.model.stage import Rule
from pipeline.stages.mojibake.suspicion import SUSPECT
from pipeline.text.edits import Edit
from pipeline.text.encodings.readings import CharacterCosts

CHINESE = Rule(
    "mojibake.chinese",
    "Chinese in GBK or Big5 that was read as Latin-1 or another codec of one byte a character",
    acts=("ÎÒÃÇÃ÷ÌìÔÙÀ´", "§Ú­Ì©ú¤Ñ¦A¨Ó§a", "¸ü¶à¾«Ð£", "Œ“√«√˜ÃÏ‘Ÿ¿¥"),
    spares=("ÀÁÂÃÄÅÆÇÈÉ", "äöüäöüäöü", "¡¡¡¡¡¡¡¡", "ÁÉÍÓÚÜÑáéíóúüñ", "«»©®™±½¼¾²³°", "ÏÐÅÇÈÄÅÍÒ ÐÎÑÑÈÈ"),
)

FIRST_BYTE, LAST_BYTE = 0x81, 0xFE
FIRST_SECOND = 0x40
EURO = 0x80
"""A byte by itself in the GBK of Windows."""
WESTERN = ("cp1252", "mac_roman", "cp437", "iso8859_15", "cp1250")
CODECS = ("gbk", "big5hkscs")

OTHER = 7
"""Price of a character that is neither Han nor a mark of Chinese."""
ALONE = 12
"""Price of a byte without a partner; of a sign that prose may have in earnest, and of the euro, less."""
SIGN_ALONE, EURO_ALONE = 7, 1
SIGNS = frozenset("‘’“”–—…•™")
COMMON, PLAIN = 1, 2
"""Prices of the characters that make three quarters of a text, and of those that make nearly all of the rest."""
SYMBOL, SYMBOL_ROWS = 3, range(0xA1, 0xA4)
"""Price of the arrows, stars and numbers in circles that GBK has in its first rows."""
UNREADABLE = -1

EVIDENCE = {COMMON: 1.75, PLAIN: -0.6}
"""How much likelier a character of that price is in Chinese than in letters that were taken at random: a logarithm."""
AGAINST = -3.5
SURE, SURE_WITHOUT_SIGNS = 2.0, 6.0
"""Evidence that proves a document. Half of the bytes of Chinese are signs such as `¶` and `£`; letters without any
are a list of letters, or another alphabet."""
LEAST = 4
"""Characters that a run needs to prove anything: prose in no language has eight such letters side by side."""
LEAST_KINDS = 6
FEW = 3
"""Characters that a run needs to be read in a proven document whatever stands beside it."""
MEAN, MEAN_BESIDE = 2.5, 4.0
"""Mean price up to which such a run is read, and in a line with one that is common all through."""
UTF_8 = 0.7
"""Share of the bytes of a run that are whole characters of UTF-8 from which it is that, and not Chinese in GBK."""
ENOUGH = 20_000
"""Code points of lines with long runs that are weighed."""
BEYOND = re.compile("[^\x00-\x7f]*")
NOT_CHINESE = re.compile("[\x80-\u2e7f]")
IN_WORD = re.compile("^[A-Za-z]|[A-Za-z]{2}$")

LONG = re.compile("[^\x00-\x7f\u2e80-\uffef]{8,}|(?:[¤-ù][@-~¡-þ]){4,}")
"""Where a sure run may be; of Big5 half of the second bytes are ASCII."""


class Misreading(msgspec.Struct, frozen=True):
    """A codec that wrote, and one of one byte a character that read: `segment` finds what may be Chinese."""

    codec: str
    octets: Mapping[str, int]
    segment: re.Pattern[str]
    """What begins with a character that is not ASCII, up to one that is neither of these nor a second byte."""


class Piece(msgspec.Struct, frozen=True):
    """A character as it is read: `[start, end)` of the segment, what it says, and what that costs."""

    start: int
    end: int
    new: str
    price: int


@cache
def misreadings() -> tuple[Misreading, ...]:
    """All that are undone, the likely first."""
    found = []
    for western in WESTERN:
        octets = {bytes([code]).decode(western, "replace"): code for code in range(0x80, 0x100)}
        octets.pop("\ufffd", None)
        if western == "cp1252":
            # Latin-1 and Windows-1252 differ in 32 characters, and many a program mixes the two.
            octets |= {chr(code): code for code in range(0x80, 0x100)}
        beyond = "".join(map(re.escape, sorted(octets)))
        segment = re.compile(f"[{beyond}][@-~{beyond}]*")
        found += [Misreading(codec, octets, segment) for codec in CODECS if codec == "gbk" or western == "cp1252"]
    return tuple(found)


@cache
def _prices() -> CharacterCosts:
    return CharacterCosts(OTHER)


@cache
def _character(codec: str, first: int, second: int) -> tuple[str, int] | None:
    """What a pair of bytes says, and what that costs."""
    try:
        new = bytes((first, second)).decode(codec)
    except UnicodeDecodeError:
        return None
    price = max(map(_prices().__getitem__, new))
    return new, min(price, SYMBOL) if first in SYMBOL_ROWS and codec == "gbk" else price


def read(segment: str, misreading: Misreading) -> list[Piece]:
    """The cheapest reading of a segment; what cannot be read, and ASCII, is a piece of price `UNREADABLE`."""
    codec, octets = misreading.codec, misreading.octets
    size = len(segment)
    codes = [ord(sign) if sign < "\x80" else octets[sign] for sign in segment]
    # cost[i] is that of the cheapest reading of the first i bytes, way[i] how it ends: a pair, or a byte alone.
    cost = [0] * (size + 1)
    way: list[tuple[str, int] | None] = [None] * (size + 1)
    for i, code in enumerate(codes):
        if code < EURO:
            best = cost[i]
        elif code == EURO and codec == "gbk":
            best = cost[i] + EURO_ALONE
        else:
            best = cost[i] + (SIGN_ALONE if segment[i] in SIGNS else ALONE)
        pair = None
        if i and FIRST_BYTE <= codes[i - 1] <= LAST_BYTE and FIRST_SECOND <= code <= LAST_BYTE:
            pair = _character(codec, codes[i - 1], code)
        if pair is not None and cost[i - 1] + pair[1] < best:
            cost[i + 1], way[i + 1] = cost[i - 1] + pair[1], pair
        else:
            cost[i + 1] = best
    pieces = []
    end = size
    while end:
        ending = way[end]
        if ending is not None:
            pieces.append(Piece(end - 2, end, *ending))
            end -= 2
        else:
            pieces.append(Piece(end - 1, end, segment[end - 1], UNREADABLE))
            end -= 1
    return pieces[::-1]


def evidence(pieces: Sequence[Piece]) -> float:
    """How likely these are to be Chinese. Quotes and dashes that stand alone may be those of English beside it."""
    return sum(EVIDENCE.get(piece.price, AGAINST) for piece in pieces if piece.new >= "\x80" and piece.new not in SIGNS)


def is_sure(run: str, misreading: Misreading) -> bool:
    """Whether a long run can be nothing else: not a list of letters, nor one sign again and again, nor UTF-8."""
    if not all(sign < "\x80" or sign in misreading.octets for sign in run):
        return False
    codes = bytes(ord(sign) if sign < "\x80" else misreading.octets[sign] for sign in run)
    if len(set(codes)) < LEAST_KINDS or sum(b - a == 1 for a, b in pairwise(codes)) >= len(codes) / 2:
        return False
    if len(codes.decode("utf-8", "ignore").encode()) > UTF_8 * len(codes):
        return False
    pieces = read(run, misreading)
    if sum(piece.price != UNREADABLE for piece in pieces) < LEAST:
        return False
    signs = any(0xA1 <= code < 0xC0 for code in codes)
    return evidence(pieces) >= (SURE if signs else SURE_WITHOUT_SIGNS)


def proven(text: str) -> Misreading | None:
    """How the Chinese of a text was misread, if one of its runs is surely that, and the others do not speak against."""
    lines = list(_lines(text))
    best: tuple[float, Misreading] | None = None
    for misreading in misreadings() if lines else ():
        if not any(is_sure(run[0], misreading) for line in lines for run in LONG.finditer(line)):
            continue
        weight = sum(_weight(line, misreading) for line in _first(lines))
        if weight >= SURE and (best is None or weight > best[0]):
            best = weight, misreading
    return best[1] if best else None


def _weight(line: str, misreading: Misreading) -> float:
    """The evidence of a line; letters that the codec does not know speak against it."""
    readings = (read(segment[0], misreading) for segment in misreading.segment.finditer(line))
    weight = sum(evidence(pieces) for pieces in readings if any(piece.price != UNREADABLE for piece in pieces))
    return weight + AGAINST * sum(sign not in misreading.octets for sign in NOT_CHINESE.findall(line))


def _lines(text: str) -> Iterator[str]:
    """The lines that hold a long run. They are suspect, too, and that is found out faster."""
    end = 0
    while suspect := SUSPECT.search(text, end):
        start, end = text.rfind("\n", 0, suspect.start()) + 1, text.find("\n", suspect.end())
        end = len(text) if end < 0 else end
        if LONG.search(text, start, end):
            yield text[start:end]


def _first(lines: Sequence[str]) -> Iterator[str]:
    """As many of the lines as are enough to tell."""
    size = 0
    for line in lines:
        yield line[: ENOUGH - size]
        size += len(line)
        if size >= ENOUGH:
            return


def misread_chinese(text: str) -> Iterator[Edit]:
    """All runs of a proven text that say something common, each as an edit."""
    misreading = proven(text)
    if misreading is None:
        return
    end = 0
    while (match := misreading.segment.search(text, end)) is not None:
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        yield from _line(text, start, end, misreading)


def _line(text: str, start: int, end: int, misreading: Misreading) -> Iterator[Edit]:
    runs = [
        (segment.start(), run)
        for segment in misreading.segment.finditer(text, start, end)
        for run in _runs(read(segment[0], misreading))
    ]
    beside = any(len(run) >= FEW and _mean(run) <= MEAN for _, run in runs)
    # In a line of French there are many letters of ASCII to each that is not.
    western = not beside and sum("a" <= sign <= "z" for sign in text[start:end]) > sum(2 * len(run) for _, run in runs)
    for at, run in runs:
        low, high = at + run[0].start, at + run[-1].end
        old = text[low:high]
        if len(run) >= FEW:
            fits = _mean(run) <= (MEAN_BESIDE if beside else MEAN)
        else:
            fits = min(piece.price for piece in run) <= SYMBOL and (len(run) > 1 or run[0].price <= SYMBOL)
            fits = fits and not (western and _may_be_western(old, text[max(0, low - 1) : high + 1], misreading))
        if fits:
            yield Edit(low, old, "".join(piece.new for piece in run), CHINESE.name, 0.93)


def _may_be_western(run: str, surrounded: str, misreading: Misreading) -> bool:
    """Whether one or two characters may be letters of another word, or of UTF-8: `née`, `Ã©`."""
    if not BEYOND.fullmatch(run):
        return IN_WORD.search(surrounded) is not None or run[0].isalpha()
    try:
        bytes(misreading.octets[sign] for sign in run).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _runs(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """Characters that stand side by side."""
    run: list[Piece] = []
    for piece in pieces:
        if piece.price != UNREADABLE:
            run.append(piece)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _mean(run: Sequence[Piece]) -> float:
    return sum(piece.price for piece in run) / len(run)


def left_over(text: str) -> list[tuple[int, int]]:
    """What stays of a proven text: letters whose other byte was lost, where they touch one that is read."""
    misreading = proven(text)
    if misreading is None:
        return []
    found = []
    for segment in misreading.segment.finditer(text):
        pieces = read(segment[0], misreading)
        for i, piece in enumerate(pieces):
            if piece.price == UNREADABLE and piece.new > "\x80" and piece.new not in SIGNS and piece.new != "€":
                beside = pieces[max(0, i - 1) : i + 2]
                if any(each.price in (COMMON, PLAIN) for each in beside):
                    found.append((segment.start() + piece.start, segment.start() + piece.end))
    return found
