"""Ends the work of SQLite where it is out of proportion to the database.

On a damaged database, pages may point back to each other. SQLite follows such pages for ever, also where it gives no
row meanwhile: it counts, sorts or joins. A sound database may ask for much work, too, so that its pages are checked
first, once. But what a database computes may have been written to have no end; so there is a limit for sound ones, too.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

INSTRUCTIONS_PER_CHECK = 100_000
"""Instructions of SQLite's machine after which they are counted; some milliseconds."""
FREE_INSTRUCTIONS = 10_000_000
"""Instructions after which a database is checked, if it has fewer bytes: a second or so."""
MOST_OF_CHECK = 1_000
"""Instructions of a check for each byte. It visits a page once, so it ends; this is for what nobody thought of."""
LEAST_WORK = 30_000_000
"""Instructions that any database may take: about two seconds."""
WORK = 1_000
"""Instructions that it may take for each of its bytes. Reading each row of a table once takes fewer than one a byte, so
this leaves room for joins and searches."""
DATABASE_DAMAGED = "a damaged page points back to another"


class WorkLimitedConnection(sqlite3.Connection):
    """A connection whose work is bounded.

    A statement that is stopped raises `sqlite3.OperationalError` ("interrupted"), and `stopped` says why. What a signal
    raises while SQLite works, such as `KeyboardInterrupt`, is raised by the next statement and by `check`.
    """

    stopped = ""
    _raised: BaseException | None = None

    def bound(self, address: str, size: int, work: int = WORK) -> None:
        """Stops statements that take more than `work` instructions a byte in all, or one where pages are damaged.

        `size` is that of the database in bytes, at `address`. Reading each row of a table once takes fewer instructions
        than the table has bytes.
        """
        self.set_progress_handler(self._watch(address, size, work).__next__, INSTRUCTIONS_PER_CHECK)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 -- what sqlite3 takes
        """As that of `sqlite3.Connection`. Raises what a signal raised meanwhile."""
        self.check()
        return super().execute(sql, parameters)

    def check(self) -> None:
        """Raises what a signal raised while SQLite worked."""
        if self._raised is not None:
            raise self._raised

    def _watch(self, address: str, size: int, work: int) -> Iterator[bool]:
        """Says after each `INSTRUCTIONS_PER_CHECK` instructions whether to stop.

        A generator, because signals are handled where Python code begins to run again, which in a generator is inside
        of the `try`. Out of a function the exception would get lost: SQLite passes none on.
        """
        done, checked = 0, False
        most = max(LEAST_WORK, work * size)
        while True:
            try:
                yield bool(self.stopped)
                done += INSTRUCTIONS_PER_CHECK
                if done >= most:
                    told = "takes more than {:,} steps of SQLite; raise [sources.sqlite] work if you trust it"
                    self.stopped = told.format(most)
                elif not checked and done >= max(FREE_INSTRUCTIONS, size):
                    checked = True
                    if not is_sound(address, size, unknown=True):
                        self.stopped = DATABASE_DAMAGED
            except GeneratorExit:
                raise
            except BaseException as error:
                # The next statement raises it.
                self._raised = error
                self.stopped = "it was stopped"


def is_sound(address: str, size: int, *, unknown: bool = False) -> bool:
    """Whether SQLite's own check finds the pages of a database in order.

    `unknown` is the answer where tables have generated columns: the check would compute them.
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
            if _computes(other):
                return unknown
            return bool(other.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)])
    except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError):
        return False


def _computes(connection: sqlite3.Connection) -> bool:
    """Whether a table has generated columns."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    quoted = ('"' + str(name).replace('"', '""') + '"' for (name,) in names)
    return any(
        column[6] == 2 for name in quoted for column in connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
    )
