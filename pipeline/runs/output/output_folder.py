"""The output of a run, locked by that run: a folder on this machine or in a bucket.

The state and the lists of a run are in a folder on this machine while it runs: in the output or, for a bucket, in the
user's cache. From there they are copied to the bucket at the end. So a stopped run into a bucket can be resumed only on
the same machine; after it has ended, the next run may be on any machine.
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
"""The folder for the state and the lists of a run. Readers of data ignore names that begin with `_`."""
STATE_FILE, LOCK_FILE = "state.sqlite", "lock"
RUN_SUBFOLDERS = ("open", "previous", "replaced", "scratch")
"""Subfolders of that folder: shards in progress, and those that were there before."""
FETCHED_FILE = "fetched"
"""The file that holds the tag of the state in the bucket when it was last downloaded or uploaded."""


class Output(Protocol):
    """What a run writes to."""

    folder: Path
    """The folder for the state and the lists of the run."""
    backend: StorageBackend
    """Stores shards."""
    articles: Path | Store
    """The folder for single articles."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Locks the output in the block. Raises `UsageError` if another run writes to it."""
        yield


class LocalOutput:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self.folder = path / RUN_FOLDER
        self.backend: StorageBackend = FolderBackend(path)
        self.articles: Path | Store = path
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds a lock file."""
        _refuse_links(self.folder)
        with hold_lock(self.folder / LOCK_FILE, str(self)):
            yield


class BucketLock(msgspec.Struct, frozen=True):
    """The lock object in a bucket: who writes to the bucket."""

    host: str
    process: int
    since: str


class RemoteOutput:
    """A folder in a bucket."""

    def __init__(self, where: RemotePath) -> None:
        if where.on_web:
            raise UsageError(f"-o {where}: the web can only be read; name a path, or a bucket by s3://, gs:// or az://")
        self._store = Store(where.url)
        digest = hashlib.sha256(str(where).encode()).hexdigest()[:16]
        self.folder = _cache() / "runs" / digest
        self.backend: StorageBackend = BucketBackend(self._store, self.folder / "scratch")
        self.articles: Path | Store = self._store

    def __str__(self) -> str:
        return str(self._store)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds a lock object in the bucket, and a lock file on this machine."""
        _refuse_links(self.folder)
        with hold_lock(self.folder / LOCK_FILE, str(self)):
            self._lock_bucket()
            try:
                self._download_state()
                yield
            except (KeyboardInterrupt, UsageError):
                # Other errors are those of the bucket itself.
                self._upload()
                raise
            else:
                self._upload()
            finally:
                self._store.delete(f"{RUN_FOLDER}/{LOCK_FILE}")

    def _lock_bucket(self) -> None:
        name = f"{RUN_FOLDER}/{LOCK_FILE}"
        mine = BucketLock(socket.gethostname(), os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"))
        try:
            self._store.put(name, msgspec.json.encode(mine), create_only=True)
        except FileExistsError:
            theirs = _parse_lock(self._store.get(name))
            if theirs == mine:
                # The request was sent again, because the answer to the first one was lost.
                return
            if theirs is None or theirs.host != mine.host or is_process_alive(theirs.process):
                who = f" (process {theirs.process} of {theirs.host}, since {theirs.since})" if theirs else ""
                raise UsageError(
                    f"another run{who} is writing to {self}; wait for it, or if it is dead, delete {self}/{name}"
                ) from None
            self._store.put(name, msgspec.json.encode(mine))

    def _download_state(self) -> None:
        """Downloads the state if another machine has changed it since."""
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

    def _upload(self) -> None:
        for name in (*LOG_FILES.values(), SUMMARY_FILE, STATE_FILE):
            if (self.folder / name).exists():
                self._store.upload(f"{RUN_FOLDER}/{name}", self.folder / name)
        entry = self._store.entry(f"{RUN_FOLDER}/{STATE_FILE}")
        write_atomic(self.folder / FETCHED_FILE, ((entry and entry.stamp) or "").encode())


def open_output(where: Path | RemotePath) -> Output:
    """Returns the output at a path or URL. Raises `UsageError` if it cannot be written to."""
    return RemoteOutput(where) if isinstance(where, RemotePath) else LocalOutput(where)


def _refuse_links(folder: Path) -> None:
    """Raises `UsageError` if the folder of a run, or a file that it changes there, is a link."""
    state = (STATE_FILE, f"{STATE_FILE}-wal", f"{STATE_FILE}-shm", f"{STATE_FILE}-journal")
    refuse_links(folder, (LOCK_FILE, write_log.WRITE_LOG_FILE, *state), RUN_SUBFOLDERS)


def _parse_lock(data: bytes) -> BucketLock | None:
    try:
        return msgspec.json.decode(data, type=BucketLock)
    except msgspec.DecodeError:
        return None


def _cache() -> Path:
    """Returns the cache folder of this package."""
    cache_home = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache_home) if cache_home else Path.home() / ".cache") / "bilingual-pipeline"
