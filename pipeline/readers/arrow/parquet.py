"""Reads Parquet files, one row group at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from pipeline.config.settings import Input, Limits
from pipeline.model.record import ReaderError
from pipeline.readers.arrow import dictionaries
from pipeline.readers.arrow.columns import (
    Untyped,
    error_line,
    library_errors,
    load_pyarrow,
    rows_at_a_time,
    table_rows,
    text_columns,
    validated,
)
from pipeline.readers.arrow.expansion import pieces
from pipeline.readers.budget import Budget
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.tables import TableRow, check_column_count, table_records

PARQUET_MAGIC = b"PAR1"
PARQUET_MEDIA_TYPE = "application/vnd.apache.parquet"
BUFFER = 1 << 20
"""Bytes of a column that are read at a time: a row group may be larger than the memory."""
VALUE = 4
"""Minimum bytes of a value in a list, with its levels."""
FOOTER_LIMITS = {"thrift_string_size_limit": 1 << 24, "thrift_container_size_limit": 1 << 20}
"""Limits of the footer: bytes (16 MiB) of one string, and elements of one list."""


@dataclass(frozen=True)
class ParquetReader:
    """Reads Parquet. A damaged row group fails as a whole; the others are still read."""

    name: ClassVar = "parquet"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes, and by suffix, so that a damaged file is reported as one."""
        if source.head.startswith(PARQUET_MAGIC):
            return Claim.CONTENT
        return Claim.NAME if source.suffix == ".parquet" else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields a document for each row."""
        with source.on_disk() as path, path.open("rb") as raw:
            source.count_whole(path)
            file = _opened(path)
            try:
                check_column_count(file.metadata.num_columns, options.limits)
                if as_references := dictionaries.large(raw, file.metadata):
                    file.close()
                    file = _opened(path, as_references)
                columns = text_columns(file.schema_arrow)
                rows = _rows(file, raw, as_references, options.limits, source.budget)
                yield from table_records(source, rows, options, media_type=PARQUET_MEDIA_TYPE, columns=columns)
            finally:
                file.close()


def _opened(path: Path, as_references: Sequence[str] = ()) -> Untyped:
    try:
        return load_pyarrow().parquet.ParquetFile(
            path,
            read_dictionary=list(as_references),
            buffer_size=BUFFER,
            pre_buffer=False,
            page_checksum_verification=True,
            **FOOTER_LIMITS,
        )
    except library_errors() as error:
        reason = f"is not a readable Parquet file ({error_line(error)}); fetch it again, or write it again"
        raise ReaderError(reason) from None


def _rows(
    file: Untyped, raw: BinaryIO, as_references: Sequence[str], limits: Limits, budget: Budget
) -> Iterator[TableRow]:
    first = 1
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        last = first + max(group.num_rows, 0)
        at = first
        budget.announce(declared(group, file.schema))
        size = rows_at_a_time(group.num_rows, group.total_byte_size)
        copied = sum(
            each.bytes for each in dictionaries.of_group(raw, file.metadata, number) if each.path not in as_references
        )
        size = max(1, min(size, dictionaries.MAX_COPIED_BYTES // max(copied, 1)))
        try:
            for batch in file.iter_batches(size, row_groups=[number], use_threads=False):
                for piece, fault in pieces(validated(batch), limits, budget):
                    yield from table_rows(piece, at) if fault is None else [TableRow(at, fault=fault)]
                    at += piece.num_rows
            reason = "they are not there"
        except ReaderError:
            raise
        except library_errors() as error:
            reason = error_line(error)
        if at < last:
            fault = f"it and all up to row {last - 1} are lost ({reason}); fetch the file again, or write it again"
            yield TableRow(at, fault=fault)
        first = max(last, at)


def declared(group: Untyped, schema: Untyped) -> int:
    """Returns the uncompressed size that a row group declares, and that of values in lists: one row may have all."""
    columns = [group.column(number) for number in range(group.num_columns)]
    lists = sum(
        VALUE * max(column.num_values, 0)
        for number, column in enumerate(columns)
        if number < len(schema) and schema.column(number).max_repetition_level
    )
    return int(max(group.total_byte_size, sum(max(column.total_uncompressed_size, 0) for column in columns)) + lists)
