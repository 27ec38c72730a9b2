"""Describes the tables of an SQLite database and reads their rows in order."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path

import msgspec
import regex

from pipeline.model.record import ReaderError, printable
from pipeline.readers.documents import UniqueIds
from pipeline.readers.field_values import UndecodedText
from pipeline.readers.sqlite.connection import SHADOWS, ValueBudget, confine, connected, longest_value, sizes
from pipeline.readers.sqlite.work_limit import DATABASE_DAMAGED, WORK, WorkLimitedConnection, is_sound
from pipeline.readers.tables import TableRow, unique_names

LOCK_TIMEOUT = 2.0
"""Seconds to wait for another program that writes."""
VIRTUAL = regex.compile(r"\s*+CREATE(?:\s|/\*(?s:.)*?\*/|--[^\n]*+\n)++VIRTUAL\b", regex.IGNORECASE)
NUMBER_TYPES = regex.compile(r"INT|REAL|FLOA|DOUB|BOOL|DATE|TIME", regex.IGNORECASE)
"""Column types that never contain text, whatever the column's name."""
WRITE_AHEAD = 2
"""Byte 18 or 19 of a database in WAL mode. Reading it needs files next to it, unless it is opened as immutable."""
RESTORE = "restore a copy, or try `sqlite3 FILE .recover`"
INTERRUPTED = "interrupted"
"""SQLite's message for an interrupted statement; `WorkLimitedConnection.stopped` has the reason."""
ROW_ID_NAMES = ("rowid", "_rowid_", "oid")
"""SQLite's names for the row id. A column may hide some of them."""
REFUSED_MESSAGE = "not authorized"
"""SQLite's message for a statement that `confine` does not allow."""
HIDDEN, GENERATED = 1, 2
"""`hidden` values of `PRAGMA table_xinfo`: columns of a virtual table that `*` does not select, and columns that are
computed when read. Value 3 is for columns that were computed when written.
"""
SAMPLED = 1 << 26
"""Bytes (64 MiB) after which a sample is large enough: a small file may claim that each row is large."""
ERRORS = (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError)
"""Exceptions that damage causes; the last one comes from column names."""


class SqliteTable(msgspec.Struct, frozen=True):
    """A table or view: its columns, whether each may contain text, and its sort order.

    `key` is the name of the row id, or None if there is none. `primary` are the indices of the primary key columns that
    replace it; empty for a view. `computed` are the generated columns that are not read. `stored` says whether the rows
    are in the file.
    """

    name: str
    columns: dict[str, bool]
    key: str | None
    order: str
    primary: tuple[int, ...] = ()
    computed: tuple[str, ...] = ()
    stored: bool = True

    def rows(self, connection: WorkLimitedConnection, limit: int, amount: ValueBudget) -> Iterator[TableRow]:
        """Yields all rows in order. A row over the limit fails; if the table is damaged, the last item says so.

        `amount` counts what all tables of the database yield.
        """
        last: int | None = None
        number = 0
        with UniqueIds() as seen:
            while True:
                try:
                    for cells in connection.execute(*self._select(last)):
                        number += 1
                        if repeated := self._repeated(cells, last, seen):
                            yield _circle(number, repeated)
                            return
                        if excess := amount.take(cells, stored=self.stored):
                            yield TableRow(number, fault=f"{excess}; it and all rows after it are left out")
                            return
                        last = cells[0] if self.key else None
                        yield TableRow(number, self._fields(cells))
                except ERRORS as error:
                    number += 1
                    resumed = self._after(last, number, error, connection, limit)
                    yield resumed[1]
                    if resumed[0] is None:
                        return
                    last = resumed[0]
                else:
                    return

    def _repeated(self, cells: tuple[object, ...], last: int | None, seen: UniqueIds) -> str:
        """Returns the fault if a row was read before, as happens if a damaged page points back; empty for a new row.

        Row ids ascend. Primary keys follow their collations, so all of them are remembered.
        """
        if self.key:
            return "" if last is None or _ascending(last, cells[0]) else f"row number {cells[0]} follows {last}"
        if not self.primary:
            return ""
        key = repr([cells[place] for place in self.primary])[1:-1]
        # Hashed, because a key may be as long as a text.
        new = seen.add(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())
        return "" if new else f"the primary key {key} occurs a second time"

    def _after(
        self, last: int | None, number: int, error: Exception, connection: WorkLimitedConnection, limit: int
    ) -> tuple[int | None, TableRow]:
        """Reads the row after `last` on its own. Returns it with the key to continue from; None to stop.

        Python's cursor reads one row ahead, so this row is not the faulty one if it can be read on its own.
        """
        if self.key is None:
            return None, _damaged_row(number, error, connection)
        sql, values = self._select(last)
        try:
            cells = connection.execute(f"{sql} LIMIT 1", values).fetchone()
        except sqlite3.DataError:
            (key,) = connection.execute(*self._next(last)).fetchone()
            fault = f"is over the limit of {limit:,} bytes; raise [input.limits] bytes"
            longest = connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
            if longest < 2 * limit and longest < 1_000_000:
                fault = f"has or computes a value of more than {longest:,} bytes, too much for this file"
            return _ascending(last, key), TableRow(number, fault=fault)
        except ERRORS as again:
            return None, _damaged_row(number, again, connection)
        key = None if cells is None else _ascending(last, cells[0])
        if key is None:
            return None, _damaged_row(number, error, connection)
        return key, TableRow(number, self._fields(cells))

    def _fields(self, cells: tuple[object, ...]) -> dict[str, object]:
        return dict(zip(self.columns, cells[1:] if self.key else cells, strict=True))

    def sample(self, connection: sqlite3.Connection, rows: int) -> list[dict[str, object]]:
        """Returns the first rows; fewer if they are very large."""
        sql, values = self._select(None)
        records: list[dict[str, object]] = []
        size = 0
        for cells in connection.execute(f"{sql} LIMIT {rows}", values):
            records.append(self._fields(cells))
            size += sizes(cells)
            if size > SAMPLED:
                break
        return records

    def _select(self, last: int | None) -> tuple[str, tuple[int, ...]]:
        first = f"{self.key}, " if self.key else ""
        condition = f" WHERE {self.key} > ?" if last is not None else ""
        sql = f"SELECT {first}{self._chosen} FROM {quoted(self.name)}{condition}{self.order}"  # noqa: S608 -- names are quoted
        return sql, (() if last is None else (last,))

    @property
    def _chosen(self) -> str:
        return ", ".join(map(quoted, self.columns)) if self.computed else "*"

    def _next(self, last: int | None) -> tuple[str, tuple[int, ...]]:
        """Returns the query for the row id after `last`, which does not read the row's content, and its parameters."""
        condition = f" WHERE {self.key} > ?" if last is not None else ""
        return f"SELECT min({self.key}) FROM {quoted(self.name)}{condition}", (() if last is None else (last,))  # noqa: S608


