"""A lock on the folder of a run, so that two runs do not write to one place.

The run and each of its workers hold a share of the lock file. A run begins only when it can have the whole lock, so it
waits for the last worker of a killed run, and is refused while another run is alive. The system releases a share when
its process ends, however it ends.
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
"""How long the workers of a killed run may take to end."""
LOCK_RETRY_SECONDS = 0.05

_shares: dict[Path, int] = {}
"""The lock files of this process, which must stay open."""


@contextmanager
def hold_lock(path: Path, output: str) -> Iterator[None]:
    """Holds a share of the lock file in the block. `output` names what it locks.

    Raises `UsageError` if another run is alive.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _open(path)
    try:
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while not _take(file, whole=True):
            owner = file_locks.read_owner(file)
            # A run that has just begun may not have written its process id yet.
            if (owner is not None and is_process_alive(owner)) or time.monotonic() > deadline:
                who = f" (process {owner})" if owner is not None else ""
                message = f"another run{who} is writing to {output}; wait for it, or name another folder with -o"
                raise UsageError(message)
            time.sleep(LOCK_RETRY_SECONDS)
        if not is_lock(file):
            # Another program's file, or a damaged one, and nobody holds it.
            set_aside(path)
            os.close(file)
            file = _open(path)
            if not _take(file, whole=True):
                raise UsageError(f"another run is writing to {output}; wait for it, or name another folder with -o")
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        if not _take(file, whole=False):
            # The whole lock is released before the share is taken, and another run came in between.
            raise UsageError(f"another run is writing to {path.parent.parent}; name another folder with -o")
        yield
    finally:
        os.close(file)


def _open(path: Path) -> int:
    """Opens the lock file, or makes it. Raises `UsageError` for a link or a special file."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | OPEN_NO_LINK, 0o644)
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO, errno.EISDIR}:
            raise
        raise UsageError(f"{path} is not the lock file of a run, but a link or a special file; delete it") from None


def hold_share(path: Path) -> bool:
    """Takes a share until this process ends. Returns False if the run of this process is over."""
    file = os.open(path, os.O_RDWR | OPEN_NO_LINK)
    _shares[path] = file
    if hasattr(os, "register_at_fork"):
        # A process that a stage leaves behind is not part of the run, and may live for ever.
        os.register_at_fork(after_in_child=lambda: os.close(file))
    return _take(file, whole=False)


def _take(file: int, *, whole: bool) -> bool:
    return file_locks.acquire(file, shared=not whole)


def is_process_alive(process_id: int) -> bool:
    """Whether a process with this id runs on this machine."""
    try:
        os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):
        # A damaged file may hold a number that is too large for a process id.
        return False
    except PermissionError:
        return True
    return True
