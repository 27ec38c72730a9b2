"""Opens an SQLite database that may have been made to do harm: it is only read, and with bounded work.

What a database says is code: views, generated columns and virtual tables compute what they give, for as long as whoever
made the file likes. So by default only stored values are read, and no function of SQL runs. Where the user asks for a
table, a view or a query by name, what it computes may run, with limits in proportion to the size of the file.
"""

import sqlite3
from collections.abc import Callable, Iterable

from pipeline.readers.sqlite.work_limit import WORK, WorkLimitedConnection

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]

SHADOWS = (
    *("_content", "_segments", "_segdir", "_docsize", "_stat"),  # FTS3 and 4
    *("_data", "_idx", "_config"),  # FTS5
    *("_node", "_parent", "_rowid"),  # R-tree
)
"""What the names of tables end in that a virtual table keeps its own data in."""

LEAST_VALUE = 1 << 16
"""Bytes that a value may have in any case. A function that makes a value is one instruction and cannot be stopped, and
some take the square of its length: in a small file it may not make a large one."""
GROWTH = 2
"""How many times the size of the file a value may have that is computed from it. A stored one has no room for more."""
LONGEST_VALUE = (1 << 31) - 1
"""The most bytes of a value that SQLite can be told of; it holds no longer ones."""
LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 2_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 1_000,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 500,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 127,
    # A query cannot make a file by attaching it.
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    # LIKE takes up to the length of the text times that of the pattern, and cannot be stopped.
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
"""SQLite's own defaults, where no comment says otherwise: some systems build it without any."""
PRAGMAS = (
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "query_only = ON",
    "mmap_size = 0",
    # The check of the pages would compute them, and they may compute for ever.
    "ignore_check_constraints = ON",
)
SETTINGS = {"SQLITE_DBCONFIG_DEFENSIVE": True, "SQLITE_DBCONFIG_ENABLE_TRIGGER": False}
"""What `Connection.setconfig` is told, which Python has from 3.12 on."""

ASKING = frozenset({"table_info", "table_xinfo"})
"""Pragmas by which tables are described; they only read."""
OF_VIRTUAL_TABLES = frozenset({"data_version", "page_size"})
"""Those that full-text search asks for itself."""
OWN_FUNCTIONS = frozenset({"min", "like"})
"""What statements of this package call: to find the row behind one that is too long, and shards by their names."""
REFUSED_FUNCTIONS = frozenset(
    {"load_extension", "readfile", "writefile", "edit", "eval", "fts3_tokenizer", "fsdir", "zipfile"}
)
"""Functions that reach beyond the database; Python's SQLite has few of them, others more."""
CHANGES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
SCHEMA = "sqlite_master"


class ValueBudget:
    """The count of the rows and bytes that a database gave. A file may say that it holds more than it has room for.

    `size` is that of the database in bytes; `ratio` is `[input.limits] ratio`.
    """

    SMALLEST_ROW = 4
    """Bytes that a row of a table takes in the file at least, without the two that point to it."""
    WEIGHT = 200
    """Bytes that a computed row counts for at least: a run remembers something of each."""
    GRACE = 1 << 26
    """Bytes that are given before it is asked how many times the size of the file that is, as of compressed files."""
    FEW = 1_000
    """Rows that are never too many: another program may be adding some."""

    def __init__(self, size: int, ratio: int) -> None:
        self._rows = 0
        self._bytes = 0
        self._size = size
        self._ratio = ratio

    def take(self, cells: tuple[object, ...], *, stored: bool) -> str:
        """Counts a row; what is wrong where there are too many or they hold too much, else nothing.

        `stored` says that the row stands in the file, so that its bytes bound the number of rows.
        """
        size = sizes(cells)
        self._bytes += size if stored else max(size, self.WEIGHT)
        if stored:
            self._rows += 1
            if self._rows > max(self.FEW, self._size // self.SMALLEST_ROW):
                return f"the tables give more rows than its {self._size:,} bytes have room for"
        if self._bytes > max(self.GRACE, self._ratio * self._size):
            return f"gives more than {self._ratio:,} times its {self._size:,} bytes; raise [input.limits] ratio"
        return ""


def connected(address: str, size: int, patience: float, work: int = WORK) -> WorkLimitedConnection:
    """A connection to the database at `address`, of `size` bytes, that changes nothing and reaches nothing else.

    `patience` is how many seconds to wait for another program that writes; `work`: see `WorkLimitedConnection.bound`.
    `confine` decides what may be read. Raises `sqlite3.Error`.
    """
    connection = sqlite3.connect(
        address, patience, uri=True, isolation_level=None, check_same_thread=False, factory=WorkLimitedConnection
    )
    try:
        connection.bound(address, size, work)
        for limit, most in LIMITS.items():
            connection.setlimit(limit, most)
        if (setconfig := getattr(connection, "setconfig", None)) is not None:
            for name, value in SETTINGS.items():
                setconfig(getattr(sqlite3, name), value)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def longest_value(size: int, limit: int) -> int:
    """The most bytes of a value in a database of `size` bytes, where documents may have `limit` bytes."""
    return min(max(2 * limit, 1_000_000), max(LEAST_VALUE, GROWTH * size), LONGEST_VALUE)


def confine(connection: sqlite3.Connection, *, asked: bool) -> None:
    """Lets a connection do nothing but read: stored values, and if the user asked for them also computed ones."""
    connection.set_authorizer(_asked if asked else _stored)


def _stored(action: int, first: str | None, second: str | None, _: str | None, inside: str | None) -> int:
    # What is done in the name of a view comes from the file.
    if inside is None and (
        action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
        or (action == sqlite3.SQLITE_FUNCTION and second in OWN_FUNCTIONS)
        or (action == sqlite3.SQLITE_PRAGMA and first in ASKING)
    ):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _asked(action: int, first: str | None, second: str | None, _: str | None, __: str | None) -> int:
    if (
        action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").casefold() not in REFUSED_FUNCTIONS)
        or (action == sqlite3.SQLITE_PRAGMA and first in ASKING | OF_VIRTUAL_TABLES)
        # An R-tree prepares to change its own tables when it is opened; the database is opened to be read alone.
        or (action in CHANGES and (first == SCHEMA or (first or "").endswith(SHADOWS)))
    ):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def sizes(cells: Iterable[object]) -> int:
    """The bytes of texts and bytes among some values, or the letters."""
    return sum(len(cell) for cell in cells if isinstance(cell, str | bytes | bytearray))
