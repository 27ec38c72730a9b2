"""Reads zip archives: yields each member, in the order of the central directory."""

import io
import stat
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, ClassVar, cast

import msgspec

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, ReaderError, Unreadable, printable
from pipeline.readers.archives import compressed, members
from pipeline.readers.archives.unpacking import Compression, Unpacked
from pipeline.readers.archives.zip_directory import ZipDirectory, ZipEntry, read_directory, read_entries
from pipeline.readers.budget import Budget
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem

MAX_MEDIA_TYPE_BYTES = 100
"""Bytes that are read of the media type in the first member of an e-book or OpenDocument file."""
LOCAL_HEADER_BYTES = 30
"""Bytes of a member's local header before its name."""
STORED, DEFLATED, BZIP2, ZSTD, XZ = 0, 8, 12, 93, 95
OTHERS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 14: "LZMA", 97: "WavPack", 98: "PPMd"}
"""Compression methods that are rare for texts, by their number."""
DOCUMENTS = {"word": "a Word document (docx)", "xl": "an Excel workbook (xlsx)", "ppt": "a PowerPoint file (pptx)"}
"""Kinds of Office documents, by the folder in them."""
EBOOK = "an e-book (epub)"
SUFFIXES_OF_KINDS = {DOCUMENTS["word"]: ".docx", DOCUMENTS["xl"]: ".xlsx", EBOOK: ".epub"}
"""Kinds that another reader reads. It claims them by their beginning, unless they are put together in an odd way."""


@dataclass(frozen=True)
class ZipReader:
    """Reads zip archives, but not document formats that are zip archives inside, such as .docx."""

    name: ClassVar = "zip"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes: those of a member, or of an empty archive."""
        return Claim.CONTENT if source.head.startswith((b"PK\3\4", b"PK\5\6")) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the members. A stream is copied to disk first, because the directory is at the end."""
        with source.on_disk() as path, path.open("rb") as file:
            directory = read_directory(file)
            most = options.limits.members
            if directory.members > most:
                raise ReaderError(f"has {directory.members:,} members, over the limit of {most:,}; {members.REMEDY}")
            survey = survey_members(file, directory, most)
            if survey.kind:
                suffix = SUFFIXES_OF_KINDS.get(survey.kind)
                remedy = f"rename it to end in {suffix}" if suffix else "save it as text or as a web page"
                yield source.left_out(f"is {survey.kind}; {remedy}")
                return
            if not survey.offsets and not directory.length:
                yield source.left_out("is an empty zip archive")
                return
            yielded = 0
            for number, entry in enumerate(read_entries(file, directory), 1):
                if number > most:
                    raise ReaderError(f"has more members than the limit of {most:,}; {members.REMEDY}")
                for member in _member(source, file, entry, survey, options):
                    yielded += 1
                    yield member
                if source.budget.fault is not None:
                    raise source.budget.fault
            if not yielded:
                yield source.left_out(members.NONE_TAKEN)


class ZipSurvey(msgspec.Struct, frozen=True):
    """Facts about all members, read before any content: their offsets, directory start, kind of file."""

    offsets: "array[int]"
    end: int
    kind: str | None

    def overlaps(self, entry: ZipEntry) -> bool:
        """Whether another member or the directory starts inside the entry, as in zip bombs."""
        at = bisect_left(self.offsets, entry.offset)
        next_offset = self.offsets[at + 1] if at + 1 < len(self.offsets) else self.end
        return entry.least_end > next_offset


def survey_members(file: BinaryIO, directory: ZipDirectory, most: int) -> ZipSurvey:
    """Returns facts about the first `most` members; those after damage in the directory are not counted."""
    offsets = array("Q")
    folders: set[str] = set()
    first: ZipEntry | None = None
    try:
        for entry in islice(read_entries(file, directory), most):
            first = first or entry
            offsets.append(min(entry.offset, (1 << 64) - 1))
            folder, slash, rest = entry.name.partition("/")
            if folder in DOCUMENTS or not slash or rest == "MANIFEST.MF":
                folders.add(folder)
    except ReaderError:
        # The members before it are read, and then the error occurs again.
        pass
    return ZipSurvey(array("Q", sorted(offsets)), directory.start, _kind(file, first, folders))


def _kind(file: BinaryIO, first: ZipEntry | None, names: set[str]) -> str | None:
    """Returns the document format of an archive; None for a plain archive."""
    if "[Content_Types].xml" in names:
        return next((kind for folder, kind in DOCUMENTS.items() if folder in names), "an Office file")
    if first is not None and first.name == "mimetype" and first.method == STORED:
        begin = first.offset + LOCAL_HEADER_BYTES + len("mimetype")
        media_type = _FileRange(file, begin, min(first.packed, MAX_MEDIA_TYPE_BYTES), None).read(MAX_MEDIA_TYPE_BYTES)
        if media_type.startswith(b"application/"):
            kind = media_type.decode("ascii", "replace").strip()
            return {"application/epub+zip": EBOOK}.get(kind, f"a document of type {printable(kind)}")
    if "AndroidManifest.xml" in names:
        return "an Android app (apk)"
    return "a Java archive (jar)" if "META-INF" in names else None


