"""Stops SQLite if its work is out of proportion to the size of the database.

In a damaged database, pages may point back to each other. SQLite then loops for ever, even without yielding a row: it
counts, sorts or joins. A sound database may also need much work, so its pages are first checked, once. But the
expressions in a database may be written never to end, so there is a limit for sound databases, too.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

INSTRUCTIONS_PER_CHECK = 100_000
"""Virtual machine instructions between two checks; some milliseconds."""
FREE_INSTRUCTIONS = 10_000_000
"""Instructions after which a database is checked, if it has fewer bytes; about a second."""
MOST_OF_CHECK = 1_000
"""Maximum instructions of a check for each byte. It visits each page once, so it ends; this is a safety net."""
LEAST_WORK = 30_000_000
"""Instructions that any database may take: about two seconds."""
WORK = 1_000
"""Instructions allowed for each byte of the database. Reading each row of a table once takes less than one per byte, so
this leaves room for joins and searches.
"""
DATABASE_DAMAGED = "a damaged page points back to another"


class WorkLimitedConnection(sqlite3.Connection):
    """A connection with bounded work.

    A statement that is stopped raises `sqlite3.OperationalError` ("interrupted"), and `stopped` says why. If a signal
    handler raises while SQLite works, as for `KeyboardInterrupt`, the next statement and `check` raise it.
    """

    stopped = ""
    _raised: BaseException | None = None

    def bound(self, address: str, size: int, work: int = WORK) -> None:
        """Stops statements that take more than `work` instructions per byte in all, or any if pages are damaged.

        `size` is that of the database in bytes, at `address`. Reading each row of a table once takes fewer instructions
        than the table has bytes.
        """
        self.set_progress_handler(self._watch(address, size, work).__next__, INSTRUCTIONS_PER_CHECK)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 -- what sqlite3 takes
        """Executes like `sqlite3.Connection.execute`. Raises what a signal handler raised meanwhile."""
        self.check()
        return super().execute(sql, parameters)

    def check(self) -> None:
        """Raises what a signal handler raised while SQLite worked."""
        if self._raised is not None:
            raise self._raised

    def _watch(self, address: str, size: int, work: int) -> Iterator[bool]:
        """Yields after each `INSTRUCTIONS_PER_CHECK` instructions whether to stop.

        This is a generator because signals are handled when Python code resumes, which in a generator is inside of the
        `try`. In a function the exception would be lost: SQLite does not pass it on.
        """
        done, checked = 0, False
        most = max(LEAST_WORK, work * size)
        while True:
            try:
                yield bool(self.stopped)
                done += INSTRUCTIONS_PER_CHECK
                if done >= most:
                    message = "takes more than {:,} steps of SQLite; raise [sources.sqlite] work if you trust it"
                    self.stopped = message.format(most)
                elif not checked and done >= max(FREE_INSTRUCTIONS, size):
                    checked = True
                    if not is_sound(address, size, unknown=True):
                        self.stopped = DATABASE_DAMAGED
            except GeneratorExit:
                raise
            except BaseException as error:
                # SQLite would lose it, an interrupt too. The next statement raises it.
                self._raised = error
                self.stopped = "it was stopped"


def is_sound(address: str, size: int, *, unknown: bool = False) -> bool:
    """Whether SQLite's own check finds all pages of a database sound.

    `unknown` is the answer if tables have generated columns, which the check would compute.
    """
    done = 0

    def count() -> bool:
        nonlocal done
        done += INSTRUCTIONS_PER_CHECK
        return done > max(FREE_INSTRUCTIONS, MOST_OF_CHECK * size)

    try:
        with closing(sqlite3.connect(address, uri=True)) as other:
            other.set_progress_handler(count, INSTRUCTIONS_PER_CHECK)
            for pragma in ("trusted_schema = OFF", "ignore_check_constraints = ON"):
                other.execute(f"PRAGMA {pragma}")
            if _has_generated_columns(other):
                return unknown
            return bool(other.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)])
    except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError):
        return False


def _has_generated_columns(connection: sqlite3.Connection) -> bool:
    """Whether a table has generated columns."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    quoted = ('"' + str(name).replace('"', '""') + '"' for (name,) in names)
    return any(
        column[6] == 2 for name in quoted for column in connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
    )
