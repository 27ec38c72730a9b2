"""Checks that the files in the folder of a run are its own: a run must not change or delete those of others.

Links are refused. A file that is not a run's, or is damaged, is renamed, and the run continues.
"""

import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError

OPEN_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags for `os.open`: fail for a link, and do not wait for the other end of a pipe."""
LOCK_TEXT = re.compile(rb"(?:[0-9]{1,20}\n)?")
"""What a lock file holds: nothing, or the id of a process."""
MAX_LOCK_BYTES = 32


def refuse_links(folder: Path, files: tuple[str, ...], folders: tuple[str, ...]) -> None:
    """Raises `UsageError` if the folder of a run, or what a run changes in it, is a link or a special file.

    `files` are changed in place, so a hard link is refused, too. Files that are replaced as a whole may be links: only
    the link is replaced. A folder instead of a file is not checked here; opening it fails.
    """
    if folder.is_symlink():
        raise UsageError(f"{folder} is a symbolic link, which a run does not follow; replace it with a folder")
    for name in (*files, *folders):
        path = folder / name
        try:
            status = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if stat.S_ISLNK(status.st_mode):
            raise UsageError(f"{path} is a symbolic link, which a run does not follow; delete the link")
        if name in files and not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise UsageError(f"{path} is not a file of a run; move it away")
        if name in files and stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            raise UsageError(
                f"{path} is a hard link, and a run would change the other file, too; delete it here (that "
                "costs only time), or replace it with a copy"
            )
        if name in folders and not stat.S_ISDIR(status.st_mode):
            raise UsageError(f"{path} is not a folder of a run; move it away")


def is_lock(file: int) -> bool:
    """Whether an open file holds what the lock file of a run holds."""
    return LOCK_TEXT.fullmatch(os.pread(file, MAX_LOCK_BYTES, 0)) is not None


def is_log(log: Path) -> bool:
    """Whether a file may be a write log, or is not there: hashes are never valid text. Raises `OSError`."""
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        return True
    return len(data) < MAX_LOCK_BYTES // 2 or not _is_text(data[:4096])


def set_aside(path: Path) -> Path:
    """Renames a file that is not a run's, or is damaged, and returns its new path. Raises `OSError`."""
    aside = free_name(path)
    path.rename(aside)
    return aside


def free_name(path: Path) -> Path:
    """Returns the new name of a damaged file: `state.sqlite.damaged-20261130-171500`."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside, n = path.with_name(f"{path.name}.damaged-{stamp}"), 1
    while os.path.lexists(aside):
        aside, n = path.with_name(f"{path.name}.damaged-{stamp}-{n}"), n + 1
    return aside


def _is_text(data: bytes) -> bool:
    return all(byte >= 0x20 or byte in b"\t\n\r\f" for byte in data) and _is_utf8(data)


def _is_utf8(data: bytes) -> bool:
    # The last character may be incomplete.
    return any(_decodes(data[: len(data) - cut]) for cut in range(4))


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
