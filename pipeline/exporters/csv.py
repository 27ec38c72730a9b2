"""Exports a flat table as CSV, quoted as in RFC 4180, in UTF-8."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, BinaryIO, ClassVar, Literal

import msgspec
from msgspec import Meta

from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows
from pipeline.model.article import Article
from pipeline.storage.atomic import open_atomic

TAB = "\t"
LIST_SEPARATOR = "; "
"""Separates the items of a list in a cell."""


@dataclass(frozen=True)
class CsvExport:
    """Writes one row per exchange, or per item that `rows` names; see `pipeline.exporters.tables.row_kinds`.

    Null is an empty cell. `delimiter` defaults to a comma, or a tab in a `.tsv` file. `bom` starts the file with a
    byte order mark, which Excel needs to detect UTF-8. Cells that start with `=`, `+`, `-` or `@` are not changed,
    but some programs read them as formulas: do not open untrusted articles there.
    """

    name: ClassVar = "csv"
    suffixes: ClassVar = (".csv", ".tsv")
    protocol: ClassVar = 1
    rows: Annotated[
        Literal["exchanges", "articles", "turns", "prose", "edits", "credits", "segments"],
        Meta(description="What each row is."),
    ] = "exchanges"
    delimiter: Annotated[
        str | None, Meta(description="Column separator: a comma by default, a tab in a `.tsv` file.")
    ] = None
    bom: Annotated[bool, Meta(description="Whether to start the file with a byte order mark, which Excel needs.")] = (
        False
    )

    def __post_init__(self) -> None:
        """Raises `ValueError` for an invalid delimiter."""
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n\0'):
            raise ValueError(
                f"delimiter {self.delimiter!r} must be one character other than a quotation mark or line break"
            )

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes all rows to one file."""
        tabbed = self.delimiter is None and target.name.casefold().endswith(".tsv")
        export = replace(self, delimiter=TAB) if tabbed else self
        with open_atomic(target) as file:
            export.stream(articles, file)

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes a header and one line per row, with CRLF line endings."""
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        try:
            if self.bom:
                text.write("\ufeff")
            writer = csv.writer(text, delimiter=self.delimiter or ",")
            writer.writerow(ROW_TYPES[self.rows].__struct_fields__)
            for article in articles:
                writer.writerows(map(_cells, ROW_MAKERS[self.rows](ArticleRows(article))))
        finally:
            # The caller owns the file, so leave it open.
            text.detach()


def _cells(row: msgspec.Struct) -> list[object]:
    return [_cell(value) for value in msgspec.structs.astuple(row)]


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return LIST_SEPARATOR.join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
