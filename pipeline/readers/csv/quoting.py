"""Splits delimited text into rows; quoted cells may contain line ends.

A quote that is never closed would make one cell of all the following text. Here it costs only its own row: if the lines
after it are clearly rows, they are read again as rows.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from threading import Lock
from typing import TextIO

import msgspec

LINES_ASKED = 20
"""Lines after an open quote that must all have as many cells as the header to be read as rows."""
LEAST_ASKED = 2
"""Minimum of these lines. One alone could be the second line of a quoted text with a comma."""
STRETCH = 1 << 16
"""Characters of a line in which delimiters are counted at a time."""
LINE_ENDS = ("\n", "\r")
USUAL_ESCAPE = "\\"
FIELD_LIMIT = Lock()
"""`csv.field_size_limit` is one number for the whole process."""


class Dialect(msgspec.Struct, frozen=True):
    r"""The delimiter between cells and the quote around them; an empty `quote` means none.

    `escape` is what is before a quote within a cell in the exports of MySQL, PHP and Hive, `\"`; empty means that such
    a quote is doubled, and None that nobody knows.
    """

    delimiter: str
    quote: str = '"'
    escape: str | None = ""

    def reader(self, lines: Iterator[str] | list[str], *, strict: bool = False) -> "Iterator[list[str]]":
        """Returns the standard library's parser for the dialect."""
        if not self.quote:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, quotechar=None)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, strict=strict)

    def without_escapes(self, line: str) -> str:
        r"""The line with each escaped quote doubled, `\"` as `""`, and an escaped escape before a quote once."""
        if not self.escape or self.escape + self.quote not in line:
            return line
        return _escaped_quotes(self.escape, self.quote).sub(_doubled_quote, line)

    def may_be_escaped(self, line: str) -> bool:
        """Whether the line has a quote that is escaped unless nothing is, where nobody has said."""
        return self.escape is None and bool(self.quote) and USUAL_ESCAPE + self.quote in line


@cache
def _escaped_quotes(escape: str, quote: str) -> "re.Pattern[str]":
    """Escapes in a row before a quote."""
    return re.compile(f"((?:{re.escape(escape)})+)({re.escape(quote)})")


