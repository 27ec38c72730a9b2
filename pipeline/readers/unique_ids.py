"""The ids that were given, so that no document takes another's place; a run of any length must hold them."""

import sqlite3
from types import TracebackType

MOST_IN_MEMORY = 10_000
"""Ids up to which a set holds them, some 1 MB; then they go to a table on the disk, which takes 3 µs more for each."""


class Ids:
    """A set of ids that grows onto the disk."""

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._few: set[str] = set()
        self._table: sqlite3.Connection | None = None

    def __enter__(self) -> "Ids":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._table is not None:
            self._table.close()

    def add(self, name: str) -> bool:
        """Whether the id is new; from now on it is not."""
        if self._table is None:
            before = len(self._few)
            self._few.add(name)
            if len(self._few) > self._most:
                self._spill()
                return True
            return len(self._few) > before
        # Lone surrogates, which no table takes: the document fails anyway, but its id must not fail the run.
        key = name.encode("utf-8", "surrogatepass")
        return self._table.execute("INSERT OR IGNORE INTO ids VALUES (?)", (key,)).rowcount == 1

    def __contains__(self, name: str) -> bool:
        if self._table is None:
            return name in self._few
        key = name.encode("utf-8", "surrogatepass")
        return self._table.execute("SELECT 1 FROM ids WHERE id = ?", (key,)).fetchone() is not None

    def _spill(self) -> None:
        # A file without a name, which goes with this process, however that ends.
        self._table = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -2000"):
            self._table.execute(f"PRAGMA {pragma}")
        self._table.execute("CREATE TABLE ids (id BLOB PRIMARY KEY) WITHOUT ROWID")
        self._table.execute("BEGIN")
        keys = ((name.encode("utf-8", "surrogatepass"),) for name in sorted(self._few))
        self._table.executemany("INSERT INTO ids VALUES (?)", keys)
        self._few = set()
