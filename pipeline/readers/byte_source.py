"""Named bytes: a file, standard input, or a member of an archive. They are read once, from their beginning."""

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
from pipeline.readers.connection import Connection
from pipeline.readers.limits import Budget, Counted, Source
from pipeline.storage.disk_space import Room, RoomError

HEAD = 1 << 16
"""Bytes at the beginning that are looked at to choose a reader."""
PIECE = 1 << 20
"""Bytes of a whole document that are asked for at a time."""
PACKED = frozenset({".gz", ".zst", ".xz", ".bz2"})
"""Suffixes that stand behind the one of the content: `a.txt.gz` unpacks to `a.txt`."""

ARCHIVES = frozenset({".tar", ".warc", ".zip"})
"""Suffixes of files that hold many others."""
REMEDY = "split it, or raise [input.limits] bytes"
SHORT = {".tgz": ".tar", ".tzst": ".tar", ".txz": ".tar", ".tbz2": ".tar", ".tbz": ".tar"}


class Place(msgspec.Struct, frozen=True):
    """Where bytes lie: the file's path below the input root and, inside an archive, the path of the member."""

    file: str
    member: str | None = None

    def __str__(self) -> str:
        return self.file if self.member is None else f"{self.file}, {self.member}"

    def inside(self, path: str) -> "Place":
        """The place of an archive's member: its path there, behind that of the archive where that is a member itself.

        >>> Place("a.tar.gz", "a.tar").inside("b.zip").inside("c.txt")
        Place(file='a.tar.gz', member='b.zip/c.txt')
        """
        outer = "" if self.member is None or self._is_all else f"{self.member}/"
        return Place(self.file, outer + path)

    @property
    def unpacked(self) -> "Place":
        """The place of what a compression holds.

        >>> Place("wire/a.txt.gz").unpacked, Place("a.zip", "wire/b.txt.gz").unpacked
        (Place(file='wire/a.txt.gz', member='a.txt'), Place(file='a.zip', member='wire/b.txt'))
        """
        folder, slash, last = (self.member or "").rpartition("/")
        return Place(self.file, unpacked(self.file) if self.member is None else folder + slash + unpacked(last))

    @property
    def name(self) -> str:
        """The path of the file or member by itself."""
        return self.file if self.member is None else self.member

    @property
    def id(self) -> str:
        """What a document that is all of this is called: the path without suffix, a member below its archive.

        >>> Place("a/b.txt.gz").id, Place("dump.tar.gz", "wire/a.txt").id, Place("b.txt.gz", "b.txt").id
        ('a/b', 'dump/wire/a', 'b')
        """
        stem = without_suffix(self.file)
        return stem if self.member is None or self._is_all else f"{stem}/{without_suffix(self.member)}"

    @property
    def _is_all(self) -> bool:
        """Whether the member is what a compressed file holds, and so adds nothing to the path."""
        return self.member == unpacked(self.file)


