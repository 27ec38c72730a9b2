"""What a run remembers: which documents are done, under which source and settings. One SQLite file.

It can be deleted at any time, and costs only time. What is not in it is done again; what is in it is believed only as
long as the source has not changed and the output is there.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeAlias

import msgspec

from pipeline.errors import PipelineError
from pipeline.runs import state_file

SCHEMA_VERSION = 2
"""Of the tables. Layout 1 had no hashes of what was written; a file with any other one is set aside."""

Status: TypeAlias = Literal["written", "failed", "rejected"]
STATUSES: tuple[Status, ...] = ("written", "failed", "rejected")

TABLES = """
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

UPGRADE_FROM_1 = "".join(
    f"ALTER TABLE {table} ADD COLUMN hash BLOB NOT NULL DEFAULT x'';"
    f"ALTER TABLE {table} ADD COLUMN stamp INTEGER NOT NULL DEFAULT 0;"
    for table in ("documents", "places")
)

REPLACING_KEY = b""
"""The key of an article that a run began to replace: after a kill the old one may lie there or the new one."""
STALE_KEY = b"\0"
"""The key of an article of which it does not count what it was made of, since all are to be made again."""


class StateError(PipelineError):
    """What the run remembers cannot be written; the message says why and what to do."""


class DamagedStateError(StateError):
    """What the run remembers was damaged while it went on, or in a way that no check finds."""


class DamagedState(msgspec.Struct, frozen=True):
    """A state that was set aside when a run began: what it is called now, and what is wrong with it."""

    name: str
    reason: str


class DocumentEntry(msgspec.Struct, frozen=True):
    """What is known of a document that was done: its source by a hash, what became of it, and where that lies.

    `size` is the length of its JSON in bytes. `place` and `line` say where it lies in a file of many; 0 for none. Where
    each article has a file of its own, `line` is 1 if the name of that file has a hash (`pipeline.storage.file_names`).
    `told` is the JSON of its failure or rejection; of one that was written, of why it is degraded. `hash` is that of
    the article that was written, empty where it is not known; `stamp` changes when its file does: a time in
    nanoseconds, or a hash of the tag that a bucket gives it.
    """

    id: str
    file: int
    n: int
    key: bytes
    fate: Status
    size: int = 0
    place: int = 0
    line: int = 0
    told: bytes | None = None
    hash: bytes = b""
    stamp: int = 0

    @property
    def apart(self) -> bool:
        """Whether the article has a file of its own whose name has a hash."""
        return self.place == 0 and self.line == 1


class SkippedEntry(msgspec.Struct, frozen=True):
    """What a file holds beside sound documents: what could not be read, or was left out; `told` is its JSON."""

    n: int
    what: Literal["unreadable", "double", "left-out"]
    told: bytes


SKIP_KINDS: tuple[Literal["unreadable", "double", "left-out"], ...] = ("unreadable", "double", "left-out")


class FileEntry(msgspec.Struct, frozen=True):
    """What is known of a file that was read before.

    `stamp` tells whether it is still the same, `key` under which settings it was read; None where it was not read to
    its end.
    """

    file: int
    stamp: str | None
    key: bytes | None


class ShardFile(msgspec.Struct, frozen=True):
    """A file with an article a line: a shard that lies whole where it belongs (`sealed`), or one that is being made.

    `path` is the name of a shard, or relative to the folder of the run. `size` is in bytes, once it is sealed; `hash`
    and `stamp` are those of a sealed shard, as in `DocumentEntry`.
    """

    place: int
    shard: int
    sealed: bool
    path: str
    size: int
    documents: int
    hash: bytes = b""
    stamp: int = 0


ROWS_PER_QUERY = 1000
"""Rows that are fetched together; no query is left open while others write."""

DOCUMENT_COLUMNS = "id, file, n, key, fate, size, place, line, told, hash, stamp"


