"""Splits a WARC file into records, without trusting the lengths that its headers declare.

No library is used. warcio reads lines and chunks of any length into memory, and a misplaced line or a length that is
too large ends the file with an arbitrary exception. fastwarc stops at any wrong length without its position, and
panics, uncaught by `except Exception`, on a stream that cannot seek.
"""

import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec
import regex

from pipeline.model.record import ReaderError

BEGINS = regex.compile(rb"WARC/[0-9]\.[0-9]{1,2}[ \t]*\r?\n")
RESUMES = regex.compile(rb"WARC/[0-9]\.[0-9]{1,2}[ \t]*\r?\n(?=[A-Za-z][A-Za-z0-9-]*[ \t]*:)")
"""The start of a record, where reading can resume. The first line alone may also occur in a text about WARC."""
REACH = 256
"""Bytes that are enough to recognise the start of a record; a search keeps them from one piece to the next."""
LENGTH = regex.compile(r"[0-9]{1,15}")
BLANK_LINES = regex.compile(rb"(?:\r?\n)*")
FIRST_BLANK = regex.compile(rb"\n\r?\n")

READ_BYTES = 1 << 16
MAX_HEADER_BYTES = 1 << 16
"""Maximum bytes of a record header, and of an HTTP header in a record."""


class WarcRecord(msgspec.Struct, frozen=True):
    """A record: its number (from 1), its offset in bytes, its header with lower-case names, and its block.

    A block over the limit is not kept: `block` is then its beginning, and `size` is larger.
    """

    number: int
    offset: int
    fields: Mapping[str, str]
    block: bytes
    size: int

    @property
    def is_held(self) -> bool:
        """Whether the block is complete."""
        return len(self.block) == self.size


class BrokenRecord(msgspec.Struct, frozen=True):
    """A malformed record: its number, its offset in bytes, and the fault."""

    number: int
    offset: int
    fault: str


def read_records(stream: BinaryIO, limit: int) -> Iterator[WarcRecord | BrokenRecord]:
    """Yields all records in order, and continues after a broken one. A truncated file ends in a broken record.

    Blocks of more than `limit` bytes are skipped. A length is trusted if the end of a record follows or, for a skipped
    block, if no record begins inside. Raises `ReaderError` for damaged compression.
    """
    window = _Window(stream)
    number = 0
    while True:
        _pass_blank_lines(window)
        if not window.fill(1):
            return
        number += 1
        yield _next(window, number, limit)


def header_fields(header: bytes) -> dict[str, str]:
    """Returns the fields of a header, with lower-case names.

    The first of repeated fields wins; malformed lines are ignored.

    >>> header_fields(b"Content-Type: text/html;\\r\\n charset=gbk\\r\\nodd\\r\\nX:1\\r\\nX:2\\r\\n")
    {'content-type': 'text/html; charset=gbk', 'x': '1'}
    """
    fields: dict[str, list[str]] = {}
    folded = ""
    for line in _text(header).split("\n"):
        if line[:1] in {" ", "\t"} and folded:
            fields[folded].append(line.strip())
            continue
        name, colon, value = line.partition(":")
        folded = ""
        if colon and (name := name.strip().lower()) and name not in fields:
            fields[name] = [value.strip()]
            folded = name
    return {name: " ".join(filter(None, parts)) for name, parts in fields.items()}


def quoted(value: str) -> str:
    """Returns a header's value for a message: quoted, in ASCII, shortened.

    >>> quoted("-5"), quoted("盐门")
    ("'-5'", "'\\\\u76d0\\\\u95e8'")
    """
    return ascii(value if len(value) <= 40 else f"{value[:37]}...")


def _text(header: bytes) -> str:
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")


class _Window:
    """A buffer of the next bytes of a stream that cannot seek, and its offset."""

    def __init__(self, stream: BinaryIO) -> None:
        # `read` would discard what it already has when truncated compression raises an error.
        self._read = getattr(stream, "read1", stream.read)
        self._is_over = False
        self._is_line = True
        self.ahead = bytearray()
        self.offset = 0

    def fill(self, size: int) -> bool:
        """Reads until `size` bytes are available, and returns whether they are."""
        while len(self.ahead) < size and not self._is_over:
            try:
                piece = self._read(READ_BYTES)
            except (EOFError, zlib.error) as error:
                fault = " ".join(str(error).split()).rstrip(".")
                where = f"byte {self.offset + len(self.ahead):,}"
                raise ReaderError(f"its compression is damaged after {where} ({fault}); fetch it again") from error
            self.ahead += piece
            self._is_over = not piece
        return len(self.ahead) >= size

    def drop(self, size: int) -> None:
        """Skips `size` bytes, which must be available."""
        if size:
            self._is_line = self.ahead[size - 1 : size] == b"\n"
        del self.ahead[:size]
        self.offset += size

    def pass_to_record(self, most: int | None = None) -> bool:
        """Skips to the next place where a record can start, or by `most` bytes, or to the end."""
        while True:
            self.fill(READ_BYTES + REACH)
            room = len(self.ahead) if most is None else min(most, len(self.ahead))
            next_start = _resumption(self.ahead, is_line=self._is_line)
            if next_start is not None and next_start < room:
                self.drop(next_start)
                return True
            sure = room if self._is_over else min(room, len(self.ahead) - REACH)
            most = None if most is None else most - sure
            self.drop(sure)
            if most == 0 or not self.fill(1):
                return False


