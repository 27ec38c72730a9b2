"""The bytes that a reader reads: a file, standard input, or a member of an archive."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import msgspec

from pipeline.config.settings import Limits
from pipeline.model.record import LeftOut, ReaderError
from pipeline.readers.budget import Budget, CountedStream, Readable
from pipeline.storage.disk_space import DiskSpace, DiskSpaceError, UnsizedStream

HEAD_BYTES = 1 << 16
"""Bytes at the beginning that a reader sees when it is chosen."""
CHUNK_BYTES = 1 << 20
"""Bytes that are read at a time of a whole document."""
COMPRESSED_SUFFIXES = frozenset({".gz", ".zst", ".xz", ".bz2"})
"""Suffixes that follow the one of the content: `a.txt.gz` unpacks to `a.txt`."""

ARCHIVE_SUFFIXES = frozenset({".tar", ".warc", ".zip"})
"""Suffixes of archives."""
REMEDY = "split it, or raise [input.limits] bytes"
TAR_SHORTHANDS = {".tgz": ".tar", ".tzst": ".tar", ".txz": ".tar", ".tbz2": ".tar", ".tbz": ".tar"}


class Location(msgspec.Struct, frozen=True):
    """Where bytes come from: the file's path below the input root and, inside an archive, the path of the member."""

    file: str
    member: str | None = None

    def __str__(self) -> str:
        return self.file if self.member is None else f"{self.file}, {self.member}"

    def inside(self, path: str) -> "Location":
        """The location of a member of this archive. Its path follows that of the archive, if that is a member too.

        >>> Location("a.tar.gz", "a.tar").inside("b.zip").inside("c.txt")
        Location(file='a.tar.gz', member='b.zip/c.txt')
        """
        outer = "" if self.member is None or self._is_all else f"{self.member}/"
        return Location(self.file, outer + path)

    @property
    def unpacked(self) -> "Location":
        """The location of the file that a compressed one holds.

        >>> Location("wire/a.txt.gz").unpacked, Location("a.zip", "wire/b.txt.gz").unpacked
        (Location(file='wire/a.txt.gz', member='a.txt'), Location(file='a.zip', member='wire/b.txt'))
        """
        folder, slash, last = (self.member or "").rpartition("/")
        return Location(
            self.file, unpacked_name(self.file) if self.member is None else folder + slash + unpacked_name(last)
        )

    @property
    def name(self) -> str:
        """The path of the member, or of the file if there is none."""
        return self.file if self.member is None else self.member

    @property
    def id(self) -> str:
        """The id of a document that fills the file or member: its path without suffix.

        >>> Location("a/b.txt.gz").id, Location("dump.tar.gz", "wire/a.txt").id, Location("b.txt.gz", "b.txt").id
        ('a/b', 'dump/wire/a', 'b')
        """
        stem = without_suffix(self.file)
        return stem if self.member is None or self._is_all else f"{stem}/{without_suffix(self.member)}"

    @property
    def _is_all(self) -> bool:
        """Whether the member is the one file that a compressed file holds, and so adds nothing to the id."""
        return self.member == unpacked_name(self.file)


class ByteSource:
    """The bytes at a location.

    `head` holds the first 64 KiB. `stream` reads all bytes, once, from the beginning. `path` is the file on disk, or
    None. `depth` counts the archives and compressions around the bytes. `named` is true if the user named this very
    file. `budget` counts what the file unpacks to. `fault` is the error if the bytes break off within the head: reading
    on raises it.
    """

    def __init__(
        self,
        location: Location,
        stream: BinaryIO,
        *,
        path: Path | None = None,
        depth: int = 0,
        named: bool = False,
        budget: Budget | None = None,
    ) -> None:
        self.location = location
        # A pipe has a path as well, as in `pipeline run <(…)`, but it cannot be read again.
        self.path = path if path is not None and stream.seekable() else None
        self.depth = depth
        self.named = named
        self.budget = budget or Budget(Limits())
        if isinstance(stream, RemoteStream) and stream.unsized:
            self.budget.unsized = True
        self.fault: ReaderError | None = None
        self.head = b""
        try:
            while len(self.head) < HEAD_BYTES and (more := stream.read(HEAD_BYTES - len(self.head))):
                self.head += more
        except ReaderError as error:
            # The bytes before it can still be read.
            self.fault = error
        self.stream = _again(self.head, stream, seekable=self.path is not None, broken=self.fault is not None)

    def inner(self, location: Location, stream: BinaryIO, *, named: bool = False) -> "ByteSource":
        """A source inside this one, one layer deeper, which shares its budget."""
        return ByteSource(location, stream, depth=self.depth + 1, named=named, budget=self.budget)

    def left_out(self, reason: str) -> LeftOut:
        """Returns the `LeftOut` for a source without a document. Raises `ReaderError` if the user named the file."""
        if self.named:
            raise ReaderError(reason)
        return LeftOut(str(self.location), reason)

    @property
    def packed(self) -> Readable:
        """The stream for readers that unpack it; it counts what is read of a file against the limits."""
        return CountedStream(self.stream, self.budget) if self.depth == 0 else self.stream

    @property
    def id(self) -> str:
        """The id of a document that fills the source."""
        return self.location.id

    @property
    def suffix(self) -> str:
        """The suffix of the name in lower case, with its dot; empty if there is none."""
        return PurePosixPath(self.location.name).suffix.lower()

    @property
    def is_called_packed(self) -> bool:
        """Whether its suffix is that of a compressed file or an archive."""
        return self.suffix in COMPRESSED_SUFFIXES or self.suffix in TAR_SHORTHANDS or self.suffix in ARCHIVE_SUFFIXES

    def count_whole(self, path: Path) -> None:
        """Counts all bytes of the file against the limits, for readers that read `path` themselves."""
        if self.depth == 0:
            self.budget.take(path.stat().st_size)

    def whole(self, limit: int) -> bytes:
        """All bytes. Raises `ReaderError` if there are more than `limit`."""
        if self.path is not None and (size := self.path.stat().st_size) > limit:
            raise ReaderError(f"is {size:,} bytes long, over the limit of {limit:,}; {REMEDY}")
        whole = bytearray()
        # In pieces: Python allocates the size that is requested, whatever the size of the file.
        while len(whole) <= limit and (more := self.stream.read(min(limit + 1 - len(whole), CHUNK_BYTES))):
            whole += more
        if len(whole) > limit:
            raise ReaderError(f"is over the limit of {limit:,} bytes; {REMEDY}")
        return bytes(whole)

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """A path to all of the bytes, for readers that must seek; a temporary copy if they are not a file."""
        if self.path is not None:
            if not os.path.samestat(os.stat(self.path), os.fstat(self.stream.fileno())):
                # The reader opens the file by name, and the name now belongs to another file, link or pipe.
                fault = ReaderError("was replaced while it was read; run again")
                fault.passing = True
                raise fault
            yield self.path
            return
        with tempfile.NamedTemporaryFile(prefix="pipeline-", suffix=self.suffix) as file:
            room = DiskSpace(Path(file.name).parent)
            while piece := self.stream.read(HEAD_BYTES):
                self.budget.keep(len(piece))
                try:
                    room.take(len(piece))
                    file.write(piece)
                    file.flush()
                except DiskSpaceError as error:
                    fault = ReaderError(str(error))
                    fault.passing = True
                    raise fault from None
                except OSError as error:
                    reason = f"cannot be copied to {tempfile.gettempdir()}: {error.strerror or error}"
                    fault = ReaderError(f"{reason}; set TMPDIR to a folder with more room")
                    fault.passing = True
                    raise fault from None
            yield Path(file.name)


