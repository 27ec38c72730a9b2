"""CSV: a flat table as every spreadsheet reads it, quoted by RFC 4180, in UTF-8."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, BinaryIO, ClassVar, Literal

import msgspec
from msgspec import Meta

from pipeline.export.tables.row_kinds import ROW_TYPES
from pipeline.export.tables.rows import ROW_MAKERS, ArticleRows
from pipeline.model.article import Article
from pipeline.storage.atomic import whole

TAB = "\t"
LIST_SEPARATOR = "; "
"""Stands between the items of a list."""


@dataclass(frozen=True)
class CsvExport:
    """A row an exchange, or whatever `rows` says: see `pipeline.export.tables.row_kinds`. A null is an empty cell.

    `delimiter` is a comma, and a tab in a `.tsv` file, unless it is given. `bom` begins the file with a byte order
    mark, without which Excel does not take it for UTF-8. A cell that begins with `=`, `+`, `-` or `@` is left as it
    is: some programs take it for a formula, so do not open there what you do not trust.
    """

    name: ClassVar = "csv"
    suffixes: ClassVar = (".csv", ".tsv")
    protocol: ClassVar = 1
    rows: Annotated[
        Literal["exchanges", "articles", "turns", "prose", "edits", "credits", "segments"],
        Meta(description="What a row is."),
    ] = "exchanges"
    delimiter: Annotated[
        str | None, Meta(description="What stands between two cells: a comma by default, a tab in a file `.tsv`.")
    ] = None
    bom: Annotated[bool, Meta(description="Whether the file begins with a mark, by which Excel knows UTF-8.")] = False

    def __post_init__(self) -> None:
        """Raises `ValueError` for a delimiter that is none."""
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n\0'):
            raise ValueError(
                f"delimiter {self.delimiter!r} must be one character other than a quotation mark or line break"
            )

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes one file."""
        tabbed = self.delimiter is None and target.name.casefold().endswith(".tsv")
        sink = replace(self, delimiter=TAB) if tabbed else self
        with whole(target) as file:
            sink.stream(articles, file)

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes a line of names and a line a row, each ended by CR LF."""
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        try:
            if self.bom:
                text.write("\ufeff")
            writer = csv.writer(text, delimiter=self.delimiter or ",")
            writer.writerow(ROW_TYPES[self.rows].__struct_fields__)
            for article in articles:
                writer.writerows(map(_cells, ROW_MAKERS[self.rows](ArticleRows(article))))
        finally:
            # Who gave the file goes on with it.
            text.detach()


def _cells(row: msgspec.Struct) -> list[object]:
    return [_cell(value) for value in msgspec.structs.astuple(row)]


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return LIST_SEPARATOR.join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
