"""Exports a SQLite database: the flat tables, every article as JSON, and full-text search in both languages.

    SELECT id, speaker, text FROM search('采访');
    SELECT turns.* FROM search JOIN turns USING (passage) WHERE search MATCH '"steel bridge"' ORDER BY rank;

`search` indexes titles, headings, prose and turns. Search for English words, and for Chinese words of up to six
characters, as they are; for longer ones and phrases of mixed scripts use `pipeline.exporters.tables.ngrams.phrase`.
The index stores words and not texts, so SQLite's `snippet` and `highlight` mark wrong positions, and its commands
`rebuild` and `integrity-check` do not work.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from pipeline.errors import ContractError, UsageError
from pipeline.exporters.tables.columns import unwrapped_type
from pipeline.exporters.tables.ngrams import units, words
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows
from pipeline.model.article import VERSION, Article
from pipeline.storage.atomic import atomic_path

PRIMARY_KEYS = {
    "articles": "PRIMARY KEY (id)",
    "exchanges": "PRIMARY KEY (id, translation, n)",
    "turns": None,
    "prose": "UNIQUE (id, translation, n)",
    "edits": "PRIMARY KEY (id, layer, n)",
    "credits": "PRIMARY KEY (id, credit, n)",
    "segments": "PRIMARY KEY (id, n)",
}
"""Turns have no key: an article whose turn numbers are wrong is still stored."""
ARTICLE_KEY = "FOREIGN KEY (id) REFERENCES articles (id)"
SEARCHED_TABLES = ("turns", "prose")
"""Tables whose rows are indexed for search; each row has a unique passage number."""

INDEX_STATEMENTS = (
    "CREATE INDEX turns_by_number ON turns (id, translation, n)",
    "CREATE INDEX turns_by_speaker ON turns (speaker)",
    "CREATE INDEX turns_by_exchange ON turns (id, translation, exchange)",
    "CREATE INDEX credits_by_name ON credits (name)",
    "CREATE INDEX edits_by_rule ON edits (rule)",
    "CREATE INDEX segments_by_label ON segments (label)",
)
SEARCH_STATEMENTS = (
    """CREATE VIEW passages AS
    SELECT passage, id, translation, kind AS part, n, speaker, language, text, NULL AS words FROM turns UNION ALL
    SELECT passage, id, translation, part, n, NULL, language, text, NULL FROM prose""",
    """CREATE VIRTUAL TABLE search USING fts5(
    passage UNINDEXED, id UNINDEXED, translation UNINDEXED, part UNINDEXED, n UNINDEXED, speaker UNINDEXED,
    language UNINDEXED, text, words,
    content='passages', content_rowid='passage', tokenize='unicode61 remove_diacritics 2')""",
)


@dataclass(frozen=True)
class SqliteExport:
    """The tables of `pipeline.exporters.tables.row_kinds` as a database; `articles.article` is the article as JSON."""

    name: ClassVar = "sqlite"
    suffixes: ClassVar = (".sqlite", ".sqlite3", ".db")
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes one database. Raises `UsageError` if two articles have the same id, and `OSError`."""
        try:
            self._write(articles, target)
        except sqlite3.OperationalError as error:
            raise OSError(f"cannot write {target}: {error}") from error

    def _write(self, articles: Iterable[Article], target: Path) -> None:
        with atomic_path(target) as path, closing(sqlite3.connect(path, isolation_level=None)) as database:
            # The file is moved into place when it is complete, so writing it needs no journal.
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN")
            for statement in (
                *map(_table, ROW_TYPES),
                *SEARCH_STATEMENTS,
                "CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT)",
            ):
                database.execute(statement)
            database.execute("INSERT INTO about VALUES ('contract', ?)", (VERSION,))
            writer = _TableWriter(database)
            for article in articles:
                writer.add(article)
            for statement in (*INDEX_STATEMENTS, "INSERT INTO search(search) VALUES ('optimize')", "COMMIT", "ANALYZE"):
                database.execute(statement)


class _TableWriter:
    """Inserts articles into the tables and numbers the passages."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._passages = 0
        self._encoder = msgspec.json.Encoder()

    def add(self, article: Article) -> None:
        rows = ArticleRows(article)
        for name in ROW_TYPES:
            values = [[_value(value) for value in msgspec.structs.astuple(row)] for row in ROW_MAKERS[name](rows)]
            if name == "articles":
                values = [[*row, self._encoder.encode(article).decode()] for row in values]
            elif name in SEARCHED_TABLES:
                values = list(self._passage(name, values))
            if not values:
                continue
            try:
                self._database.executemany(
                    f"INSERT INTO {name} VALUES ({', '.join('?' * len(values[0]))})",  # noqa: S608 -- a name of ours
                    values,
                )
            except sqlite3.IntegrityError as error:
                raise UsageError(f"{article.id!r} cannot be stored: {error}; ids must be unique") from error
            except OverflowError as error:
                raise ContractError(article.id, f"does not fit the column types: {error}") from error

    def _passage(self, name: str, rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """Adds rows of a searched table to the index, and yields them with their passage numbers."""
        text = ROW_TYPES[name].__struct_fields__.index("text")
        for row in rows:
            self._passages += 1
            self._database.execute(
                "INSERT INTO search(rowid, text, words) VALUES (?, ?, ?)",
                (self._passages, units(row[text]), words(row[text])),
            )
            yield [self._passages, *row]


def _table(name: str) -> str:
    """The `CREATE TABLE` statement for a type of rows."""
    columns = [_column(field.name, field.type) for field in msgspec.structs.fields(ROW_TYPES[name])]
    if name == "articles":
        columns.append('"article" TEXT NOT NULL')
    if name in SEARCHED_TABLES:
        columns.insert(0, "passage INTEGER PRIMARY KEY")
    keys = (PRIMARY_KEYS[name], None if name == "articles" else ARTICLE_KEY)
    return f"CREATE TABLE {name} ({', '.join(filter(None, [*columns, *keys]))})"


def _column(name: str, annotation: object) -> str:
    kind, nullable = unwrapped_type(annotation)
    sql_type = {int: "INTEGER", bool: "INTEGER", float: "REAL"}.get(kind, "TEXT")
    return f'"{name}" {sql_type}{"" if nullable else " NOT NULL"}'


def _value(value: object) -> object:
    """Encodes lists as JSON, for SQLite's `json_each`."""
    return msgspec.json.encode(value).decode() if isinstance(value, tuple) else value
