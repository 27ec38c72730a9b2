"""The place that a run writes to, held by that run alone: a folder of this machine, or of a bucket.

All that is about the run itself lies in a folder of this machine while it goes on: below the output, or, for a bucket,
in the user's cache, from which it is copied to the bucket at the end. So a run into a bucket goes on on the machine
where it was stopped, and once it has ended, on any.
"""

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.errors import UsageError
from pipeline.runs.output import write_log
from pipeline.runs.output.lock import hold_lock, is_process_alive
from pipeline.runs.output.ownership import refuse_links
from pipeline.runs.output.storage_backend import BucketBackend, FolderBackend, StorageBackend
from pipeline.runs.run_log import LOG_FILES, SUMMARY_FILE
from pipeline.runs.state_file import BESIDE
from pipeline.storage import RemotePath, Store
from pipeline.storage.atomic import write_atomic

RUN_FOLDER = "_run"
"""All that is about the run itself; readers of data pass over names that begin with `_`."""
STATE_FILE, LOCK_FILE = "state.sqlite", "lock"
RUN_SUBFOLDERS = ("open", "previous", "replaced", "scratch")
"""Below that folder: shards on their way, and those that were there before."""
FETCHED_FILE = "fetched"
"""The file that says which state of the bucket the one on this machine goes back to."""


class Output(Protocol):
    """Where a run writes to."""

    folder: Path
    """Where all lies that is about the run."""
    depot: StorageBackend
    """Where shards lie."""
    articles: Path | Store
    """Where files of single articles lie."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """In the block nobody else writes there. Raises `UsageError` where somebody does."""
        yield


class LocalOutput:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.folder = path / RUN_FOLDER
        self.depot: StorageBackend = FolderBackend(path)
        self.articles: Path | Store = path
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """By a lock of the file system."""
        _refuse_links(self.folder)
        with hold_lock(self.folder / LOCK_FILE, str(self)):
            yield


class BucketLock(msgspec.Struct, frozen=True):
    """Who writes to a bucket."""

    host: str
    process: int
    since: str


class RemoteOutput:
    """A folder of a bucket."""

    def __init__(self, where: RemotePath) -> None:
        if where.on_web:
            raise UsageError(f"-o {where}: the web can only be read; name a path, or a bucket by s3://, gs:// or az://")
        self._store = Store(where.url)
        digest = hashlib.sha256(str(where).encode()).hexdigest()[:16]
        self.folder = _cache() / "runs" / digest
        self.depot: StorageBackend = BucketBackend(self._store, self.folder / "scratch")
        self.articles: Path | Store = self._store

    def __str__(self) -> str:
        return str(self._store)

    @contextmanager
    def held(self) -> Iterator[None]:
        """By an object that only one can make, and on this machine by a lock of the file system."""
        _refuse_links(self.folder)
        with hold_lock(self.folder / LOCK_FILE, str(self)):
            self._claim()
            try:
                self._fetch()
                yield
                # Also what a run leaves that was stopped; but not where the bucket is what stopped it.
            except (KeyboardInterrupt, UsageError):
                self._publish()
                raise
            else:
                self._publish()
            finally:
                self._store.delete(f"{RUN_FOLDER}/{LOCK_FILE}")

    def _claim(self) -> None:
        name = f"{RUN_FOLDER}/{LOCK_FILE}"
        mine = BucketLock(socket.gethostname(), os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"))
        try:
            self._store.put(name, msgspec.json.encode(mine), create_only=True)
        except FileExistsError:
            theirs = _claim(self._store.get(name))
            if theirs == mine:
                # Made again where the answer to the first request was lost.
                return
            if theirs is None or theirs.host != mine.host or is_process_alive(theirs.process):
                who = f" (process {theirs.process} of {theirs.host}, since {theirs.since})" if theirs else ""
                raise UsageError(
                    f"another run{who} is writing to {self}; wait for it, or if it is no more, delete {self}/{name}"
                ) from None
            self._store.put(name, msgspec.json.encode(mine))

    def _fetch(self) -> None:
        """Takes the state of the bucket where another machine has gone on since."""
        name, stamp = f"{RUN_FOLDER}/{STATE_FILE}", self.folder / FETCHED_FILE
        entry = self._store.entry(name)
        if entry is None or (stamp.exists() and stamp.read_text("utf-8", "replace") == entry.stamp):
            return
        for suffix in ("", *BESIDE):
            (self.folder / (STATE_FILE + suffix)).unlink(missing_ok=True)
        part = self.folder / f".{STATE_FILE}.part"
        part.unlink(missing_ok=True)
        self._store.download(name, part)
        part.replace(self.folder / STATE_FILE)
        write_atomic(stamp, (entry.stamp or "").encode())

    def _publish(self) -> None:
        for name in (*LOG_FILES.values(), SUMMARY_FILE, STATE_FILE):
            if (self.folder / name).exists():
                self._store.upload(f"{RUN_FOLDER}/{name}", self.folder / name)
        entry = self._store.entry(f"{RUN_FOLDER}/{STATE_FILE}")
        write_atomic(self.folder / FETCHED_FILE, ((entry and entry.stamp) or "").encode())


def open_output(where: Path | RemotePath) -> Output:
    """The output at a path or URL. Raises `UsageError` where nothing can be written there."""
    return RemoteOutput(where) if isinstance(where, RemotePath) else LocalOutput(where)


def _refuse_links(folder: Path) -> None:
    """Raises `UsageError` where the folder of a run, or what it changes there, is a link that leads elsewhere."""
    state = (STATE_FILE, f"{STATE_FILE}-wal", f"{STATE_FILE}-shm", f"{STATE_FILE}-journal")
    refuse_links(folder, (LOCK_FILE, write_log.WRITE_LOG_FILE, *state), RUN_SUBFOLDERS)


def _claim(data: bytes) -> BucketLock | None:
    try:
        return msgspec.json.decode(data, type=BucketLock)
    except msgspec.DecodeError:
        return None


def _cache() -> Path:
    """Where programs keep what can be made anew."""
    said = os.environ.get("XDG_CACHE_HOME")
    return (Path(said) if said else Path.home() / ".cache") / "bilingual-pipeline"