def _resumption(data: bytes | bytearray, *, is_line: bool = True) -> int | None:
    """Returns the offset in `data` of a possible start of a record; `is_line` says whether `data` begins a line."""
    at = data.find(b"WARC/")
    while at >= 0:
        begins_line = data[at - 1] == ord("\n") if at else is_line
        if begins_line and RESUMES.match(data, at):
            return at
        at = data.find(b"WARC/", at + 1)
    return None


def _pass_blank_lines(window: _Window) -> None:
    while window.fill(1):
        blank = BLANK_LINES.match(window.ahead)
        if blank is None or not blank.end():
            return
        window.drop(blank.end())


def _next(window: _Window, number: int, limit: int) -> WarcRecord | BrokenRecord:
    offset = window.offset
    window.fill(REACH)
    first = BEGINS.match(window.ahead)
    if first is None:
        return _passed_over(window, number, "does not begin with a line such as WARC/1.0")
    end = _header_end(window)
    if end is None:
        cut = not window.fill(MAX_HEADER_BYTES)
        window.drop(first.end())
        return _passed_over(window, number, "its header does not end", offset=offset, cut=cut)
    header = bytes(window.ahead[first.end() : end])
    if (again := _resumption(header)) is not None:
        window.drop(first.end() + again)
        return BrokenRecord(number, offset, "its header ends where another record begins; leave it out")
    window.drop(end)
    fields = header_fields(header)
    claimed = fields.get("content-length")
    if claimed is None or not LENGTH.fullmatch(claimed):
        fault = (
            "has no Content-Length"
            if claimed is None
            else f"its Content-Length is {quoted(claimed)}, not a number of bytes"
        )
        return _passed_over(window, number, fault, offset=offset)
    return _with_block(window, WarcRecord(number, offset, fields, b"", int(claimed)), limit)


def _header_end(window: _Window) -> int | None:
    """Returns the start of the block; None if no empty line follows within the longest header."""
    size = READ_BYTES if len(window.ahead) >= READ_BYTES else 1
    while True:
        is_all = not window.fill(size)
        empty_line = FIRST_BLANK.search(window.ahead, 0, MAX_HEADER_BYTES)
        if empty_line is not None:
            return empty_line.end()
        if is_all or len(window.ahead) >= MAX_HEADER_BYTES:
            return None
        size = len(window.ahead) + 1


def _with_block(window: _Window, record: WarcRecord, limit: int) -> WarcRecord | BrokenRecord:
    size = record.size
    if size > limit:
        return _not_held(window, record)
    if not window.fill(size):
        return _overrun(window, record) or _cut_off(window, record, len(window.ahead))
    # Reads a whole piece: asking for the end of the block alone would read in small steps.
    window.fill(size + REACH)
    if not _ends(window, size):
        fault = f"its Content-Length of {size:,} is not where it ends"
        return _passed_over(window, record.number, fault, offset=record.offset)
    block = bytes(window.ahead[:size])
    window.drop(size)
    return msgspec.structs.replace(record, block=block)


def _not_held(window: _Window, record: WarcRecord) -> WarcRecord | BrokenRecord:
    window.fill(min(record.size, MAX_HEADER_BYTES))
    head = bytes(window.ahead[:MAX_HEADER_BYTES])
    start = window.offset
    if window.pass_to_record(record.size):
        fault = f"its Content-Length of {record.size:,} runs over another record, at byte {window.offset:,}"
        return BrokenRecord(record.number, record.offset, f"{fault}; leave it out")
    if (passed := window.offset - start) < record.size:
        return _cut_off(window, record, passed)
    window.fill(REACH)
    if not _ends(window, 0):
        fault = f"its Content-Length of {record.size:,} is not where it ends"
        return _passed_over(window, record.number, fault, offset=record.offset)
    return msgspec.structs.replace(record, block=head)


def _ends(window: _Window, size: int) -> bool:
    """Whether a block may end after `size` bytes: two line ends follow, or a record, or the end of the file."""
    blank = BLANK_LINES.match(window.ahead, size)
    next_at = blank.end() if blank is not None else size
    if next_at == len(window.ahead) or BEGINS.match(window.ahead, next_at) is not None:
        return True
    # It ends correctly. If no record follows, that is the fault of the next one.
    return window.ahead.startswith(b"\r\n\r\n", size)


def _overrun(window: _Window, record: WarcRecord) -> BrokenRecord | None:
    """Returns a broken record if it declares more bytes than there are and so contains another record."""
    next_start = _resumption(window.ahead)
    if next_start is None:
        return None
    window.drop(next_start)
    fault = f"its Content-Length of {record.size:,} runs over another record, at byte {window.offset:,}"
    return BrokenRecord(record.number, record.offset, f"{fault}; leave it out")


def _cut_off(window: _Window, record: WarcRecord, there: int) -> BrokenRecord:
    window.drop(len(window.ahead))
    missing = f"{there:,} of {record.size:,} bytes are there"
    return BrokenRecord(record.number, record.offset, f"the file ends in it ({missing}); fetch the file again")


def _passed_over(
    window: _Window, number: int, fault: str, *, offset: int | None = None, cut: bool = False
) -> BrokenRecord:
    """Returns a broken record, and moves the window to the next one."""
    start = window.offset if offset is None else offset
    if window.pass_to_record():
        return BrokenRecord(number, start, f"{fault}; it is left out, and reading goes on at byte {window.offset:,}")
    if cut:
        return BrokenRecord(number, start, "the file ends in its header; fetch the file again")
    return BrokenRecord(number, start, f"{fault}, and no record follows; fetch the file again")
