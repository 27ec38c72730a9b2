"""Limits for reading outputs, which can be untrusted.

The limits are those of the input, `[input.limits]`; an article can be `ARTICLE_FACTOR` times as long as a document.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.config.settings import Limits
from pipeline.readers.budget import Budget

DEFAULT_LIMITS = Limits()
ARTICLE_FACTOR = 16
"""Largest article as JSON, in multiples of `[input.limits] bytes`. An article has its text twice, and edits and spans:
articles of short interviews are seven or eight times as long as their source."""
MIN_ROW_BYTES = 2048
"""Least number of bytes that a line or row of a compressed file counts for: few articles are shorter."""
REPEATED_SHARE = 16
"""One of so many bytes of a valid article is counted. Outputs that repeat an article, such as test data, compress far
better than others and must not be refused."""
FIRST_LINE_BYTES = 1 << 20
"""Bytes of a line (1 MiB) after which the rest is kept only if the line starts as a JSON object."""
TOO_DEEP = "is nested too deeply to be an article"

UNLIMITED = Limits(bytes=1 << 40, expanded=1 << 60, ratio=1 << 40)
"""For files that this process has just written itself."""


def max_article_bytes(limits: Limits) -> int:
    """The largest article as JSON, in bytes."""
    return ARTICLE_FACTOR * limits.bytes


def too_long_reason(limits: Limits) -> str:
    """The error for a longer article."""
    most = f"{max_article_bytes(limits):,} bytes, {ARTICLE_FACTOR} times [input.limits] bytes"
    return f"is longer than {most}; remove it or raise the limit"


def uncounted_bytes(size: int) -> int:
    """The bytes of a line that are not counted because it is a valid article."""
    counted = max(size, MIN_ROW_BYTES)
    return counted - counted // REPEATED_SHARE


class CountingReader:
    """A file that counts the bytes read from it against a budget."""

    def __init__(self, file: BinaryIO, budget: Budget) -> None:
        self._file = file
        self._budget = budget

    def read(self, size: int = -1, /) -> bytes:
        """Reads up to `size` bytes."""
        piece = self._file.read(size)
        self._budget.take(len(piece))
        return piece

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the file has
        return getattr(self._file, name)


class FileBudget(Budget):
    """The budget of a file that is read in any order: all its bytes count as read."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(limits)
        self.take(path.stat().st_size)

    def ask(self, count: int) -> None:
        """Like `announce`, for a part that is skipped if it is too large, while others are still read.

        Raises `ReaderError`.
        """
        try:
            self.announce(count)
        finally:
            self.fault = None


def bounded_lines(file: BinaryIO, limits: Limits, budget: Budget | None) -> Iterator[bytes | None]:
    """Yields the lines of a file with their line endings, and `None` for each line that is too long.

    `budget` counts the bytes of a compressed file. Raises `ReaderError` if it is exceeded.
    """
    most = max_article_bytes(limits)
    by_line: bool | None = None
    while line := file.readline(FIRST_LINE_BYTES):
        if by_line is None and not line.isspace():
            # An article can be spread over several lines, which then start with anything.
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
    """Estimates the size of a row of nested values in bytes; at least a tenth of its real size."""
    size, pending = 0, [row]
    while pending:
        value = pending.pop()
        if isinstance(value, str | bytes):
            size += len(value) + 8
        elif isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list | tuple):
            size += 8
            pending += value
        else:
            size += 8
    return size
