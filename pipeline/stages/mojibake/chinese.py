"""Repair Chinese in GBK or Big5 that was read in a single-byte encoding: `ÎÒÃÇ` is 我们.

Any two such letters are some Chinese character, so what counts is which: most writing consists of a few hundred. If a
long run gives common characters throughout, the document is proven, and its other runs are read too. A run is read
along the cheapest path (Viterbi 1967): each pair costs what its character does, and a byte without a partner, because
the other one was lost, costs more than a rare character. So the reading finds the right pairs again after a loss, and
what cannot be read stays as it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

import msgspec

from pipeline.stages.mojibake.rereading import MIN_MARGIN_BITS
from pipeline.stages.mojibake.rules import CHINESE
from pipeline.stages.mojibake.suspects import SUSPECT
from pipeline.text.edits import Edit
from pipeline.text.encodings.rarity import bits_in
from pipeline.text.encodings.readings import CharacterCosts

FIRST_BYTES, SECOND_BYTES = range(0x81, 0xFF), range(0x40, 0xFF)
"""What the two bytes of a character may be, in GBK and in Big5."""
EURO_BYTE = 0x80
"""A character by itself in the GBK of Windows."""
SINGLE_BYTE_CODECS = ("cp1252", "mac_roman", "cp437", "iso8859_15", "cp1250")
CHINESE_CODECS = ("gbk", "big5hkscs")

NOT_CHINESE_COST = 7
"""Cost of a character that is neither Han nor Chinese punctuation."""
LONE_BYTE_BITS = 24
"""Bits of a byte without a partner. Signs that prose really has, and the euro, have fewer."""
LONE_SIGN_BITS, EURO_BITS, ASCII_BITS = 16, 8, 4
NOT_CHINESE_BITS = 6
"""More bits of a character that is neither Han nor Chinese punctuation."""
PROSE_SIGNS = frozenset("‘’“”–—…•™")
MOST_COMMON_COST, COMMON_COST = 1, 2
"""Costs of the characters that make up three quarters of a text, and of those that make up nearly all of the rest."""
SYMBOL_COST, SYMBOL_ROWS = 3, range(0xA1, 0xA4)
"""Cost of the arrows, stars and circled numbers in the first rows of GBK."""
UNREAD = -1
"""Cost of a byte that cannot be read."""

EVIDENCE = {MOST_COMMON_COST: 1.75, COMMON_COST: -0.6}
"""Log odds of a character of that cost: how much likelier it is in Chinese than in letters taken at random."""
EVIDENCE_OF_RARE = -3.5
MIN_EVIDENCE, MIN_EVIDENCE_WITHOUT_SIGNS = 2.0, 6.0
"""Evidence that proves a document. Half of the bytes of Chinese are signs such as `¶` and `£`; letters without any
are a list of letters, or another alphabet."""
SIGN_BYTES = range(0xA1, 0xC0)
MIN_PROOF_CHARS = 4
"""Characters of a run that proves anything: no prose has eight such letters side by side."""
MIN_PROOF_BYTES = 6
"""Different bytes of such a run."""
MIN_RUN_CHARS = 3
"""Characters of a run that is read in a proven document whatever is next to it."""
MAX_MEAN_COST, MAX_MEAN_COST_BESIDE_COMMON = 2.5, 4.0
"""Mean cost of such a run, and of one in a line with another run of common characters."""
MAX_UTF8_SHARE = 0.7
"""Share of the bytes of a run that are valid UTF-8. Above it, the run is that and not Chinese in GBK."""
MAX_WEIGHED_CHARS = 20_000
"""Characters, in lines with long runs, that are weighed as evidence."""
LETTERS_PER_BYTE = 2
"""More ASCII letters for each byte of the runs of a line make it a line of French, or the like."""
NON_ASCII_RUN = re.compile("[^\x00-\x7f]*")
NOT_CHINESE = re.compile("[\x80-\u2e7f]")
IN_LATIN_WORD = re.compile("^[A-Za-z]|[A-Za-z]{2}$")

LONG_RUN = re.compile("[^\x00-\x7f\u2e80-\uffef]{8,}|(?:[¤-ù][@-~¡-þ]){4,}")
"""Where a run that proves a document may be. In Big5 half of the second bytes are ASCII."""
CHINESE_CONFIDENCE = 0.93
"""A proven document, in which a few characters of the encoding may have been meant as they are."""


class Misreading(msgspec.Struct, frozen=True):
    """The Chinese encoding of a text, and the single-byte encoding in which it was read."""

    codec: str
    byte_of: Mapping[str, int]
    """The byte of each character from 0x80 on in the single-byte encoding."""
    segment: re.Pattern[str]
    """A run of such characters, and of ASCII characters that may be second bytes."""


class Reading(msgspec.Struct, frozen=True):
    """`[start, end)` of a segment, read as the character `new` at its cost."""

    start: int
    end: int
    new: str
    cost: int


@cache
def misreadings() -> tuple[Misreading, ...]:
    """All that are repaired, the likely ones first."""
    found = []
    for western in SINGLE_BYTE_CODECS:
        byte_of = {bytes([code]).decode(western, "replace"): code for code in range(0x80, 0x100)}
        byte_of.pop("\N{REPLACEMENT CHARACTER}", None)
        if western == "cp1252":
            # Latin-1 and Windows-1252 differ in 32 characters, and many programs mix the two.
            byte_of |= {chr(code): code for code in range(0x80, 0x100)}
        characters = "".join(map(re.escape, sorted(byte_of)))
        segment = re.compile(f"[{characters}][@-~{characters}]*")
        codecs = CHINESE_CODECS if western == "cp1252" else ("gbk",)
        found += [Misreading(codec, byte_of, segment) for codec in codecs]
    return tuple(found)


@cache
def _costs() -> CharacterCosts:
    return CharacterCosts(NOT_CHINESE_COST)


@cache
def _character(codec: str, first: int, second: int) -> tuple[str, int, int] | None:
    """The character of a pair of bytes, its cost and its bits; None if there is none."""
    try:
        new = bytes((first, second)).decode(codec)
    except UnicodeDecodeError:
        return None
    cost = max(map(_costs().__getitem__, new))
    bits = max(map(bits_in("Chinese").__getitem__, new)) + NOT_CHINESE_BITS * (cost == NOT_CHINESE_COST)
    return new, min(cost, SYMBOL_COST) if first in SYMBOL_ROWS and codec == "gbk" else cost, bits


def _byte_bits(code: int, character: str, codec: str) -> int:
    """The bits of a byte without a partner."""
    if code < EURO_BYTE:
        return ASCII_BITS
    if code == EURO_BYTE and codec == "gbk":
        return EURO_BITS
    return LONE_SIGN_BITS if character in PROSE_SIGNS else LONE_BYTE_BITS


def read(segment: str, misreading: Misreading) -> list[Reading]:
    """The cheapest reading of a segment. What cannot be read, and ASCII, has the cost `UNREAD`."""
    codec = misreading.codec
    size = len(segment)
    codes = [ord(character) if character.isascii() else misreading.byte_of[character] for character in segment]
    lone = [_byte_bits(code, character, codec) for code, character in zip(codes, segment, strict=True)]
    pairs = [_pair(codec, first, second) for first, second in pairwise(codes)]
    # The bits of the cheapest readings of the first i bytes, and of those from i on.
    before, after = [0] * (size + 1), [0] * (size + 1)
    for i in range(size):
        before[i + 1] = before[i] + lone[i]
        if i and (pair := pairs[i - 1]) is not None:
            before[i + 1] = min(before[i + 1], before[i - 1] + pair[2])
    for i in range(size - 1, -1, -1):
        after[i] = after[i + 1] + lone[i]
        if i + 1 < size and (pair := pairs[i]) is not None:
            after[i] = min(after[i], after[i + 2] + pair[2])
    readings = []
    i = 0
    while i < size:
        pair = pairs[i] if i + 1 < size else None
        if pair is None or after[i] != after[i + 2] + pair[2]:
            readings.append(Reading(i, i + 1, segment[i], UNREAD))
            i += 1
            continue
        # Every reading without this pair divides the bytes between the two.
        is_sure = before[i + 1] + after[i + 1] >= before[size] + MIN_MARGIN_BITS
        readings.append(Reading(i, i + 2, *(pair[:2] if is_sure else (segment[i : i + 2], UNREAD))))
        i += 2
    return readings


def _pair(codec: str, first: int, second: int) -> tuple[str, int, int] | None:
    """The character that two bytes may be, its cost and its bits."""
    return _character(codec, first, second) if first in FIRST_BYTES and second in SECOND_BYTES else None


def evidence(readings: Sequence[Reading]) -> float:
    """Log odds that this is Chinese. Lone quotes and dashes do not count: they may belong to English next to it."""
    return sum(
        EVIDENCE.get(reading.cost, EVIDENCE_OF_RARE)
        for reading in readings
        if not reading.new.isascii() and reading.new not in PROSE_SIGNS
    )


def is_proof(run: str, misreading: Misreading) -> bool:
    """Whether a long run can only be Chinese: no list of letters, no repeated sign, no UTF-8."""
    if not all(character.isascii() or character in misreading.byte_of for character in run):
        return False
    codes = bytes(ord(character) if character.isascii() else misreading.byte_of[character] for character in run)
    is_alphabet = sum(second - first == 1 for first, second in pairwise(codes)) >= len(codes) / 2
    if is_alphabet or len(set(codes)) < MIN_PROOF_BYTES:
        return False
    if len(codes.decode("utf-8", "ignore").encode()) > MAX_UTF8_SHARE * len(codes):
        return False
    readings = read(run, misreading)
    if sum(reading.cost != UNREAD for reading in readings) < MIN_PROOF_CHARS:
        return False
    has_signs = any(code in SIGN_BYTES for code in codes)
    return evidence(readings) >= (MIN_EVIDENCE if has_signs else MIN_EVIDENCE_WITHOUT_SIGNS)


def prove_misreading(text: str) -> Misreading | None:
    """How the Chinese of a text was misread, if one of its runs proves it and the others do not contradict."""
    lines = list(_lines_with_long_run(text))
    best: tuple[float, Misreading] | None = None
    for misreading in misreadings() if lines else ():
        if not any(is_proof(run[0], misreading) for line in lines for run in LONG_RUN.finditer(line)):
            continue
        weight = sum(_line_evidence(line, misreading) for line in _first_lines(lines))
        if weight >= MIN_EVIDENCE and (best is None or weight > best[0]):
            best = weight, misreading
    return best[1] if best else None


def _line_evidence(line: str, misreading: Misreading) -> float:
    """The evidence of a line. Letters that the single-byte encoding does not have count against it."""
    readings = (read(segment[0], misreading) for segment in misreading.segment.finditer(line))
    weight = sum(evidence(segment) for segment in readings if any(reading.cost != UNREAD for reading in segment))
    unknown = sum(character not in misreading.byte_of for character in NOT_CHINESE.findall(line))
    return weight + EVIDENCE_OF_RARE * unknown


def _lines_with_long_run(text: str) -> Iterator[str]:
    """The lines that contain a long run. They are suspect too, which is faster to find out."""
    end = 0
    while suspect := SUSPECT.search(text, end):
        start, end = text.rfind("\n", 0, suspect.start()) + 1, text.find("\n", suspect.end())
        end = len(text) if end < 0 else end
        if LONG_RUN.search(text, start, end):
            yield text[start:end]


def _first_lines(lines: Sequence[str]) -> Iterator[str]:
    """The first lines, up to `MAX_WEIGHED_CHARS` in all."""
    size = 0
    for line in lines:
        yield line[: MAX_WEIGHED_CHARS - size]
        size += len(line)
        if size >= MAX_WEIGHED_CHARS:
            return


def repaired_chinese(text: str) -> Iterator[Edit]:
    """Yield an edit for each run of common characters of a text that is proven."""
    misreading = prove_misreading(text)
    if misreading is None:
        return
    end = 0
    while (match := misreading.segment.search(text, end)) is not None:
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        yield from _repaired_line(text, start, end, misreading)


def _repaired_line(text: str, start: int, end: int, misreading: Misreading) -> Iterator[Edit]:
    runs = [
        (segment.start(), run)
        for segment in misreading.segment.finditer(text, start, end)
        for run in _readable_runs(read(segment[0], misreading))
    ]
    has_common_run = any(len(run) >= MIN_RUN_CHARS and _mean_cost(run) <= MAX_MEAN_COST for _, run in runs)
    letters = sum("a" <= character <= "z" for character in text[start:end])
    is_western = not has_common_run and letters > LETTERS_PER_BYTE * sum(len(run) for _, run in runs)
    max_mean_cost = MAX_MEAN_COST_BESIDE_COMMON if has_common_run else MAX_MEAN_COST
    for offset, run in runs:
        low, high = offset + run[0].start, offset + run[-1].end
        old = text[low:high]
        if len(run) >= MIN_RUN_CHARS:
            fits = _mean_cost(run) <= max_mean_cost
        else:
            fits = min(reading.cost for reading in run) <= SYMBOL_COST
            fits = fits and not (is_western and _may_be_western(old, text[max(0, low - 1) : high + 1], misreading))
        if fits:
            yield Edit(low, old, "".join(reading.new for reading in run), CHINESE.name, CHINESE_CONFIDENCE)


def _may_be_western(run: str, surrounded: str, misreading: Misreading) -> bool:
    """Whether one or two characters may be letters of another word, or of UTF-8: `née`, `Ã©`.

    `surrounded` is the run with the character before it and the one after it.
    """
    if not NON_ASCII_RUN.fullmatch(run):
        return IN_LATIN_WORD.search(surrounded) is not None or run[0].isalpha()
    try:
        bytes(misreading.byte_of[character] for character in run).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _readable_runs(readings: Sequence[Reading]) -> Iterator[Sequence[Reading]]:
    """The characters that are read, those side by side together."""
    run: list[Reading] = []
    for reading in readings:
        if reading.cost != UNREAD:
            run.append(reading)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _mean_cost(run: Sequence[Reading]) -> float:
    return sum(reading.cost for reading in run) / len(run)


def unread_bytes(text: str) -> list[tuple[int, int]]:
    """The spans of letters whose other byte was lost, next to one that is read. None in a text that is not proven."""
    misreading = prove_misreading(text)
    if misreading is None:
        return []
    spans = []
    for segment in misreading.segment.finditer(text):
        readings = read(segment[0], misreading)
        for i, reading in enumerate(readings):
            if _is_lost(reading) and any(
                neighbour.cost in (MOST_COMMON_COST, COMMON_COST) for neighbour in readings[max(0, i - 1) : i + 2]
            ):
                spans.append((segment.start() + reading.start, segment.start() + reading.end))
    return spans


def _is_lost(reading: Reading) -> bool:
    """Whether a byte is left that is no ASCII and no sign of prose."""
    is_letter = reading.new > "\x80" and reading.new not in PROSE_SIGNS and reading.new != "€"
    return reading.cost == UNREAD and is_letter
