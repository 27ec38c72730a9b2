"""JSON: one article, or an article a line; packed or plain."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from typing import BinaryIO, NamedTuple, cast

import msgspec

from pipeline.config.settings import Limits
from pipeline.export.load.decode import LoadResult, decode_json, load_error
from pipeline.export.load.limits import (
    DEFAULT_LIMITS,
    CountingReader,
    max_article_bytes,
    too_long_reason,
    uncounted_bytes,
)
from pipeline.export.load.limits import bounded_lines as limited
from pipeline.model.article import Article
from pipeline.model.record import ReaderError
from pipeline.readers.limits import Budget
from pipeline.storage.compression import SUFFIXES, DamagedError, is_packed, unpacked

JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
"""Ends of names that say that each line is a document."""


def articles(file: BinaryIO, head: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[LoadResult]:
    """The articles of a file of which nothing was read yet and that begins with `head`."""
    number = 0
    try:
        budget = Budget(limits) if is_packed(head) else None
        with _plain(file, head, limits, budget) as lines:
            by_line, ahead = _by_line(lines, name)
            if not by_line:
                yield _whole(ahead, lines, name, limits)
                return
            for number, line in enumerate(chain(ahead.lines, lines), ahead.blank + 1):
                if line is None:
                    yield load_error(f"{name}:{number}", too_long_reason(limits))
                elif line.strip():
                    called, found = decode_json(line, f"{name}:{number}")
                    if budget is not None and isinstance(found, Article):
                        budget.given -= uncounted_bytes(len(line))
                    yield called, found
    except (DamagedError, ReaderError) as error:
        yield load_error(f"{name}:{number + 1}" if number else name, str(error))


def is_lines(file: BinaryIO, head: bytes, name: str) -> bool:
    """Whether such a file holds an article a line."""
    try:
        with _plain(file, head, DEFAULT_LIMITS, Budget(DEFAULT_LIMITS) if is_packed(head) else None) as lines:
            return _by_line(lines, name)[0]
    except (DamagedError, ReaderError):
        return _named_for_lines(name)


@contextmanager
def _plain(file: BinaryIO, head: bytes, limits: Limits, budget: Budget | None) -> Iterator[Iterator[bytes | None]]:
    """The lines of a file, unpacked; None for each that is too long. `budget` is for one that is packed."""
    source = file if budget is None else cast("BinaryIO", CountingReader(file, budget))
    with unpacked(source, head) as plain:
        yield limited(plain, limits, budget)


def _whole(ahead: "_Ahead", lines: Iterator[bytes | None], name: str, limits: Limits) -> LoadResult:
    """The one article of a file."""
    # As many blanks as there were, so that an error names the byte at which it is.
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


class _Ahead(NamedTuple):
    """Lines that were read to tell what a file is: how many blank ones come first, and those behind them."""

    blank: int
    lines: Iterable[bytes | None]

    @property
    def first(self) -> bytes:
        """The first line that is not blank, without blanks around it; nothing for one that is too long."""
        return (next(iter(self.lines), None) or b"").strip()


def _ahead(lines: Iterator[bytes | None]) -> _Ahead:
    """The blank lines at the beginning, counted, and the first that is not blank."""
    blank = 0
    for line in lines:
        if line is None or line.strip():
            return _Ahead(blank, [line])
        blank += 1
    return _Ahead(blank, [])


def _by_line(lines: Iterator[bytes | None], name: str) -> tuple[bool, _Ahead]:
    """Whether each line is a document, and the lines that were read to tell.

    The name says so and the first line is more than the opening of one, or the first line is whole and another follows.
    """
    ahead = _ahead(lines)
    first = ahead.first
    if _named_for_lines(name):
        return first not in {b"{", b"["}, ahead
    if not first.startswith(b"{") or not _is_whole(first):
        return False, ahead
    more = _ahead(lines)
    # Repeated, not kept: a small file may unpack to millions of blank lines.
    return bool(more.lines), ahead._replace(lines=chain(ahead.lines, repeat(b"\n", more.blank), more.lines))


def _named_for_lines(name: str) -> bool:
    name = name.casefold()
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name.endswith(JSON_LINES_SUFFIXES)


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except RecursionError:
        # Whether the line is complete cannot be told. It is read as an article, and named as nested too deeply then.
        return True
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
