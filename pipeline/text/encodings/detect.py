"""Detects the encoding of some bytes: one for all of them, or different ones for some of the lines.

Valid UTF-8 is accepted at once. Otherwise each line is read in every candidate encoding, and the resulting text has a
cost (see `readings`). Viterbi's algorithm (1967) finds the cheapest sequence of encodings, where each change costs
something, too. So a broken byte in UTF-8 stays one broken byte, a line of GBK in a file of UTF-8 is read as GBK, and a
short line that could be either is read like its neighbours.
"""

from collections.abc import Sequence
from typing import NamedTuple

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
    lines = list(_lines(data))
    choice = _cheapest(lines, candidate_encodings(_declared(data)))
    spans: list[EncodingSpan] = []
    end = 0
    for line, name in zip(lines, choice, strict=True):
        end += len(line)
        if spans and spans[-1].encoding == name:
            spans.pop()
        spans.append(EncodingSpan(end, name))
    return spans


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


def _cheapest(lines: Sequence[bytes], candidates: Sequence[CandidateEncoding]) -> list[str]:
    """The encoding of each line in the cheapest sequence of encodings."""
    names = [candidate.encoding for candidate in candidates]
    change = [[_change_cost(a, b) for b in names] for a in names]
    costs = [0] * len(names)
    origins: list[list[int]] = []
    for line in lines:
        if line.isascii():
            origins.append(list(range(len(names))))
            continue
        step = _costs(line, candidates)
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


def _costs(line: bytes, candidates: Sequence[CandidateEncoding]) -> list[int]:
    """The cost of a line in each encoding. If one is clearly right, the others are not tried."""
    costs: list[int] = []
    for i, candidate in enumerate(candidates):
        cost, is_clear = candidate.cost(line)
        costs.append(cost)
        if is_clear:
            return [cost if k == i else cost + SKIPPED_COST for k in range(len(candidates))]
    return costs
