"""Exports Parquet: one row per article with nested columns, or a flat table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from pipeline.exporters.tables.columns import record_batches, schema
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows
from pipeline.model.article import Article
from pipeline.storage.atomic import open_atomic

if TYPE_CHECKING:
    import pyarrow as pa

ZSTD_LEVEL = 9
"""Compression level: a third smaller than with the default and no slower, since making rows takes longest."""

ROW_GROUP_BYTES = 32 << 20
"""Bytes of a row group in memory, which a reader has to load at once."""


@dataclass(frozen=True)
class ParquetExport:
    """A column per field of an article, or with `rows` a flat table; see `pipeline.exporters.tables.row_kinds`."""

    name: ClassVar = "parquet"
    suffixes: ClassVar = (".parquet",)
    protocol: ClassVar = 1
    rows: Annotated[
        Literal["articles", "exchanges", "turns", "prose", "edits", "credits", "segments"],
        Meta(description="What each row is: a whole article with nested columns, or a part of one."),
    ] = "articles"

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes one file, compressed with Zstandard. Its schema names the version of the article schema."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        kind = Article if self.rows == "articles" else ROW_TYPES[self.rows]
        with (
            open_atomic(target) as file,
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


def _groups(arrow_batches: "Iterable[pa.RecordBatch]") -> "Iterator[list[pa.RecordBatch]]":
    """Groups batches into row groups, limited by bytes and not by rows."""
    group: list[pa.RecordBatch] = []
    for batch in arrow_batches:
        group.append(batch)
        if sum(part.nbytes for part in group) >= ROW_GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group
