"""Reads CSV and similar tables: cells are separated by commas, semicolons, tabs or bars, and may be quoted."""

import codecs
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, ClassVar

from msgspec import Meta

from pipeline.config.settings import Input
from pipeline.model.record import ReaderError
from pipeline.readers.byte_source import HEAD_BYTES, ByteSource
from pipeline.readers.csv.dialect import SEPARATOR_LINE, delimiter_of, escape_of
from pipeline.readers.csv.quoting import CsvRow, CsvRows, Dialect
from pipeline.readers.field_values import UndecodedText
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.table_encoding import encoding_of
from pipeline.readers.tables import TableRow, left_out, table_records, unique_names
from pipeline.text.encodings.signatures import binary_kind

CSV_SUFFIXES = frozenset({".csv", ".tsv", ".tab"})
UNDECODED_CELL = 0xDC00
"""Offset that is added to an undecodable byte to get a code point, as in Python's surrogateescape."""


@dataclass(frozen=True)
class CsvReader:
    """Reads CSV and other tables of text: a row is a document.

    The `delimiter` and the `escape` are detected if none is set; an empty `quote` is for tables without quoting.

    Without `header` the columns are named `column_1`, `column_2` and so on.
    """

    name: ClassVar = "csv"
    protocol: ClassVar = 1
    delimiter: Annotated[
        str | None, Meta(description="What parts the cells, one character; told from the file where none is named.")
    ] = None
    quote: Annotated[str, Meta(description="What cells stand in that hold a delimiter or a line end.")] = '"'
    escape: Annotated[
        str | None,
        Meta(
            description="What is before a quote in a cell, where quotes are not doubled; told from the file if not set."
        ),
    ] = None
    header: Annotated[
        bool, Meta(description="Whether the first row names the columns; if not: column_1, column_2, …")
    ] = True

    def __post_init__(self) -> None:
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n' + self.quote):
            raise ValueError("`delimiter` is one character, and no quote or line end")
        if len(self.quote) > 1 or self.quote in {"\r", "\n"}:
            raise ValueError("`quote` is one character, or empty for none")
        if self.escape and (len(self.escape) != 1 or self.escape in f"\r\n{self.quote}{self.delimiter or ''}"):
            raise ValueError("`escape` is one character, and no quote, delimiter or line end, or empty for none")

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by suffix alone, because many texts have a comma in every line."""
        return Claim.NAME if source.suffix in CSV_SUFFIXES and binary_kind(source.head) is None else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields a document for each row. The header and empty lines are not counted as rows."""
        encoding = options.encoding or encoding_of(source.head)
        try:
            # The byte order mark is decoded as a character, which is removed from the first line.
            encoding = codecs.lookup(encoding).name.removesuffix("-sig")
            stream = io.TextIOWrapper(source.stream, encoding, "pipeline.torn", newline="")
        except (LookupError, UnicodeError):
            raise ReaderError(f"encoding {encoding!r} is not known; use a name such as utf-8 or gb18030") from None
        try:
            yield from self._rows(source, options, stream, encoding)
        except UnicodeError:
            raise ReaderError(f"cannot be decoded further as {encoding}; set [input] encoding") from None
        finally:
            # The source closes its own stream.
            stream.detach()

    def _rows(
        self, source: ByteSource, options: Input, stream: io.TextIOWrapper, encoding: str
    ) -> Iterator[ReaderItem]:
        head = source.head.decode(encoding, "replace").removeprefix("\ufeff")
        whole = len(source.head) < HEAD_BYTES
        delimiter = self.delimiter or delimiter_of(head, source.suffix, self.quote, whole=whole)
        escape = self.escape
        if escape is None:
            escape = escape_of(head, delimiter, self.quote, whole=whole)
        rows = CsvRows(stream, Dialect(delimiter, self.quote, escape), options.limits.bytes, options.limits.columns)
        csv_rows = iter(rows)
        if SEPARATOR_LINE.fullmatch(head[: head.find("\n") + 1]):
            next(csv_rows, None)
        first = next(csv_rows, None)
        if first is None:
            yield left_out(source, "contains no rows; leave it out")
            return
        if first.fault is not None:
            raise ReaderError(f"line {first.line}: {first.fault}")
        cells = [cell.encode("utf-8", "replace").decode().strip() for cell in first.cells]
        columns = unique_names(cells if self.header else [""] * len(cells))
        rows.width = len(columns)
        table = _RowFactory(columns, delimiter, encoding)
        table_rows = table.rows(csv_rows if self.header else chain([first], csv_rows))
        may_hold_text = dict.fromkeys(columns, True)
        yield from table_records(source, table_rows, options, media_type="text/csv", columns=may_hold_text)


@dataclass(frozen=True)
class _RowFactory:
    """Turns the cells of one file into rows."""

    columns: tuple[str, ...]
    delimiter: str
    encoding: str

    def rows(self, csv_rows: Iterator[CsvRow]) -> Iterator[TableRow]:
        return (self._row(number, cells) for number, cells in enumerate(csv_rows, 1))

    def _row(self, number: int, row: CsvRow) -> TableRow:
        at = ("line", row.line)
        if row.fault is not None:
            return TableRow(number, fault=row.fault, at=at)
        cells = row.cells
        if len(cells) > len(self.columns) and any(cells[len(self.columns) :]):
            fault = (
                f"has {len(cells)} cells, the header {len(self.columns)}; quote cells that contain {self.delimiter!r}"
            )
            return TableRow(number, fault=fault, at=at)
        fields: Mapping[str, object] = dict(zip(self.columns, cells, strict=False))
        if not all(map(_is_whole, cells)):
            if self.encoding != "utf-8":
                fault = f"contains bytes that are not valid {self.encoding}; convert the file, or set [input] encoding"
                return TableRow(number, fault=fault, at=at)
            fields = dict(zip(self.columns, map(_torn, cells), strict=False))
        return TableRow(number, fields, at=at)


def _is_whole(cell: str) -> bool:
    if cell.isascii():
        return True
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def _torn(cell: str) -> str | UndecodedText:
    return cell if _is_whole(cell) else UndecodedText(cell.encode("utf-8", "surrogateescape"))


def _as_code_points(error: UnicodeError) -> tuple[str, int]:
    """Decodes undecodable bytes to code points, including ASCII ones, which `surrogateescape` rejects."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(UNDECODED_CELL + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("pipeline.torn", _as_code_points)
