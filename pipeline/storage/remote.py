"""A path in a store, with the methods of `pathlib.Path` that are needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, TypeAlias

import msgspec

from pipeline.storage.address import Address, is_url, parse_url
from pipeline.storage.store import Store, StoredObject, WebAccess


class RemotePath(msgspec.Struct, frozen=True):
    """The object or folder at a URL. `size` and `stamp` are known if it was found in a listing.

    `access` limits downloads from the web.
    """

    url: str
    size: int | None = None
    stamp: str | None = None
    access: WebAccess = WebAccess()

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self._address.name

    @property
    def on_web(self) -> bool:
        """Whether it is a file of a web server, which has no folders."""
        return self._address.on_web

    def exists(self) -> bool:
        """Whether an object or a folder exists there."""
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        """Whether it is an object."""
        return self.entry() is not None

    def is_dir(self) -> bool:
        """Whether it is a folder: not an object itself, but with objects below it."""
        return not self.on_web and not self.is_file() and next(self.below(), None) is not None

    def entry(self) -> StoredObject | None:
        """The metadata of the object; None if there is no object."""
        return None if self.is_called_folder else self._store.entry("")

    @property
    def is_called_folder(self) -> bool:
        """Whether it can only be a folder: a whole bucket, or a URL that ends in a slash."""
        where = self._address
        return not where.on_web and (not where.path or where.path.endswith("/"))

    def known(self, entry: StoredObject) -> "RemotePath":
        """The same path with the size and stamp of an object."""
        access = msgspec.structs.replace(self.access, shown_host=entry.moved_to)
        return RemotePath(self.url, entry.size, entry.stamp, access)

    def below(self) -> Iterator[StoredObject]:
        """Yields the objects below it, sorted by name."""
        return self._store.listing()

    def open(self) -> BinaryIO:
        """Opens it for reading, once."""
        return self._store.open("")

    def read_bytes(self) -> bytes:
        """All its bytes."""
        return self._store.get("")

    def write(self, data: bytes) -> None:
        """Stores an object there, whole or not at all."""
        self._store.put("", data)

    def upload(self, path: Path) -> None:
        """Uploads a local file there."""
        self._store.upload("", path)

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """A temporary local copy, deleted afterwards."""
        with TemporaryDirectory(prefix="pipeline-") as folder:
            copy = Path(folder) / "copy"
            self._store.download("", copy)
            yield copy

    def holds(self, other: "RemotePath") -> bool:
        """Whether the other path is this one or below it."""
        mine, theirs = str(self).rstrip("/"), str(other).rstrip("/")
        return theirs == mine or theirs.startswith(f"{mine}/")

    def __truediv__(self, name: str) -> "RemotePath":
        where = self._address.inside(name)
        return RemotePath(f"{where}?{where.query}" if where.query else str(where), access=self.access)

    def __str__(self) -> str:
        return str(self._address)

    def __repr__(self) -> str:
        """Without the query, which may be signed."""
        return f"Remote({str(self)!r})"

    @property
    def _store(self) -> Store:
        return Store(self.url, self.access)

    @property
    def _address(self) -> Address:
        return parse_url(self.url)


AnyPath: TypeAlias = Path | RemotePath
"""What the user names: a local path, or a path in a store."""


def as_path(target: str | Path | RemotePath, access: WebAccess = WebAccess()) -> AnyPath:  # noqa: B008 -- it is frozen
    """Returns the local or remote path that a path or URL names. Raises `UsageError` for an unsupported URL."""
    if isinstance(target, RemotePath):
        return target
    if isinstance(target, str) and is_url(target):
        parse_url(target)
        return RemotePath(target, access=access)
    return Path(target)
