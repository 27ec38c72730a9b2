"""A stream from far away: where it breaks, what came before is read, and the file has one failure."""

import io
from typing import BinaryIO, cast

from pipeline.model.record import ReaderError
from pipeline.storage.disk_space import Unsized


class Connection(io.RawIOBase):
    """The bytes of a stream; its errors as those of a source, the same one however often it is read on.

    No more is asked for than one read gives, since what a longer one had of it would be lost with the error.
    """

    def __init__(self, stream: BinaryIO, *, unsized: bool | None = None) -> None:
        super().__init__()
        self._stream = cast("io.BufferedReader", stream)
        self._fault: ReaderError | None = None
        self.unsized = isinstance(stream, Unsized) if unsized is None else unsized
        """Whether nobody has said how long it is."""

    @property
    def broken(self) -> bool:
        """Whether it broke off. What a reader says of the file then may tell of that in words of its own."""
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
