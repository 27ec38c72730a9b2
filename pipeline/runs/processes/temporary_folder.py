"""A folder for temporary files of this process; one of a process that was killed is deleted by the next that makes one.

It may hold a copy of a whole archive. Its owner holds a lock in it for as long as it lives: the system lets go of that
however the owner ends, and whoever finds such a folder without an owner deletes it.
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
"""Open lock files of this process, which must stay open."""


def make() -> Path:
    """A new folder. Raises `OSError`."""
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    # It gets its name once it is locked: a folder without such a file is not touched by others.
    unnamed = folder / f"{OWNER_LOCK_FILE}.part"
    try:
        with suppress(OSError):
            file = os.open(unnamed, os.O_RDWR | os.O_CREAT, 0o600)
            _locks[folder] = file
            if _lock(file):
                unnamed.rename(folder / OWNER_LOCK_FILE)
    except BaseException:
        # An interrupt: whoever asked for the folder does not hear of it.
        remove(folder)
        raise
    return folder


def remove(folder: Path) -> None:
    """Deletes a folder that `make` gave."""
    shutil.rmtree(folder, ignore_errors=True)
    if (file := _locks.pop(folder, None)) is not None:
        os.close(file)


def _sweep(around: Path) -> None:
    """Deletes folders of this user whose owners were killed."""
    if sys.platform == "win32":
        return
    with suppress(OSError), os.scandir(around) as entries:
        for entry in entries:
            if entry.name.startswith(FOLDER_PREFIX):
                with suppress(OSError):
                    _delete_orphan(Path(entry.path))


def _delete_orphan(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return
    file = os.open(folder / OWNER_LOCK_FILE, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if _lock(file):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(file)


def _lock(file: int) -> bool:
    """Whether the lock is ours now; not where the file system has no locks."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
