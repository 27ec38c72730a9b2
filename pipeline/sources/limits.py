"""What one file may unpack to: a small archive must not fill memory, disk or days with what it says it holds."""

from typing import Protocol

from pipeline.settings import Limits
from pipeline.sources.record import SourceError

GRACE = 1 << 26
"""Bytes that may come out, 64 MiB, before it is asked how many times the file that is."""


class Source(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


class Budget:
    """The count of what went in and came out of one file, of all archives and compressions in it together.

    All layers share it: what a zip in a zip unpacks to is held against the size of the outer one.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.taken = 0
        """Bytes of the file itself that were read."""
        self.given = 0
        """Bytes that were unpacked."""
        self.kept = 0
        """Bytes that were copied to the disk."""

    def take(self, count: int) -> None:
        """Counts bytes that were read of the file itself."""
        self.taken += count

    def give(self, count: int) -> None:
        """Counts bytes that were unpacked. Raises `SourceError` where they are too many."""
        self.given += count
        if self.given <= GRACE and self.given <= self.limits.expanded:
            return
        if self.given > self.limits.expanded:
            limit = f"{self.limits.expanded:,} bytes"
            raise SourceError(f"unpacks to more than {limit}; unpack it yourself, or raise [input.limits] expanded")
        if self.given > self.limits.ratio * self.taken:
            times = f"{self.limits.ratio:,} times its size"
            told = f"unpacks to more than {times} ({self.given:,} bytes from {self.taken:,})"
            raise SourceError(f"{told}; leave it out, or raise [input.limits] ratio if you trust it")

    def keep(self, count: int) -> None:
        """Counts bytes that are copied to the disk. Raises `SourceError` where they are too many."""
        self.kept += count
        if self.kept > self.limits.expanded:
            limit = f"{self.limits.expanded:,} bytes"
            raise SourceError(f"takes more than {limit} of temporary disk; raise [input.limits] expanded")


class Counted:
    """The bytes of a file, counted as they are read."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._source = source
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes."""
        piece = self._source.read(size)
        self._budget.take(len(piece))
        return piece
