"""A long object, fetched piece by piece as it is read."""

import io
from collections.abc import Callable
from typing import cast

from pipeline.storage.faults import StoreError

LARGEST = 8 << 20
"""Bytes of a piece; the first ones are smaller, since who looks at the beginning often reads no more."""


class Pieces(io.RawIOBase):
    """The bytes that `piece(start, end)` gives of an object with `size` bytes, from the beginning to the end."""

    def __init__(self, piece: Callable[[int, int], bytes], size: int, first: int) -> None:
        super().__init__()
        self._piece = piece
        self._size = size
        self._step = first
        self._at = 0
        self._held = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fills the buffer with what is held, or with the beginning of the next piece."""
        room = memoryview(cast("bytearray", buffer)).cast("B")
        if not self._held and self._at < self._size:
            end = min(self._at + self._step, self._size)
            data = self._piece(self._at, end)
            if len(data) != end - self._at:
                raise StoreError(f"{len(data):,} bytes came where {end - self._at:,} were asked for; run again")
            self._held, self._at = memoryview(data), end
            self._step = min(self._step * 2, LARGEST)
        count = min(len(room), len(self._held))
        room[:count] = self._held[:count]
        self._held = self._held[count:]
        return count
