"""Reads articles from JSON (one article) and JSON Lines, plain or compressed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from typing import BinaryIO, NamedTuple, cast

import msgspec

from pipeline.config.settings import Limits
from pipeline.exporters.load.decode import LoadResult, decode_json, load_error
from pipeline.exporters.load.limits import (
    DEFAULT_LIMITS,
    CountingReader,
    max_article_bytes,
    too_long_reason,
    uncounted_bytes,
)
from pipeline.exporters.load.limits import bounded_lines as limited
from pipeline.model.article import Article
from pipeline.model.record import ReaderError
from pipeline.readers.budget import Budget
from pipeline.storage.compression import COMPRESSION_SUFFIXES, DamagedError, decompressing, is_compressed

JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
"""Suffixes of files with one article per line."""


def articles(file: BinaryIO, head: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[LoadResult]:
    """Yields the articles of a file that is at its start; `head` is its first bytes."""
    number = 0
    try:
        budget = Budget(limits) if is_compressed(head) else None
        with _plain_lines(file, head, limits, budget) as lines:
            by_line, ahead = _is_by_line(lines, name)
            if not by_line:
                yield _single_article(ahead, lines, name, limits)
                return
            for number, line in enumerate(chain(ahead.lines, lines), ahead.blank + 1):
                if line is None:
                    yield load_error(f"{name}:{number}", too_long_reason(limits))
                elif line.strip():
                    record, result = decode_json(line, f"{name}:{number}")
                    if budget is not None and isinstance(result, Article):
                        budget.given -= uncounted_bytes(len(line))
                    yield record, result
    except (DamagedError, ReaderError) as error:
        yield load_error(f"{name}:{number + 1}" if number else name, str(error))


def is_lines(file: BinaryIO, head: bytes, name: str) -> bool:
    """Whether the file has one article per line."""
    try:
        with _plain_lines(file, head, DEFAULT_LIMITS, Budget(DEFAULT_LIMITS) if is_compressed(head) else None) as lines:
            return _is_by_line(lines, name)[0]
    except (DamagedError, ReaderError):
        return _has_lines_suffix(name)


@contextmanager
def _plain_lines(
    file: BinaryIO, head: bytes, limits: Limits, budget: Budget | None
) -> Iterator[Iterator[bytes | None]]:
    """The decompressed lines of a file; `None` for each that is too long. `budget` is for compressed files."""
    source = file if budget is None else cast("BinaryIO", CountingReader(file, budget))
    with decompressing(source, head) as plain:
        yield limited(plain, limits, budget)


def _single_article(ahead: "_LinesAhead", lines: Iterator[bytes | None], name: str, limits: Limits) -> LoadResult:
    """The article of a file that has only one."""
    # Keep the number of blank characters, so that a decoding error names the right byte.
    pieces: list[bytes] = []
    size = blank = ahead.blank
    for line in chain(ahead.lines, lines):
        size += len(line or b"")
        if line is None or size > max_article_bytes(limits):
            return load_error(name, too_long_reason(limits))
        if line.isspace():
            blank += len(line)
        else:
            pieces += [b"\n" * blank, line]
            blank = 0
    return decode_json(b"".join(pieces), name)


class _LinesAhead(NamedTuple):
    """Lines that were read to detect the format: the number of leading blank lines, and the lines after them."""

    blank: int
    lines: Iterable[bytes | None]

    @property
    def first(self) -> bytes:
        """The first line that is not blank, stripped; empty if it is too long."""
        return (next(iter(self.lines), None) or b"").strip()


def _read_ahead(lines: Iterator[bytes | None]) -> _LinesAhead:
    """Counts leading blank lines and reads the first line that is not blank."""
    blank = 0
    for line in lines:
        if line is None or line.strip():
            return _LinesAhead(blank, [line])
        blank += 1
    return _LinesAhead(blank, [])


def _is_by_line(lines: Iterator[bytes | None], name: str) -> tuple[bool, _LinesAhead]:
    """Whether each line is a document, and the lines that were read to find out.

    Each line is one if the file has such a suffix and its first line is not just an opening bracket, or if the first
    line is complete JSON and another line follows.
    """
    ahead = _read_ahead(lines)
    first = ahead.first
    if _has_lines_suffix(name):
        return first not in {b"{", b"["}, ahead
    if not first.startswith(b"{") or not _is_complete_json(first):
        return False, ahead
    more = _read_ahead(lines)
    # Repeat blank lines instead of storing them: a small file can decompress to millions.
    return bool(more.lines), ahead._replace(lines=chain(ahead.lines, repeat(b"\n", more.blank), more.lines))


def _has_lines_suffix(name: str) -> bool:
    name = name.casefold()
    for suffix in COMPRESSION_SUFFIXES:
        name = name.removesuffix(suffix)
    return name.endswith(JSON_LINES_SUFFIXES)


def _is_complete_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except RecursionError:
        # The line may or may not be complete. It is read as an article, which reports that it is nested too deeply.
        return True
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
