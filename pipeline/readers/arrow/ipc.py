"""Reads Arrow files and streams, which are sequences of record batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import msgspec

from pipeline.config.settings import Input, Limits
from pipeline.model.record import ReaderError
from pipeline.readers.arrow import messages
from pipeline.readers.arrow.columns import (
    Untyped,
    error_line,
    library_errors,
    load_pyarrow,
    table_rows,
    text_columns,
    validated,
)
from pipeline.readers.arrow.expansion import pieces
from pipeline.readers.budget import Budget
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.tables import TableRow, check_column_count, table_records

ARROW_MAGIC = b"ARROW1"
CONTINUATION = b"\xff\xff\xff\xff"
"""Precedes each message of a stream; the message's length follows."""
FIRST_FEATHER = b"FEA1"
MAX_FIRST_MESSAGE_BYTES = 1 << 28
ARROW_SUFFIXES = frozenset({".arrow", ".arrows", ".feather", ".ipc"})


@dataclass(frozen=True)
class ArrowReader:
    """Reads Arrow files (Feather version 2) and streams. A damaged batch fails; in a file the next ones are read."""

    name: ClassVar = "arrow"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes, and by suffix, so that a damaged file is reported as one."""
        if source.head.startswith((ARROW_MAGIC, FIRST_FEATHER)) or _begins_stream(source.head):
            return Claim.CONTENT
        return Claim.NAME if source.suffix in ARROW_SUFFIXES else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields a document for each row."""
        if source.head.startswith(FIRST_FEATHER):
            raise ReaderError("is Feather version 1, which is not supported; write it again with a newer library")
        pa = load_pyarrow()
        is_file = source.head.startswith(ARROW_MAGIC)
        with source.on_disk() as path, path.open("rb") as file, pa.memory_map(str(path)) as data:
            source.count_whole(path)
            try:
                batches = pa.ipc.open_file(data) if is_file else pa.ipc.open_stream(data)
                columns = text_columns(batches.schema)
            except library_errors() as error:
                reason = f"is not a readable Arrow file ({error_line(error)}); fetch it again, or write it again"
                raise ReaderError(reason) from None
            check_column_count(len(columns), options.limits)
            batch_source = _BatchSource(file, options.limits, source.budget)
            rows = _of_file(batches, batch_source) if is_file else _of_stream(batches, batch_source)
            media_type = f"application/vnd.apache.arrow.{'file' if is_file else 'stream'}"
            yield from table_records(source, rows, options, media_type=media_type, columns=columns)


def _begins_stream(head: bytes) -> bool:
    length = int.from_bytes(head[4:8], "little")
    return head.startswith(CONTINUATION) and 0 < length < MAX_FIRST_MESSAGE_BYTES and length % 8 == 0


class _BatchSource(msgspec.Struct, frozen=True):
    """The file that batches are in, and the limits of its expansion."""

    file: BinaryIO
    limits: Limits
    budget: Budget

    def rows(self, batch: Untyped, first: int) -> Iterator[TableRow]:
        """Yields the rows of a batch, which may be the whole file."""
        for piece, fault in pieces(validated(batch), self.limits, self.budget):
            if fault is not None:
                yield TableRow(first, fault=fault)
            else:
                yield from table_rows(piece, first)
            first += piece.num_rows


def _of_file(file: Untyped, batch_source: _BatchSource) -> Iterator[TableRow]:
    first = 1
    dictionaries, places = messages.of_file(batch_source.file)
    batch_source.budget.announce(dictionaries)
    for number in range(file.num_record_batches):
        if number < len(places):
            batch_source.budget.announce(messages.unpacked(batch_source.file, places[number]))
        try:
            for row in batch_source.rows(file.get_batch(number), first):
                yield row
                first += 1
        except ReaderError:
            raise
        except library_errors() as error:
            reason = f"batch {number + 1} of {file.num_record_batches} is lost from here on ({error_line(error)})"
            yield TableRow(first, fault=f"{reason}; fetch the file again, or write it again")
            first += 1


def _of_stream(stream: Untyped, batch_source: _BatchSource) -> Iterator[TableRow]:
    first = 1
    declared = messages.of_stream(batch_source.file)
    while True:
        batch_source.budget.announce(next(declared, 0))
        try:
            for row in batch_source.rows(stream.read_next_batch(), first):
                yield row
                first += 1
        except StopIteration:
            return
        except ReaderError:
            raise
        except library_errors() as error:
            raise ReaderError(f"is truncated after row {first - 1} ({error_line(error)}); fetch it again") from None
