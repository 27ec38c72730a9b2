"""Parquet: an article a row, typed and nested as in the contract, or a flat table of one kind of rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from pipeline.export.tables.columns import record_batches, schema
from pipeline.export.tables.row_kinds import ROW_TYPES
from pipeline.export.tables.rows import ROW_MAKERS, ArticleRows
from pipeline.model.article import Article
from pipeline.storage.atomic import whole

if TYPE_CHECKING:
    import pyarrow as pa

ZSTD_LEVEL = 9
"""The level of Zstandard: files are a third smaller than at its default and take no longer, since making rows does."""

ROW_GROUP_BYTES = 32 << 20
"""Bytes of a row group in memory: what a reader must hold at once, however long the articles are."""


@dataclass(frozen=True)
class ParquetExport:
    """Columns for every field of the article, or with `rows` a flat table: see `pipeline.export.tables.row_kinds`."""

    name: ClassVar = "parquet"
    suffixes: ClassVar = (".parquet",)
    protocol: ClassVar = 1
    rows: Annotated[
        Literal["articles", "exchanges", "turns", "prose", "edits", "credits", "segments"],
        Meta(description="What a row is: a whole article, with nested columns, or a part of one."),
    ] = "articles"

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes one file, compressed with Zstandard; its schema's metadata names the contract."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        kind = Article if self.rows == "articles" else ROW_TYPES[self.rows]
        with (
            whole(target) as file,
            pq.ParquetWriter(
                file, schema(kind), compression="zstd", compression_level=ZSTD_LEVEL, version="2.6"
            ) as writer,
        ):
            for group in _groups(record_batches(self._rows(articles), kind)):
                writer.write_table(pa.Table.from_batches(group), row_group_size=max(sum(map(len, group)), 1))

    def _rows(self, articles: Iterable[Article]) -> Iterator[msgspec.Struct]:
        if self.rows == "articles":
            yield from articles
        else:
            for article in articles:
                yield from ROW_MAKERS[self.rows](ArticleRows(article))


def _groups(found: "Iterable[pa.RecordBatch]") -> "Iterator[list[pa.RecordBatch]]":
    """Batches that belong into one row group: bounded by their bytes, not by their rows."""
    group: list[pa.RecordBatch] = []
    for batch in found:
        group.append(batch)
        if sum(part.nbytes for part in group) >= ROW_GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group
