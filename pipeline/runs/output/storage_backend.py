"""Where articles lie for good: a folder of this machine or of a bucket. Whatever is there is whole."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pipeline.runs.output.manual_edits import object_stamp
from pipeline.storage import Store


class StorageBackend(Protocol):
    """Files by their names. Raises `OSError`."""

    def size(self, name: str) -> int | None:
        """The bytes of a file; None where it is not there."""
        ...

    def stamp(self, name: str) -> int:
        """What changes when a file does; 0 where it is not there."""
        ...

    def names(self) -> Iterator[str]:
        """The names of the files directly in it."""
        ...

    def sealed_at(self, name: str) -> Path:
        """Where on this machine a file is to be made that is to have this name."""
        ...

    def take_in(self, name: str) -> None:
        """Puts a file in its place that was made at `sealed_at`."""
        ...

    def put_aside(self, name: str, aside: Path) -> None:
        """Keeps on this machine a file that another is about to replace, if it is there."""
        ...

    def fetched(self, name: str) -> Path:
        """A file on this machine that holds what that one does."""
        ...

    def remove(self, name: str) -> None:
        """Takes a file away."""
        ...


class FolderBackend:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self, name: str) -> int | None:
        """As the file system says."""
        try:
            return (self._path / name).stat().st_size
        except OSError:
            return None

    def stamp(self, name: str) -> int:
        """Its time of change in nanoseconds."""
        try:
            return (self._path / name).stat().st_mtime_ns
        except OSError:
            return 0

    def names(self) -> Iterator[str]:
        """Folders among them."""
        if self._path.is_dir():
            yield from (path.name for path in self._path.iterdir())

    def sealed_at(self, name: str) -> Path:
        """At its place, where it appears whole."""
        return self._path / name

    def take_in(self, name: str) -> None:
        """It is there."""

    def put_aside(self, name: str, aside: Path) -> None:
        """Renames it."""
        if (self._path / name).exists():
            (self._path / name).replace(aside)

    def fetched(self, name: str) -> Path:
        """The file itself."""
        return self._path / name

    def remove(self, name: str) -> None:
        """From the disk."""
        (self._path / name).unlink(missing_ok=True)


class BucketBackend:
    """Objects of a bucket; `scratch` is a folder of this machine for those that come or go."""

    def __init__(self, store: Store, scratch: Path) -> None:
        self._store = store
        self._scratch = scratch

    def size(self, name: str) -> int | None:
        """As the bucket says."""
        return self._store.size(name)

    def stamp(self, name: str) -> int:
        """A hash of its tag."""
        found = self._store.entry(name)
        return object_stamp(None if found is None else found.stamp)

    def names(self) -> Iterator[str]:
        """Those in no folder."""
        yield from (entry.name for entry in self._store.listing() if "/" not in entry.name)

    def sealed_at(self, name: str) -> Path:
        """Beside the others that go."""
        return self._scratch / name

    def take_in(self, name: str) -> None:
        """Sends it, whole or not at all."""
        self._store.upload(name, self._scratch / name)
        (self._scratch / name).unlink()

    def put_aside(self, name: str, aside: Path) -> None:
        """Fetches it."""
        if self._store.size(name) is not None:
            self._fetch(name, aside)

    def fetched(self, name: str) -> Path:
        """A copy, which stays as long as the scratch does."""
        copy = self._scratch / "fetched" / name
        if not copy.exists():
            self._fetch(name, copy)
        return copy

    def remove(self, name: str) -> None:
        """From the bucket."""
        self._store.delete(name)

    def clear(self) -> None:
        """Takes away what lies in the scratch."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _fetch(self, name: str, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        part = to.with_name(f".{to.name}.part")
        part.unlink(missing_ok=True)
        self._store.download(name, part)
        part.replace(to)
