"""Which encoding wrote some bytes: one for all of them, or another for some of the lines.

Strict UTF-8 is believed at once. Else each line is read in every encoding that comes into question, and what the text
would say has a cost (see `readings`): the way through the lines that costs least wins, where a change of encoding has
a cost of its own. So a broken byte in UTF-8 stays one broken byte, a line of GBK in a file of UTF-8 is read as GBK, and
a short line that could be either is read as its neighbours are. This is the algorithm of Viterbi (1967).
"""

from collections.abc import Sequence
from typing import NamedTuple

import regex

from pipeline.text.encodings.readings import CandidateEncoding, candidate_encodings
from pipeline.text.encodings.wide import detect_wide

__all__ = ["EncodingSpan", "detect_encodings", "detect_wide"]


class EncodingSpan(NamedTuple):
    """Bytes up to `end`, from where the stretch before ends, and the encoding that wrote them."""

    end: int
    encoding: str


ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "windows-1252": "cp1252", "big5": "big5hkscs"}
"""What a declared charset is read as: the superset that its writers in fact used."""
DECLARED = regex.compile(rb"""(?:charset|encoding)\s{0,4}=\s{0,4}["']?([A-Za-z][A-Za-z0-9_:.-]{2,20})""")
MOST_LINES = 20_000
"""Longer files are read in pieces of several lines, to bound the work."""
CHANGE = 12
CHANGES = {("utf-8", "gb18030"): 5, ("utf-8", "big5hkscs"): 5, ("utf-8", "cp1252"): 6, ("gb18030", "big5hkscs"): 16}
"""What a change of encoding between two lines costs. UTF-8 proves itself; the two Chinese ones are easily confused; and
one byte of Windows-1252 within a file of UTF-8 may as well be broken, so there and back costs more than that."""
UNASKED = 40
"""What the other readings of a line cost more than the one that is plainly right."""


def detect_encodings(data: bytes) -> list[EncodingSpan]:
    """The stretches of `data`, which has no byte order mark and no NUL, in order. Linear in its length."""
    if _is_utf_8(data):
        return [EncodingSpan(len(data), "utf-8")]
    if (name := detect_wide(data)) is not None:
        return [EncodingSpan(len(data), name)]
    lines = list(_lines(data))
    choice = _cheapest(lines, candidate_encodings(_declared(data)))
    stretches: list[EncodingSpan] = []
    end = 0
    for line, name in zip(lines, choice, strict=True):
        end += len(line)
        if stretches and stretches[-1].encoding == name:
            stretches.pop()
        stretches.append(EncodingSpan(end, name))
    return stretches


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _declared(data: bytes) -> str | None:
    match = DECLARED.search(data, 0, 1024)
    return ALIASES.get(name := match[1].decode("ascii").lower(), name) if match else None


def _lines(data: bytes) -> list[bytes]:
    """The lines with their ends; in a long file several lines together."""
    lines = data.splitlines(keepends=True)
    if len(lines) <= MOST_LINES:
        return lines
    least = len(data) // MOST_LINES + 1
    pieces: list[bytes] = []
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= least:
            pieces.append(b"".join(waiting))
            waiting, size = [], 0
    return [*pieces, b"".join(waiting)] if waiting else pieces


def _cheapest(lines: Sequence[bytes], among: Sequence[CandidateEncoding]) -> list[str]:
    """The encoding of each line on the cheapest way through all of them."""
    names = [reading.encoding for reading in among]
    change = [[_change(a, b) for b in names] for a in names]
    costs = [0] * len(names)
    came: list[list[int]] = []
    for line in lines:
        if line.isascii():
            came.append(list(range(len(names))))
            continue
        step = _costs(line, among)
        origin = [min(range(len(names)), key=lambda k: costs[k] + change[k][i]) for i in range(len(names))]
        costs = [costs[k] + change[k][i] + step[i] for i, k in enumerate(origin)]
        came.append(origin)
    at = min(range(len(names)), key=costs.__getitem__)
    chosen = []
    for origin in reversed(came):
        chosen.append(names[at])
        at = origin[at]
    return chosen[::-1]


def _change(one: str, other: str) -> int:
    if one == other:
        return 0
    return CHANGES.get((one, other)) or CHANGES.get((other, one)) or CHANGE


def _costs(line: bytes, among: Sequence[CandidateEncoding]) -> list[int]:
    """What each reading of a line costs; once one is plainly right, the others are not asked."""
    found: list[int] = []
    for i, reading in enumerate(among):
        cost, plain = reading.cost(line)
        found.append(cost)
        if plain:
            return [cost if k == i else cost + UNASKED for k in range(len(among))]
    return found
