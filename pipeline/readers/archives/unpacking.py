"""Decompresses a stream of frames within limits, and reports every fault.

Any fault in the compressed bytes is raised as one `ReaderError` that says where it is, so callers never see the
exceptions of a library.
"""

import io
from collections.abc import Callable
from typing import Protocol, cast

import msgspec

from pipeline.model.record import ReaderError
from pipeline.readers.budget import Budget, Readable

INPUT_BYTES = 1 << 15
"""Compressed bytes that are read at a time; few, because input after a frame is copied once for each frame."""
REST = "the data before that is read; fetch the file again"


class Decoder(Protocol):
    """Decompresses one frame, like the decompressors of the standard library."""

    @property
    def eof(self) -> bool:
        """Whether the frame has ended."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed for more output."""
        ...

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the frame."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Returns up to `max_length` bytes decompressed from `data` and earlier input."""
        ...


class Compression(msgspec.Struct, frozen=True):
    """A compression format: its name, the first bytes of a frame, and the errors of its decoder.

    `many` says whether several frames may follow each other, `padding` whether NULs between and after them are ignored.
    `hint` turns a message of the decoder into advice, or None if there is none.
    """

    name: str
    fresh: Callable[[], Decoder]
    errors: tuple[type[Exception], ...]
    many: bool = True
    padding: bool = False
    hint: Callable[[str], str | None] = lambda _: None


class Unpacked(io.RawIOBase):
    """The decompressed bytes of `packed`. After an error, further reads raise the same error."""

    def __init__(self, packed: Readable, compression: Compression, budget: Budget) -> None:
        super().__init__()
        self._packed = packed
        self._compression = compression
        self._budget = budget
        self._errors: tuple[type[Exception], ...] = (*compression.errors, OSError, MemoryError)
        self._decoder: Decoder | None = None
        self._waiting = b""
        self._fault: ReaderError | None = None
        self._taken = self._given = self._frames = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Fills the beginning of `buffer`; 0 at the end. Raises `ReaderError`."""
        if self._fault is not None:
            raise self._fault
        room = memoryview(cast("bytearray", buffer))
        try:
            piece = self._next(len(room))
        except ReaderError as error:
            # An error of the limits, or of a layer below.
            self._fault = error
        except EOFError:
            self._fault = ReaderError(f"{self._what} is truncated after {self._where}; {REST}")
        except self._errors as error:
            self._fault = ReaderError(self._reason(error))
        else:
            room[: len(piece)] = piece
            return len(piece)
        raise self._fault

    def _next(self, most: int) -> bytes:
        """Returns at most `most` bytes, empty at the end. Raises `EOFError` if a frame is truncated."""
        while self._decoder is not None or self._begin():
            decoder = cast("Decoder", self._decoder)
            if decoder.eof:
                self._waiting, self._decoder = decoder.unused_data, None
                self._frames += 1
                continue
            hungry = decoder.needs_input
            data = self._input() if hungry else b""
            piece = decoder.decompress(data, most)
            if piece:
                self._given += len(piece)
                self._budget.give(len(piece))
                return piece
            if hungry and not data and not decoder.eof:
                raise EOFError
        return b""

    def _begin(self) -> bool:
        """Starts the next frame, if there is one, and returns whether there is."""
        if self._frames and not self._compression.many:
            return False
        self._waiting = self._input()
        if self._frames and self._compression.padding:
            while self._waiting and not self._waiting.strip(b"\0"):
                self._waiting = b""
                self._waiting = self._input()
            self._waiting = self._waiting.lstrip(b"\0")
        if self._waiting or not self._frames:
            self._decoder = self._compression.fresh()
            return True
        return False

    def _input(self) -> bytes:
        if self._waiting:
            data, self._waiting = self._waiting, b""
            return data
        data = self._packed.read(INPUT_BYTES)
        self._taken += len(data)
        return data

    @property
    def _what(self) -> str:
        return f"the {self._compression.name} data"

    @property
    def _where(self) -> str:
        return f"{self._taken:,} bytes ({self._given:,} unpacked)"

    def _reason(self, error: BaseException) -> str:
        message = (str(error).strip().splitlines() or [type(error).__name__])[0]
        hint = self._compression.hint(message)
        if hint is not None:
            return hint
        if self._frames:
            return f"{self._what} is damaged, or something else follows it, within {self._where}: {message}; {REST}"
        return f"{self._what} is damaged within {self._where}: {message}; {REST}"
