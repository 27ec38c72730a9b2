"""SQLite and DuckDB: the articles of the table `articles`."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pipeline.errors import UsageError
from pipeline.reading.attempt import Attempt, failed, of_json, of_row

AT_ONCE = 64
"""Rows that are fetched together."""


def sqlite(path: Path, name: str) -> Iterator[Attempt]:
    """The articles of a SQLite database, in the order in which they were written."""
    number = 0
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)) as database:
            # As bytes: what is no UTF-8 is then the fault of one article.
            database.text_factory = bytes
            columns = {column.decode() for _, column, *_ in database.execute("PRAGMA table_info(articles)")}
            if "article" not in columns:
                yield failed(name, "holds no articles: it has no table 'articles' with a column 'article'")
                return
            for number, (article,) in enumerate(database.execute("SELECT article FROM articles ORDER BY rowid"), 1):
                yield of_json(article if isinstance(article, bytes) else b"", f"{name}:{number}")
    except sqlite3.DatabaseError as error:
        yield failed(f"{name}:{number + 1}" if number else name, f"is a SQLite database that cannot be read: {error}")


def duckdb(path: Path, name: str) -> Iterator[Attempt]:
    """The articles of a DuckDB database, in the order in which they were written. Raises `UsageError` without it."""
    try:
        import duckdb as library
    except ModuleNotFoundError as error:
        raise UsageError(f"{name} is a DuckDB database: pip install 'bilingual-pipeline[duckdb]' to read it") from error
    number = 0
    try:
        with closing(library.connect(str(path), read_only=True)) as database:
            found = database.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'articles'"
            ).fetchall()
            if not {"schema", "segments", "provenance"} <= {column for (column,) in found}:
                yield failed(name, "holds no articles: it has no table 'articles' with the columns of the contract")
                return
            rows = database.execute("FROM articles")
            names = [column[0] for column in rows.description or ()]
            while some := rows.fetchmany(AT_ONCE):
                for row in some:
                    number += 1
                    yield of_row(dict(zip(names, row, strict=True)), f"{name}:{number}")
    except library.Error as error:
        reason = " ".join(str(error).split())
        yield failed(f"{name}:{number + 1}" if number else name, f"is a DuckDB database that cannot be read: {reason}")
