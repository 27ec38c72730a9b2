"""Transcodes JSON to UTF-8 while it is read: UTF-16 as PowerShell writes it, or the configured encoding."""

import codecs
import io
from codecs import BOM_UTF8
from typing import BinaryIO, cast

from pipeline.model.record import ReaderError
from pipeline.readers.byte_source import HEAD_BYTES, ByteSource
from pipeline.text.decoding import BYTE_ORDER_MARKS

WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
"""UTF-32 comes first, because its byte order mark begins with that of UTF-16."""


def stream_of(source: ByteSource, configured: str | None = None) -> BinaryIO:
    """Opens the JSON in a source as UTF-8.

    `configured` is the encoding in the settings; UTF-16 and UTF-32, which are detected reliably, take precedence.
    """
    encoding = encoding_of(source.head) or configured
    if encoding is None or codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}:
        return source.stream
    return io.BufferedReader(cast("io.RawIOBase", _TranscodedStream(source.stream, encoding)), HEAD_BYTES)


def head_of(source: ByteSource) -> bytes:
    """Returns the first bytes of the JSON in a source, in UTF-8 and without a byte order mark."""
    encoding = encoding_of(source.head)
    head = source.head if encoding is None else source.head.decode(encoding, "ignore").encode("utf-8")
    return head.removeprefix(BOM_UTF8)


def encoding_of(head: bytes) -> str | None:
    r"""Returns UTF-16 or UTF-32, detected by the byte order mark or the first bracket of the JSON; None for others.

    >>> encoding_of(b"\xff\xfe{\0"), encoding_of(b"\0["), encoding_of(b"{}")
    ('utf-16-le', 'utf-16-be', None)
    """
    begins = {name: (BYTE_ORDER_MARKS[name], "{".encode(name), "[".encode(name)) for name in WIDE}
    return next((name for name in WIDE if head.startswith(begins[name])), None)


class _TranscodedStream(io.RawIOBase):
    """A stream in another encoding as UTF-8, without its byte order mark.

    Half a surrogate pair stays half a pair, and an undecodable byte becomes one. Neither is valid UTF-8, so only the
    record that contains it fails.
    """

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        super().__init__()
        self._stream = stream
        self._encoding = encoding
        errors = "surrogatepass" if encoding in WIDE else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._ready = memoryview(b"")
        self._begun = self._over = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Fills the beginning of `buffer`; 0 at the end. Raises `ReaderError` if the bytes are not in this encoding."""
        while not self._ready and not self._over:
            self._next()
        room = memoryview(cast("bytearray", buffer))
        piece, self._ready = self._ready[: len(room)], self._ready[len(room) :]
        room[: len(piece)] = piece
        return len(piece)

    def _next(self) -> None:
        data = self._stream.read(HEAD_BYTES)
        self._over = not data
        try:
            text = self._decoder.decode(data, final=self._over)
        except UnicodeDecodeError as error:
            self._over = True
            raise ReaderError(f"is not valid {self._encoding} ({error.reason}); convert it to UTF-8") from None
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        self._ready = memoryview(text.encode("utf-8", "surrogatepass"))
