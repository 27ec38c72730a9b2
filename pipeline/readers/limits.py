"""What one file may unpack to: a small archive must not fill memory, disk or days with what it says it holds."""

from collections.abc import Callable
from typing import Protocol

from pipeline.config.settings import Limits
from pipeline.model.record import ReaderError

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
        self.unsized = False
        """Whether it is a file of the web whose server does not say how long it is."""
        self.held = 0
        """Rows of tables, and members and records of archives."""
        self.fault: ReaderError | None = None
        """What was said when they became too many: one error, whatever in the file meets it."""

    def take(self, count: int) -> None:
        """Counts bytes that were read of the file itself."""
        self.taken += count

    def give(self, count: int) -> None:
        """Counts bytes that were unpacked. Raises `ReaderError` where they are too many."""
        self.given += count
        if self.given <= GRACE and self.given <= self.limits.expanded:
            return
        if self.given > self.limits.expanded:
            told = f"unpacks to more than {self.limits.expanded:,} bytes, and the rest is not read"
            self._refuse(f"{told}; unpack it yourself, or raise [input.limits] expanded")
        if self.given > self.limits.ratio * self.taken:
            told = f"unpacks to more than {self.limits.ratio:,} times its size, and the rest is not read"
            self._refuse(f"{told}; leave it out, or raise [input.limits] ratio if you trust it")

    def announce(self, count: int) -> None:
        """Asks for bytes that a part of the file declares to unpack to, before any of them is; they are not counted.

        Raises `ReaderError` where they would be too many.
        """
        whole = self.given + count
        if whole > self.limits.expanded:
            told = f"declares that it unpacks to {whole:,} bytes, over the limit of {self.limits.expanded:,} bytes"
            self._refuse(f"{told}; split it, or raise [input.limits] expanded")
        if whole > GRACE and whole > self.limits.ratio * self.taken:
            told = f"declares that its {self.taken:,} bytes unpack to {whole:,}, more than {self.limits.ratio:,} times"
            self._refuse(f"{told}; leave it out, or raise [input.limits] ratio if you trust it")

    def keep(self, count: int) -> None:
        """Counts bytes that are copied to the disk. Raises `ReaderError` where they are too many."""
        self.kept += count
        if self.kept > self.limits.expanded:
            limit = f"{self.limits.expanded:,} bytes"
            self._refuse(f"takes more than {limit} of temporary disk; raise [input.limits] expanded")
        if self.unsized and self.kept > self.limits.copied:
            told = (
                f"takes more than {self.limits.copied:,} bytes of temporary disk, and its server does not say how many"
            )
            self._refuse(f"{told} it has; copy it here first, or raise [input.limits] copied")

    def hold(self, rows: int = 1) -> None:
        """Counts rows of a table, or members of an archive. Raises `ReaderError` where the bytes are too few for them.

        A row of a plain file takes a byte at least. A packed one can declare any number of rows that are all alike, and
        each costs time and room in the state of the run. Nothing is asked where the bytes of the file are not counted.
        """
        self.held += rows
        if self.taken and self.held > self.taken + self.limits.rows:
            told = f"holds more than {self.limits.rows:,} rows beyond one for each byte of it, and the rest is not read"
            self._refuse(f"{told}; leave it out, or raise [input.limits] rows if you trust it")

    def _refuse(self, reason: str) -> None:
        self.fault = self.fault or ReaderError(reason)
        raise self.fault


class Counted:
    """The bytes of a file, counted as they are read."""

    def __init__(self, source: Source, budget: Budget) -> None:
        # What one read gives, where it can be had: a longer one that ends in an error keeps what it had before.
        self._read: Callable[[int], bytes] = getattr(source, "read1", source.read)
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes."""
        piece = self._read(size)
        self._budget.take(len(piece))
        return piece
