"""Ends the work of SQLite on a damaged database in which pages point back to each other.

SQLite follows such pages for ever, also where it gives no row meanwhile: it counts, sorts or joins. A sound database
may ask for much work, too, so that the amount alone says nothing; then its pages are checked, once.
"""

import sqlite3
from contextlib import closing

STEP = 100_000
"""Instructions of SQLite's machine after which they are counted; some milliseconds."""
FREE = 10_000_000
"""Instructions after which a database is checked, if it has fewer bytes: a second or so."""
MOST_OF_CHECK = 1_000
"""Instructions of a check for each byte. It visits a page once, so it ends; this is for what nobody thought of."""


def bounded(connection: sqlite3.Connection, address: str, size: int) -> None:
    """Interrupts `connection` where its work is out of proportion and the database at `address` is damaged.

    `size` is that of the database in bytes. A statement that is interrupted raises `sqlite3.OperationalError`
    ("interrupted"). Reading each row of a table once takes fewer instructions than the table has bytes.
    """
    done, damaged = 0, False

    def count() -> bool:
        nonlocal done, damaged
        done += STEP
        if not damaged and done >= max(FREE, size):
            damaged = not is_sound(address, size)
            if not damaged:
                connection.set_progress_handler(None, 0)
        return damaged

    connection.set_progress_handler(count, STEP)


def is_sound(address: str, size: int) -> bool:
    """Whether SQLite's own check finds the pages of a database in order."""
    done = 0

    def count() -> bool:
        nonlocal done
        done += STEP
        return done > max(FREE, MOST_OF_CHECK * size)

    try:
        with closing(sqlite3.connect(address, uri=True)) as other:
            other.set_progress_handler(count, STEP)
            return bool(other.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)])
    except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError):
        return False