def _member(
    source: ByteSource, file: BinaryIO, entry: ZipEntry, survey: ZipSurvey, options: Input
) -> Iterator[ReaderItem]:
    try:
        path = members.path_of(entry.name.replace("\\", "/"))
        if not path or entry.name.endswith(("/", "\\")) or members.passed_over(path, options.include):
            return
        location = source.location.inside(path)
        if entry.mode and stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG}:
            kind = "link" if stat.S_ISLNK(entry.mode) else "device"
            yield LeftOut(str(location), f"is a {kind}, which is not followed")
            return
        if survey.overlaps(entry):
            raise ReaderError("overlaps another member, as in a zip bomb; leave it out")
        stream = member_stream(file, entry, source.budget if source.depth == 0 else None, source.budget)
    except ReaderError as error:
        location = source.location.inside(printable(entry.name, None))
        yield Unreadable(location.id, f"{location}: {error}")
    else:
        yield source.inner(location, cast("BinaryIO", stream))


def member_stream(file: BinaryIO, entry: ZipEntry, counted: Budget | None, budget: Budget) -> io.RawIOBase:
    """Returns the stream of a member. Raises `ReaderError` if it cannot be read."""
    if entry.encrypted:
        raise ReaderError("is encrypted; unpack the archive with its password first")
    compression = _compression(entry.method)
    file.seek(min(entry.offset, 1 << 62))
    header = file.read(LOCAL_HEADER_BYTES)
    if len(header) < LOCAL_HEADER_BYTES or not header.startswith(b"PK\3\4"):
        raise ReaderError("is not where the directory says; fetch the file again, or repair it with `zip -FF`")
    named, extras = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    packed_bytes = _FileRange(file, entry.offset + LOCAL_HEADER_BYTES + named + extras, entry.packed, counted)
    return _CheckedStream(Unpacked(packed_bytes, compression, budget) if compression else packed_bytes, entry)


def _compression(method: int) -> Compression | None:
    """Returns the compression of a member; None if it is stored. Raises `ReaderError` for an unsupported method."""
    if method == STORED:
        return None
    if method == DEFLATED:
        return Compression("deflate", lambda: compressed.Inflater(-zlib.MAX_WBITS), (zlib.error,), many=False)
    if method == BZIP2:
        return compressed.bzip2()
    if method == ZSTD:
        return compressed.zstd(compressed.ZstdReader.window)
    if method == XZ:
        return compressed.xz(compressed.XzReader.memory)
    known = f" ({OTHERS[method]})" if method in OTHERS else ""
    raise ReaderError(f"is compressed with method {method}{known}, which is not supported; repack it with deflate")


class _FileRange:
    """A range of a file that is also read elsewhere."""

    def __init__(self, file: BinaryIO, start: int, length: int, counted: Budget | None) -> None:
        self._file = file
        self._at = start
        self._left = length
        self._counted = counted

    def read(self, size: int, /) -> bytes:
        self._file.seek(self._at)
        piece = self._file.read(min(size, self._left))
        self._at += len(piece)
        self._left -= len(piece)
        if self._counted is not None:
            self._counted.take(len(piece))
        return piece


class _CheckedStream(io.RawIOBase):
    """The bytes of a member, checked against the length and checksum in the directory."""

    def __init__(self, source: "_FileRange | Unpacked", entry: ZipEntry) -> None:
        super().__init__()
        self._source = source
        self._entry = entry
        self._sum = self._length = 0
        self._fault: ReaderError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        if self._fault is not None:
            raise self._fault
        room = memoryview(cast("bytearray", buffer))
        piece = self._source.read(len(room)) or b""
        self._length += len(piece)
        self._sum = zlib.crc32(piece, self._sum)
        if self._length > self._entry.size:
            self._fault = ReaderError(f"is longer than the {self._entry.size:,} bytes of the directory; leave it out")
        elif not piece and self._length < self._entry.size:
            self._fault = ReaderError(
                f"is truncated after {self._length:,} of {self._entry.size:,} bytes; fetch it again"
            )
        elif not piece and self._sum != self._entry.crc:
            self._fault = ReaderError("is damaged: its checksum is not that of the archive; fetch the file again")
        if self._fault is not None:
            raise self._fault
        room[: len(piece)] = piece
        return len(piece)
