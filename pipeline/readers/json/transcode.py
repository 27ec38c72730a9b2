"""JSON in another encoding, turned to UTF-8 while it is read: UTF-16 of PowerShell, or what the settings name."""

import codecs
import io
from codecs import BOM_UTF8
from typing import BinaryIO, cast

from pipeline.model.record import ReaderError
from pipeline.readers.byte_source import HEAD_BYTES, ByteSource
from pipeline.text.decoding import BYTE_ORDER_MARKS

WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
"""The mark of UTF-32 begins as that of UTF-16 does, so those come first."""


def stream_of(source: ByteSource, said: str | None = None) -> BinaryIO:
    """The bytes of some JSON in UTF-8: those of the source where it is in no other encoding.

    `said` is the encoding that the settings name, which a wide one goes before: that can be seen.
    """
    encoding = encoding_of(source.head) or said
    if encoding is None or codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}:
        return source.stream
    return io.BufferedReader(cast("io.RawIOBase", _Turned(source.stream, encoding)), HEAD_BYTES)


def head_of(source: ByteSource) -> bytes:
    """How the JSON in a source begins, in UTF-8 and without a mark."""
    encoding = encoding_of(source.head)
    head = source.head if encoding is None else source.head.decode(encoding, "ignore").encode("utf-8")
    return head.removeprefix(BOM_UTF8)


def encoding_of(head: bytes) -> str | None:
    r"""The wide encoding that a mark tells, or the brace or bracket that JSON begins with; None where it is none.

    >>> encoding_of(b"\xff\xfe{\0"), encoding_of(b"\0["), encoding_of(b"{}")
    ('utf-16-le', 'utf-16-be', None)
    """
    begins = {name: (BYTE_ORDER_MARKS[name], "{".encode(name), "[".encode(name)) for name in WIDE}
    return next((name for name in WIDE if head.startswith(begins[name])), None)


class _Turned(io.RawIOBase):
    """The bytes in UTF-8 of a text in another encoding, without its mark.

    Half a surrogate pair stays half a one, and a byte that the encoding has not becomes one: that is no UTF-8, so the
    record that holds it fails, and no other.
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
        """Fills the beginning of `buffer`; 0 at the end. Raises `ReaderError` where the bytes are no such text."""
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
            raise ReaderError(f"is no whole text in {self._encoding} ({error.reason}); convert it to UTF-8") from None
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        self._ready = memoryview(text.encode("utf-8", "surrogatepass"))