class State:
    """The file, open for the length of a `with` block. Raises `StateError` where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.damaged: DamagedState | None = None
        """The state that was there, if it was damaged: this one is new then."""

    def __enter__(self) -> "State":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            condition = state_file.condition(self._path) if self._path.exists() else "unknown"
            if condition == "changed":
                raise sqlite3.DatabaseError("its file was changed after the run that wrote it had ended")
            self._database = self._opened(is_checked=condition == "sound")
        except DATABASE_ERRORS as error:
            if _is_outside(error) and not (_may_be_the_file(error) and state_file.is_to_blame(self._path)):
                raise self._unwritable(error) from error
            # What it would have saved is done again.
            self.damaged = DamagedState(state_file.set_aside(self._path).name, str(error))
            try:
                self._database = self._opened(is_checked=True)
            except DATABASE_ERRORS as error:
                raise self._unwritable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        is_whole = False
        try:
            if kind is None or issubclass(kind, Exception | KeyboardInterrupt):
                # What was noted is so, whatever happened then. Where the disk is full, that is said already.
                with suppress(*([] if kind is None else [StateError])):
                    self.commit()
                    is_whole = not isinstance(error, StateError)
        finally:
            with suppress(sqlite3.Error):
                # Said, since closing alone gives nothing free as long as a traceback holds a cursor.
                self._database.execute("ROLLBACK")
            self._database.close()
        if is_whole:
            with suppress(OSError):
                # It saves the next run a check, no more.
                state_file.mark(self._path)
        elif isinstance(error, DamagedStateError):
            aside = state_file.set_aside(self._path)
            error.args = (f"{error.args[0]}; it is {aside.name} now. Run again to go on without it", *error.args[1:])

    def _unwritable(self, error: Exception) -> StateError:
        return StateError(f"{self._path} cannot be written: {error}; make room there, and run again to go on")

    def _opened(self, *, is_checked: bool) -> sqlite3.Connection:
        """The file, whose mark is removed. Raises `sqlite3.DatabaseError` where it is none of ours, or damaged.

        `is_checked` says that it is known to be sound.
        """
        database = sqlite3.connect(self._path, isolation_level=None)
        try:
            (layout,) = database.execute("PRAGMA user_version").fetchone()
            found = state_file.layout(database)
            if layout == 0 and found:
                raise sqlite3.DatabaseError("it is a database of something else")
            if layout not in {0, 1, SCHEMA_VERSION}:
                raise sqlite3.DatabaseError(f"it has layout {layout}; this version knows layout {SCHEMA_VERSION}")
            if layout == SCHEMA_VERSION and not is_checked and found != _expected():
                raise sqlite3.DatabaseError("it has not the tables of a state")
            state_file.unmark(self._path)
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -2000", "temp_store = MEMORY"):
                database.execute(f"PRAGMA {pragma}")
            if layout == 1:
                database.executescript(f"BEGIN; {UPGRADE_FROM_1} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            if layout == 0:
                database.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            elif not is_checked:
                if layout != SCHEMA_VERSION and state_file.layout(database) != _expected():
                    raise sqlite3.DatabaseError("it has not the tables of a state")
                state_file.check(database)
            (self.run,) = database.execute("SELECT coalesce(max(value), 0) + 1 FROM about WHERE key = 'run'").fetchone()
            database.execute("REPLACE INTO about VALUES ('run', ?)", (self.run,))
            database.execute("BEGIN")
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DATABASE_ERRORS as error:
            if not _is_outside(error):
                raise damaged_error(f"{self._path}: {error}") from error
            raise StateError(
                f"{self._path} cannot be used: {error}; make room where it lies, or delete it, and run again to go on"
            ) from error

    def commit(self) -> None:
        """Keeps what was noted, whatever happens from here on to this process."""
        with self._told():
            if self._database.in_transaction:
                self._database.execute("COMMIT")
            self._database.execute("BEGIN")

    def about(self, key: str) -> str | None:
        """What was noted of the output as a whole, or nothing."""
        found = self._one("SELECT value FROM about WHERE key = ?", (key,))
        return None if found is None else str(found[0])

    def note_about(self, key: str, value: str) -> None:
        """Notes something of the output as a whole."""
        self._write("REPLACE INTO about VALUES (?, ?)", (key, value))

    def forget(self) -> None:
        """Forgets what all articles were made of. Which of them were written, and the shards, are still known."""
        self._write("UPDATE documents SET key = ?, place = 0 WHERE key <> ?", (STALE_KEY, REPLACING_KEY))
        self._write("UPDATE documents SET place = 0 WHERE key = ?", (REPLACING_KEY,))
        self._write("UPDATE files SET stamp = NULL, key = NULL")
        self._write("DELETE FROM oddities")
        self._write("DELETE FROM about WHERE key <> 'run'")

    # Files

    def known(self, name: str) -> FileEntry | None:
        """What is known of a file."""
        found = self._one("SELECT file, stamp, key FROM files WHERE name = ?", (name,))
        return None if found is None else FileEntry(*found)

    def begin_file(self, name: str) -> int:
        """The number of a file that is read now; until `end_file` it counts as not read to its end."""
        self._write(
            "INSERT INTO files (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET stamp = NULL, key = NULL", (name,)
        )
        known = self.known(name)
        assert known is not None  # noqa: S101 -- it was put there just now
        return known.file

    def end_file(self, file: int, stamp: str | None, key: bytes) -> None:
        """Notes that all documents of a file are accounted for; what it held before and holds no more is forgotten."""
        for table in ("documents", "oddities"):
            self._write(f"DELETE FROM {table} WHERE file = ? AND run <> ?", (file, self.run))  # noqa: S608 -- ours
        self._write("UPDATE files SET stamp = ?, key = ?, run = ? WHERE file = ?", (stamp, key, self.run, file))

    def keep_file(self, file: int) -> None:
        """Notes that a file has not changed."""
        self._write("UPDATE files SET run = ? WHERE file = ?", (self.run, file))

    def spoil_file(self, file: int) -> None:
        """Notes that a document of this file belongs to another one now, so it must be read again."""
        self._write("UPDATE files SET stamp = NULL, key = NULL WHERE file = ?", (file,))

    def file_names(self) -> Iterator[str]:
        """The names of all files that are known."""
        last = 0
        while rows := self._all(
            "SELECT file, name FROM files WHERE file > ? ORDER BY file LIMIT ?", (last, ROWS_PER_QUERY)
        ):
            yield from (name for _, name in rows)
            last = rows[-1][0]

    # Documents

    def entry(self, name: str) -> DocumentEntry | None:
        """What is known of a document."""
        found = self._one(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (_key(name),))  # noqa: S608 -- ours
        return None if found is None else _entry(found)

    def entries(self, file: int) -> Iterator[DocumentEntry]:
        """All documents of a file, in its order."""
        last = -1
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE file = ? AND n > ? ORDER BY n LIMIT ?"  # noqa: S608 -- ours
        while rows := self._all(query, (file, last, ROWS_PER_QUERY)):
            for row in rows:
                yield _entry(row)
            last = rows[-1][2]

    def note(self, entry: DocumentEntry) -> None:
        """Notes what became of a document."""
        self._write(
            "REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _key(entry.id),
                entry.file,
                entry.n,
                entry.key,
                self.run,
                STATUSES.index(entry.fate),
                entry.size,
                entry.place,
                entry.line,
                entry.told,
                entry.hash,
                entry.stamp,
            ),
        )

    def note_written(self, name: str, found: bytes, stamp: int) -> None:
        """Notes that the article of a document lies there with this hash and stamp."""
        self._write("UPDATE documents SET hash = ?, stamp = ? WHERE id = ?", (found, stamp, _key(name)))

    def begin_document(self, name: str) -> bool:
        """Forgets what an article was made of, since another one takes its place; whether there was one."""
        with self._told():
            done = self._database.execute(
                "UPDATE documents SET key = ? WHERE id = ? AND fate = ?",
                (REPLACING_KEY, _key(name), STATUSES.index("written")),
            )
        return done.rowcount > 0

    # What is no sound document

    def oddities(self, file: int) -> Iterator[SkippedEntry]:
        """What a file holds beside them, in its order."""
        last = -1
        query = "SELECT n, what, told FROM oddities WHERE file = ? AND n > ? ORDER BY n LIMIT ?"
        while rows := self._all(query, (file, last, ROWS_PER_QUERY)):
            for n, what, told in rows:
                try:
                    oddity = SkippedEntry(n, SKIP_KINDS[what], told)
                except (TypeError, IndexError) as error:
                    raise damaged_error(f"what a file holds: {error}") from error
                yield oddity
            last = rows[-1][0]

    def note_oddity(self, file: int, oddity: SkippedEntry) -> None:
        """Notes something that is no sound document."""
        self._write(
            "REPLACE INTO oddities VALUES (?, ?, ?, ?, ?)",
            (file, oddity.n, self.run, SKIP_KINDS.index(oddity.what), oddity.told),
        )

    # Files of many articles

    def places(self) -> list[ShardFile]:
        """All of them, in the order of their shards."""
        query = "SELECT place, shard, sealed, path, size, documents, hash, stamp FROM places ORDER BY shard, place"
        return [ShardFile(*row) for row in self._all(query, ())]

    def begin_place(self, shard: int, path: str) -> int:
        """The number of a new one, which is being made."""
        self._write("INSERT INTO places (shard, sealed, path, size, documents) VALUES (?, 0, ?, 0, 0)", (shard, path))
        (place,) = self._all("SELECT last_insert_rowid()", ())[0]
        return int(place)

    def note_place(self, place: ShardFile) -> None:
        """Notes what has become of one."""
        self._write("REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(place))

    def move(self, name: str, place: int, line: int) -> None:
        """Notes that an article lies elsewhere now."""
        self._write("UPDATE documents SET place = ?, line = ? WHERE id = ?", (place, line, _key(name)))

    def move_first(self, lines: int, place: int, to: int) -> None:
        """Notes that the first lines of one place lie in another now, under the same numbers."""
        self._write("UPDATE documents SET place = ? WHERE place = ? AND line < ?", (to, place, lines))

    def bytes_in(self, place: int) -> int:
        """How long the articles are, in bytes, that are said to lie at a place."""
        found = self._one("SELECT coalesce(sum(size), 0) FROM documents WHERE place = ?", (place,))
        return int(found[0]) if found else 0

    def lose_places(self, lost: Iterable[int]) -> None:
        """Forgets places and the articles in them; the files those came from must be read again."""
        for place in lost:
            of_place = "SELECT file FROM documents WHERE place = ?"
            self._write(f"UPDATE files SET stamp = NULL, key = NULL WHERE file IN ({of_place})", (place,))  # noqa: S608 -- ours
            self._write("DELETE FROM documents WHERE place = ?", (place,))
            self._write("DELETE FROM places WHERE place = ?", (place,))

    def _one(self, query: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        with self._told():
            found: tuple[Any, ...] | None = self._database.execute(query, values).fetchone()
        return found

    def _all(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._told():
            return self._database.execute(query, values).fetchall()

    def _write(self, statement: str, values: tuple[object, ...] = ()) -> None:
        with self._told():
            self._database.execute(statement, values)


DATABASE_ERRORS = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What Python raises where SQLite finds something wrong, or gives text that is none."""
ENVIRONMENT_ERROR_CODES = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
})  # fmt: skip
"""What can go wrong with a sound file: above all, that the disk is full."""


def _is_outside(error: Exception) -> bool:
    """Whether the file is not to blame, and must not be thrown away."""
    # The low byte is the kind, the others say more about it.
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in ENVIRONMENT_ERROR_CODES


def _may_be_the_file(error: Exception) -> bool:
    """Whether SQLite says the same of a file of which some bytes are wrong."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


@cache
def _expected() -> dict[str, frozenset[str]]:
    """The layout of a state."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(TABLES)
        return state_file.layout(database)


def damaged_error(what: str) -> DamagedStateError:
    """The error for a state of which something is found to be wrong while a run goes on."""
    return DamagedStateError(f"what the run remembers of earlier ones is damaged ({what}); all that was done is kept")


def _key(name: str) -> bytes:
    # Lone surrogates, which no table takes: the document fails, but its id must not fail the run.
    return name.encode("utf-8", "surrogatepass")


def _entry(row: tuple[Any, ...]) -> DocumentEntry:
    name, file, n, key, fate, size, place, line, told, found, stamp = row
    try:
        return DocumentEntry(
            name.decode("utf-8", "surrogatepass"), file, n, key, STATUSES[fate], size, place, line, told, found, stamp
        )
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise damaged_error(f"a document: {error}") from error
