"""The records of a WARC file, one after the other, from a stream of which any part may be damaged.

Written here rather than taken from `warcio` or `fastwarc`: both take damage for the end of the file and say nothing of
the records that are lost.
"""

from typing import BinaryIO

import msgspec
import regex

BEGINS = regex.compile(rb"WARC/[01]\.\d")
NEXT = regex.compile(rb"\nWARC/[01]\.\d+\r?\n")
MOST_LINE = 1 << 16
MOST_HEADER = 1 << 20
"""Bytes of a line of a header, and of all its lines."""
CUT = "breaks off within this record; get the file anew"


class RecordError(Exception):
    """A record is damaged, and others may not be; the message says what is wrong with it."""


class Head(msgspec.Struct, frozen=True):
    """A record before its content: its number from 1, the byte it begins at, its named fields in small letters.

    `fault` says what is wrong with it: then it has no content.
    """

    number: int
    offset: int
    fields: dict[str, str] = {}
    length: int = 0
    fault: str | None = None

    @property
    def kind(self) -> str:
        """The type of record, such as `response` or `request`."""
        return self.fields.get("warc-type", "").lower()


class Records:
    """The records of a stream. After `next`, `content` may be asked for once; what is not asked for is passed over."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._back = b""
        self._at = self._number = self._left = 0

    def next(self) -> Head | None:
        """The next record, or what is wrong where there should be one; None at the end."""
        offset, line = self._line_that_says()
        if not line:
            return None
        self._number += 1
        if not BEGINS.match(line):
            self._seek_next()
            return Head(self._number, offset, fault="no record begins here; the next one that does is read")
        fields: dict[str, str] = {}
        name, size = "", 0
        while (line := self._line()).strip(b"\r\n"):
            size += len(line)
            if size > MOST_HEADER or len(line) > MOST_LINE:
                self._seek_next()
                return Head(self._number, offset, fault=f"its header is longer than {MOST_LINE:,} bytes; leave it out")
            if line[:1] in b" \t" and name:
                fields[name] += " " + _text(line)
                continue
            key, colon, value = line.partition(b":")
            if not colon:
                self._seek_next(line)
                return Head(self._number, offset, fault="its header is damaged; the next record is read")
            name = _text(key).lower()
            fields[name] = _text(value)
        length = fields.get("content-length", "")
        if not line:
            return Head(self._number, offset, fault=CUT)
        if not (length.isascii() and length.isdigit() and len(length) < 19):
            self._seek_next()
            return Head(self._number, offset, fields, fault="does not say how long it is; the next record is read")
        self._left = int(length)
        return Head(self._number, offset, fields, self._left)

    def content(self) -> bytes:
        """The content of the record. Raises `RecordError` where it is not as long as the record says."""
        whole = bytearray()
        while self._left and (piece := self._read(min(self._left, 1 << 16))):
            whole += piece
            self._left -= len(piece)
        if self._ends():
            return bytes(whole)
        # The records that it swallowed are still there to be read.
        if found := NEXT.search(whole):
            self._push_back(bytes(whole[found.start() + 1 :]))
        elif not self._left:
            self._seek_next()
        else:
            self._left = 0
            raise RecordError(CUT)
        self._left = 0
        raise RecordError("is not as long as it says; the next record is read")

    def skip(self) -> None:
        """Passes the content over. Raises `RecordError` where it is not as long as the record says."""
        while self._left and (piece := self._read(min(self._left, 1 << 16))):
            self._left -= len(piece)
        if self._left:
            self._left = 0
            raise RecordError(CUT)
        if not self._ends():
            self._seek_next()
            raise RecordError("is not as long as it says; the next record is read")

    def _ends(self) -> bool:
        """Whether all content was there and another record begins behind it, or nothing is left."""
        if self._left:
            return False
        before = b""
        while (line := self._line()) and not line.strip(b"\r\n"):
            # Enough to tell; a page of nothing but line ends must not be kept.
            before = (before + line)[-4:]
        self._push_back(before + line)
        return not line or BEGINS.match(line) is not None

    def _line_that_says(self) -> tuple[int, bytes]:
        """The next line that is not empty, and where it begins."""
        while True:
            offset = self._at
            line = self._line()
            if not line or line.strip(b"\r\n"):
                return offset, line

    def _seek_next(self, line: bytes = b"") -> None:
        """Goes on to the next line with which a record begins."""
        at_start = True
        while not (at_start and BEGINS.match(line)):
            at_start = line.endswith(b"\n") or not line
            line = self._line()
            if not line:
                return
        self._push_back(line)

    def _push_back(self, data: bytes) -> None:
        self._back = data + self._back
        self._at -= len(data)

    def _line(self) -> bytes:
        if self._back:
            end = self._back.find(b"\n") + 1 or len(self._back)
            line, self._back = self._back[:end], self._back[end:]
            if not line.endswith(b"\n") and len(line) <= MOST_LINE:
                line += self._stream.readline(MOST_LINE + 1)
        else:
            line = self._stream.readline(MOST_LINE + 1)
        self._at += len(line)
        return line

    def _read(self, size: int) -> bytes:
        if self._back:
            piece, self._back = self._back[:size], self._back[size:]
        else:
            piece = self._stream.read(size)
        self._at += len(piece)
        return piece


def _text(value: bytes) -> str:
    value = value.strip()
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
