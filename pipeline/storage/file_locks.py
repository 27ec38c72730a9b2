"""Lock files, which keep two processes from writing to one place.

The system releases a lock when its process ends, for any reason. The file contains the id of that process.
"""

import errno
import os
import re
import stat
import sys
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError

LOCK_FLAGS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""For `os.open`: fail for a link, and do not wait for the other end of a pipe."""
CONTENT = re.compile(rb"(?:[0-9]{1,20}\n)?")
"""The content of a lock file: nothing, or a process id."""
MAX_CONTENT = 32
"""Bytes that are read of a lock file; more than a valid one has."""


def open_lock_file(path: Path, of: str) -> int:
    """Opens the lock file of `of`, such as "a run", and creates it if it is missing.

    Raises `UsageError`, and changes nothing, if another file, a link or a hard link is there.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | LOCK_FLAGS, 0o644)
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO, errno.EISDIR}:
            raise
        raise UsageError(f"{path} is not the lock of {of}, but a link or a special file; delete it") from None
    status = os.fstat(file)
    if stat.S_ISREG(status.st_mode) and status.st_nlink <= 1 and CONTENT.fullmatch(_content(file)):
        return file
    os.close(file)
    raise UsageError(f"{path} is not the lock of {of}; move it away, or name another folder with -o")


def acquire(file: int, *, shared: bool = False) -> bool:
    """Locks an open file; returns False at once if another process has locked it. Raises `OSError`.

    Any number of processes may have a `shared` lock. If the system or the file system has no locks, this always
    succeeds.
    """
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        # Some network file systems have no locks.
        if error.errno not in {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP}:
            raise
    return True


def write_owner(file: int) -> None:
    """Writes the id of this process into a file that it has locked."""
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, f"{os.getpid()}\n".encode())


def read_owner(file: int) -> int | None:
    """Returns the id of the process that has locked a file; None if the file does not contain one."""
    number = _content(file).strip()
    return int(number) if number.isdigit() else None


def _content(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    return os.read(file, MAX_CONTENT)
