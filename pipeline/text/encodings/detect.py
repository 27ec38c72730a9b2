"""Detects the encoding of some bytes: one for all of them, or different ones for some of the lines.

Valid UTF-8 is accepted at once. Otherwise each line is read in every candidate encoding, and the resulting text has a
cost (see `readings`). Viterbi's algorithm (1967) finds the cheapest sequence of encodings, where each change costs
something, too. So a broken byte in UTF-8 stays one broken byte, a line of GBK in a file of UTF-8 is read as GBK, and a
short line that could be either is read like its neighbours.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.text.encodings.alignment import is_common, lone_bytes
from pipeline.text.encodings.dominant import dominant_encoding
from pipeline.text.encodings.readings import CandidateEncoding, candidate_encodings
from pipeline.text.encodings.wide import detect_wide

__all__ = ["EncodingSpan", "detect_encodings", "detect_wide"]


class EncodingSpan(NamedTuple):
    """The bytes up to `end`, from the end of the span before, and their encoding."""

    end: int
    encoding: str


ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "windows-1252": "cp1252", "big5": "big5hkscs"}
"""Declared charsets, and the superset that their writers use in fact."""
MAX_LINES = 20_000
"""Longer files are read in pieces of several lines, to bound the time."""
DECLARATION_BYTES = 4096
"""Bytes at the start of a page that may declare a charset."""
MAX_UTF_8_BYTES, UTF_8_TAILS = 4, bytes(range(0x80, 0xC0))
"""Bytes of a character of UTF-8, and what all but the first may be."""
MAX_FIRST_LINE_BYTES, MAX_FIRST_CHARACTERS_BYTES = 1000, 32
"""Bytes that show whether a text begins within a character."""
CHANGE_COST = 12
CHANGE_COSTS = {
    ("utf-8", "gb18030"): 5,
    ("utf-8", "big5hkscs"): 5,
    ("utf-8", "cp1252"): 6,
    ("gb18030", "big5hkscs"): 16,
}
"""Cost of a change of encoding between two lines. UTF-8 is hardly ever valid by accident; the two Chinese encodings are
easily confused; one byte of Windows-1252 in a file of UTF-8 may as well be broken, so a change and back costs more."""
SKIPPED_COST = 40
"""Additional cost of the other encodings of a line if one is clearly right."""


def detect_encodings(data: bytes) -> list[EncodingSpan]:
    """The encodings of `data`, which has no byte order mark, in order. Linear in its length."""
    if _is_utf_8(data):
        return [EncodingSpan(len(data), "utf-8")]
    if (name := detect_wide(data)) is not None:
        return [EncodingSpan(len(data), name)]
    dominant = dominant_encoding(data)
    cut = _cut_bytes(data, dominant)
    lines = _lines(data[cut:])
    candidates = candidate_encodings(_declared(data), dominant)
    readings = [_line_costs(line, candidates) for line in lines]
    choice = _cheapest(readings, [candidate.encoding for candidate in candidates])
    clear = [reading.is_clear for reading in readings]
    spans = [EncodingSpan(cut + span.end, span.encoding) for span in _spans(lines, choice, clear)]
    return [EncodingSpan(cut, dominant), *spans] if cut and dominant is not None else spans


class _LineCosts(NamedTuple):
    """The cost of a line in each encoding, and whether one of them is clearly right, or all are."""

    costs: list[int]
    is_clear: bool


def _spans(lines: Iterable[bytes], choice: Iterable[str], clear: Iterable[bool]) -> Iterator[EncodingSpan]:
    """The spans of lines in one encoding. A byte that is alone among characters of two is a span of its own.

    A line of which the encoding is clear has none.
    """
    start = end = 0
    encoding = ""
    for line, name, is_clear in zip(lines, choice, clear, strict=True):
        if name != encoding:
            if end > start:
                yield EncodingSpan(end, encoding)
            start, encoding = end, name
        for at in () if is_clear else lone_bytes(line, name):
            if end + at > start:
                yield EncodingSpan(end + at, name)
            start = end + at + 1
            yield EncodingSpan(start, name)
        end += len(line)
    if end > start:
        yield EncodingSpan(end, encoding)


def _cut_bytes(data: bytes, dominant: str | None) -> int:
    """The bytes at the start of a text that are the rest of a character that was cut."""
    if dominant is None:
        return 0
    first_line = data[:MAX_FIRST_LINE_BYTES].split(b"\n", 1)[0]
    if dominant != "utf-8":
        is_cut = lone_bytes(first_line, dominant, is_first=True)[:1] == (0,)
        return int(is_cut and is_common(first_line[1:], dominant))
    head = first_line[: MAX_UTF_8_BYTES - 1]
    cut = len(head) - len(head.lstrip(UTF_8_TAILS))
    after = first_line[cut : cut + MAX_FIRST_CHARACTERS_BYTES].decode("utf-8", "replace")
    return 0 if "\ufffd" in after[:-1] else cut


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _declared(data: bytes) -> str | None:
    """The encoding that a page or an XML file declares, as its writers use it; None without a declaration."""
    head = data[:DECLARATION_BYTES]
    if b"charset" not in head.lower() and b"encoding" not in head.lower():
        return None
    from bs4.dammit import EncodingDetector

    name = EncodingDetector.find_declared_encoding(head, is_html=True)
    return None if name is None else ALIASES.get(name, name)


def _lines(data: bytes) -> list[bytes]:
    """The lines with their line ends; in a long file several lines together."""
    lines = data.splitlines(keepends=True)
    if len(lines) <= MAX_LINES:
        return lines
    min_size = len(data) // MAX_LINES + 1
    pieces: list[bytes] = []
    pending: list[bytes] = []
    size = 0
    for line in lines:
        pending.append(line)
        size += len(line)
        if size >= min_size:
            pieces.append(b"".join(pending))
            pending, size = [], 0
    return [*pieces, b"".join(pending)] if pending else pieces


def _cheapest(readings: Sequence[_LineCosts], names: Sequence[str]) -> list[str]:
    """The encoding of each line in the cheapest sequence of encodings."""
    change = [[_change_cost(a, b) for b in names] for a in names]
    costs = [0] * len(names)
    origins: list[list[int]] = []
    for reading in readings:
        step = reading.costs
        if not any(step):
            origins.append(list(range(len(names))))
            continue
        origin = [min(range(len(names)), key=lambda k: costs[k] + change[k][i]) for i in range(len(names))]
        costs = [costs[k] + change[k][i] + step[i] for i, k in enumerate(origin)]
        origins.append(origin)
    at = min(range(len(names)), key=costs.__getitem__)
    chosen = []
    for origin in reversed(origins):
        chosen.append(names[at])
        at = origin[at]
    return chosen[::-1]


def _change_cost(first: str, second: str) -> int:
    if first == second:
        return 0
    return CHANGE_COSTS.get((first, second)) or CHANGE_COSTS.get((second, first)) or CHANGE_COST


def _line_costs(line: bytes, candidates: Sequence[CandidateEncoding]) -> _LineCosts:
    """The cost of a line in each encoding. If one is clearly right, the others are not tried."""
    if line.isascii():
        return _LineCosts([0] * len(candidates), is_clear=True)
    costs: list[int] = []
    for i, candidate in enumerate(candidates):
        cost, is_clear = candidate.cost(line)
        costs.append(cost)
        if is_clear:
            skipped = [cost if k == i else cost + SKIPPED_COST for k in range(len(candidates))]
            return _LineCosts(skipped, is_clear=True)
    return _LineCosts(costs, is_clear=False)
