"""A folder for temporary files of this process. A killed process leaves its folder; the next process deletes it.

The folder may hold a copy of a whole archive. Its owner holds a lock in it while it lives. The system releases the lock
however the owner ends, so a folder whose lock is free has no owner.
"""

import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER_PREFIX: Final = "pipeline-"
OWNER_LOCK_FILE: Final = "owner.lock"

_locks: dict[Path, int] = {}
"""The lock files of this process, which must stay open."""


def make() -> Path:
    """Makes a folder. Raises `OSError`."""
    _delete_orphans(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    # The lock file gets its name once it is locked: other processes ignore a folder without one.
    unnamed = folder / f"{OWNER_LOCK_FILE}.part"
    try:
        with suppress(OSError):
            file = os.open(unnamed, os.O_RDWR | os.O_CREAT, 0o600)
            _locks[folder] = file
            if _lock(file):
                unnamed.rename(folder / OWNER_LOCK_FILE)
    except BaseException:
        # After an interrupt the caller does not get the folder.
        remove(folder)
        raise
    return folder


def remove(folder: Path) -> None:
    """Deletes a folder that `make` returned."""
    shutil.rmtree(folder, ignore_errors=True)
    if (file := _locks.pop(folder, None)) is not None:
        os.close(file)


def _delete_orphans(parent: Path) -> None:
    """Deletes folders of this user whose owners were killed."""
    if sys.platform == "win32":
        return
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(FOLDER_PREFIX):
                with suppress(OSError):
                    _delete_orphan(Path(entry.path))


def _delete_orphan(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        return
    file = os.open(folder / OWNER_LOCK_FILE, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if _lock(file):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(file)


def _lock(file: int) -> bool:
    """Takes the lock. Returns False if another process has it, or the file system has no locks."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