def _doubled_quote(found: "re.Match[str]") -> str:
    escapes, quote = found.groups()
    return escapes[: len(escapes) // 2] + (quote * 2 if len(escapes) % 2 else quote)


class CsvRow(msgspec.Struct, frozen=True, gc=False):
    """The cells of a row, or its fault. `line` is where it begins in the file, counted from 1."""

    line: int
    cells: list[str]
    fault: str | None = None


class CsvRows:
    """Iterates over the rows of a text, each of at most `limit` characters and `most_cells` cells.

    `width` is the expected number of cells, once it is known. It shows whether lines after an open quote are rows.
    """

    def __init__(self, stream: TextIO, dialect: Dialect, limit: int, most_cells: int) -> None:
        self.width = 0
        self._dialect = dialect
        self._limit = limit
        self._most_cells = most_cells
        self._feed = _LineBuffer(stream, dialect, limit, most_cells)
        self._read_again = 0

    def __iter__(self) -> Iterator[CsvRow]:
        """Yields rows that are not empty. Raises `UnicodeError` if the stream cannot be decoded further."""
        feed = self._feed
        strict, lenient = self._parsers()
        while True:
            feed.begin()
            try:
                cells = self._next(strict)
                is_doubtful = cells is None and any(map(self._dialect.may_be_escaped, feed.held))
                if cells is None:
                    cells = self._lenient_row(lenient)
            except StopIteration:
                return
            except _OpenError as error:
                yield self._unclosed_quote(error)
                strict, lenient = self._parsers()
                continue
            if cells is None:
                yield self._unclosed_quote(_OpenError(over=False))
            elif is_doubtful:
                yield CsvRow(feed.first, [], self._unknown_escape())
            elif cells:
                yield CsvRow(feed.first, cells)

    def _parsers(self) -> tuple[Iterator[list[str]], Iterator[list[str]]]:
        """Returns a strict and a lenient parser for the remaining lines."""
        lines = self._feed.lines()
        return self._dialect.reader(lines, strict=True), self._dialect.reader(lines)

    def _next(self, reader: Iterator[list[str]]) -> list[str] | None:
        """The next row; None if its quotes are malformed."""
        with FIELD_LIMIT:
            before = csv.field_size_limit(max(self._limit, 1))
            try:
                return next(reader)
            except csv.Error:
                return None
            finally:
                csv.field_size_limit(before)

    def _lenient_row(self, lenient: Iterator[list[str]]) -> list[str] | None:
        """Reads a row with a quote inside a quoted cell leniently; None if a cell then contains rows."""
        feed = self._feed
        if self._are_rows(feed.held[1:]):
            return None
        feed.again(feed.held, feed.first)
        feed.begin()
        return self._next(lenient)

    def _unknown_escape(self) -> str:
        quote = self._dialect.quote
        return (
            f"has a backslash before a quote (\\{quote}), which may escape it; set [sources.csv] escape to "
            "'\\', or to '' if it does not"
        )

    def _unclosed_quote(self, error: "_OpenError") -> CsvRow:
        """Returns the fault of a row with an unclosed quote, and continues after it as far as can be determined."""
        feed = self._feed
        first, held = feed.first, feed.held
        lines_after = held[1:]
        size = sum(map(len, lines_after))
        if error.wide:
            feed.skip()
            fault = (
                f"has more cells than the limit of {self._most_cells:,}; leave it out, or raise [input.limits] columns"
            )
        elif error.all_held and self._are_rows(lines_after) and self._read_again + size <= feed.read:
            self._read_again += size
            feed.again(lines_after, first + 1)
            fault = f"a quote ({self._dialect.quote}) opens a cell and is not closed; close it, or double it"
        elif error.over:
            feed.skip()
            fault = f"is over the limit of {self._limit:,} bytes; raise [input.limits] bytes"
        else:
            lost = f", and lines {first} to {feed.line} are lost" if feed.line > first else ""
            fault = f"a quote ({self._dialect.quote}) opens a cell and is not closed{lost}; close it, or double it"
        return CsvRow(first, [], fault)

    def _are_rows(self, lines: list[str]) -> bool:
        asked = lines[:LINES_ASKED]
        if self.width < 2 or len(asked) < LEAST_ASKED:
            return False
        return all((cells := self._next(self._dialect.reader([line]))) and len(cells) == self.width for line in asked)


class _OpenError(Exception):
    """A quoted cell is never closed.

    `over` is true if it exceeds the limit rather than reaches the end of the file, `all_held` if all its lines are in
    memory, `wide` if it has too many cells.
    """

    def __init__(self, *, over: bool, all_held: bool = True, wide: bool = False) -> None:
        super().__init__()
        self.wide = wide
        self.over = over
        self.all_held = all_held


class _LineBuffer:
    """The lines of a text for the parser. Keeps those of the current row, which may have to be read again."""

    def __init__(self, stream: TextIO, dialect: Dialect, limit: int, most_cells: int) -> None:
        self.held: list[str] = []
        self.first = 1
        self.read = 0
        self._size = 0
        self._within = False
        self._stream = stream
        self._quote = dialect.quote
        self._dialect = dialect
        self._cells = _CellCount(dialect)
        self._limit = limit
        self._most_cells = most_cells
        self._waiting: deque[str] = deque()

    @property
    def line(self) -> int:
        """The number of the last line that was read."""
        return self.first + len(self.held) - 1

    def begin(self) -> None:
        """Starts a new row with the next line."""
        self.first += len(self.held)
        self.held = []
        self._size = 0
        self._cells = _CellCount(self._dialect)

    def again(self, lines: list[str], number: int) -> None:
        """Reads these lines again; the first one is number `number`."""
        self._waiting.extendleft(reversed(lines))
        self.first = number
        self.held = []

    def skip(self) -> None:
        """Skips the rest of a row that is too long: up to the end of the line that balances its quotes."""
        while self._within and (line := self._dialect.without_escapes(self._stream.readline(self._limit))):
            self.first += line.endswith(LINE_ENDS)
            self._within ^= self._odd(line)

    def lines(self) -> Iterator[str]:
        """Yields the remaining lines. Raises `_OpenError` if a row does not end."""
        readline, waiting, most = self._stream.readline, self._waiting, self._limit + 1
        while True:
            if waiting:
                line = waiting.popleft()
            else:
                line = self._dialect.without_escapes(readline(most))
                if not self.read:
                    line = line.removeprefix("\ufeff")
                self.read += len(line)
            if not line:
                if self.held:
                    raise _OpenError(over=False)
                return
            self._size += len(line)
            if self._size >= most and not (self._size == most and line.endswith(LINE_ENDS)):
                self._over(line)
            self.held.append(line)
            if self._cells.more_than(self._most_cells, self.held):
                # A cell takes a byte in the file and nine in memory.
                self._within = sum(map(self._odd, self.held)) % 2 == 1
                raise _OpenError(over=True, wide=True)
            yield line

    def _over(self, line: str) -> None:
        odd = sum(map(self._odd, [*self.held, line])) % 2 == 1
        whole = line.endswith(LINE_ENDS)
        # The line counts, and is read again if possible.
        self.held.append(line if whole else "")
        while not line.endswith(LINE_ENDS) and (
            line := self._dialect.without_escapes(self._stream.readline(self._limit))
        ):
            self.read += len(line)
            odd ^= self._odd(line)
        self._within = odd
        raise _OpenError(over=True, all_held=whole)

    def _odd(self, line: str) -> bool:
        return bool(self._quote) and line.count(self._quote) % 2 == 1


class _CellCount:
    """Counts the cells in the lines of one row, before a parser allocates them."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._counted = 0
        self._within = False
        self._delimiters = 0
        self._outside = 0

    def more_than(self, most: int, lines: list[str]) -> bool:
        """Whether `lines`, all but the last of which were counted before, have more cells than `most`."""
        self._delimiters += lines[-1].count(self._dialect.delimiter)
        if self._delimiters < most:
            # An upper bound, which also counts delimiters inside quotes; nearly all rows are below it.
            return False
        while self._counted < len(lines) and self._outside < most:
            self._count(lines[self._counted], most)
            self._counted += 1
        return self._outside >= most

    def _count(self, line: str, most: int) -> None:
        quote, delimiter = self._dialect.quote, self._dialect.delimiter
        for at in range(0, len(line), STRETCH):
            stretch = line[at : at + STRETCH]
            pieces = stretch.split(quote) if quote else [stretch]
            self._outside += "".join(pieces[self._within :: 2]).count(delimiter)
            self._within ^= len(pieces) % 2 == 0
            if self._outside >= most:
                return
