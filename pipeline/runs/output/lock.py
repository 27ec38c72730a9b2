"""A lock on the folder of a run, so that two runs do not write to one place.

The run and each of its workers hold a share of the lock file. A run begins only where it can have the whole, so it
waits for the last worker of a run that was killed, and is refused where a run is alive. The system lets go of a share
when its process ends, however it ends.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.runs.output.ownership import OPEN_NO_LINK, is_lock, set_aside
from pipeline.storage import file_locks

MAX_WAIT_SECONDS = 10.0
"""Seconds that the workers of a run that was killed have to notice it."""
RETRY_SECONDS = 0.05

_shares: dict[Path, int] = {}
"""Open lock files of this process, which must stay open."""


@contextmanager
def hold_lock(path: Path, of: str) -> Iterator[None]:
    """Holds a share of the lock in the block; `of` is what it locks. Raises `UsageError` where another run is alive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _opened(path)
    try:
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while not _take(file, whole=True):
            owner = file_locks.read_owner(file)
            # One that has only begun has not said yet who it is.
            if (owner is not None and is_process_alive(owner)) or time.monotonic() > deadline:
                who = f" (process {owner})" if owner is not None else ""
                raise UsageError(f"another run{who} is writing to {of}; wait for it, or name another folder with -o")
            time.sleep(RETRY_SECONDS)
        if not is_lock(file):
            # It is somebody else's file, or damaged, and nobody holds it.
            set_aside(path)
            os.close(file)
            file = _opened(path)
            if not _take(file, whole=True):
                raise UsageError(f"another run is writing to {of}; wait for it, or name another folder with -o")
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        if not _take(file, whole=False):
            # What was whole is let go of before a share is taken, and another run was there in between.
            raise UsageError(f"another run is writing to {path.parent.parent}; name another folder with -o")
        yield
    finally:
        os.close(file)


def _opened(path: Path) -> int:
    """The lock file, made where it is missing. Raises `UsageError` for a link or what is no file."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | OPEN_NO_LINK, 0o644)
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO, errno.EISDIR}:
            raise
        raise UsageError(f"{path} is not the lock of a run, but a link or a special file; delete it") from None


def hold_share(path: Path) -> bool:
    """Takes a share until this process ends, or says that it cannot: the run it works for is over."""
    file = os.open(path, os.O_RDWR | OPEN_NO_LINK)
    _shares[path] = file
    if hasattr(os, "register_at_fork"):
        # A process that a stage leaves behind is no part of the run, and may live for ever.
        os.register_at_fork(after_in_child=lambda: os.close(file))
    return _take(file, whole=False)


def _take(file: int, *, whole: bool) -> bool:
    return file_locks.acquire(file, shared=not whole)


def is_process_alive(process: int) -> bool:
    """Whether there is a process of this number on this machine."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        # No process has a number as large as a damaged file may hold.
        return False
    except PermissionError:
        return True
    return True
