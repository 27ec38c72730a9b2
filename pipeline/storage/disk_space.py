"""How much may be copied to a folder: less than its disk has, so that other programs can still write."""

import io
import shutil
from pathlib import Path

from pipeline.storage.errors import StoreError

STEP = 1 << 26
"""Bytes, 64 MiB, after which the disk is asked again. A shorter copy is made as long as the disk takes it."""
RESERVE = 1 << 30
"""Bytes of the disk, 1 GiB, that a copy leaves free."""
RESERVE_SHARE = 10
"""On a small disk a tenth of it stays free instead."""


class UnsizedStream(io.BufferedReader):
    """A stream of which the server did not say how long it is."""


class DiskSpaceError(StoreError):
    """A copy is longer than there is room for, or than it may be."""


class DiskSpace:
    """The room for one copy; `most` are the bytes that it may have, where that is limited."""

    def __init__(self, folder: Path, most: int | None = None) -> None:
        self._folder = folder
        self._most = most
        self._taken = 0
        self._asked = 0

    def take(self, count: int) -> None:
        """Counts bytes that are about to be written. Raises `DiskSpaceError` where there is no room for them."""
        self._taken += count
        if self._most is not None and self._taken > self._most:
            reason = f"is over the limit of {self._most:,} bytes for a file whose server does not say how long it is"
            raise DiskSpaceError(f"{reason}; copy it here first, or raise [input.limits] copied")
        if self._taken - self._asked <= STEP:
            return
        self._asked = self._taken
        disk = shutil.disk_usage(self._folder)
        reserve = min(RESERVE, disk.total // RESERVE_SHARE)
        if disk.free - count < reserve:
            left = f"{self._folder} has {disk.free:,} bytes left, of which {reserve:,} stay free"
            raise DiskSpaceError(f"cannot be copied: {left}; set TMPDIR to a folder with more room")
