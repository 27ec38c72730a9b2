"""Exports a DuckDB database: a table of articles with nested columns, and the flat tables."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import msgspec

from pipeline.errors import UsageError
from pipeline.exporters.tables.columns import record_batch, row_batches, schema
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows
from pipeline.model.article import Article
from pipeline.storage.atomic import atomic_path

MEMORY_LIMIT = "256MB"
FLAT_TABLES = tuple(name for name in ROW_TYPES if name != "articles")


@dataclass(frozen=True)
class DuckDbExport:
    """A database with the tables of `pipeline.exporters.tables.row_kinds`; `articles` has every field."""

    name: ClassVar = "duckdb"
    suffixes: ClassVar = (".duckdb", ".ddb")
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes one database, rows in the order of the articles.

        Raises `UsageError` if duckdb is not installed, and `OSError`.
        """
        try:
            import duckdb
        except ModuleNotFoundError as error:
            raise UsageError("duckdb is not installed: pip install 'bilingual-pipeline[duckdb]'") from error
        try:
            self._write(articles, target)
        except duckdb.Error as error:
            raise OSError(f"cannot write {target}: {error}") from error

    def _write(self, articles: Iterable[Article], target: Path) -> None:
        import duckdb
        import pyarrow as pa

        with atomic_path(target) as path:
            log = path.with_name(f"{path.name}.wal")
            try:
                # One thread keeps the order of the rows; little memory is enough, since rows are only appended.
                with closing(
                    duckdb.connect(str(path), config={"threads": 1, "memory_limit": MEMORY_LIMIT})
                ) as database:
                    kinds: dict[str, type[msgspec.Struct]] = {
                        "articles": Article,
                        **{n: ROW_TYPES[n] for n in FLAT_TABLES},
                    }
                    for name, kind in kinds.items():
                        database.register("incoming", pa.Table.from_batches([], schema=schema(kind)))
                        database.execute(f"CREATE TABLE {name} AS FROM incoming")
                        for field in schema(kind):
                            if not field.nullable:
                                database.execute(f'ALTER TABLE {name} ALTER "{field.name}" SET NOT NULL')
                    for portion in row_batches(articles):
                        rows = [ArticleRows(article) for article in portion]
                        database.execute("BEGIN")
                        for name, kind in kinds.items():
                            of_kind: Iterable[msgspec.Struct] = (
                                portion
                                if kind is Article
                                else (row for article_rows in rows for row in ROW_MAKERS[name](article_rows))
                            )
                            database.register("incoming", record_batch(of_kind, kind))
                            database.execute(f"INSERT INTO {name} FROM incoming")
                        database.execute("COMMIT")
                    database.unregister("incoming")
            finally:
                log.unlink(missing_ok=True)
