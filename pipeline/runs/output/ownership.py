"""What lies in the folder of a run: its own files, or those of somebody else, which a run must not change or delete.

What leads outside is refused. What is a file there, but none of a run's, or damaged, is renamed, and the run goes on.
"""

import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError

OPEN_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""For `os.open`: fails for a link, and does not wait for the other end of a pipe."""
LOCK_TEXT = re.compile(rb"(?:[0-9]{1,20}\n)?")
"""What a lock holds: nothing, or the number of a process."""
MAX_LOCK_BYTES = 32


def refuse_links(folder: Path, files: tuple[str, ...], folders: tuple[str, ...]) -> None:
    """Raises `UsageError` where the folder of a run, or what a run changes in it, is a link or a special file.

    `files` are changed where they lie; so one with a second name elsewhere (a hard link) is refused, too. Files that
    are replaced as a whole may be links: only the link goes. A folder in the place of a file is left to whoever opens
    the file.
    """
    if folder.is_symlink():
        raise UsageError(f"{folder} is a symbolic link, and a run writes nothing through one; replace it with a folder")
    for name in (*files, *folders):
        path = folder / name
        try:
            found = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if stat.S_ISLNK(found.st_mode):
            raise UsageError(f"{path} is a symbolic link, and a run writes nothing through one; delete the link")
        if name in files and not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            raise UsageError(f"{path} is no file of a run; move it away")
        if name in files and stat.S_ISREG(found.st_mode) and found.st_nlink > 1:
            raise UsageError(
                f"{path} is a hard link: another path names the same file, and a run would change it there, too; "
                "delete it here (that costs only time), or replace it with a copy"
            )
        if name in folders and not stat.S_ISDIR(found.st_mode):
            raise UsageError(f"{path} is no folder of a run; move it away")


def is_lock(file: int) -> bool:
    """Whether an open file holds what the lock of a run does. It is not changed."""
    return LOCK_TEXT.fullmatch(os.pread(file, MAX_LOCK_BYTES, 0)) is not None


def is_log(log: Path) -> bool:
    """Whether a file may be the log of writes, or is not there: hashes are never a text. Raises `OSError`."""
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        return True
    return len(data) < MAX_LOCK_BYTES // 2 or not _is_text(data[:4096])


def set_aside(path: Path) -> Path:
    """Renames what is none of a run's files, or damaged, and gives its new name. Raises `OSError`."""
    aside = free_name(path)
    path.rename(aside)
    return aside


def free_name(path: Path) -> Path:
    """The name that a damaged file gets: `state.sqlite.damaged-20261130-171500`."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside, n = path.with_name(f"{path.name}.damaged-{stamp}"), 1
    while os.path.lexists(aside):
        aside, n = path.with_name(f"{path.name}.damaged-{stamp}-{n}"), n + 1
    return aside


def _is_text(data: bytes) -> bool:
    return all(byte >= 0x20 or byte in b"\t\n\r\f" for byte in data) and _is_utf8(data)


def _is_utf8(data: bytes) -> bool:
    # The last character may be cut.
    return any(_decodes(data[: len(data) - cut]) for cut in range(4))


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