class ByteSource:
    """The bytes at a place, with a look at how they begin.

    `stream` gives all of them, once. `path` is the file on the disk that they are, or None. `depth` counts the archives
    and compressions around them. `named` says whether the user asked for just this file. `budget` counts what the file
    unpacks to. `fault` is what is wrong with the bytes where they break off within the head: reading on raises it.
    """

    def __init__(
        self,
        place: Place,
        stream: BinaryIO,
        *,
        path: Path | None = None,
        depth: int = 0,
        named: bool = False,
        budget: Budget | None = None,
    ) -> None:
        self.place = place
        # A pipe has a path as well, as in `pipeline run <(…)`, and what was read of it is not there any more.
        self.path = path if path is not None and stream.seekable() else None
        self.depth = depth
        self.named = named
        self.budget = budget or Budget(Limits())
        if isinstance(stream, Connection) and stream.unsized:
            self.budget.unsized = True
        self.fault: ReaderError | None = None
        self.head = b""
        try:
            while len(self.head) < HEAD and (more := stream.read(HEAD - len(self.head))):
                self.head += more
        except ReaderError as error:
            # What came before it is there to be read.
            self.fault = error
        self.stream = _again(self.head, stream, seekable=self.path is not None, broken=self.fault is not None)

    def inner(self, place: Place, stream: BinaryIO, *, named: bool = False) -> "ByteSource":
        """What lies in this one: a layer deeper, and counted with it against the limits."""
        return ByteSource(place, stream, depth=self.depth + 1, named=named, budget=self.budget)

    def left_out(self, reason: str) -> LeftOut:
        """What is said of it where it holds no document. Raises `ReaderError` where the user named it."""
        if self.named:
            raise ReaderError(reason)
        return LeftOut(str(self.place), reason)

    @property
    def packed(self) -> Source:
        """The stream for readers that unpack it: what is read of a file is counted for the limits."""
        return Counted(self.stream, self.budget) if self.depth == 0 else self.stream

    @property
    def id(self) -> str:
        """The id of a document that is all of this."""
        return self.place.id

    @property
    def suffix(self) -> str:
        """The suffix of the name in small letters, with its full stop; empty where there is none."""
        return PurePosixPath(self.place.name).suffix.lower()

    @property
    def is_called_packed(self) -> bool:
        """Whether its name is that of a compressed file or an archive."""
        return self.suffix in PACKED or self.suffix in SHORT or self.suffix in ARCHIVES

    def count_whole(self, path: Path) -> None:
        """Counts all bytes of the file for the limits: for readers that read `path` themselves, in any order."""
        if self.depth == 0:
            self.budget.take(path.stat().st_size)

    def whole(self, limit: int) -> bytes:
        """All bytes. Raises `ReaderError` where they are more than `limit`."""
        if self.path is not None and (size := self.path.stat().st_size) > limit:
            raise ReaderError(f"is {size:,} bytes long, over the limit of {limit:,}; {REMEDY}")
        whole = bytearray()
        # Python takes the memory that is asked for before it knows what there is.
        while len(whole) <= limit and (more := self.stream.read(min(limit + 1 - len(whole), PIECE))):
            whole += more
        if len(whole) > limit:
            raise ReaderError(f"is over the limit of {limit:,} bytes; {REMEDY}")
        return bytes(whole)

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """A path at which all of it lies: for readers that cannot read from the beginning to the end."""
        if self.path is not None:
            if not os.path.samestat(os.stat(self.path), os.fstat(self.stream.fileno())):
                # The reader opens it by its name, which another file, a link or a pipe has now.
                fault = ReaderError("was replaced while it was read; run again")
                fault.passing = True
                raise fault
            yield self.path
            return
        with tempfile.NamedTemporaryFile(prefix="pipeline-", suffix=self.suffix) as file:
            room = Room(Path(file.name).parent)
            while piece := self.stream.read(HEAD):
                self.budget.keep(len(piece))
                try:
                    room.take(len(piece))
                    file.write(piece)
                    file.flush()
                except RoomError as error:
                    fault = ReaderError(str(error))
                    fault.passing = True
                    raise fault from None
                except OSError as error:
                    told = f"cannot be copied to {tempfile.gettempdir()}: {error.strerror or error}"
                    fault = ReaderError(f"{told}; set TMPDIR to a folder with more room")
                    fault.passing = True
                    raise fault from None
            yield Path(file.name)


class _Replay(io.RawIOBase):
    """A head that was read, and the rest of the stream behind it."""

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


def replayed(head: bytes, rest: BinaryIO) -> BinaryIO:
    """A stream of bytes that were read, and of what stands behind them."""
    return io.BufferedReader(_Replay(head, rest), HEAD)


def _again(head: bytes, stream: BinaryIO, *, seekable: bool, broken: bool) -> BinaryIO:
    if seekable:
        stream.seek(0)
        return stream
    if len(head) < HEAD and not broken:
        return io.BytesIO(head)
    return replayed(head, stream)


def without_suffix(name: str) -> str:
    """A path without its suffix, nor that of a compression behind it; a name that is only a suffix stays.

    >>> without_suffix("wire.2024/a.b.txt.gz"), without_suffix("dump.tar.xz"), without_suffix("wire/.hidden")
    ('wire.2024/a.b', 'dump', 'wire/.hidden')
    """
    path = PurePosixPath(name)
    if path.suffix.lower() in PACKED and PurePosixPath(path.stem).suffix:
        name = name[: -len(path.suffix)]
    head, dot, tail = name.rpartition(".")
    return head if dot and head and not head.endswith("/") and "/" not in tail else name


def unpacked(name: str) -> str:
    """What a compressed file is called when it is unpacked: its name without the suffix of the compression.

    >>> unpacked("a.txt.gz"), unpacked("crawl.tgz"), unpacked("odd")
    ('a.txt', 'crawl.tar', 'odd')
    """
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if suffix in SHORT:
        return path.stem + SHORT[suffix]
    return path.stem if suffix in PACKED else path.name
