"""Reads articles from the table `articles` of a SQLite or DuckDB database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import regex

from pipeline.config.settings import Limits
from pipeline.errors import UsageError
from pipeline.exporters.load.decode import LoadResult, decode_json, decode_row, load_error
from pipeline.exporters.load.limits import DEFAULT_LIMITS, MIN_ROW_BYTES, FileBudget, estimated_bytes, max_article_bytes
from pipeline.model.record import ReaderError

FETCHED_ROWS = 64
"""Number of rows to fetch at once."""
SQLITE_LOCK_SECONDS = 5.0
"""Seconds to wait while another program writes to a SQLite database."""

DUCKDB_SANDBOX: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "threads": "1",
    "max_temp_directory_size": "0KiB",
    "lock_configuration": "true",
}
"""Settings for an untrusted DuckDB database: it can return stored data and nothing else."""
MIN_DUCKDB_MEMORY, DUCKDB_MEMORY_FACTOR = 1 << 29, 16
"""Memory limit for DuckDB: at least so many bytes, or so many times the size of the file. DuckDB decompresses 2,048
rows at once; our own exports need four or five times their size if all articles are large."""
ARTICLES_TABLE = """
    SELECT sql, list(column_name) FROM duckdb_tables() JOIN duckdb_columns() USING (database_oid, schema_oid, table_oid)
    WHERE duckdb_tables.table_name = 'articles' AND duckdb_tables.schema_name = 'main' AND NOT duckdb_tables.internal
    AND NOT duckdb_tables.temporary GROUP BY ALL
"""
GENERATED_COLUMN = regex.compile(r"\bGENERATED\s++ALWAYS\b", regex.IGNORECASE)
"""Matches generated columns, whose values are computed on reading, in a `CREATE TABLE` statement of DuckDB."""


def sqlite(path: Path, name: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[LoadResult]:
    """Yields the articles of a SQLite database, in the order in which they were written.

    The database can be untrusted: reads only values stored in the table `articles`, and not more rows than fit in a
    file of this size.
    """
    from pipeline.readers.sqlite.connection import ValueBudget, confine, connected, longest_value
    from pipeline.readers.sqlite.tables import located, stored_columns
    from pipeline.readers.sqlite.work_limit import WorkLimitedConnection

    number = 0
    database: WorkLimitedConnection | None = None
    try:
        address, size = located(path)
        with closing(connected(address, size, SQLITE_LOCK_SECONDS)) as database:
            # Read bytes, so that invalid UTF-8 makes one article invalid, not the database.
            database.text_factory = bytes
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest_value(size, max_article_bytes(limits)))
            confine(database, asked=False)
            if b"article" not in stored_columns(database, "articles"):
                yield load_error(name, "has no articles: no table 'articles' with a column 'article'")
                return
            amount = ValueBudget(size, limits.ratio)
            for number, cells in enumerate(database.execute("SELECT article FROM articles ORDER BY rowid"), 1):
                if excess := amount.take(cells, stored=True):
                    yield load_error(f"{name}:{number}", f"{excess}; this and all later rows are skipped")
                    return
                yield decode_json(cells[0] if isinstance(cells[0], bytes) else b"", f"{name}:{number}")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if database is not None:
            database.check()
        reason = database.stopped if database is not None and database.stopped else str(error)
        yield load_error(f"{name}:{number + 1}" if number else name, f"cannot read this SQLite database: {reason}")


def duckdb(path: Path, name: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[LoadResult]:
    """Yields the articles of a DuckDB database, in the order in which they were written.

    The database can be untrusted: reads only the table `articles`, if it has no generated columns, and no other file.
    Raises `UsageError` if duckdb is not installed.
    """
    try:
        import duckdb as library
    except ModuleNotFoundError as error:
        raise UsageError(
            f"reading the DuckDB database {name} needs duckdb: pip install 'bilingual-pipeline[duckdb]'"
        ) from error
    number = 0
    budget = FileBudget(path, limits)
    try:
        memory = max(MIN_DUCKDB_MEMORY, DUCKDB_MEMORY_FACTOR * path.stat().st_size) >> 20
        config = DUCKDB_SANDBOX | {"memory_limit": f"{memory}MiB"}
        with closing(library.connect(str(path), read_only=True, config=config)) as database:
            # duckdb_tables() lists no views or macros, and nothing of other databases.
            tables = database.execute(ARTICLES_TABLE).fetchall()
            columns = {column for _, columns in tables for column in columns}
            if len(tables) != 1 or not {"schema", "segments", "provenance"} <= columns:
                yield load_error(name, "has no articles: no table 'articles' with the columns of an article")
                return
            if GENERATED_COLUMN.search(tables[0][0]):
                yield load_error(name, "has generated columns in its table 'articles', which are not supported")
                return
            rows = database.execute("FROM main.articles")
            names = [column[0] for column in rows.description or ()]
            while fetched := rows.fetchmany(FETCHED_ROWS):
                for row in fetched:
                    number += 1
                    budget.give(max(MIN_ROW_BYTES, estimated_bytes(row)))
                    yield decode_row(dict(zip(names, row, strict=True)), f"{name}:{number}")
    except ReaderError as error:
        yield load_error(f"{name}:{number}", str(error))
    except library.Error as error:
        reason = " ".join(str(error).split())
        yield load_error(f"{name}:{number + 1}" if number else name, f"cannot read this DuckDB database: {reason}")
