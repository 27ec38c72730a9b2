"""What runs in the process that reads: it reads the files that it is told, and hands on their documents in batches.

It may be killed at any moment. So that it is known which document it was at, it writes that to a desk that the run can
see. It reads one batch ahead and then waits, so that its memory does not grow.
"""

import io
import os
import pickle
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import BinaryIO, cast

from pipeline.model.record import Record
from pipeline.readers.documents import ReadResult, file_documents, is_document, open_input
from pipeline.readers.input_files import InputFile
from pipeline.runs.processes.bind_to_parent import bind_to_parent, use_environment
from pipeline.runs.processes.limits import OUT_OF_MEMORY_EXIT_CODE, limit_memory, record_crashes
from pipeline.runs.reading_process.messages import (
    IDLE,
    CheckDocument,
    Desk,
    DocumentBatch,
    DocumentCheck,
    GroupResult,
    NextBatch,
    ReaderConfig,
    ReadFile,
    ReadGroup,
    ReadItem,
    Ready,
)
from pipeline.runs.records import EncodedRecord, encode_record

MAX_BATCH_BYTES = 1 << 18
"""Bytes of documents from which on a batch is handed on."""
MAX_GROUPED_FILE_BYTES = 1 << 15
"""Bytes of a file that is read in a group with others; of a longer one the reading takes longer than the asking."""
MAX_GROUPED_DOCUMENTS = 64
"""Documents of such a file."""
MAX_BATCH_SECONDS = 0.05
"""Seconds after which it is handed on with what it holds."""


def reader_main(connection: Connection, desk: Desk, pickled: bytes, trace: str) -> None:
    """Reads files until the connection is closed. `pickled` is a `ReaderConfig`; a crash writes to `trace`."""
    # The keyboard interrupts the run, which decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        wreckage = Path(trace).open("wb")  # noqa: SIM115 -- it is closed below
    except FileNotFoundError:
        # The run ended before this began.
        return
    with wreckage:
        record_crashes(wreckage)
        if not bind_to_parent(None):
            return
        try:
            setup = pickle.loads(pickled)  # noqa: S301 -- from the run
        except Exception as error:
            # The readers of other packages are imported here, and may do anything.
            connection.send_bytes(pickle.dumps(Ready(f"{type(error).__name__}: {error}")))
            return
        assert isinstance(setup, ReaderConfig)  # noqa: S101 -- nobody else sends any
        use_environment(setup.environment)
        tempfile.tempdir = setup.scratch
        memory = limit_memory(setup.options.limits.memory << 20)
        try:
            connection.send_bytes(pickle.dumps(Ready(memory=memory)))
            while True:
                _answer(pickle.loads(connection.recv_bytes()), setup, connection, desk)  # noqa: S301 -- from the run
        except (EOFError, BrokenPipeError, ConnectionResetError):
            # The run has ended, or has no more files.
            return
        except MemoryError:
            # Not even enough is left to say so in another way.
            os._exit(OUT_OF_MEMORY_EXIT_CODE)


def _answer(request: object, setup: ReaderConfig, connection: Connection, desk: Desk) -> None:
    if isinstance(request, CheckDocument):
        _begin(desk, 0)
        found = is_document(request.file, setup.options, setup.readers)
        desk[0] = IDLE
        connection.send_bytes(pickle.dumps(DocumentCheck(found)))
    elif isinstance(request, ReadFile):
        stream = recv_handle(connection) if request.streamed else None
        _read(request, setup, connection, desk, stream)
    elif isinstance(request, ReadGroup):
        _read_group(request, setup, connection, desk)
    # `NextBatch` for a file that has ended asks for nothing.


