"""One place in a store, as a `Path` is one on this machine; of a `Path`'s methods it has those that are asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, TypeAlias

import msgspec

from pipeline.storage.address import Address, is_url, parse_url
from pipeline.storage.store import Store, StoredObject, WebAccess


class RemotePath(msgspec.Struct, frozen=True):
    """An object, or a folder of them: what `url` names. `size` and `stamp` are known where it was found in a list.

    `access` says what is allowed where it is a file of the web.
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
        """Whether it is there, as an object or as a folder."""
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        """Whether it is an object."""
        return self.entry() is not None

    def is_dir(self) -> bool:
        """Whether it is no object itself, and objects lie below it."""
        return not self.on_web and not self.is_file() and next(self.below(), None) is not None

    def entry(self) -> StoredObject | None:
        """What is known of it as an object; none where it is none."""
        return None if self.is_called_folder else self._store.entry("")

    @property
    def is_called_folder(self) -> bool:
        """Whether it can be no object of a bucket: it is all of it, or ends in a slash."""
        where = self._address
        return not where.on_web and (not where.path or where.path.endswith("/"))

    def known(self, entry: StoredObject) -> "RemotePath":
        """The same, with what a list or the store said of it."""
        return RemotePath(self.url, entry.size, entry.stamp, msgspec.structs.replace(self.access, said=entry.moved_to))

    def below(self) -> Iterator[StoredObject]:
        """The objects below it, sorted by their names."""
        return self._store.listing()

    def open(self) -> BinaryIO:
        """Its bytes, once, from the beginning."""
        return self._store.open("")

    def read_bytes(self) -> bytes:
        """All its bytes."""
        return self._store.get("")

    def write(self, data: bytes) -> None:
        """Puts an object there, whole or not at all."""
        self._store.put("", data)

    def upload(self, path: Path) -> None:
        """Puts a file of this machine there."""
        self._store.upload("", path)

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """A copy on this machine, under its name, which is gone afterwards."""
        with TemporaryDirectory(prefix="pipeline-") as folder:
            copy = Path(folder) / "copy"
            self._store.download("", copy)
            yield copy

    def holds(self, other: "RemotePath") -> bool:
        """Whether the other is this one or lies below it."""
        mine, theirs = str(self).rstrip("/"), str(other).rstrip("/")
        return theirs == mine or theirs.startswith(f"{mine}/")

    def __truediv__(self, name: str) -> "RemotePath":
        where = self._address.inside(name)
        return RemotePath(f"{where}?{where.query}" if where.query else str(where), access=self.access)

    def __str__(self) -> str:
        return str(self._address)

    def __repr__(self) -> str:
        """Without what the URL may hold of a signature."""
        return f"Remote({str(self)!r})"

    @property
    def _store(self) -> Store:
        return Store(self.url, self.access)

    @property
    def _address(self) -> Address:
        return parse_url(self.url)


AnyPath: TypeAlias = Path | RemotePath
"""What the user names: a path of this machine, or a place in a store."""


def as_path(said: str | Path | RemotePath, access: WebAccess = WebAccess()) -> AnyPath:  # noqa: B008 -- it is frozen
    """What a path or URL names. Raises `UsageError` for a URL that nothing here reads."""
    if isinstance(said, RemotePath):
        return said
    if isinstance(said, str) and is_url(said):
        parse_url(said)
        return RemotePath(said, access=access)
    return Path(said)
