"""Parquet and Arrow: an article a row.

A file of a kilobyte may declare gigabytes. What it will unpack to is asked before it is unpacked, and what its rows
hold before values of Python are made of them.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.config.settings import Limits
from pipeline.export.load.decode import LoadResult, decode_row, load_error
from pipeline.export.load.limits import MIN_ROW_BYTES, UNLIMITED, FileBudget, max_article_bytes, too_long_reason
from pipeline.export.tables.columns import row_type_of
from pipeline.model.record import ReaderError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

CONVERTED_ROWS = 64
"""Rows that are made into objects together, and the bytes that they may take then; one row at least."""
CONVERTED_BYTES = 1 << 26
MEASURED_ROWS = 1024
"""Rows that are measured together."""


def parquet(path: Path, name: str, limits: Limits = UNLIMITED) -> Iterator[LoadResult]:
    """The articles of a Parquet file. A row group that cannot be read hides no other."""
    import pyarrow as pa

    try:
        table = _opened(path)
    except (pa.ArrowException, OSError) as error:
        yield load_error(name, f"cannot read this Parquet file: {_line(error)}")
        return
    with table:
        if (reason := _foreign(table.schema_arrow)) is not None:
            yield load_error(name, reason)
            return
        budget = FileBudget(path, limits)
        row = 0
        for i in range(table.num_row_groups):
            behind = row + table.metadata.row_group(i).num_rows
            try:
                at_once = CONVERTED_ROWS if limits is UNLIMITED else _rows_at_once(path, table, i, budget)
                for batch in table.iter_batches(at_once, row_groups=[i]):
                    budget.give(MIN_ROW_BYTES * len(batch))
                    yield from _articles(batch, name, row)
                    row += len(batch)
            except (pa.ArrowException, OSError, ReaderError) as error:
                yield load_error(f"{name}:{row + 1}", f"rows {row + 1} to {behind} cannot be read: {_line(error)}")
                if budget.fault is not None:
                    return
            row = behind


def arrow(path: Path, name: str, limits: Limits = UNLIMITED) -> Iterator[LoadResult]:
    """The articles of an Arrow file (also called Feather)."""
    import pyarrow as pa

    from pipeline.readers.arrow import messages

    def batches(budget: FileBudget) -> "Iterator[pa.RecordBatch]":
        with pa.memory_map(str(path)) as data, path.open("rb") as file, pa.ipc.open_file(data) as found:
            dictionaries, places = messages.of_file(file)
            budget.ask(dictionaries)
            for i in range(found.num_record_batches):
                budget.ask(messages.unpacked(file, places[i]) if i < len(places) else 0)
                yield found.get_batch(i)

    budget = FileBudget(path, limits)
    yield from _all(batches(budget), name, budget)


def arrow_stream(path: Path, name: str, limits: Limits = UNLIMITED) -> Iterator[LoadResult]:
    """The articles of a stream of Arrow, as the `datasets` library keeps them."""
    import pyarrow as pa

    from pipeline.readers.arrow import messages

    def batches(budget: FileBudget) -> "Iterator[pa.RecordBatch]":
        with pa.memory_map(str(path)) as data, path.open("rb") as file, pa.ipc.open_stream(data) as found:
            declared = messages.of_stream(file)
            while True:
                budget.ask(next(declared, 0))
                try:
                    batch = found.read_next_batch()
                except StopIteration:
                    return
                yield batch

    budget = FileBudget(path, limits)
    yield from _all(batches(budget), name, budget)


def _all(batches: "Iterator[pa.RecordBatch]", name: str, budget: FileBudget) -> Iterator[LoadResult]:
    import pyarrow as pa

    row = 0
    try:
        for batch in batches:
            if (reason := _foreign(batch.schema)) is not None:
                yield load_error(name, reason)
                return
            budget.ask(MIN_ROW_BYTES * len(batch))
            for start in range(0, len(batch), CONVERTED_ROWS):
                for part, size in _pieces(batch.slice(start, CONVERTED_ROWS)):
                    yield from _measured_articles(part, size, name, row, budget)
                    row += len(part)
    except (pa.ArrowException, OSError, ReaderError) as error:
        yield load_error(f"{name}:{row + 1}" if row else name, f"cannot be read: {_line(error)}")


def _pieces(batch: "pa.RecordBatch") -> "Iterator[tuple[pa.RecordBatch, int]]":
    """The rows of a batch with their size in bytes, or one row at a time if they are too large or damaged."""
    import pyarrow as pa

    from pipeline.readers.arrow.expansion import size_of

    try:
        # Touching what points out of its buffers could end the process.
        batch.validate(full=True)
        size = size_of(batch.columns).bytes
    except pa.ArrowInvalid:
        size = CONVERTED_BYTES + 1
    if size <= CONVERTED_BYTES:
        yield batch, size
    else:
        yield from ((batch.slice(i, 1), CONVERTED_BYTES + 1) for i in range(len(batch)))


def _measured_articles(
    batch: "pa.RecordBatch", size: int, name: str, before: int, budget: FileBudget
) -> Iterator[LoadResult]:
    """The articles of a batch of `size` bytes; where that is too many, it is one row, which may be damaged."""
    import pyarrow as pa

    from pipeline.readers.arrow.columns import checked
    from pipeline.readers.arrow.expansion import size_of

    if size > CONVERTED_BYTES:
        try:
            # A text that is no UTF-8 becomes bytes, which no article has.
            batch = checked(batch)
        except pa.ArrowInvalid as error:
            yield load_error(f"{name}:{before + 1}", f"is not an article: {_line(error)}")
            return
        size = size_of(batch.columns).bytes
    if size > max_article_bytes(budget.limits):
        yield load_error(f"{name}:{before + 1}", too_long_reason(budget.limits))
        return
    budget.give(max(size, MIN_ROW_BYTES * len(batch)))
    yield from _articles(batch, name, before)


def _opened(path: Path, as_references: list[str] | None = None) -> "pq.ParquetFile":
    import pyarrow.parquet as pq

    from pipeline.readers.arrow.parquet import FOOTER_LIMITS

    return pq.ParquetFile(path, read_dictionary=as_references, **FOOTER_LIMITS)


def _rows_at_once(path: Path, table: "pq.ParquetFile", number: int, budget: FileBudget) -> int:
    """How many rows of a group can be made into objects together. Raises `ReaderError` where it holds too much."""
    from pipeline.readers.arrow.expansion import size_of
    from pipeline.readers.arrow.parquet import declared

    group = table.metadata.row_group(number)
    budget.ask(max(declared(group, table.metadata.schema), MIN_ROW_BYTES * max(group.num_rows, 0)))
    references = _references(group, table.metadata)
    if not references:
        return CONVERTED_ROWS if group.total_byte_size <= CONVERTED_BYTES else 1
    largest, at_once = 0, CONVERTED_ROWS
    # Read as references, a megabyte that each of a million rows has is one.
    with _opened(path, references) as again:
        for batch in again.iter_batches(MEASURED_ROWS, row_groups=[number], columns=references):
            size = size_of(batch.columns).bytes
            budget.give(size)
            if size <= CONVERTED_BYTES:
                continue
            if any(
                size_of(batch.slice(i, CONVERTED_ROWS).columns).bytes > CONVERTED_BYTES
                for i in range(0, len(batch), CONVERTED_ROWS)
            ):
                at_once = 1
                largest = max(size_of(batch.slice(i, 1).columns).bytes for i in range(len(batch)))
            if largest > max_article_bytes(budget.limits):
                raise ReaderError(f"one of them {too_long_reason(budget.limits)}")
    return at_once


def _references(group: Any, metadata: Any) -> list[str]:  # noqa: ANN401 -- pyarrow has no types
    """The columns of texts in which rows refer to a dictionary."""
    schema = metadata.schema
    paths = Counter(schema.column(i).path for i in range(metadata.num_columns))
    found = []
    for i in range(min(group.num_columns, metadata.num_columns)):
        path = schema.column(i).path
        refers = any("DICTIONARY" in encoding for encoding in group.column(i).encodings)
        if refers and schema.column(i).physical_type == "BYTE_ARRAY" and paths[path] == 1:
            found.append(path)
    return found


def _articles(batch: "pa.RecordBatch", name: str, before: int) -> Iterator[LoadResult]:
    """The articles of a batch; `before` rows of the file stand before it."""
    for number, row in enumerate(_rows(batch), before + 1):
        called = f"{name}:{number}"
        yield load_error(called, row) if isinstance(row, str) else decode_row(row, called)


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
                yield f"is not an article: {error}"


def _foreign(schema: "pa.Schema") -> str | None:
    """Why a table has no articles in it, or nothing."""
    found = row_type_of(schema)
    if found == "articles":
        return None
    if found is None:
        return f"has no articles: its columns are {', '.join(schema.names[:8]) or 'none'}"
    return f"has {found}, not articles; export with rows=articles to read articles back"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
