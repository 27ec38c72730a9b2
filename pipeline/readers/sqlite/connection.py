"""Opens an untrusted SQLite database: read-only, and with bounded work.

What a database contains is code: views, generated columns and virtual tables compute their values, for as long as the
author of the file likes. So by default only stored values are read, and no SQL function runs. If the user names a
table, a view or a query, its computed values are read, with limits in proportion to the size of the file.
"""

import sqlite3
from collections.abc import Iterable

from pipeline.readers.sqlite.work_limit import WORK, WorkLimitedConnection

SHADOWS = (
    *("_content", "_segments", "_segdir", "_docsize", "_stat"),  # FTS3 and 4
    *("_data", "_idx", "_config"),  # FTS5
    *("_node", "_parent", "_rowid"),  # R-tree
)
"""Suffixes of the tables in which a virtual table keeps its own data."""

LEAST_VALUE = 1 << 16
"""Minimum limit of bytes of a value. A function that makes a value is one instruction and cannot be stopped, and some
need time quadratic in its length: a small file may not make a large value.
"""
GROWTH = 2
"""Maximum size of a computed value, as a multiple of the file size. A stored value cannot be larger than the file."""
LONGEST_VALUE = (1 << 31) - 1
"""The highest limit that SQLite accepts for the bytes of a value."""
LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 2_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 1_000,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 500,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 127,
    # A query cannot create a file by attaching it.
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    # LIKE takes up to the product of the lengths of text and pattern, and cannot be stopped.
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
"""Other limits are SQLite's defaults, set explicitly because some builds have none."""
PRAGMAS = (
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "query_only = ON",
    "mmap_size = 0",
    # A check of the pages would compute these columns, which may never end.
    "ignore_check_constraints = ON",
)
SETTINGS = {"SQLITE_DBCONFIG_DEFENSIVE": True, "SQLITE_DBCONFIG_ENABLE_TRIGGER": False}
"""Options for `Connection.setconfig`, which needs Python 3.12."""

ASKING = frozenset({"table_info", "table_xinfo"})
"""Pragmas that describe tables. They only read."""
OF_VIRTUAL_TABLES = frozenset({"data_version", "page_size"})
"""Pragmas that full-text search runs itself."""
OWN_FUNCTIONS = frozenset({"min", "like"})
"""SQL functions that this package calls: to find the row after one that is too long, and shards by name."""
REFUSED_FUNCTIONS = frozenset(
    {"load_extension", "readfile", "writefile", "edit", "eval", "fts3_tokenizer", "fsdir", "zipfile"}
)
"""SQL functions that reach outside the database. Python's SQLite has few of them, other builds have more."""
CHANGES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
SCHEMA = "sqlite_master"


class ValueBudget:
    """Counts the rows and bytes that a database yields, because a file may claim more than it has room for.

    `size` is that of the database in bytes; `ratio` is `[input.limits] ratio`.
    """

    SMALLEST_ROW = 4
    """Minimum bytes of a table row in the file, without the two bytes that point to it."""
    WEIGHT = 200
    """Minimum bytes that a computed row counts as, because a run keeps some state for each."""
    GRACE = 1 << 26
    """Bytes that are always allowed before the ratio to the file size is checked, as for compressed files."""
    FEW = 1_000
    """Rows that are always allowed, because another program may be adding some."""

    def __init__(self, size: int, ratio: int) -> None:
        self._rows = 0
        self._bytes = 0
        self._size = size
        self._ratio = ratio

    def take(self, cells: tuple[object, ...], *, stored: bool) -> str:
        """Counts a row. Returns the fault if there are too many rows or bytes, else an empty string.

        `stored` says that the row is in the file, so that the file's size bounds the number of rows.
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
    """Opens a read-only connection to the database at `address`, of `size` bytes.

    `patience` is how many seconds to wait for another program that writes; for `work` see
    `WorkLimitedConnection.bound`. `confine` restricts what may be read. Raises `sqlite3.Error`.
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
        # After an interrupt, too, nobody else would close it.
        connection.close()
        raise
    return connection


def longest_value(size: int, limit: int) -> int:
    """Returns the limit for the bytes of a value in a database of `size` bytes, if documents may have `limit` bytes."""
    return min(max(2 * limit, 1_000_000), max(LEAST_VALUE, GROWTH * size), LONGEST_VALUE)


def confine(connection: sqlite3.Connection, *, asked: bool) -> None:
    """Allows a connection only to read: stored values and, if the user asked for them, computed ones."""
    connection.set_authorizer(_asked if asked else _stored)


def _stored(action: int, first: str | None, second: str | None, _: str | None, inside: str | None) -> int:
    # Access through a view is defined by the file, not by the user.
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
        # An R-tree prepares updates of its own tables when it is opened; the database is opened read-only.
        or (action in CHANGES and (first == SCHEMA or (first or "").endswith(SHADOWS)))
    ):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def sizes(cells: Iterable[object]) -> int:
    """Returns the total length of the strings (characters) and bytes among some values."""
    return sum(len(cell) for cell in cells if isinstance(cell, str | bytes | bytearray))