def _read(request: ReadFile, setup: ReaderConfig, connection: Connection, desk: Desk, stream: int | None) -> None:
    desk[2] = 0.0

    def opened(file: InputFile) -> BinaryIO:
        # What a server or a pipe lets wait for is not the time of the reader.
        desk[0] = IDLE
        try:
            if stream is None:
                return open_input(file, lambda far: _stream(far, desk))
            return _stream(cast("BinaryIO", io.FileIO(stream)), desk)
        finally:
            _begin(desk, 0)

    found = file_documents(request.file, setup.options, setup.readers, opened)
    batches = _batches(found, request, desk)
    for batch in batches:
        desk[2] += time.monotonic() - desk[1]
        connection.send_bytes(pickle.dumps(batch, 5))
        if batch.exhausted:
            # What is left of this process's memory is not to be trusted.
            raise EOFError
        # Not before: packing takes memory, too, and whoever dies of that should say at which document.
        desk[0] = IDLE
        if batch.ended:
            return
        more = pickle.loads(connection.recv_bytes())  # noqa: S301 -- from the run
        assert isinstance(more, NextBatch)  # noqa: S101 -- the run says nothing else meanwhile


def _read_group(request: ReadGroup, setup: ReaderConfig, connection: Connection, desk: Desk) -> None:
    """Reads files as long as they are small and hold little. A file at which that ends is asked for by itself."""
    desk[2] = 0.0
    found: list[tuple[str | None, list[ReadItem]]] = []
    size = 0
    for n, file in enumerate(request.files):
        _begin(desk, n)
        stamp = file.stamp
        items = None if stamp is None or file.size is None or file.size > MAX_GROUPED_FILE_BYTES else _few(file, setup)
        if items is None:
            break
        found.append((stamp, items))
        size += sum(item.weight for item in items if isinstance(item, EncodedRecord))
        if size > MAX_BATCH_BYTES:
            break
    connection.send_bytes(pickle.dumps(GroupResult(found), 5))
    desk[0] = IDLE


def _few(file: InputFile, setup: ReaderConfig) -> list[ReadItem] | None:
    """All documents of a file, or None where they are more than belong into a group: a small file may hold many."""
    items: list[ReadItem] = []
    size = 0
    with closing(file_documents(file, setup.options, setup.readers)) as found:
        for item in found:
            items.append(encode_record(item) if isinstance(item, Record) else item)
            size += item.weight if isinstance(item, Record) else 0
            if len(items) > MAX_GROUPED_DOCUMENTS or size > MAX_BATCH_BYTES:
                return None
    return items


def _batches(found: Iterator[ReadResult], request: ReadFile, desk: Desk) -> Iterator[DocumentBatch]:
    """The documents in batches; the last one says so."""
    n, taken, items, size, began = 0, 0, list[ReadItem](), 0, time.monotonic()
    _begin(desk, n)
    try:
        for item in found:
            n += 1
            if n > request.skip:
                taken += 1
                size += item.weight if isinstance(item, Record) else 0
                items.append(encode_record(item) if isinstance(item, Record) else item)
            if taken == request.most:
                break
            if items and (
                len(items) >= request.chunk or size > MAX_BATCH_BYTES or time.monotonic() - began > MAX_BATCH_SECONDS
            ):
                yield DocumentBatch(items)
                items, size, began = [], 0, time.monotonic()
                _begin(desk, n)
            else:
                now = time.monotonic()
                desk[2] += now - desk[1]
                _begin(desk, n)
    except MemoryError:
        yield DocumentBatch(items, exhausted=True)
    else:
        yield DocumentBatch(items, ended=True)


def _begin(desk: Desk, n: int) -> None:
    desk[1] = time.monotonic()
    desk[0] = n


def _stream(raw: BinaryIO, desk: Desk) -> BinaryIO:
    # Not buffered: a buffer would wait until it is full, and what is there would have to wait with it.
    return cast("BinaryIO", _Watched(raw, desk))


class _Watched(io.RawIOBase):
    """A stream whose bytes come from somewhere else: the time in which none come is not that of the reader."""

    def __init__(self, raw: BinaryIO, desk: Desk) -> None:
        super().__init__()
        self._raw = raw
        self._desk = desk

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        desk, began = self._desk, time.monotonic()
        n, desk[0] = desk[0], IDLE
        try:
            read = getattr(self._raw, "readinto1", None) or self._raw.readinto  # type: ignore[attr-defined]
            return int(read(buffer) or 0)
        finally:
            desk[1] += time.monotonic() - began
            desk[0] = n

    def readinto1(self, buffer: object, /) -> int:
        return self.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
