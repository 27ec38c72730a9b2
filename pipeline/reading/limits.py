"""What an output may ask for when it is read back: it may be somebody else's, and made to do harm.

The limits are those of the inputs, `[input.limits]`; an article may be so many times as long as a document.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.settings import Limits
from pipeline.sources.limits import Budget
from pipeline.sources.record import SourceError

LIMITS = Limits()
LENGTH = 16
"""How many times `[input.limits] bytes` an article may have, as JSON: its text stands in it twice, beside all that is
said of it. Of short interviews it is seven or eight times as long as its source."""
LEAST = 2048
"""Bytes that a line or row of a packed file counts for at least: few articles are as short, and each
costs time."""
SOUND = 16
"""What the bytes of an article are divided by when they are counted: an output may hold one many times, as test data
do, and then packs far better than anybody's articles."""
START = 1 << 20
"""Bytes of a line after which it must have begun as a JSON object to be read on, where each line is an article."""
DEEP = "is nested too deeply to be an article"

ExcessError = SourceError
"""Raised where a file gives more than the limits allow; the message says which."""
UNLIMITED = Limits(bytes=1 << 40, expanded=1 << 60, ratio=1 << 40)
"""For what this pipeline wrote a moment ago itself."""


def longest(limits: Limits) -> int:
    """The most bytes of an article as JSON."""
    return LENGTH * limits.bytes


def too_long(limits: Limits) -> str:
    """What is said of a longer one."""
    return f"is longer than {longest(limits):,} bytes, {LENGTH} times the limit of a document ([input.limits] bytes)"


def sound(size: int) -> int:
    """The bytes of a line that need not be counted, since it is an article."""
    counted = max(size, LEAST)
    return counted - counted // SOUND


class Counted:
    """A file whose bytes are counted as they are read; whatever else it can do it still does."""

    def __init__(self, file: BinaryIO, budget: Budget) -> None:
        self._file = file
        self._budget = budget

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes."""
        piece = self._file.read(size)
        self._budget.take(len(piece))
        return piece

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the file has
        return getattr(self._file, name)


class Room(Budget):
    """What a file that is read in any order may give in all: its bytes count as read."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(limits)
        self.take(path.stat().st_size)

    def ask(self, count: int) -> None:
        """Asks for bytes that will be unpacked at once, and does not count them. Raises `SourceError`."""
        before = self.given
        try:
            self.give(count)
        finally:
            self.given = before
            self.fault = None


def lines(file: BinaryIO, limits: Limits, budget: Budget | None) -> Iterator[bytes | None]:
    """The lines of a file with their ends; None for one that is too long, of which no more is kept.

    `budget` counts the bytes of a file that was packed. Raises `SourceError` where they are too many.
    """
    most = longest(limits)
    by_line: bool | None = None
    while line := file.readline(START):
        if by_line is None and not line.isspace():
            # Of an article on many lines, the lines behind the first begin as they like.
            by_line = not line.endswith(b"\n") or line.rstrip().endswith(b"}")
        if budget is not None:
            budget.give(max(len(line), LEAST))
        if len(line) < START or line.endswith(b"\n"):
            yield line
            continue
        pieces, size = [line], len(line)
        kept = not by_line or line.lstrip()[:1] in {b"{", b""}
        while not line.endswith(b"\n") and (line := file.readline(START)):
            if budget is not None:
                budget.give(len(line))
            size += len(line)
            kept = kept and size <= most
            if kept:
                pieces.append(line)
            else:
                pieces.clear()
        yield b"".join(pieces) if kept else None


def weight(row: object) -> int:
    """About how many bytes a row of nested values takes; never fewer than a tenth of it."""
    size, waiting = 0, [row]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str | bytes):
            size += len(value) + 8
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            size += 8
            waiting += value
        else:
            size += 8
    return size
