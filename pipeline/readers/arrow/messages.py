"""Reads the metadata of messages in an Arrow file or stream, without decompressing their content.

pyarrow decompresses all buffers of a batch before it returns anything. Their sizes come before each buffer; they are
read here from the metadata, which are flatbuffers: tables whose fields are found through a list of offsets.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

CONTINUED = 0xFFFFFFFF
MAX_MESSAGE_BYTES = 1 << 28
"""Maximum bytes of the metadata of one message."""
DICTIONARY, BATCH = 2, 3
"""Types of messages that have a body."""
FILE_BLOCK = struct.Struct("<qi4xq")
"""The location of a message in a file: offset, length of the metadata, length of the body."""


class _FlatbufferTable:
    """A table in a flatbuffer. Raises `struct.error` if it points outside the buffer."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at
        self._fields = at - self._number("<i", at)

    @classmethod
    def root(cls, data: bytes) -> "_FlatbufferTable":
        return cls(data, int(struct.unpack_from("<I", data)[0]))

    def number(self, field: int, form: str) -> int:
        """Returns a number field; 0 if it is missing."""
        at = self._place(field)
        return 0 if at is None else self._number(form, at)

    def table(self, field: int) -> "_FlatbufferTable | None":
        """Returns a table field; None if it is missing."""
        at = self._place(field)
        return None if at is None else _FlatbufferTable(self._data, at + self._number("<I", at))

    def structs(self, field: int, form: struct.Struct) -> list[tuple[int, ...]]:
        """Returns a field that is a list of structs."""
        at = self._place(field)
        if at is None:
            return []
        begin = at + self._number("<I", at)
        count = self._number("<I", begin)
        return list(form.iter_unpack(self._data[begin + 4 : begin + 4 + count * form.size]))

    def _place(self, field: int) -> int | None:
        if 4 + 2 * field >= self._number("<H", self._fields):
            return None
        offset = self._number("<H", self._fields + 4 + 2 * field)
        return self._at + offset if offset else None

    def _number(self, form: str, at: int) -> int:
        if at < 0:
            raise struct.error("out of the buffer")
        return int(struct.unpack_from(form, self._data, at)[0])


def of_stream(file: BinaryIO) -> Iterator[int]:
    """Yields for each batch of a stream the decompressed size of it and of the dictionaries before it, up to damage."""
    at, waiting = 0, 0
    while (message := _message(file, at)) is not None:
        kind, size, at = message
        waiting += size
        if kind == BATCH:
            yield waiting
            waiting = 0


def of_file(file: BinaryIO) -> tuple[int, list[int]]:
    """Returns the decompressed size of a file's dictionaries, and the offsets of its batches; empty if damaged."""
    try:
        end = file.seek(-10, 2)
        length = struct.unpack("<i", file.read(4))[0]
        if not 0 < length <= min(end, MAX_MESSAGE_BYTES):
            return 0, []
        file.seek(end - length)
        footer = _FlatbufferTable.root(file.read(length))
        dictionaries = [block[0] for block in footer.structs(2, FILE_BLOCK)]
        batches = [block[0] for block in footer.structs(3, FILE_BLOCK)]
    except (struct.error, OSError):
        return 0, []
    return sum(unpacked(file, at) for at in dictionaries), batches


def unpacked(file: BinaryIO, at: int) -> int:
    """Returns the decompressed size of the message at an offset; 0 if it is damaged, which pyarrow will report."""
    message = _message(file, at)
    return 0 if message is None else message[1]


def _message(file: BinaryIO, at: int) -> tuple[int, int, int] | None:
    """Returns the type of a message, its decompressed size, and the offset of the next one; None at the end."""
    try:
        file.seek(at)
        mark, length = struct.unpack("<Ii", file.read(8))
        if mark != CONTINUED:
            # Streams before version 0.15 have no continuation mark.
            length, at = mark, at - 4
        if not 0 < length <= MAX_MESSAGE_BYTES:
            return None
        file.seek(at + 8)
        message = _FlatbufferTable.root(file.read(length))
        body = at + 8 + length
        kind, held = message.number(1, "<B"), message.number(3, "<q")
        header = message.table(2)
        batch = header.table(1) if kind == DICTIONARY and header is not None else header
        size = 0
        if kind in {DICTIONARY, BATCH} and batch is not None:
            size = _size(file, batch, body)
    except (struct.error, OSError, OverflowError):
        return None
    return kind, size, body + max(held, 0)


def _size(file: BinaryIO, batch: _FlatbufferTable, body: int) -> int:
    buffers = batch.structs(2, struct.Struct("<qq"))
    if batch.table(3) is None:
        return sum(max(length, 0) for _, length in buffers)
    size = 0
    for offset, length in buffers:
        if length < 8:
            continue
        file.seek(body + offset)
        declared = struct.unpack("<q", file.read(8))[0]
        # -1 marks an uncompressed buffer.
        size += declared if declared >= 0 else length
    return size