def _ascending(last: int | None, key: object) -> int | None:
    """Returns the key if it is after `last`; in a damaged table it may not be."""
    return key if isinstance(key, int) and (last is None or key > last) else None


@contextmanager
def opened(path: Path, limit: int, *, asked: bool = False, work: int = WORK) -> Iterator[WorkLimitedConnection]:
    """Opens a database that reading cannot change; no file is created next to it if that can be avoided.

    Only stored values are read, unless the user `asked` for computed ones; for `work` see
    `WorkLimitedConnection.bound`. Values may be twice as long as `limit`. Raises `ReaderError` for a file that is not a
    database, damaged or locked.
    """
    address, size = located(path)
    connection: WorkLimitedConnection | None = None
    try:
        with closing(connected(address, size, LOCK_TIMEOUT, work)) as connection:
            connection.text_factory = _text
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest_value(size, limit))
            confine(connection, asked=asked)
            try:
                yield connection
            finally:
                connection.check()
    except ERRORS as error:
        raise ReaderError(fault(error, connection)) from None


def located(path: Path) -> tuple[str, int]:
    """Returns the address to open a database at, and its size in bytes, including its write-ahead log."""
    with path.open("rb") as file:
        ahead = WRITE_AHEAD in file.read(20)[18:]
    log = path.with_name(path.name + "-wal")
    waiting = log.stat().st_size if ahead and log.exists() else 0
    address = f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if ahead and not waiting else ''}"
    return address, path.stat().st_size + waiting


