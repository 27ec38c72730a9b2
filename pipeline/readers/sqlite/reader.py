"""Reads SQLite databases: the tables that contain texts, or the rows of a query."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, ReaderError, printable
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.sqlite import tables
from pipeline.readers.sqlite.connection import ValueBudget
from pipeline.readers.sqlite.tables import SqliteTable
from pipeline.readers.sqlite.work_limit import WORK, WorkLimitedConnection
from pipeline.readers.tables import IS_ARTICLE, SAMPLE_ROWS, has_text, is_article, left_out, listed_names, table_records

SQLITE_MAGIC = b"SQLite format 3\0"
SQLITE_MEDIA_TYPE = "application/vnd.sqlite3"


@dataclass(frozen=True)
class SqliteReader:
    """Reads SQLite databases: one `table` or view, a SELECT `query`, or by default all tables that contain texts."""

    name: ClassVar = "sqlite"
    protocol: ClassVar = 1
    table: Annotated[str | None, Meta(description="The table to read; by default every one that holds a text.")] = None
    query: Annotated[
        str | None, Meta(description="A query whose rows are read in place of a table: `SELECT id, text FROM …`.")
    ] = None
    work: Annotated[
        int,
        Meta(ge=1, description="The most steps of SQLite for each byte of a database; 100,000,000 are always free."),
    ] = WORK

    def __post_init__(self) -> None:
        if self.table is not None and self.query is not None:
            raise ValueError("`table` and `query` exclude each other")

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes."""
        return Claim.CONTENT if source.head.startswith(SQLITE_MAGIC) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields a document for each row, in the order of row ids or of the primary key."""
        asked = self.table is not None or self.query is not None
        limit = options.limits.bytes
        with source.on_disk() as path, tables.opened(path, limit, asked=asked, work=self.work) as connection:
            place = tables.located(path)
            amount = ValueBudget(place[1], options.limits.ratio)
            if self.query is not None:
                names, rows = tables.answers(connection, self.query, amount, place)
                columns = dict.fromkeys(names, True)
                yield from table_records(source, rows, options, media_type=SQLITE_MEDIA_TYPE, columns=columns)
                return
            listed = tables.listed(connection)
            if self.table is not None:
                name = next((name for name in listed if name.lower() == self.table.lower()), None)
                if name is None:
                    hint = _hint(self.table, listed)
                    raise ReaderError(f"has no table {self.table!r}, which [sources.sqlite] names; {hint}")
                table = tables.described(connection, name, asked=True)
                if listed[name]:
                    table = msgspec.structs.replace(table, stored=False)
                    tables.refuse_endless(connection, f"SELECT * FROM {tables.quoted(name)}", place)  # noqa: S608
                yield from _documents(source, connection, table, options, amount)
            elif _is_export(connection, listed):
                yield left_out(source, IS_ARTICLE)
            else:
                yield from _all(source, connection, listed, options, amount)


def _all(
    source: ByteSource,
    connection: WorkLimitedConnection,
    listed: Mapping[str, str],
    options: Input,
    amount: ValueBudget,
) -> Iterator[ReaderItem]:
    """Yields the documents of all tables that contain texts. Other tables are left out."""
    chosen: list[SqliteTable] = []
    left: list[LeftOut] = []
    for name, reason in listed.items():
        table_or_reason = reason or _table_or_reason(connection, name, options)
        if isinstance(table_or_reason, SqliteTable):
            chosen.append(table_or_reason)
        else:
            left.append(LeftOut(str(source.location.inside(name)), table_or_reason))
    if not chosen:
        reasons = "; ".join(f"{printable(item.name.rpartition(', ')[2])} {item.reason}" for item in left[:3])
        fields = None if options.text_field is None else _columns(connection, listed)
        yield left_out(source, f"none of its tables contains texts ({reasons or 'there are none'})", fields=fields)
        return
    yield from left
    for table in chosen:
        name = f"{source.id}.{table.name}" if len(chosen) > 1 else source.id
        if table.computed:
            columns = f"its generated columns are not read ({listed_names(table.computed)})"
            reason = f"{columns}; name it in [sources.sqlite] table"
            yield LeftOut(str(source.location.inside(table.name)), reason)
        yield from _documents(source, connection, table, options, amount, name)


def _columns(connection: sqlite3.Connection, listed: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the names of all columns in the readable tables."""
    names: dict[str, None] = {}
    for name, reason in listed.items():
        with suppress(*tables.ERRORS):
            names.update({} if reason else dict.fromkeys(tables.described(connection, name).columns))
    return tuple(names)


def _table_or_reason(connection: sqlite3.Connection, name: str, options: Input) -> SqliteTable | str:
    """Returns a table that contains texts, or the reason to leave it out."""
    try:
        table = tables.described(connection, name)
    except tables.ERRORS as error:
        return f"cannot be read ({printable(error)})"
    try:
        sample = table.sample(connection, SAMPLE_ROWS)
    except tables.ERRORS:
        # Damage is reported when the table is read, after the rows before it.
        return table
    if not sample:
        return "contains no records"
    if not has_text(sample, table.columns, options):
        computed = "; name it in [sources.sqlite] table to read its generated columns" if table.computed else ""
        return f"has no field that is a text (there are: {listed_names(list(table.columns))}){computed}"
    return table


def _documents(
    source: ByteSource,
    connection: WorkLimitedConnection,
    table: SqliteTable,
    options: Input,
    amount: ValueBudget,
    name: str | None = None,
) -> Iterator[ReaderItem]:
    rows = table.rows(connection, options.limits.bytes, amount)
    return table_records(
        source,
        rows,
        options,
        media_type=SQLITE_MEDIA_TYPE,
        columns=table.columns,
        part=table.name,
        name=name or source.id,
    )


def _is_export(connection: sqlite3.Connection, listed: Mapping[str, str]) -> bool:
    """Whether `pipeline export` wrote the database."""
    if "articles" not in listed:
        return False
    try:
        if "article" not in tables.described(connection, "articles").columns:
            return False
        row = connection.execute("SELECT article FROM articles LIMIT 1").fetchone()
        fields = msgspec.json.decode(row[0]) if row and isinstance(row[0], str | bytes) else None
    except (*tables.ERRORS, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(fields, dict) and is_article(fields)


def _hint(name: str, known: Mapping[str, str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are: {listed_names(list(known))}"
