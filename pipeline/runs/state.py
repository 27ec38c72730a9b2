"""The state of a run: which documents are done, from which source and under which settings. One SQLite file.

You can delete it at any time; then everything is done again. An entry counts only while the source has not changed and
the article is there.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from pipeline.runs import state_file
from pipeline.runs.state_entries import (
    REPLACING_KEY,
    SKIP_KINDS,
    STALE_KEY,
    STATUSES,
    DamagedState,
    DamagedStateError,
    DocumentEntry,
    FileEntry,
    ShardFile,
    SkippedEntry,
    StateError,
    damaged_error,
    document_entry,
    document_key,
)
from pipeline.runs.state_schema import (
    DATABASE_ERRORS,
    DOCUMENT_COLUMNS,
    SCHEMA_VERSION,
    SHARD_FILE_COLUMNS,
    TABLES,
    UPGRADE_FROM_1,
    expected_layout,
    is_environment_error,
    may_be_damage,
)

ROWS_PER_QUERY = 1000
"""Rows that are fetched at once: no query stays open while other statements write."""


class State:
    """The state file. Use it as a context manager. Raises `StateError` if it cannot be read or written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.damaged: DamagedState | None = None
        """The earlier state, if it was damaged and set aside."""

    def __enter__(self) -> "State":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            condition = state_file.condition(self._path) if self._path.exists() else "unknown"
            if condition == "changed":
                raise sqlite3.DatabaseError("its file was changed after the run that wrote it had ended")
            self._database = self._open(is_checked=condition == "sound")
        except DATABASE_ERRORS as error:
            if is_environment_error(error) and not (may_be_damage(error) and state_file.is_to_blame(self._path)):
                raise self._write_error(error) from error
            # What it would have saved is done again.
            self.damaged = DamagedState(state_file.set_aside(self._path).name, str(error))
            try:
                self._database = self._open(is_checked=True)
            except DATABASE_ERRORS as error:
                raise self._write_error(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        is_complete = False
        try:
            if kind is None or issubclass(kind, Exception | KeyboardInterrupt):
                # What was saved is true, whatever happened afterwards. If the disk is full, `error` says so already.
                with suppress(*([] if kind is None else [StateError])):
                    self.commit()
                    is_complete = not isinstance(error, StateError)
        finally:
            with suppress(sqlite3.Error):
                # Explicitly, because closing frees nothing while a traceback holds a cursor.
                self._database.execute("ROLLBACK")
            self._database.close()
        if is_complete:
            with suppress(OSError):
                # The mark only saves the next run a check.
                state_file.mark(self._path)
        elif isinstance(error, DamagedStateError):
            aside = state_file.set_aside(self._path)
            error.args = (f"{error.args[0]}; it is now {aside.name}. Run again to go on without it", *error.args[1:])

    def _write_error(self, error: Exception) -> StateError:
        return StateError(f"{self._path} cannot be written: {error}; free some disk space, then rerun to resume")

    def _open(self, *, is_checked: bool) -> sqlite3.Connection:
        """Opens the file and removes its mark. `is_checked` says that it is known to be sound.

        Raises `sqlite3.DatabaseError` if it is not a state, or is damaged.
        """
        database = sqlite3.connect(self._path, isolation_level=None)
        try:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            layout = state_file.layout(database)
            if version == 0 and layout:
                raise sqlite3.DatabaseError("it is a database of something else")
            if version not in {0, 1, SCHEMA_VERSION}:
                raise sqlite3.DatabaseError(f"it has layout {version}; this version knows layout {SCHEMA_VERSION}")
            if version == SCHEMA_VERSION and not is_checked and layout != expected_layout():
                raise sqlite3.DatabaseError("it does not have the tables of a state")
            state_file.unmark(self._path)
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -2000", "temp_store = MEMORY"):
                database.execute(f"PRAGMA {pragma}")
            if version == 1:
                database.executescript(f"BEGIN; {UPGRADE_FROM_1} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            if version == 0:
                database.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            elif not is_checked:
                if version != SCHEMA_VERSION and state_file.layout(database) != expected_layout():
                    raise sqlite3.DatabaseError("it does not have the tables of a state")
                state_file.check(database)
            (self.run,) = database.execute("SELECT coalesce(max(value), 0) + 1 FROM about WHERE key = 'run'").fetchone()
            database.execute("REPLACE INTO about VALUES ('run', ?)", (self.run,))
            database.execute("BEGIN")
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def _database_errors(self) -> Iterator[None]:
        """Converts errors of SQLite."""
        try:
            yield
        except DATABASE_ERRORS as error:
            if not is_environment_error(error):
                raise damaged_error(f"{self._path}: {error}") from error
            raise StateError(
                f"{self._path} cannot be used: {error}; free some disk space or delete the file, then rerun to resume"
            ) from error

    def commit(self) -> None:
        """Makes everything saved so far survive a kill of this process."""
        with self._database_errors():
            if self._database.in_transaction:
                self._database.execute("COMMIT")
            self._database.execute("BEGIN")

    def get_metadata(self, key: str) -> str | None:
        """Returns a setting of the output as a whole; None if it is not set."""
        row = self._one("SELECT value FROM about WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def set_metadata(self, key: str, value: str) -> None:
        """Saves a setting of the output as a whole."""
        self._write("REPLACE INTO about VALUES (?, ?)", (key, value))

    def forget(self) -> None:
        """Forgets what all articles were made from. It still knows which were written, and the shards."""
        self._write("UPDATE documents SET key = ?, place = 0 WHERE key <> ?", (STALE_KEY, REPLACING_KEY))
        self._write("UPDATE documents SET place = 0 WHERE key = ?", (REPLACING_KEY,))
        self._write("UPDATE files SET stamp = NULL, key = NULL")
        self._write("DELETE FROM oddities")
        self._write("DELETE FROM about WHERE key <> 'run'")

    # Sources

    def source(self, name: str) -> FileEntry | None:
        """Returns what is known of a source."""
        row = self._one("SELECT file, stamp, key FROM files WHERE name = ?", (name,))
        return None if row is None else FileEntry(*row)

    def begin_file(self, name: str) -> int:
        """Begins to read a source and returns its number. Until `end_file` it counts as not read to its end."""
        self._write(
            "INSERT INTO files (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET stamp = NULL, key = NULL", (name,)
        )
        entry = self.source(name)
        assert entry is not None  # noqa: S101 -- it was inserted above
        return entry.file

    def end_file(self, file: int, stamp: str | None, key: bytes) -> None:
        """Saves that all documents of a source are done, and forgets documents that it does not hold any more."""
        for table in ("documents", "oddities"):
            self._write(f"DELETE FROM {table} WHERE file = ? AND run <> ?", (file, self.run))  # noqa: S608 -- ours
        self._write("UPDATE files SET stamp = ?, key = ?, run = ? WHERE file = ?", (stamp, key, self.run, file))

    def keep_file(self, file: int) -> None:
        """Saves that a source has not changed."""
        self._write("UPDATE files SET run = ? WHERE file = ?", (self.run, file))

    def invalidate_file(self, file: int) -> None:
        """Makes the next run read a source again, because one of its documents now belongs to another source."""
        self._write("UPDATE files SET stamp = NULL, key = NULL WHERE file = ?", (file,))

    def file_names(self) -> Iterator[str]:
        """Yields the names of all sources."""
        last = 0
        query = "SELECT file, name FROM files WHERE file > ? ORDER BY file LIMIT ?"
        while rows := self._all(query, (last, ROWS_PER_QUERY)):
            yield from (name for _, name in rows)
            last = rows[-1][0]

    # Documents

    def document(self, name: str) -> DocumentEntry | None:
        """Returns what is known of a document, given its id."""
        row = self._one(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (document_key(name),))  # noqa: S608
        return None if row is None else document_entry(row)

    def documents(self, file: int) -> Iterator[DocumentEntry]:
        """Yields all documents of a source, in order."""
        last = -1
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE file = ? AND n > ? ORDER BY n LIMIT ?"  # noqa: S608
        while rows := self._all(query, (file, last, ROWS_PER_QUERY)):
            for row in rows:
                yield document_entry(row)
            last = rows[-1][2]

    def save_document(self, entry: DocumentEntry) -> None:
        """Saves what became of a document."""
        self._write(
            "REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document_key(entry.id),
                entry.file,
                entry.n,
                entry.key,
                self.run,
                STATUSES.index(entry.status),
                entry.size,
                entry.shard_file,
                entry.line,
                entry.reason,
                entry.hash,
                entry.stamp,
            ),
        )

    def save_written(self, name: str, body_hash: bytes, stamp: int) -> None:
        """Saves the hash and stamp of the article of a document."""
        self._write("UPDATE documents SET hash = ?, stamp = ? WHERE id = ?", (body_hash, stamp, document_key(name)))

    def begin_document(self, name: str) -> bool:
        """Saves that the article of a document is about to be replaced. Returns whether there is one."""
        with self._database_errors():
            cursor = self._database.execute(
                "UPDATE documents SET key = ? WHERE id = ? AND fate = ?",
                (REPLACING_KEY, document_key(name), STATUSES.index("written")),
            )
        return cursor.rowcount > 0

    # What sources hold besides documents

    def skipped_entries(self, file: int) -> Iterator[SkippedEntry]:
        """Yields what a source holds besides documents, in order."""
        last = -1
        query = "SELECT n, what, told FROM oddities WHERE file = ? AND n > ? ORDER BY n LIMIT ?"
        while rows := self._all(query, (file, last, ROWS_PER_QUERY)):
            for n, kind, reason in rows:
                try:
                    entry = SkippedEntry(n, SKIP_KINDS[kind], reason)
                except (TypeError, IndexError) as error:
                    raise damaged_error(f"what a file holds: {error}") from error
                yield entry
            last = rows[-1][0]

    def save_skipped(self, file: int, entry: SkippedEntry) -> None:
        """Saves something that is not a document."""
        self._write(
            "REPLACE INTO oddities VALUES (?, ?, ?, ?, ?)",
            (file, entry.n, self.run, SKIP_KINDS.index(entry.kind), entry.reason),
        )

    # Shard files

    def shard_files(self) -> list[ShardFile]:
        """Returns all shard files in the order of their shards."""
        query = f"SELECT {SHARD_FILE_COLUMNS} FROM places ORDER BY shard, place"  # noqa: S608 -- ours
        return [ShardFile(*row) for row in self._all(query, ())]

    def begin_shard_file(self, shard: int, path: str) -> int:
        """Adds a shard file and returns its number."""
        self._write("INSERT INTO places (shard, sealed, path, size, documents) VALUES (?, 0, ?, 0, 0)", (shard, path))
        (number,) = self._all("SELECT last_insert_rowid()", ())[0]
        return int(number)

    def save_shard_file(self, shard_file: ShardFile) -> None:
        """Saves a shard file."""
        self._write("REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(shard_file))

    def move_document(self, name: str, shard_file: int, line: int) -> None:
        """Saves that an article is now on this line of this shard file."""
        values = (shard_file, line, document_key(name))
        self._write("UPDATE documents SET place = ?, line = ? WHERE id = ?", values)

    def move_first_documents(self, count: int, source: int, target: int) -> None:
        """Saves that the first lines of one shard file are now in another, on the same lines."""
        self._write("UPDATE documents SET place = ? WHERE place = ? AND line < ?", (target, source, count))

    def bytes_in(self, shard_file: int) -> int:
        """Returns the total length in bytes of the articles in a shard file."""
        row = self._one("SELECT coalesce(sum(size), 0) FROM documents WHERE place = ?", (shard_file,))
        return int(row[0]) if row else 0

    def forget_shard_files(self, numbers: Iterable[int]) -> None:
        """Forgets shard files and the articles in them. The next run reads the sources of these again."""
        for number in numbers:
            sources = "SELECT file FROM documents WHERE place = ?"
            self._write(f"UPDATE files SET stamp = NULL, key = NULL WHERE file IN ({sources})", (number,))  # noqa: S608
            self._write("DELETE FROM documents WHERE place = ?", (number,))
            self._write("DELETE FROM places WHERE place = ?", (number,))

    def _one(self, query: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        with self._database_errors():
            row: tuple[Any, ...] | None = self._database.execute(query, values).fetchone()
        return row

    def _all(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._database_errors():
            return self._database.execute(query, values).fetchall()

    def _write(self, statement: str, values: tuple[object, ...] = ()) -> None:
        with self._database_errors():
            self._database.execute(statement, values)
