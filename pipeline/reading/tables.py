"""Parquet and Arrow: an article a row."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.reading.attempt import Attempt, failed, of_row
from pipeline.settings import Limits
from pipeline.tables.columns import kind_of

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 64
"""Rows that are made into objects together."""


def parquet(path: Path, name: str, limits: Limits | None = None) -> Iterator[Attempt]:
    """The articles of a Parquet file. A row group that cannot be read hides no other."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        yield failed(name, f"is a Parquet file that cannot be read: {_line(error)}")
        return
    with table:
        if (reason := _foreign(table.schema_arrow)) is not None:
            yield failed(name, reason)
            return
        row = 0
        for i in range(table.num_row_groups):
            behind = row + table.metadata.row_group(i).num_rows
            try:
                for batch in table.iter_batches(AT_ONCE, row_groups=[i]):
                    yield from _articles(batch, name, row)
                    row += len(batch)
            except (pa.ArrowException, OSError) as error:
                yield failed(f"{name}:{row + 1}", f"rows {row + 1} to {behind} cannot be read: {_line(error)}")
            row = behind


def arrow(path: Path, name: str, limits: Limits | None = None) -> Iterator[Attempt]:
    """The articles of an Arrow file (also called Feather)."""
    import pyarrow as pa

    def batches() -> "Iterator[pa.RecordBatch]":
        with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as found:
            for i in range(found.num_record_batches):
                yield found.get_batch(i)

    yield from _all(batches(), name)


def arrow_stream(path: Path, name: str, limits: Limits | None = None) -> Iterator[Attempt]:
    """The articles of a stream of Arrow, as the `datasets` library keeps them."""
    import pyarrow as pa

    def batches() -> "Iterator[pa.RecordBatch]":
        with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as found:
            yield from found

    yield from _all(batches(), name)


def _all(batches: "Iterable[pa.RecordBatch]", name: str) -> Iterator[Attempt]:
    import pyarrow as pa

    row = 0
    try:
        for batch in batches:
            if (reason := _foreign(batch.schema)) is not None:
                yield failed(name, reason)
                return
            for start in range(0, len(batch), AT_ONCE):
                part = batch.slice(start, AT_ONCE)
                yield from _articles(part, name, row)
                row += len(part)
    except (pa.ArrowException, OSError) as error:
        yield failed(f"{name}:{row + 1}" if row else name, f"cannot be read: {_line(error)}")


def _articles(batch: "pa.RecordBatch", name: str, before: int) -> Iterator[Attempt]:
    """The articles of a batch; `before` rows of the file stand before it."""
    for number, row in enumerate(_rows(batch), before + 1):
        called = f"{name}:{number}"
        yield failed(called, row) if isinstance(row, str) else of_row(row, called)


def _rows(batch: "pa.RecordBatch") -> Iterator[dict[str, Any] | str]:
    """Each row as an object, or what is wrong with it."""
    try:
        yield from batch.to_pylist()
    except ValueError:
        # Text that is no UTF-8. It says not in which row, so each is tried alone.
        for i in range(len(batch)):
            try:
                yield batch.slice(i, 1).to_pylist()[0]
            except ValueError as error:
                yield f"is no article: {error}"


def _foreign(schema: "pa.Schema") -> str | None:
    """Why a table has no articles in it, or nothing."""
    found = kind_of(schema)
    if found == "articles":
        return None
    if found is None:
        return f"holds no articles: its columns are {', '.join(schema.names[:8]) or 'none'}"
    return f"holds {found}, not articles; export the articles themselves to read them back"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
