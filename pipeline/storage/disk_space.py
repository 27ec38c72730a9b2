"""Limits copies to a folder, so that its disk keeps free space for other programs."""

import io
import shutil
from pathlib import Path

from pipeline.storage.errors import StoreError

CHECK_BYTES = 1 << 26
"""Bytes (64 MiB) between two checks of the disk; shorter copies are not checked."""
RESERVE = 1 << 30
"""Bytes (1 GiB) of the disk that a copy leaves free."""
RESERVE_SHARE = 10
"""On a small disk, a tenth of it stays free instead."""


class UnsizedStream(io.BufferedReader):
    """A stream of unknown length."""


class DiskSpaceError(StoreError):
    """A copy needs more space than is free, or than it may use."""


class DiskSpace:
    """The disk space for one copy; `most` limits its bytes, if given."""

    def __init__(self, folder: Path, most: int | None = None) -> None:
        self._folder = folder
        self._most = most
        self._taken = 0
        self._asked = 0

    def take(self, count: int) -> None:
        """Counts bytes before they are written. Raises `DiskSpaceError` if there is no space for them."""
        self._taken += count
        if self._most is not None and self._taken > self._most:
            reason = f"is over the limit of {self._most:,} bytes for a file whose server does not say how long it is"
            raise DiskSpaceError(f"{reason}; copy it here first, or raise [input.limits] copied")
        if self._taken - self._asked <= CHECK_BYTES:
            return
        self._asked = self._taken
        disk = shutil.disk_usage(self._folder)
        reserve = min(RESERVE, disk.total // RESERVE_SHARE)
        if disk.free - count < reserve:
            left = f"{self._folder} has {disk.free:,} bytes left, of which {reserve:,} stay free"
            raise DiskSpaceError(f"cannot be copied: {left}; set TMPDIR to a folder with more room")
