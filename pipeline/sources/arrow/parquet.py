"""Parquet: a table by columns, read a group of rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.settings import Input
from pipeline.sources.arrow.columns import Untyped, arrow, checked, faults, rows, rows_at_a_time, text_columns, told
from pipeline.sources.blob import Blob
from pipeline.sources.fields import Row, records
from pipeline.sources.reader import Claim, Found
from pipeline.sources.record import SourceError

SIGNATURE = b"PAR1"
BUFFER = 1 << 20
"""Bytes of a column that are read at a time: a group of rows may be larger than the memory."""
LONGEST_NAME = 1 << 24
MOST_PARTS = 1 << 20
"""What the footer may ask for, in bytes of one text and in parts of one list."""


@dataclass(frozen=True)
class Parquet:
    """A group of rows that is damaged is lost, by name, and the others are read."""

    name: ClassVar = "parquet"
    protocol: ClassVar = 1

    def sniff(self, blob: Blob) -> Claim:
        """By its first bytes; by the suffix too, so that a damaged one is told as such."""
        if blob.head.startswith(SIGNATURE):
            return Claim.CONTENT
        return Claim.NAME if blob.suffix == ".parquet" else Claim.NONE

    def read(self, blob: Blob, options: Input) -> Iterator[Found]:
        """A document a row."""
        pq = arrow().parquet
        with blob.on_disk() as path:
            try:
                file = pq.ParquetFile(
                    path,
                    buffer_size=BUFFER,
                    pre_buffer=False,
                    thrift_string_size_limit=LONGEST_NAME,
                    thrift_container_size_limit=MOST_PARTS,
                    page_checksum_verification=True,
                )
            except faults() as error:
                reason = f"is no Parquet file that can be read ({told(error)}); fetch it again, or write it anew"
                raise SourceError(reason) from None
            with file:
                _refuse_bomb(file, options)
                columns = text_columns(file.schema_arrow)
                media_type = "application/vnd.apache.parquet"
                yield from records(blob, _rows(file), options, media_type=media_type, columns=columns)


def _rows(file: Untyped) -> Iterator[Row]:
    first = 1
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        last = first + max(group.num_rows, 0)
        at = first
        size = rows_at_a_time(group.num_rows, group.total_byte_size)
        try:
            for batch in file.iter_batches(size, row_groups=[number], use_threads=False):
                yield from rows(checked(batch), at)
                at += batch.num_rows
            reason = "they are not there"
        except faults() as error:
            reason = told(error)
        if at < last:
            fault = f"it and all up to row {last - 1} are lost ({reason}); fetch the file again, or write it anew"
            yield Row(at, fault=fault)
        first = max(last, at)


def _refuse_bomb(file: Untyped, options: Input) -> None:
    groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    size = sum(group.total_byte_size for group in groups)
    if size > options.limits.expanded:
        limit = f"{options.limits.expanded:,} bytes"
        raise SourceError(f"unpacks to {size:,} bytes, over the limit of {limit}; raise [input.limits] expanded")
