"""The tables of an SQLite database, and their rows in order."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path

import msgspec
import regex

from pipeline.sources.cells import Torn
from pipeline.sources.fields import Row, unique
from pipeline.sources.ids import Ids
from pipeline.sources.record import SourceError, shown
from pipeline.sources.sqlite.circles import bounded

PATIENCE = 2.0
"""Seconds to wait for another program that is writing."""
VIRTUAL = regex.compile(r"\s*+CREATE\s++VIRTUAL\b", regex.IGNORECASE)
SHADOWS = (
    *("_content", "_segments", "_segdir", "_docsize", "_stat"),  # FTS3 and 4
    *("_data", "_idx", "_config"),  # FTS5
    *("_node", "_parent", "_rowid"),  # R-tree
)
"""What the names of tables end in that a virtual table keeps its own data in."""
NUMBERS = regex.compile(r"INT|REAL|FLOA|DOUB|BOOL|DATE|TIME", regex.IGNORECASE)
"""Types of columns that hold no text, whatever they are called."""
LONGEST_VALUE = (1 << 31) - 1
"""The most bytes of a value that SQLite can be told of; it holds no longer ones."""
WRITE_AHEAD = 2
"""Byte 18 or 19 of a database that writes ahead: reading one needs files beside it, unless nothing may change it."""
RESTORE = "restore a copy, or try `sqlite3 FILE .recover`"
INTERRUPTED = "interrupted"
"""What SQLite says where `circles.bounded` ended its work."""
ERRORS = (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError)
"""What damage shows itself as; the last one is for names of columns."""


class Table(msgspec.Struct, frozen=True):
    """A table or view: its columns, whether each may hold a text, and what its rows are sorted by.

    `key` names the number that SQLite itself gives to rows; None where it gives none. `primary` are the places of the
    columns of the primary key where it stands for that number; none for a view.
    """

    name: str
    columns: dict[str, bool]
    key: str | None
    order: str
    primary: tuple[int, ...] = ()

    def rows(self, connection: sqlite3.Connection, limit: int) -> Iterator[Row]:
        """All rows in order. One over the limit fails; where the table is damaged, the last one says so."""
        last: int | None = None
        number = 0
        with Ids() as seen:
            while True:
                try:
                    for cells in connection.execute(*self._select(last)):
                        number += 1
                        if repeated := self._repeated(cells, last, seen):
                            yield _circle(number, repeated)
                            return
                        last = cells[0] if self.key else None
                        yield Row(number, self._fields(cells))
                except ERRORS as error:
                    number += 1
                    found = self._after(last, number, error, connection, limit)
                    yield found[1]
                    if found[0] is None:
                        return
                    last = found[0]
                else:
                    return

    def _repeated(self, cells: tuple[object, ...], last: int | None, seen: Ids) -> str:
        """What shows that a row was read before, which happens where a damaged page points back; empty for a new row.

        Row numbers ascend. Primary keys are in the order of their collations, so all of them are remembered.
        """
        if self.key:
            return "" if last is None or _behind(last, cells[0]) else f"row number {cells[0]} follows {last}"
        if not self.primary:
            return ""
        key = repr([cells[place] for place in self.primary])[1:-1]
        # Hashed, since a key may be as long as a text.
        new = seen.add(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())
        return "" if new else f"the primary key {key} occurs a second time"

    def _after(
        self, last: int | None, number: int, error: Exception, connection: sqlite3.Connection, limit: int
    ) -> tuple[int | None, Row]:
        """The row behind `last` by itself, and its key to go on from; None where there is no going on.

        Python's cursor looks a row ahead: it is not this row that is at fault, if it can be read alone.
        """
        if self.key is None:
            return None, _lost(number, error)
        sql, values = self._select(last)
        try:
            cells = connection.execute(f"{sql} LIMIT 1", values).fetchone()
        except sqlite3.DataError:
            (key,) = connection.execute(*self._next(last)).fetchone()
            fault = f"is over the limit of {limit:,} bytes; raise [input.limits] bytes"
            return _behind(last, key), Row(number, fault=fault)
        except ERRORS as again:
            return None, _lost(number, again)
        key = None if cells is None else _behind(last, cells[0])
        return (None, _lost(number, error)) if key is None else (key, Row(number, self._fields(cells)))

    def _fields(self, cells: tuple[object, ...]) -> dict[str, object]:
        return dict(zip(self.columns, cells[1:] if self.key else cells, strict=True))

    def sample(self, connection: sqlite3.Connection, rows: int) -> list[dict[str, object]]:
        """The first rows."""
        sql, values = self._select(None)
        return [self._fields(cells) for cells in connection.execute(f"{sql} LIMIT {rows}", values)]

    def _select(self, last: int | None) -> tuple[str, tuple[int, ...]]:
        first = f"{self.key}, " if self.key else ""
        behind = f" WHERE {self.key} > ?" if last is not None else ""
        sql = f"SELECT {first}* FROM {quoted(self.name)}{behind}{self.order}"  # noqa: S608 -- names are quoted
        return sql, (() if last is None else (last,))

    def _next(self, last: int | None) -> tuple[str, tuple[int, ...]]:
        """The number of the row behind `last`, told without reading what is in it."""
        behind = f" WHERE {self.key} > ?" if last is not None else ""
        return f"SELECT min({self.key}) FROM {quoted(self.name)}{behind}", (() if last is None else (last,))  # noqa: S608


def _behind(last: int | None, key: object) -> int | None:
    """The key, where it leads on: in a damaged table it may not."""
    return key if isinstance(key, int) and (last is None or key > last) else None


@contextmanager
def opened(path: Path, limit: int) -> Iterator[sqlite3.Connection]:
    """A database that cannot be changed by reading it; no file is made beside it where that can be avoided.

    Values may be twice as long as `limit`. Raises `SourceError` for a file that is none, is damaged or is locked.
    """
    with path.open("rb") as file:
        ahead = WRITE_AHEAD in file.read(20)[18:]
    log = path.with_name(path.name + "-wal")
    settled = ahead and not (log.exists() and log.stat().st_size)
    address = f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if settled else ''}"
    try:
        connection = sqlite3.connect(address, PATIENCE, uri=True, isolation_level=None, check_same_thread=False)
    except ERRORS as error:
        raise SourceError(fault(error)) from None
    with closing(connection):
        bounded(connection, address, path.stat().st_size)
        connection.text_factory = _text
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(max(2 * limit, 1_000_000), LONGEST_VALUE))
        # A query cannot make a file by attaching it.
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        try:
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
                connection.execute(f"PRAGMA {pragma}")
            yield connection
        except ERRORS as error:
            raise SourceError(fault(error)) from None


def listed(connection: sqlite3.Connection) -> dict[str, str]:
    """The tables and views by name, and for each why it is not read unless it is named; empty for those that are.

    What SQLite and its virtual tables keep for themselves is not among them.
    """
    entries = connection.execute("SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    virtual = {name for name, _, sql in entries if VIRTUAL.match(str(sql))}
    own = {name + ending for name in virtual for ending in SHADOWS}
    found = {}
    for name, kind, _ in entries:
        if not isinstance(name, str) or name.startswith("sqlite_") or name in own:
            continue
        what = "is a view" if kind == "view" else "is a virtual table" if name in virtual else ""
        found[name] = what and f"{what}; name it in [sources.sqlite] table"
    return found


def described(connection: sqlite3.Connection, name: str) -> Table:
    """A table by name. Raises `sqlite3.Error` for one that cannot be read."""
    cursor = connection.execute(f"SELECT * FROM {quoted(name)} LIMIT 0")  # noqa: S608
    names = unique(str(column[0]) for column in cursor.description)
    about = connection.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    numbers = {str(column[1]) for column in about if NUMBERS.search(str(column[2]))}
    taken = {column.lower() for column in names}
    key = next((key for key in ("rowid", "_rowid_", "oid") if key not in taken), None)
    if key is not None:
        try:
            connection.execute(f"SELECT {key} FROM {quoted(name)} LIMIT 0")  # noqa: S608
        except sqlite3.OperationalError:
            key = None
    primary = sorted((column for column in about if column[5]), key=lambda column: int(column[5]))
    by = key or ", ".join(quoted(str(column[1])) for column in primary)
    places = () if key else tuple(int(column[0]) for column in primary)
    columns = {column: column not in numbers for column in names}
    return Table(name, columns, key, f" ORDER BY {by}" if by else "", places)


def answers(connection: sqlite3.Connection, query: str) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns and rows of a query. Raises `SourceError` with what SQLite says of a wrong one."""
    try:
        cursor = connection.execute(query)
    except (*ERRORS, ValueError) as error:
        remedy = f"; {RESTORE}" if str(error) == INTERRUPTED else ""
        raise SourceError(f"[sources.sqlite] query: {_said(error)}{remedy}") from None
    if cursor.description is None:
        raise SourceError("[sources.sqlite] query: gives no rows; write a SELECT")
    names = unique(str(column[0]) for column in cursor.description)
    return names, _answers(cursor, names)


def _answers(cursor: sqlite3.Cursor, names: tuple[str, ...]) -> Iterator[Row]:
    number = 0
    try:
        for cells in cursor:
            number += 1
            yield Row(number, dict(zip(names, cells, strict=True)))
    except ERRORS as error:
        yield _lost(number + 1, error)


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def fault(error: Exception) -> str:
    """What is wrong with a database, and what to do."""
    if "locked" in str(error):
        return "is locked by another program; close it and run again"
    return f"cannot be read as an SQLite database ({_said(error)}); {RESTORE}"


def _lost(number: int, error: Exception) -> Row:
    return Row(number, fault=f"it and all rows after it are lost ({_said(error)}); {RESTORE}")


def _said(error: Exception) -> str:
    """What SQLite says of a fault."""
    return "a damaged page points back to another" if str(error) == INTERRUPTED else shown(error)


def _circle(number: int, repeated: str) -> Row:
    reason = f"{shown(repeated)}: a damaged page points back to earlier rows"
    return Row(number, fault=f"{reason}, and all rows after them are lost; {RESTORE}")


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return Torn(value)
