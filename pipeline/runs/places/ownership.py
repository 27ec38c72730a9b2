"""What lies in the folder of a run: its own files, or those of somebody else, which a run must not change or delete."""

import os
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pipeline.errors import UsageError

NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""For `os.open`: fails for a link, and does not wait for the other end of a pipe."""
LOCK_TEXT = re.compile(rb"(?:[0-9]{1,20}\n)?")
"""What a lock holds: nothing, or the number of a process."""
MAX_LOCK = 32
SQLITE = b"SQLite format 3\0"
TABLES = frozenset({"about", "files", "documents"})
"""Tables that each version of a state has."""
PASSIVE = (
    "SELECT count(*) FROM sqlite_master WHERE type IN ('view', 'trigger') OR sql LIKE '%VIRTUAL%' OR sql LIKE '% AS (%'"
)
"""What no state has: views, triggers, virtual tables and generated columns, which run programs of their own."""


def refuse_links(folder: Path, files: tuple[str, ...], folders: tuple[str, ...]) -> None:
    """Raises `UsageError` where the folder of a run, or what a run changes in it, is a link or a special file.

    `files` are changed where they lie; so one with a second name elsewhere (a hard link) is refused, too. Files that
    are replaced as a whole may be links: only the link goes.
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
        if name in files and not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path} is no file of a run; move it away")
        if name in files and found.st_nlink > 1:
            raise UsageError(
                f"{path} is a hard link: another path names the same file, and a run would change it there, too; "
                "delete it here (that costs only time), or replace it with a copy"
            )
        if name in folders and not stat.S_ISDIR(found.st_mode):
            raise UsageError(f"{path} is no folder of a run; move it away")


def refuse_other_lock(file: int, path: Path) -> None:
    """Raises `UsageError` where an open file is not what a run locks. It has not been changed."""
    found = os.fstat(file)
    if stat.S_ISREG(found.st_mode) and found.st_nlink <= 1 and LOCK_TEXT.fullmatch(os.pread(file, MAX_LOCK, 0)):
        return
    raise UsageError(f"{path} is not the lock of a run; move it away, or name another folder with -o")


def refuse_other_log(log: Path) -> None:
    """Raises `UsageError` where the log of writes is a text: hashes are never."""
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        return
    if len(data) >= MAX_LOCK // 2 and _is_text(data[:4096]):
        raise UsageError(f"{log} is not the log of a run; move it away, or name another folder with -o")


def refuse_other_state(path: Path) -> None:
    """Raises `UsageError` where a state is another program's database, or a text.

    One that is damaged passes: what becomes of that, `State` decides.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        return
    if not head.startswith(SQLITE):
        is_other = bool(head) and _is_text(head)
    else:
        is_other = _is_other_database(path)
    if is_other:
        raise UsageError(f"{path} is not the state of a run; move it away, or name another folder with -o")


def _is_other_database(path: Path) -> bool:
    try:
        # Without its log, which a run that was killed may have left: a state of which all is in there has no tables.
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as database:
            names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            (active,) = database.execute(PASSIVE).fetchone()
    except sqlite3.DatabaseError:
        return False
    return bool(active) or bool(names and not names >= TABLES)


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
