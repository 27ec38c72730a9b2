"""Where shards are stored: a folder on this machine or in a bucket. Every file there is complete."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pipeline.runs.output.manual_edits import object_stamp
from pipeline.storage import Store


class StorageBackend(Protocol):
    """Stores files by name. Raises `OSError`."""

    def size(self, name: str) -> int | None:
        """Returns the size of a file in bytes; None if it is not there."""
        ...

    def stamp(self, name: str) -> int:
        """Returns a number that changes when the file changes; 0 if it is not there."""
        ...

    def names(self) -> Iterator[str]:
        """Yields the names of the files, without those in subfolders."""
        ...

    def staging_path(self, name: str) -> Path:
        """Returns the path on this machine at which to make the file before `publish`."""
        ...

    def publish(self, name: str) -> None:
        """Stores the file that was made at `staging_path`."""
        ...

    def set_aside(self, name: str, aside: Path) -> None:
        """Moves or copies a file to a path on this machine, because another is about to replace it."""
        ...

    def local_copy(self, name: str) -> Path:
        """Returns the path of a file on this machine with the same contents."""
        ...

    def remove(self, name: str) -> None:
        """Deletes a file."""
        ...


class FolderBackend:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self, name: str) -> int | None:
        """Asks the file system."""
        try:
            return (self._path / name).stat().st_size
        except OSError:
            return None

    def stamp(self, name: str) -> int:
        """Returns the file's time of change in nanoseconds."""
        try:
            return (self._path / name).stat().st_mtime_ns
        except OSError:
            return 0

    def names(self) -> Iterator[str]:
        """Yields the names of files and folders."""
        if self._path.is_dir():
            yield from (path.name for path in self._path.iterdir())

    def staging_path(self, name: str) -> Path:
        """Returns the final path: the file appears there only when it is complete."""
        return self._path / name

    def publish(self, name: str) -> None:
        """No-op: the file is already in place."""

    def set_aside(self, name: str, aside: Path) -> None:
        """Renames the file."""
        if (self._path / name).exists():
            (self._path / name).replace(aside)

    def local_copy(self, name: str) -> Path:
        """Returns the file itself."""
        return self._path / name

    def remove(self, name: str) -> None:
        """Deletes the file."""
        (self._path / name).unlink(missing_ok=True)


class BucketBackend:
    """A folder in a bucket. `scratch` is a folder on this machine for files to be uploaded or just downloaded."""

    def __init__(self, store: Store, scratch: Path) -> None:
        self._store = store
        self._scratch = scratch

    def size(self, name: str) -> int | None:
        """Asks the bucket."""
        return self._store.size(name)

    def stamp(self, name: str) -> int:
        """Returns a hash of the object's tag."""
        entry = self._store.entry(name)
        return object_stamp(None if entry is None else entry.stamp)

    def names(self) -> Iterator[str]:
        """Yields the names of objects that are in no subfolder."""
        yield from (entry.name for entry in self._store.listing() if "/" not in entry.name)

    def staging_path(self, name: str) -> Path:
        """Returns a path in `scratch`."""
        return self._scratch / name

    def publish(self, name: str) -> None:
        """Uploads the file, completely or not at all."""
        self._store.upload(name, self._scratch / name)
        (self._scratch / name).unlink()

    def set_aside(self, name: str, aside: Path) -> None:
        """Downloads the object."""
        if self._store.size(name) is not None:
            self._download(name, aside)

    def local_copy(self, name: str) -> Path:
        """Downloads the object. The copy stays until `scratch` is deleted."""
        copy = self._scratch / "fetched" / name
        if not copy.exists():
            self._download(name, copy)
        return copy

    def remove(self, name: str) -> None:
        """Deletes the object."""
        self._store.delete(name)

    def clear(self) -> None:
        """Deletes `scratch`."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _download(self, name: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.part")
        partial.unlink(missing_ok=True)
        self._store.download(name, partial)
        partial.replace(target)