def listed(connection: sqlite3.Connection) -> dict[str, str]:
    """Returns the tables and views by name, with the reason to read each only on request; empty if there is none.

    Internal tables of SQLite and of virtual tables are not included.
    """
    entries = connection.execute("SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    virtual = {name for name, _, sql in entries if VIRTUAL.match(str(sql))}
    own = {name + ending for name in virtual for ending in SHADOWS}
    reasons = {}
    for name, kind, _ in entries:
        if not isinstance(name, str) or name.startswith("sqlite_") or name in own:
            continue
        what = "is a view" if kind == "view" else "is a virtual table" if name in virtual else ""
        reasons[name] = what and f"{what}; name it in [sources.sqlite] table"
    return reasons


def stored_columns(connection: sqlite3.Connection, name: str) -> set[object]:
    """Returns the names of a table's columns whose values are in the file. Raises `sqlite3.Error`."""
    about = connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    return {column[1] for column in about if column[6] not in {HIDDEN, GENERATED}}


def described(connection: sqlite3.Connection, name: str, *, asked: bool = False) -> SqliteTable:
    """Describes a table by name, without its generated columns unless the user `asked` for them.

    Raises `sqlite3.Error` for a table that cannot be read.
    """
    about = connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    computed = () if asked else tuple(str(column[1]) for column in about if column[6] == GENERATED)
    shown = [column for column in about if column[6] != HIDDEN and str(column[1]) not in computed]
    chosen = _quoted_list(column[1] for column in shown) if computed else "*"
    cursor = connection.execute(f"SELECT {chosen} FROM {quoted(name)} LIMIT 0")  # noqa: S608
    names = unique_names(str(column[0]) for column in cursor.description)
    numbers = {str(column[1]) for column in about if NUMBER_TYPES.search(str(column[2]))}
    key = _row_id(connection, name, names)
    order, primary = (key, ()) if key else _primary_key(about, shown)
    columns = {column: column not in numbers for column in names}
    return SqliteTable(name, columns, key, f" ORDER BY {order}" if order else "", primary, computed)


def _primary_key(about: Iterable[Sequence[object]], shown: Iterable[Sequence[object]]) -> tuple[str, tuple[int, ...]]:
    """Returns the primary key of a table: its columns for `ORDER BY`, and their indices among the `shown` columns."""
    primary = sorted((column for column in about if column[5]), key=lambda column: int(str(column[5])))
    indices = {column[0]: i for i, column in enumerate(shown)}
    return _quoted_list(column[1] for column in primary), tuple(indices[column[0]] for column in primary)


def _row_id(connection: sqlite3.Connection, table: str, names: Iterable[str]) -> str | None:
    """Returns the name by which a table's row id can be selected; None for a table without one."""
    column_names = {column.lower() for column in names}
    key = next((key for key in ROW_ID_NAMES if key not in column_names), None)
    if key is None:
        return None
    try:
        connection.execute(f"SELECT {key} FROM {quoted(table)} LIMIT 0")  # noqa: S608
    except sqlite3.OperationalError:
        return None
    return key


def _quoted_list(names: Iterable[object]) -> str:
    return ", ".join(quoted(str(name)) for name in names)


def answers(
    connection: WorkLimitedConnection, query: str, amount: ValueBudget, place: tuple[str, int]
) -> tuple[tuple[str, ...], Iterator[TableRow]]:
    """Returns the columns and rows of a query. Raises `ReaderError` with SQLite's message if it is invalid.

    `place` is the location of the database, see `located`.
    """
    try:
        refuse_endless(connection, query, place)
        cursor = connection.execute(query)
    except (*ERRORS, ValueError) as error:
        remedy = f"; {RESTORE}" if str(error) == INTERRUPTED else ""
        raise ReaderError(f"[sources.sqlite] query: {_error_text(error, connection)}{remedy}") from None
    if cursor.description is None:
        raise ReaderError("[sources.sqlite] query: gives no rows; write a SELECT")
    names = unique_names(str(column[0]) for column in cursor.description)
    return names, _answers(cursor, names, connection, amount)


def refuse_endless(connection: WorkLimitedConnection, query: str, place: tuple[str, int]) -> None:
    """Raises `sqlite3.OperationalError` for a query that counts the rows of a damaged database.

    `SELECT count(*)` is one instruction, however many pages there are, and so cannot be stopped.
    """
    try:
        steps = connection.execute(f"EXPLAIN {query}").fetchall()
    except (*ERRORS, ValueError):
        # An invalid query fails when it runs.
        return
    if any(step[1] == "Count" for step in steps) and not is_sound(*place):
        connection.stopped = DATABASE_DAMAGED
        raise sqlite3.OperationalError(INTERRUPTED)


def _answers(
    cursor: sqlite3.Cursor, names: tuple[str, ...], connection: WorkLimitedConnection, amount: ValueBudget
) -> Iterator[TableRow]:
    number = 0
    try:
        for cells in cursor:
            number += 1
            if excess := amount.take(cells, stored=False):
                yield TableRow(number, fault=f"{excess}; it and all rows after it are left out")
                return
            yield TableRow(number, dict(zip(names, cells, strict=True)))
    except ERRORS as error:
        yield _damaged_row(number + 1, error, connection)


def quoted(name: str) -> str:
    """Returns a name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def fault(error: Exception, connection: WorkLimitedConnection | None = None) -> str:
    """Returns what is wrong with a database, and what to do."""
    if "locked" in str(error):
        return "is locked by another program; close it and run again"
    return f"cannot be read as an SQLite database ({_error_text(error, connection)}); {RESTORE}"


def _damaged_row(number: int, error: Exception, connection: WorkLimitedConnection) -> TableRow:
    remedy = "" if connection.stopped not in {"", DATABASE_DAMAGED} else f"; {RESTORE}"
    return TableRow(number, fault=f"it and all rows after it are lost ({_error_text(error, connection)}){remedy}")


def _error_text(error: Exception, connection: WorkLimitedConnection | None) -> str:
    """Returns SQLite's message for a fault, or why the statement was stopped."""
    if connection is not None and connection.stopped and str(error) == INTERRUPTED:
        return connection.stopped
    if str(error) == REFUSED_MESSAGE:
        return f"{REFUSED_MESSAGE}: it may only read, and nothing but this database"
    return printable(error)


def _circle(number: int, repeated: str) -> TableRow:
    reason = f"{printable(repeated)}: a damaged page points back to earlier rows"
    return TableRow(number, fault=f"{reason}, and all rows after them are lost; {RESTORE}")


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return UndecodedText(value)
