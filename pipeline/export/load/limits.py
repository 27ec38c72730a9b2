"""Limits for outputs that are read back: they may come from somebody else, and be made to do harm.

The limits are those of the inputs, `[input.limits]`; an article may be so many times as long as a document.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.config.settings import Limits
from pipeline.readers.budget import Budget

DEFAULT_LIMITS = Limits()
ARTICLE_FACTOR = 16
"""How many times `[input.limits] bytes` an article may have as JSON. It holds its text twice, and the edits and spans.
Articles of short interviews are seven or eight times as long as their source."""
MIN_ROW_BYTES = 2048
"""Bytes that a line or row of a packed file counts for at least: few articles are shorter, and each takes time."""
REPEATED_SHARE = 16
"""Of a line that is an article, one byte in so many is counted. Outputs that repeat an article, such as test data, pack
far better than others, and are not refused."""
FIRST_LINE_BYTES = 1 << 20
"""Bytes of a line, 1 MiB, after which the rest is only read if the line began as a JSON object, where each
line is an article."""
TOO_DEEP = "is nested too deeply to be an article"

UNLIMITED = Limits(bytes=1 << 40, expanded=1 << 60, ratio=1 << 40)
"""For what this pipeline wrote a moment ago itself."""


def max_article_bytes(limits: Limits) -> int:
    """The most bytes of an article as JSON."""
    return ARTICLE_FACTOR * limits.bytes


def too_long_reason(limits: Limits) -> str:
    """What is wrong with a longer one, and what to do."""
    most = f"{max_article_bytes(limits):,} bytes, {ARTICLE_FACTOR} times the limit of a document"
    return f"is longer than {most}; leave it out, or raise [input.limits] bytes"


def uncounted_bytes(size: int) -> int:
    """The bytes of a line that need not be counted, since it is an article."""
    counted = max(size, MIN_ROW_BYTES)
    return counted - counted // REPEATED_SHARE


class CountingReader:
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


class FileBudget(Budget):
    """What a file that is read in any order may give in all: its bytes count as read."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(limits)
        self.take(path.stat().st_size)

    def ask(self, count: int) -> None:
        """As `announce`, for a part of the file that is passed over where it is too large: the others are read.

        Raises `ReaderError`.
        """
        try:
            self.announce(count)
        finally:
            self.fault = None


def bounded_lines(file: BinaryIO, limits: Limits, budget: Budget | None) -> Iterator[bytes | None]:
    """The lines of a file with their ends; None for one that is too long, of which no more is kept.

    `budget` counts the bytes of a file that was packed. Raises `ReaderError` where they are too many.
    """
    most = max_article_bytes(limits)
    by_line: bool | None = None
    while line := file.readline(FIRST_LINE_BYTES):
        if by_line is None and not line.isspace():
            # Of an article on many lines, the lines behind the first begin as they like.
            by_line = not line.endswith(b"\n") or line.rstrip().endswith(b"}")
        if budget is not None:
            budget.give(max(len(line), MIN_ROW_BYTES))
        if len(line) < FIRST_LINE_BYTES or line.endswith(b"\n"):
            yield line
            continue
        pieces, size = [line], len(line)
        kept = not by_line or line.lstrip()[:1] in {b"{", b""}
        while not line.endswith(b"\n") and (line := file.readline(FIRST_LINE_BYTES)):
            if budget is not None:
                budget.give(len(line))
            size += len(line)
            kept = kept and size <= most
            if kept:
                pieces.append(line)
            else:
                pieces.clear()
        yield b"".join(pieces) if kept else None


def estimated_bytes(row: object) -> int:
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
