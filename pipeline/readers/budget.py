"""Limits what one file may unpack to, so that a small archive cannot exhaust memory, disk or time."""

from collections.abc import Callable
from typing import Protocol

from pipeline.config.settings import Limits
from pipeline.model.record import ReaderError

FREE_BYTES = 1 << 26
"""Bytes (64 MiB) that any file may unpack to; more is checked against the ratio."""


class Readable(Protocol):
    """An object that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; `b\"\"` at the end."""
        ...


class Budget:
    """Counts what is read of one file and what it unpacks to, over all archives and compressions in it.

    All layers share one budget: what a zip in a zip unpacks to is compared with the size of the outer one.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.taken = 0
        """Bytes of the file itself that were read."""
        self.given = 0
        """Bytes that were unpacked."""
        self.kept = 0
        """Bytes that were copied to a temporary file."""
        self.unsized = False
        """Whether it is a download of unknown length."""
        self.held = 0
        """Rows of tables, and members and records of archives."""
        self.fault: ReaderError | None = None
        """The first error: every part of the file that exceeds a limit reports this one."""

    def take(self, count: int) -> None:
        """Counts bytes that were read of the file itself."""
        self.taken += count

    def give(self, count: int) -> None:
        """Counts bytes that were unpacked. Raises `ReaderError` if there are too many."""
        self.given += count
        if self.given <= FREE_BYTES and self.given <= self.limits.expanded:
            return
        if self.given > self.limits.expanded:
            fault = f"unpacks to more than {self.limits.expanded:,} bytes, and the rest is not read"
            self._refuse(f"{fault}; unpack it yourself, or raise [input.limits] expanded")
        if self.given > self.limits.ratio * self.taken:
            fault = f"unpacks to more than {self.limits.ratio:,} times its size, and the rest is not read"
            self._refuse(f"{fault}; leave it out, or raise [input.limits] ratio if you trust it")

    def announce(self, count: int) -> None:
        """Checks a size that a part of the file declares, before it is unpacked. Nothing is counted.

        Raises `ReaderError` if it would exceed a limit.
        """
        whole = self.given + count
        if whole > self.limits.expanded:
            fault = f"declares that it unpacks to {whole:,} bytes, over the limit of {self.limits.expanded:,} bytes"
            self._refuse(f"{fault}; split it, or raise [input.limits] expanded")
        if whole > FREE_BYTES and whole > self.limits.ratio * self.taken:
            fault = f"declares that its {self.taken:,} bytes unpack to {whole:,}, more than {self.limits.ratio:,} times"
            self._refuse(f"{fault}; leave it out, or raise [input.limits] ratio if you trust it")

    def keep(self, count: int) -> None:
        """Counts bytes that are copied to the disk. Raises `ReaderError` if there are too many."""
        self.kept += count
        if self.kept > self.limits.expanded:
            limit = f"{self.limits.expanded:,} bytes"
            self._refuse(f"takes more than {limit} of temporary disk; raise [input.limits] expanded")
        if self.unsized and self.kept > self.limits.copied:
            fault = (
                f"takes more than {self.limits.copied:,} bytes of temporary disk, and its server does not say how many"
            )
            self._refuse(f"{fault} it has; copy it here first, or raise [input.limits] copied")

    def hold(self, rows: int = 1) -> None:
        """Counts rows of a table or members of an archive. Raises `ReaderError` if the file is too small for so many.

        A row of a plain file takes at least a byte. A compressed file can declare any number of equal rows, and each
        costs time and space in the run's state. Nothing is checked if the bytes of the file are not counted.
        """
        self.held += rows
        if self.taken and self.held > self.taken + self.limits.rows:
            fault = (
                f"has more than {self.limits.rows:,} rows beyond one for each of its bytes, and the rest is not read"
            )
            self._refuse(f"{fault}; leave it out, or raise [input.limits] rows if you trust it")

    def _refuse(self, reason: str) -> None:
        self.fault = self.fault or ReaderError(reason)
        raise self.fault


class CountedStream:
    """A stream that counts the bytes read of a file."""

    def __init__(self, source: Readable, budget: Budget) -> None:
        # read1, if there is one: a read that joins several loses what it already had when one of them fails.
        self._read: Callable[[int], bytes] = getattr(source, "read1", source.read)
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes."""
        piece = self._read(size)
        self._budget.take(len(piece))
        return piece
