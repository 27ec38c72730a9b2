"""Reads articles from Parquet and Arrow files, one per row.

A file of a kilobyte can decompress to gigabytes. So the declared size is checked before anything is decompressed, and
the size of rows before they are converted to Python objects.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.config.settings import Limits
from pipeline.exporters.load.decode import LoadResult, decode_row, load_error
from pipeline.exporters.load.limits import MIN_ROW_BYTES, UNLIMITED, FileBudget, max_article_bytes, too_long_reason
from pipeline.exporters.tables.columns import row_type_of
from pipeline.model.record import ReaderError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

CONVERTED_ROWS = 64
"""Largest number of rows, and of their bytes, that are converted at once; at least one row."""
CONVERTED_BYTES = 1 << 26
MEASURED_ROWS = 1024
"""Number of rows that are measured at once."""


def parquet(path: Path, name: str, limits: Limits = UNLIMITED) -> Iterator[LoadResult]:
    """Yields the articles of a Parquet file. A damaged row group does not hide others."""
    import pyarrow as pa

    try:
        table = _opened(path)
    except (pa.ArrowException, OSError) as error:
        yield load_error(name, f"cannot read this Parquet file: {_one_line(error)}")
        return
    with table:
        if (reason := _not_articles_reason(table.schema_arrow)) is not None:
            yield load_error(name, reason)
            return
        budget = FileBudget(path, limits)
        row = 0
        for i in range(table.num_row_groups):
            group_end = row + table.metadata.row_group(i).num_rows
            try:
                at_once = CONVERTED_ROWS if limits is UNLIMITED else _rows_at_once(path, table, i, budget)
                for batch in table.iter_batches(at_once, row_groups=[i]):
                    budget.give(MIN_ROW_BYTES * len(batch))
                    yield from _articles(batch, name, row)
                    row += len(batch)
            except (pa.ArrowException, OSError, ReaderError) as error:
                yield load_error(
                    f"{name}:{row + 1}", f"rows {row + 1} to {group_end} cannot be read: {_one_line(error)}"
                )
                if budget.fault is not None:
                    return
            row = group_end


def arrow(path: Path, name: str, limits: Limits = UNLIMITED) -> Iterator[LoadResult]:
    """Yields the articles of an Arrow IPC file (also called Feather)."""
    import pyarrow as pa

    from pipeline.readers.arrow import messages

    def batches(budget: FileBudget) -> "Iterator[pa.RecordBatch]":
        with pa.memory_map(str(path)) as data, path.open("rb") as file, pa.ipc.open_file(data) as reader:
            dictionaries, places = messages.of_file(file)
            budget.ask(dictionaries)
            for i in range(reader.num_record_batches):
                budget.ask(messages.unpacked(file, places[i]) if i < len(places) else 0)
                yield reader.get_batch(i)

    budget = FileBudget(path, limits)
    yield from _batch_articles(batches(budget), name, budget)


def arrow_stream(path: Path, name: str, limits: Limits = UNLIMITED) -> Iterator[LoadResult]:
    """Yields the articles of an Arrow IPC stream, as the `datasets` library stores them."""
    import pyarrow as pa

    from pipeline.readers.arrow import messages

    def batches(budget: FileBudget) -> "Iterator[pa.RecordBatch]":
        with pa.memory_map(str(path)) as data, path.open("rb") as file, pa.ipc.open_stream(data) as reader:
            declared = messages.of_stream(file)
            while True:
                budget.ask(next(declared, 0))
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    return
                yield batch

    budget = FileBudget(path, limits)
    yield from _batch_articles(batches(budget), name, budget)


def _batch_articles(batches: "Iterator[pa.RecordBatch]", name: str, budget: FileBudget) -> Iterator[LoadResult]:
    import pyarrow as pa

    row = 0
    try:
        for batch in batches:
            if (reason := _not_articles_reason(batch.schema)) is not None:
                yield load_error(name, reason)
                return
            budget.ask(MIN_ROW_BYTES * len(batch))
            for start in range(0, len(batch), CONVERTED_ROWS):
                for part, size in _pieces(batch.slice(start, CONVERTED_ROWS)):
                    yield from _measured_articles(part, size, name, row, budget)
                    row += len(part)
    except (pa.ArrowException, OSError, ReaderError) as error:
        yield load_error(f"{name}:{row + 1}" if row else name, f"cannot be read: {_one_line(error)}")


def _pieces(batch: "pa.RecordBatch") -> "Iterator[tuple[pa.RecordBatch, int]]":
    """The rows of a batch with their size in bytes; one row at a time if they are too large or damaged."""
    import pyarrow as pa

    from pipeline.readers.arrow.expansion import size_of

    try:
        # Validate first: an offset outside its buffer could crash the process.
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
    """The articles of a batch of `size` bytes; a batch that is too large is one row, which can be damaged."""
    import pyarrow as pa

    from pipeline.readers.arrow.columns import validated
    from pipeline.readers.arrow.expansion import size_of

    if size > CONVERTED_BYTES:
        try:
            # Invalid UTF-8 becomes bytes, which makes the article invalid.
            batch = validated(batch)
        except pa.ArrowInvalid as error:
            yield load_error(f"{name}:{before + 1}", f"is not an article: {_one_line(error)}")
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
    """How many rows of a row group can be converted at once. Raises `ReaderError` if the group is too large."""
    from pipeline.readers.arrow.expansion import size_of
    from pipeline.readers.arrow.parquet import declared

    group = table.metadata.row_group(number)
    budget.ask(max(declared(group, table.metadata.schema), MIN_ROW_BYTES * max(group.num_rows, 0)))
    references = _references(group, table.metadata)
    if not references:
        return CONVERTED_ROWS if group.total_byte_size <= CONVERTED_BYTES else 1
    largest, at_once = 0, CONVERTED_ROWS
    # As dictionary references, a megabyte that a million rows share is read once.
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
    """The text columns that are dictionary-encoded."""
    schema = metadata.schema
    paths = Counter(schema.column(i).path for i in range(metadata.num_columns))
    paths_of_texts = []
    for i in range(min(group.num_columns, metadata.num_columns)):
        path = schema.column(i).path
        refers = any("DICTIONARY" in encoding for encoding in group.column(i).encodings)
        if refers and schema.column(i).physical_type == "BYTE_ARRAY" and paths[path] == 1:
            paths_of_texts.append(path)
    return paths_of_texts


def _articles(batch: "pa.RecordBatch", name: str, before: int) -> Iterator[LoadResult]:
    """The articles of a batch that starts after `before` rows of the file."""
    for number, row in enumerate(_rows(batch), before + 1):
        record = f"{name}:{number}"
        yield load_error(record, row) if isinstance(row, str) else decode_row(row, record)


def _rows(batch: "pa.RecordBatch") -> Iterator[dict[str, Any] | str]:
    """Each row as a dictionary, or the error."""
    try:
        yield from batch.to_pylist()
    except ValueError:
        # Invalid UTF-8. The error does not name the row, so try each row separately.
        for i in range(len(batch)):
            try:
                yield batch.slice(i, 1).to_pylist()[0]
            except ValueError as error:
                yield f"is not an article: {error}"


def _not_articles_reason(schema: "pa.Schema") -> str | None:
    """Why a table has no articles, or `None`."""
    row_type = row_type_of(schema)
    if row_type == "articles":
        return None
    if row_type is None:
        return f"has no articles: its columns are {', '.join(schema.names[:8]) or 'none'}"
    return f"has {row_type}, not articles; export with rows=articles to read articles back"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
