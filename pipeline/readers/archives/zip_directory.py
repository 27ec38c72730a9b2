"""Reads the directory at the end of a zip archive one entry at a time, so that a million entries need little memory.

`zipfile` is not used: it makes an object of a kilobyte for each entry before the first can be read, and rejects a whole
archive for one invalid name.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec

from pipeline.model.record import ReaderError
from pipeline.readers.archives.members import decoded

END: Final = struct.Struct("<4s4H2LH")
END64: Final = struct.Struct("<4sQ2H2L4Q")
LOCATOR: Final = struct.Struct("<4sLQL")
ENTRY: Final = struct.Struct("<4s6H3L5H2L")
MAX_COMMENT_BYTES: Final = 0xFFFF
DIRECTORY_CHUNK_BYTES: Final = 1 << 16
ENCRYPTED: Final = 0x2041
"""Flags of an encrypted member: traditional, strong, and with an encrypted directory."""
DIRECTORY_DAMAGED: Final = "its directory is damaged; fetch the file again, or repair it with `zip -FF`"


class ZipEntry(msgspec.Struct, frozen=True, gc=False):
    """A directory entry: `packed` and `size` in bytes, `mode` of Unix or 0, `offset` in the file."""

    name: str
    method: int
    encrypted: bool
    crc: int
    packed: int
    size: int
    offset: int
    mode: int

    @property
    def least_end(self) -> int:
        """The earliest possible end of its data in the file; only its local header has the exact length."""
        return self.offset + 30 + self.packed


class ZipDirectory(msgspec.Struct, frozen=True):
    """Where the entries are: `members` entries in `length` bytes from `start`; `shift` bytes precede the archive."""

    start: int
    length: int
    members: int
    shift: int


def read_directory(file: BinaryIO) -> ZipDirectory:
    """Reads the end record of the archive. Raises `ReaderError` if there is none."""
    size = file.seek(0, 2)
    tail_at = max(0, size - MAX_COMMENT_BYTES - END.size)
    tail = _at(file, tail_at, size - tail_at)
    at = tail.rfind(b"PK\5\6", 0, max(0, len(tail) - END.size + 4))
    if at < 0:
        raise ReaderError("has no directory at its end: it is truncated, or not a zip archive; fetch the file again")
    _, disk, first_disk, _, members, length, offset, _ = END.unpack_from(tail, at)
    end = tail_at + at
    if members == 0xFFFF or length == 0xFFFFFFFF or offset == 0xFFFFFFFF:
        zip64_directory = _directory64(file, end)
        if zip64_directory is not None:
            return zip64_directory
    if disk or first_disk:
        raise ReaderError("is one part of a split archive; join the parts first, with `zip -s 0`")
    return _checked(end, length, offset, members)


def _directory64(file: BinaryIO, end: int) -> ZipDirectory | None:
    """Reads the end record of a zip64 archive: over 4 GiB or over 65,535 members."""
    if end < LOCATOR.size + END64.size:
        return None
    mark, _, at, _ = LOCATOR.unpack(_at(file, end - LOCATOR.size, LOCATOR.size))
    if mark != b"PK\6\7":
        return None
    # If other data precedes the archive, the offset in the locator is too low.
    for start in (end - LOCATOR.size - END64.size, at):
        record = _at(file, start, END64.size) if 0 <= start <= end - LOCATOR.size - END64.size else b""
        if record.startswith(b"PK\6\6"):
            *_, members, length, offset = END64.unpack(record)
            return _checked(start, length, offset, members)
    raise ReaderError(DIRECTORY_DAMAGED)


def _checked(end: int, length: int, offset: int, members: int) -> ZipDirectory:
    start = end - length
    if start < offset:
        raise ReaderError(DIRECTORY_DAMAGED)
    return ZipDirectory(start, length, members, start - offset)


def read_entries(file: BinaryIO, directory: ZipDirectory) -> Iterator[ZipEntry]:
    """Yields each entry in order; the file may be read elsewhere in between. Raises `ReaderError` for a damaged one."""
    at, left, window = directory.start, directory.length, b""
    while left or window:
        if len(window) < ENTRY.size + 3 * 0xFFFF and left:
            more = _at(file, at, min(left, DIRECTORY_CHUNK_BYTES + 3 * 0xFFFF))
            if not more:
                raise ReaderError(DIRECTORY_DAMAGED)
            window, at, left = window + more, at + len(more), left - len(more)
        # Copied once for all entries that are complete in it.
        used = 0
        while len(window) - used >= ENTRY.size + 3 * 0xFFFF or (not left and used < len(window)):
            entry, length = _entry(window, used, directory.shift)
            yield entry
            used += length
        window = window[used:]


def _entry(window: bytes, at: int, shift: int) -> tuple[ZipEntry, int]:
    """Returns the entry at `at`, and its length in bytes."""
    if len(window) - at < ENTRY.size:
        raise ReaderError(DIRECTORY_DAMAGED)
    mark, made_by, _, flags, method, _, _, crc, packed, size, *lengths, offset = ENTRY.unpack_from(window, at)
    named, extras, commented, _, _, attributes = lengths
    length = ENTRY.size + named + extras + commented
    if mark != b"PK\1\2" or len(window) - at < length:
        raise ReaderError(DIRECTORY_DAMAGED)
    at += ENTRY.size
    raw, extra = window[at : at + named], window[at + named : at + named + extras]
    wide, path = b"", None
    for kind, value in _extras(extra):
        if kind == 1:
            wide = value
        elif kind == 0x7075 and value[:1] == b"\1" and value[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
            path = value[5:]
    if 0xFFFFFFFF in (size, packed, offset):
        size, packed, offset = _wide((size, packed, offset), wide)
    mode = attributes >> 16 if made_by >> 8 == 3 else 0
    # The UTF-8 flag is ignored: the bytes are better evidence.
    name = decoded(raw if path is None else path)
    return ZipEntry(name, method, bool(flags & ENCRYPTED), crc, packed, size, offset + shift, mode), length


def _wide(numbers: tuple[int, int, int], wide: bytes) -> Iterator[int]:
    """Yields the numbers, with the next value from `wide` for each one that does not fit 32 bits."""
    for number in numbers:
        if number == 0xFFFFFFFF and len(wide) >= 8:
            yield int.from_bytes(wide[:8], "little")
            wide = wide[8:]
        else:
            yield number


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _at(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)
