"""Whether the file of a run's state is sound, and what becomes of one that is not.

A run that ends leaves a mark beside the state: its size, time and hash. With it the next run knows, without reading the
state, that nothing has happened to it. Without it, as after a kill, SQLite's own check is made. A state that is damaged
is set aside, never deleted.
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
"""The end of the name of the mark."""
BESIDE: Final = ("-wal", "-shm", CLOSED)
"""The ends of the names of files that belong to a state."""
PIECE: Final = 1 << 20

WHOLE: Final = ("file", "n", "run", "fate", "size", "place", "line", "stamp")
UNSOUND: Final = {
    "documents": " OR ".join([
        *(f"typeof({column}) <> 'integer' OR {column} < 0" for column in WHOLE if column != "stamp"),
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
"""For each table, what no row of a sound state has: SQLite does not check types."""


def condition(path: Path) -> Literal["sound", "unknown", "changed"]:
    """Whether a state is as the last run left it, as far as the mark tells. Raises `OSError`.

    "unknown" is one without a mark: a run was killed, or the state comes from elsewhere. "changed" is one to which
    something has happened since its run ended.
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
    """Leaves the mark of a state that was closed. Raises `OSError`."""
    if _size(_beside(path, "-wal")):
        # Somebody else has it open, so it is not closed yet.
        return
    found = path.stat()
    line = f"{found.st_size} {found.st_mtime_ns} {_digest(path)}\n"
    part = _beside(path, f"{CLOSED}.part")
    part.write_text(line, "ascii")
    part.replace(_beside(path, CLOSED))


def unmark(path: Path) -> None:
    """Removes the mark, for good, before the state is changed. Raises `OSError`."""
    there = _beside(path, CLOSED)
    if not there.exists():
        return
    there.unlink()
    if sys.platform != "win32":
        # Or the mark may come back after a loss of power, while the state has changed.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def check(database: sqlite3.Connection) -> None:
    """Raises `sqlite3.DatabaseError` for a state that is damaged, which takes as long as reading it."""
    (sound,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        raise sqlite3.DatabaseError(sound)
    for table, unsound in UNSOUND.items():
        if database.execute(f"SELECT 1 FROM {table} WHERE {unsound} LIMIT 1").fetchone():  # noqa: S608 -- ours
            raise sqlite3.DatabaseError(f"a row of table {table} holds what no run writes")


def layout(database: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """The tables of a database with their columns, its other parts without."""
    named = database.execute("SELECT type, name FROM sqlite_master").fetchall()
    return {
        f"{kind} {name}": frozenset(
            column for (column,) in database.execute("SELECT name FROM pragma_table_info(?)", (name,))
        )
        if kind == "table"
        else frozenset()
        for kind, name in named
    }


def set_aside(path: Path) -> Path:
    """Renames a state and what belongs to it, and gives its new name. Raises `OSError`."""
    aside = free_name(path)
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError):
            _beside(path, end).rename(_beside(aside, end))
    return aside


def is_to_blame(path: Path) -> bool:
    """Whether it is due to the file that SQLite cannot open or change it, and not to the folder or the machine."""
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
        while piece := file.read(PIECE):
            found.update(piece)
    return found.hexdigest()
