"""The tables of a run's state, and which errors of SQLite mean that the state is damaged."""

import sqlite3
from contextlib import closing
from functools import cache
from typing import Final

from pipeline.runs import state_file

SCHEMA_VERSION: Final = 2
"""Version 1 had no hashes of what was written. A file with any other version is set aside."""

TABLES: Final = """
CREATE TABLE about (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    file INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp TEXT, key BLOB, run INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE documents (
    id BLOB PRIMARY KEY, file INTEGER NOT NULL, n INTEGER NOT NULL, key BLOB NOT NULL, run INTEGER NOT NULL,
    fate INTEGER NOT NULL, size INTEGER NOT NULL, place INTEGER NOT NULL, line INTEGER NOT NULL, told BLOB,
    hash BLOB NOT NULL DEFAULT x'', stamp INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX documents_by_file ON documents (file, n);
CREATE INDEX documents_by_place ON documents (place, line) WHERE place > 0;
CREATE TABLE oddities (
    file INTEGER NOT NULL, n INTEGER NOT NULL, run INTEGER NOT NULL, what INTEGER NOT NULL, told BLOB NOT NULL,
    PRIMARY KEY (file, n)
) WITHOUT ROWID;
CREATE TABLE places (
    place INTEGER PRIMARY KEY AUTOINCREMENT, shard INTEGER NOT NULL, sealed INTEGER NOT NULL, path TEXT NOT NULL,
    size INTEGER NOT NULL, documents INTEGER NOT NULL,
    hash BLOB NOT NULL DEFAULT x'', stamp INTEGER NOT NULL DEFAULT 0
);
"""
"""The names of tables and columns must not change, so that old outputs can be resumed. In code, `fate` is the `status`
of a `DocumentEntry`, `told` its `reason`, a row of `oddities` a `SkippedEntry`, and one of `places` a `ShardFile`."""

UPGRADE_FROM_1: Final = "".join(
    f"ALTER TABLE {table} ADD COLUMN hash BLOB NOT NULL DEFAULT x'';"
    f"ALTER TABLE {table} ADD COLUMN stamp INTEGER NOT NULL DEFAULT 0;"
    for table in ("documents", "places")
)

DOCUMENT_COLUMNS: Final = "id, file, n, key, fate, size, place, line, told, hash, stamp"
SHARD_FILE_COLUMNS: Final = "place, shard, sealed, path, size, documents, hash, stamp"

DATABASE_ERRORS = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What Python raises if SQLite finds an error, or returns text that is not valid."""
ENVIRONMENT_ERROR_CODES = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
})  # fmt: skip
"""What can go wrong with a sound file: above all, that the disk is full."""
AMBIGUOUS_ERROR_CODES = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""SQLite also reports these for a file with wrong bytes."""


def is_environment_error(error: Exception) -> bool:
    """Whether the file is not to blame, and must not be set aside."""
    return _primary_code(error) in ENVIRONMENT_ERROR_CODES


def may_be_damage(error: Exception) -> bool:
    """Whether SQLite reports the same error for a damaged file."""
    return _primary_code(error) in AMBIGUOUS_ERROR_CODES


def _primary_code(error: Exception) -> int:
    # The other bytes of an error code only add detail.
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


@cache
def expected_layout() -> dict[str, frozenset[str]]:
    """Returns the layout of a state with the current version."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(TABLES)
        return state_file.layout(database)
