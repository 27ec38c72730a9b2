"""What runs in the process that reads: it reads the files it is asked for and sends their documents in batches.

It may be killed at any moment. Its heartbeat tells the run which document it was at, and since when. It reads one batch
ahead and then waits, so that its memory does not grow.
"""

import io
import pickle
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import BinaryIO, cast

from pipeline.model.record import Record
from pipeline.readers.documents import ReadResult, file_documents, is_document, open_input
from pipeline.readers.input_files import InputFile
from pipeline.runs.processes.child_main import serve
from pipeline.runs.processes.heartbeat import Heartbeat
from pipeline.runs.reading_process.messages import (
    CheckDocument,
    DocumentBatch,
    DocumentCheck,
    GroupResult,
    NextBatch,
    ReaderConfig,
    ReadFile,
    ReadGroup,
    ReadItem,
)
from pipeline.runs.records import EncodedRecord, encode_record

MAX_BATCH_BYTES = 1 << 18
"""A batch with more bytes of documents is sent."""
MAX_BATCH_SECONDS = 0.05
"""A batch that took longer to read is sent."""
MAX_GROUPED_FILE_BYTES = 1 << 15
"""Size of a file that is read in a group with others. To read a longer one takes longer than to ask for it."""
MAX_GROUPED_DOCUMENTS = 64
"""Documents in such a file."""


def reader_main(connection: Connection, heartbeat: Heartbeat, config: bytes, trace: str) -> None:
    """Reads files until the connection is closed. `config` is a pickled `ReaderConfig`."""

    def answer(config: ReaderConfig, message: object) -> None:
        _answer(message, config, connection, heartbeat)

    serve(connection, config, trace, ReaderConfig, answer)


def _answer(request: object, config: ReaderConfig, connection: Connection, heartbeat: Heartbeat) -> None:
    if isinstance(request, CheckDocument):
        heartbeat.begin(0)
        check = DocumentCheck(is_document(request.file, config.options, config.readers))
        heartbeat.idle()
        connection.send_bytes(pickle.dumps(check))
    elif isinstance(request, ReadFile):
        stream = recv_handle(connection) if request.streamed else None
        _read_file(request, config, connection, heartbeat, stream)
    elif isinstance(request, ReadGroup):
        _read_group(request, config, connection, heartbeat)
    # `NextBatch` for a file that has ended needs no answer.


def _read_file(
    request: ReadFile, config: ReaderConfig, connection: Connection, heartbeat: Heartbeat, stream: int | None
) -> None:
    heartbeat.reset_elapsed()

    def opened(file: InputFile) -> BinaryIO:
        # Time spent waiting for a server or a pipe does not count.
        heartbeat.idle()
        try:
            if stream is None:
                return open_input(file, lambda remote: _timed(remote, heartbeat))
            return _timed(cast("BinaryIO", io.FileIO(stream)), heartbeat)
        finally:
            heartbeat.begin(0)

    documents = file_documents(request.file, config.options, config.readers, opened)
    for batch in _batches(documents, request, heartbeat):
        heartbeat.add_elapsed()
        connection.send_bytes(pickle.dumps(batch, 5))
        if batch.out_of_memory:
            # The memory of this process cannot be trusted any more.
            raise EOFError
        # Only now: pickling takes memory, too, and if that kills this process, the run must know the document.
        heartbeat.idle()
        if batch.ended:
            return
        message = pickle.loads(connection.recv_bytes())  # noqa: S301 -- from the run
        assert isinstance(message, NextBatch)  # noqa: S101 -- the run sends nothing else meanwhile


def _read_group(request: ReadGroup, config: ReaderConfig, connection: Connection, heartbeat: Heartbeat) -> None:
    """Reads files as long as they are small and hold little. The run asks for the next file by itself."""
    heartbeat.reset_elapsed()
    files: list[tuple[str | None, list[ReadItem]]] = []
    size = 0
    for number, file in enumerate(request.files):
        heartbeat.begin(number)
        stamp = file.stamp
        is_small = stamp is not None and file.size is not None and file.size <= MAX_GROUPED_FILE_BYTES
        items = _all_documents(file, config) if is_small else None
        if items is None:
            break
        files.append((stamp, items))
        size += sum(item.weight for item in items if isinstance(item, EncodedRecord))
        if size > MAX_BATCH_BYTES:
            break
    connection.send_bytes(pickle.dumps(GroupResult(files), 5))
    heartbeat.idle()


def _all_documents(file: InputFile, config: ReaderConfig) -> list[ReadItem] | None:
    """Returns all documents of a file, or None if they are too many for a group: a small file may hold many."""
    items: list[ReadItem] = []
    size = 0
    with closing(file_documents(file, config.options, config.readers)) as documents:
        for item in documents:
            items.append(encode_record(item) if isinstance(item, Record) else item)
            size += item.weight if isinstance(item, Record) else 0
            if len(items) > MAX_GROUPED_DOCUMENTS or size > MAX_BATCH_BYTES:
                return None
    return items


def _batches(documents: Iterator[ReadResult], request: ReadFile, heartbeat: Heartbeat) -> Iterator[DocumentBatch]:
    """Yields the documents in batches; the last batch says that it is the last."""
    n, taken, items, size, began = 0, 0, list[ReadItem](), 0, time.monotonic()
    heartbeat.begin(n)
    try:
        for item in documents:
            n += 1
            if n > request.skip:
                taken += 1
                size += item.weight if isinstance(item, Record) else 0
                items.append(encode_record(item) if isinstance(item, Record) else item)
            if taken == request.most:
                break
            is_full = len(items) >= request.chunk or size > MAX_BATCH_BYTES
            if items and (is_full or time.monotonic() - began > MAX_BATCH_SECONDS):
                yield DocumentBatch(items)
                items, size, began = [], 0, time.monotonic()
            else:
                heartbeat.add_elapsed()
            heartbeat.begin(n)
    except MemoryError:
        yield DocumentBatch(items, out_of_memory=True)
    else:
        yield DocumentBatch(items, ended=True)


def _timed(raw: BinaryIO, heartbeat: Heartbeat) -> BinaryIO:
    # Not buffered: a buffer would wait until it is full, and hold back what is there already.
    return cast("BinaryIO", _RemoteStream(raw, heartbeat))


class _RemoteStream(io.RawIOBase):
    """A stream from a server or a pipe. Time spent waiting for its bytes does not count as reading time."""

    def __init__(self, raw: BinaryIO, heartbeat: Heartbeat) -> None:
        super().__init__()
        self._raw = raw
        self._heartbeat = heartbeat

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        item, began = self._heartbeat.item, time.monotonic()
        self._heartbeat.idle()
        try:
            read = getattr(self._raw, "readinto1", None) or self._raw.readinto  # type: ignore[attr-defined]
            return int(read(buffer) or 0)
        finally:
            self._heartbeat.resume(item, time.monotonic() - began)

    def readinto1(self, buffer: object, /) -> int:
        return self.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
