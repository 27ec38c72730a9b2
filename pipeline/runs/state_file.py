"""Checks whether the file of a run's state is sound, and sets a damaged one aside.

A run that ends writes a mark next to the state: its size, time and hash. The mark tells the next run, without reading
the state, that it has not changed. Without a mark, as after a kill, SQLite checks the file. A damaged state is renamed,
never deleted.
"""

import os
import sqlite3
import sys
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal

from pipeline.runs.output.ownership import free_name

CLOSED: Final = "-closed"
"""The suffix of the mark."""
BESIDE: Final = ("-wal", "-shm", CLOSED)
"""The suffixes of the files that belong to a state."""
HASH_CHUNK_BYTES: Final = 1 << 20

INTEGER_COLUMNS: Final = ("file", "n", "run", "fate", "size", "place", "line", "stamp")
DAMAGE_CONDITIONS: Final = {
    "documents": " OR ".join([
        *(f"typeof({column}) <> 'integer' OR {column} < 0" for column in INTEGER_COLUMNS if column != "stamp"),
        "typeof(stamp) <> 'integer'", "typeof(id) <> 'blob'", "typeof(key) <> 'blob'", "typeof(hash) <> 'blob'",
        "length(hash) NOT IN (0, 16)", "typeof(told) NOT IN ('blob', 'null')", "fate > 2",
    ]),
    "files": "typeof(name) <> 'text' OR typeof(stamp) NOT IN ('text', 'null') OR typeof(key) NOT IN ('blob', 'null')",
    "oddities": "typeof(n) <> 'integer' OR what NOT IN (0, 1, 2) OR typeof(told) <> 'blob'",
    "places": " OR ".join([
        *(f"typeof({column}) <> 'integer'" for column in ("place", "shard", "sealed", "size", "documents", "stamp")),
        "typeof(path) <> 'text'", "typeof(hash) <> 'blob'", "sealed NOT IN (0, 1)",
    ]),
    "about": "typeof(key) <> 'text' OR (key = 'run' AND (typeof(value) <> 'integer' OR value < 0))",
}  # fmt: skip
"""For each table, a condition that no row of a sound state meets: SQLite does not check types."""


def condition(path: Path) -> Literal["sound", "unknown", "changed"]:
    """Whether a state is as the last run left it, according to its mark. Raises `OSError`.

    "unknown": it has no mark, because a run was killed or the state was copied. "changed": it was changed after its run
    had ended.
    """
    if not path.is_file():
        return "changed"
    try:
        size, time, digest = _beside(path, CLOSED).read_text("ascii").split()
    except (FileNotFoundError, ValueError):
        return "unknown"
    found = path.stat()
    if _size(_beside(path, "-wal")):
        return "changed"
    if (str(found.st_size), str(found.st_mtime_ns)) == (size, time) or _digest(path) == digest:
        return "sound"
    return "changed"


def mark(path: Path) -> None:
    """Writes the mark of a state that was closed. Raises `OSError`."""
    if _size(_beside(path, "-wal")):
        # Another process has it open, so it is not closed yet.
        return
    found = path.stat()
    line = f"{found.st_size} {found.st_mtime_ns} {_digest(path)}\n"
    part = _beside(path, f"{CLOSED}.part")
    part.write_text(line, "ascii")
    part.replace(_beside(path, CLOSED))


def unmark(path: Path) -> None:
    """Deletes the mark before the state is changed. Raises `OSError`."""
    mark_file = _beside(path, CLOSED)
    if not mark_file.exists():
        return
    mark_file.unlink()
    if sys.platform != "win32":
        # Otherwise the mark may come back after a power failure, although the state has changed.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def check(database: sqlite3.Connection) -> None:
    """Raises `sqlite3.DatabaseError` for a damaged state. This reads all of it."""
    (sound,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        raise sqlite3.DatabaseError(sound)
    for table, condition in DAMAGE_CONDITIONS.items():
        if database.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1").fetchone():  # noqa: S608 -- ours
            raise sqlite3.DatabaseError(f"a row of table {table} holds what no run writes")


def layout(database: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """Returns the tables of a database with their columns, and its indexes without."""
    parts = database.execute("SELECT type, name FROM sqlite_master").fetchall()
    return {
        f"{kind} {name}": frozenset(
            column for (column,) in database.execute("SELECT name FROM pragma_table_info(?)", (name,))
        )
        if kind == "table"
        else frozenset()
        for kind, name in parts
    }


def set_aside(path: Path) -> Path:
    """Renames a state and the files that belong to it. Returns its new path. Raises `OSError`."""
    aside = free_name(path)
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError):
            _beside(path, end).rename(_beside(aside, end))
    return aside


def is_to_blame(path: Path) -> bool:
    """Whether SQLite cannot open or change the file because of the file itself, and not its folder or the machine."""
    if any(_beside(path, end).is_dir() for end in ("", "-wal", "-shm")):
        return True
    if not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
        return False
    probe = _beside(path, ".probe")
    try:
        probe.unlink(missing_ok=True)
        with closing(sqlite3.connect(probe, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("CREATE TABLE probe (n)")
    except (sqlite3.DatabaseError, OSError):
        return False
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                _beside(probe, end).unlink(missing_ok=True)
    return True


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _digest(path: Path) -> str:
    found = blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(HASH_CHUNK_BYTES):
            found.update(piece)
    return found.hexdigest()