class _Replay(io.RawIOBase):
    """Bytes that were read already, followed by the rest of their stream."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        room = memoryview(cast("bytearray", buffer))
        if not self._head and isinstance(self._rest, io.RawIOBase):
            return self._rest.readinto(room) or 0
        piece = self._head[: len(room)] if self._head else self._rest.read(len(room))
        self._head = self._head[len(piece) :]
        room[: len(piece)] = piece
        return len(piece)


def joined_stream(head: bytes, rest: BinaryIO) -> BinaryIO:
    """A stream of bytes that were read already, followed by the rest of their stream."""
    return io.BufferedReader(_Replay(head, rest), HEAD_BYTES)


def _again(head: bytes, stream: BinaryIO, *, seekable: bool, broken: bool) -> BinaryIO:
    if seekable:
        stream.seek(0)
        return stream
    if len(head) < HEAD_BYTES and not broken:
        return io.BytesIO(head)
    return joined_stream(head, stream)


def without_suffix(name: str) -> str:
    """A path without its suffix and without that of a compression; a name that is only a suffix stays.

    >>> without_suffix("wire.2024/a.b.txt.gz"), without_suffix("dump.tar.xz"), without_suffix("wire/.hidden")
    ('wire.2024/a.b', 'dump', 'wire/.hidden')
    """
    path = PurePosixPath(name)
    if path.suffix.lower() in COMPRESSED_SUFFIXES and PurePosixPath(path.stem).suffix:
        name = name[: -len(path.suffix)]
    head, dot, tail = name.rpartition(".")
    return head if dot and head and not head.endswith("/") and "/" not in tail else name


def unpacked_name(name: str) -> str:
    """The name of a compressed file once it is unpacked: without the suffix of the compression.

    >>> unpacked_name("a.txt.gz"), unpacked_name("crawl.tgz"), unpacked_name("odd")
    ('a.txt', 'crawl.tar', 'odd')
    """
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if suffix in TAR_SHORTHANDS:
        return path.stem + TAR_SHORTHANDS[suffix]
    return path.stem if suffix in COMPRESSED_SUFFIXES else path.name


class RemoteStream(io.RawIOBase):
    """A stream from a bucket or the web. An `OSError` becomes a `ReaderError`, the same one each time it is read again.

    Reads are never joined: bytes that a longer read already had would be lost with its error.
    """

    def __init__(self, stream: BinaryIO, *, unsized: bool | None = None) -> None:
        super().__init__()
        self._stream = cast("io.BufferedReader", stream)
        self._fault: ReaderError | None = None
        self.unsized = isinstance(stream, UnsizedStream) if unsized is None else unsized
        """Whether its length is unknown."""

    @property
    def broken(self) -> bool:
        """Whether it broke off, so that what the reader reports of the file may be a consequence."""
        return self._fault is not None

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Fills the beginning of `buffer`; 0 at the end. Raises `ReaderError`."""
        if self._fault is None:
            try:
                return self._stream.readinto1(cast("bytearray", buffer))
            except OSError as error:
                self._fault = ReaderError(f"cannot be read: {error}")
        raise self._fault

    def close(self) -> None:
        """Closes the stream, too."""
        self._stream.close()
        super().close()


def read_lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number, from 1, its end included; None for a line of more than `limit` bytes.

    >>> import io; list(read_lines(io.BytesIO(b"ab\\nabcd\\nc"), 3))
    [(1, b'ab\\n'), (2, None), (3, b'c')]
    """
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit and not (len(line) == limit + 1 and line.endswith(b"\n")):
            while line and not line.endswith(b"\n"):
                line = stream.readline(limit + 1)
            yield number, None
        else:
            yield number, line
