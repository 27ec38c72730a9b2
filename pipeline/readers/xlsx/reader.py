"""Reads Excel workbooks (XLSX)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, ReaderError, printable
from pipeline.readers.archives.zip_package import ZIP_START, ZipPackage
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.documents_extra import documents_library, left_out_without_extra
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.tables import (
    SAMPLE_ROWS,
    TableRow,
    check_column_count,
    has_text,
    left_out,
    listed_names,
    table_records,
    unique_names,
)
from pipeline.readers.xlsx.extent import cell_extent

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm"})
WORKBOOK_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN_PART, SHEETS = "xl/workbook.xml", "xl/worksheets/"
MAX_CELLS = 20_000_000
"""Maximum cells of a sheet, empty ones included: the library holds them all, at 24 bytes."""
PANIC = "PanicException"
"""The name of what an error in Rust raises; it is no `Exception`."""


@dataclass(frozen=True)
class XlsxReader:
    """Reads Excel workbooks (xlsx), with the extra [documents]: a row is a document.

    Claims them by their suffix, or by the names of the first parts.
    """

    name: ClassVar = "xlsx"
    protocol: ClassVar = 1

    sheet: Annotated[str | None, Meta(description="The sheet to read; all sheets with texts by default.")] = None
    header: Annotated[
        bool, Meta(description="Whether the first row names the columns; if not: column_1, column_2, …")
    ] = True

    def sniff(self, source: ByteSource) -> Claim:
        """Claims zip archives with such a suffix or such parts at their beginning."""
        if not source.head.startswith(ZIP_START):
            return Claim.NONE
        holds_parts = b"[Content_Types].xml" in source.head and b"xl/w" in source.head
        return Claim.CONTENT if holds_parts or source.suffix in WORKBOOK_SUFFIXES else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields a document for each row of the sheets that hold texts."""
        with source.on_disk() as path:
            with path.open("rb") as file:
                package = ZipPackage(source, file, options)
                if MAIN_PART not in package:
                    reason = f"has no part {MAIN_PART}, so it is no workbook; rename it if it is another file"
                    yield source.left_out(reason)
                    return
                library = documents_library("python_calamine")
                if library is None:
                    yield from left_out_without_extra(source, "an Excel workbook (xlsx)")
                    return
                _check_parts(package)
            yield from self._documents(source, _Workbook(library, path), options)

    def _documents(self, source: ByteSource, workbook: "_Workbook", options: Input) -> Iterator[ReaderItem]:
        names = self._sheets(workbook)
        chosen, reasons = [], []
        for name in names:
            columns, rows = self._table(workbook, name)
            sample = [row.fields for row in islice(rows, SAMPLE_ROWS)]
            if sample and (self.sheet is not None or has_text(sample, columns, options)):
                chosen.append(name)
            else:
                reason = f"has no field that is a text (there are: {listed_names(list(columns))})"
                reasons.append((name, reason if sample else "contains no records"))
        if not chosen:
            listed = "; ".join(f"{printable(name)} {reason}" for name, reason in reasons[:3])
            yield left_out(source, f"none of its sheets contains texts ({listed or 'there are none'})")
            return
        for name, reason in reasons:
            yield LeftOut(str(source.location.inside(printable(name))), reason)
        for name in chosen:
            columns, rows = self._table(workbook, name)
            check_column_count(len(columns), options.limits)
            yield from table_records(
                source,
                rows,
                options,
                media_type=WORKBOOK_MEDIA_TYPE,
                columns=columns,
                part=printable(name),
                name=f"{source.id}.{printable(name)}" if len(chosen) > 1 else source.id,
            )

    def _sheets(self, workbook: "_Workbook") -> Sequence[str]:
        names = workbook.sheets
        if self.sheet is None:
            return names
        if self.sheet not in names:
            known = listed_names(list(names))
            raise ReaderError(f"has no sheet {self.sheet!r}, which [sources.xlsx] names; there are: {known}")
        return [self.sheet]

    def _table(self, workbook: "_Workbook", name: str) -> tuple[Mapping[str, bool], Iterator[TableRow]]:
        """The columns of a sheet, and its rows below the header; empty rows are skipped."""
        rows = (row for row in workbook.rows(name) if any(cell not in ("", None) for cell in row))
        first = next(rows, None)
        if first is None:
            return {}, iter(())
        names = [str(_value(cell) or "").strip() for cell in first] if self.header else [""] * len(first)
        columns = unique_names(names)

        def found() -> Iterator[TableRow]:
            if not self.header:
                yield _row(1, columns, first)
            for number, row in enumerate(rows, 1 if self.header else 2):
                yield _row(number, columns, row)

        return dict.fromkeys(columns, True), found()


class _Workbook:
    """A workbook that the library has opened. Every error of the library becomes a `ReaderError`."""

    def __init__(self, library: ModuleType, path: Path) -> None:
        self._sheet_types = library.SheetTypeEnum
        # Its own errors; files that break off, and values out of range.
        self._errors: tuple[type[Exception], ...] = (library.CalamineError, OSError, ValueError)
        self._workbook: Any = self._called(lambda: library.CalamineWorkbook.from_path(str(path)))

    @property
    def sheets(self) -> Sequence[str]:
        """The names of the sheets with cells, hidden ones included."""
        return [each.name for each in self._workbook.sheets_metadata if each.typ == self._sheet_types.WorkSheet]

    def rows(self, name: str) -> Iterator[Sequence[object]]:
        """Yields the rows of a sheet, from the first one with a value."""
        sheet = self._called(lambda: self._workbook.get_sheet_by_name(name))
        yield from self._called(lambda: sheet.to_python(skip_empty_area=True)) if sheet.height else ()

    def _called(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 -- the library has no types
        try:
            return call()
        except BaseException as error:
            # A panic in Rust is only a `BaseException`, and its class cannot be imported. All others go on.
            if not isinstance(error, self._errors) and type(error).__name__ != PANIC:
                raise
            raise ReaderError(f"cannot be read: {printable(error)}; save it again, or export it as CSV") from error


def _check_parts(package: ZipPackage) -> None:
    """Unpacks all parts once, so that the limits hold for what the library will unpack. Raises `ReaderError`."""
    for name in package:
        if name.startswith(SHEETS) and name.endswith(".xml"):
            cells = cell_extent(package.pieces(name))
            if cells > MAX_CELLS:
                raise ReaderError(f"its part {name} has {cells:,} cells, over the limit of {MAX_CELLS:,}; split it")
        else:
            for _ in package.pieces(name):
                pass


def _row(number: int, columns: Sequence[str], cells: Sequence[object]) -> TableRow:
    return TableRow(number, dict(zip(columns, map(_value, cells), strict=False)))


def _value(cell: object) -> object:
    """The value of a cell: Excel has no whole numbers, and an empty cell is no text."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return None if cell == "" else cell
