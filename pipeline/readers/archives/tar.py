"""Reads tar archives in one pass over any stream, so that `.tar.gz` needs no temporary file."""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Final, cast

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, ReaderError, Unreadable, printable
from pipeline.readers.archives import members
from pipeline.readers.budget import Budget, Readable
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem

BLOCK_BYTES: Final = tarfile.BLOCKSIZE
MAX_EXTENDED_HEADER_BYTES: Final = 1 << 20
"""Maximum bytes of all headers of one member, with long names and pax records."""
MAX_GLOBAL_HEADERS: Final = 100
"""Maximum number of global headers, which stay in memory."""
TAR_SUFFIXES: Final = frozenset({".tar"})
TAR_DAMAGED: Final = "the header of a member is damaged; members before it are read; fetch the file again"
ERRORS: Final = (
    tarfile.TarError,
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""Exceptions, besides its own, that `tarfile` raises for invalid headers."""
MEMBER_KINDS: Final = {
    tarfile.LNKTYPE: "a link, which is not followed",
    tarfile.SYMTYPE: "a link, which is not followed",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
}


@dataclass(frozen=True)
class TarReader:
    """Reads tar archives: old, ustar, GNU and pax."""

    name: ClassVar = "tar"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the checksum of the first header; an empty archive by its name."""
        header = source.head[:BLOCK_BYTES]
        if header[257:262] == b"ustar" or _is_header(header):
            return Claim.CONTENT
        empty = len(header) == BLOCK_BYTES and not header.strip(b"\0")
        return Claim.NAME if empty and source.suffix in TAR_SUFFIXES else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the members."""
        forward = _Forward(source.packed)
        most, number, yielded = options.limits.members, 0, 0
        archive = _opened(forward)
        while (info := _next(archive, forward)) is not None:
            number += 1
            source.budget.hold()
            if number > most:
                raise ReaderError(f"has more members than the limit of {most:,}; {members.REMEDY}")
            for member in _member(source, archive, info, forward, options):
                yielded += 1
                yield member
        forward.finish()
        if not yielded:
            yield source.left_out(members.NONE_TAKEN if number else "is an empty tar archive")


def _is_header(header: bytes) -> bool:
    """Whether a block is a header: it contains the sum of its own bytes, with the sum field counted as spaces."""
    if len(header) < BLOCK_BYTES or not header[0]:
        return False
    digits = header[148:156].strip(b"\0 ")
    if not digits or digits.translate(None, b"01234567"):
        return False
    return int(digits, 8) == sum(header[:148]) + sum(header[156:]) + 8 * ord(" ")


def _opened(forward: "_Forward") -> tarfile.TarFile:
    forward.begin()
    try:
        # surrogateescape keeps the bytes of a name that is not UTF-8.
        return tarfile.TarFile(fileobj=cast("BinaryIO", forward), encoding="utf-8", errors="surrogateescape")
    except ReaderError:
        raise
    except ERRORS as error:
        raise ReaderError(f"is not a complete tar archive: {_error_line(error)}; fetch the file again") from None


def _next(archive: tarfile.TarFile, forward: "_Forward") -> tarfile.TarInfo | None:
    """Returns the next member; None at the end. Raises `ReaderError` if that is not a proper end."""
    forward.begin()
    try:
        info = archive.next()
    except ReaderError:
        raise
    except ERRORS as error:
        raise ReaderError(f"{TAR_DAMAGED} ({_error_line(error)})") from None
    # `tarfile` keeps all members, and reports a damaged header as the end of the archive.
    cast("Any", archive).members.clear()
    if info is None and forward.last.strip(b"\0"):
        raise ReaderError(TAR_DAMAGED)
    if info is None and not forward.last:
        raise ReaderError("has no end marker: it may be truncated after a member; fetch the file again to be sure")
    if len(archive.pax_headers) > MAX_GLOBAL_HEADERS:
        raise ReaderError(f"has more than {MAX_GLOBAL_HEADERS} headers for all its members; repack it")
    return info


def _member(
    source: ByteSource, archive: tarfile.TarFile, info: tarfile.TarInfo, forward: "_Forward", options: Input
) -> Iterator[ReaderItem]:
    name = members.decoded(info.name.encode("utf-8", "surrogateescape"))
    try:
        path = members.path_of(name)
    except ReaderError as error:
        location = source.location.inside(printable(name, None))
        yield Unreadable(location.id, f"{location}: {error}")
        return
    if info.isdir() or not path or members.passed_over(path, options.include):
        return
    location = source.location.inside(path)
    if not info.isreg():
        kind = MEMBER_KINDS.get(info.type, f"of an unknown kind ({info.type!r})")
        yield LeftOut(str(location), f"is {kind}")
        return
    content: io.RawIOBase
    if info.issparse():
        content = _SparseStream(cast("Readable", archive.extractfile(info)), forward, source.budget)
    else:
        content = _MemberStream(forward, info.size)
    yield source.inner(location, cast("BinaryIO", content))


def _error_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


class _Forward:
    """The stream as `tarfile` needs it, with `tell` and `seek`; it only moves forward.

    Between `begin` and the content of a member, at most `MAX_EXTENDED_HEADER_BYTES` are read, whatever size a header
    declares.
    """

    def __init__(self, forward: Readable) -> None:
        self._forward = forward
        self._at = 0
        self._room: int | None = None
        self._fault: ReaderError | None = None
        self.last = b""
        """The last bytes that were read, because `tarfile` does not report a damaged header."""

    def begin(self) -> None:
        """Starts reading the headers of a member."""
        self._room = MAX_EXTENDED_HEADER_BYTES

    def some(self, size: int) -> bytes:
        """Returns up to `size` bytes of a member's content. Raises `ReaderError` at the end of the archive."""
        piece = self._forward.read(size)
        self._at += len(piece)
        if not piece:
            raise self.end()
        return piece

    def end(self) -> ReaderError:
        """Returns the error for a truncated archive, always the same one."""
        if self._fault is None:
            self._fault = ReaderError(f"is truncated after {self._at:,} bytes, within a member; fetch the file again")
        return self._fault

    def open(self) -> None:
        """Starts reading the content of a member."""
        self._room = None

    def tell(self) -> int:
        return self._at

    def read(self, size: int) -> bytes:
        if self._room is not None:
            self._room -= size
            if self._room < 0 or size < 0:
                limit = f"{MAX_EXTENDED_HEADER_BYTES:,} bytes"
                raise ReaderError(f"the header of a member is longer than {limit}; leave the file out, or repack it")
        whole = self._forward.read(size)
        while len(whole) < size and (more := self._forward.read(size - len(whole))):
            whole += more
        self._at += len(whole)
        self.last = whole
        return whole

    def seek(self, to: int) -> int:
        if to < self._at:
            raise ReaderError(TAR_DAMAGED)
        while self._at < to:
            self.some(min(1 << 16, to - self._at))
        return self._at

    def finish(self) -> None:
        """Reads to the end of the stream, so that a compression around it can verify all of it."""
        while self._forward.read(1 << 16):
            pass


class _MemberStream(io.RawIOBase):
    """The next `size` bytes of the archive."""

    def __init__(self, forward: _Forward, size: int) -> None:
        super().__init__()
        self._forward = forward
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        room = memoryview(cast("bytearray", buffer))
        if self._left <= 0 or not room:
            return 0
        piece = self._forward.some(min(len(room), self._left))
        self._left -= len(piece)
        room[: len(piece)] = piece
        return len(piece)


class _SparseStream(io.RawIOBase):
    """The bytes of a sparse member, which are more than its bytes in the archive."""

    def __init__(self, content: Readable, forward: _Forward, budget: Budget) -> None:
        super().__init__()
        self._content = content
        self._forward = forward
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        room = memoryview(cast("bytearray", buffer))
        self._forward.open()
        try:
            piece = self._content.read(len(room))
        except ReaderError:
            raise
        except ERRORS:
            raise self._forward.end() from None
        self._budget.give(len(piece))
        room[: len(piece)] = piece
        return len(piece)
