"""Transcodes a stream to UTF-8 while it is read, such as the UTF-16 that PowerShell writes."""

import codecs
import io
from typing import BinaryIO, cast

from pipeline.model.record import ReaderError
from pipeline.readers.byte_source import HEAD_BYTES

WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
"""UTF-32 comes first, because its byte order mark begins with that of UTF-16."""


class TranscodedStream(io.RawIOBase):
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
            raise ReaderError(
                f"is not valid {self._encoding} ({error.reason}); set [input] encoding, or convert it to UTF-8"
            ) from None
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        self._ready = memoryview(text.encode("utf-8", "surrogatepass"))
