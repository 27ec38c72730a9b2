"""A store of objects: a bucket, a folder in one, or a web server. It contains only a URL, so it can be pickled."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from pipeline.storage.address import Address, parse_url
from pipeline.storage.disk_space import DiskSpace, UnsizedStream


class StoredObject(msgspec.Struct, frozen=True, gc=False):
    """An object of a store: its name below the store, its size in bytes, and a stamp that changes with its content.

    `moved_to` is the host that a web server redirected to, or empty.
    """

    name: str
    size: int | None
    stamp: str | None
    moved_to: str = ""


class WebAccess(msgspec.Struct, frozen=True):
    """Which web addresses may be read, and what one download may cost. Part of each `RemotePath`.

    `allow_private` allows addresses of this machine and its networks. `seconds` limits the total time spent waiting for
    the server, `idle` the time for each 64 KiB. `size` limits the bytes of a download, `copied` the bytes of a download
    of unknown length that are put into the temporary folder. `shown_host` is the host of a redirect that the user has
    already been shown.
    """

    allow_private: bool = False
    seconds: float = 3600.0
    """One hour is 36 GB at 10 MB/s. Time spent on processing documents is not counted."""
    idle: float = 60.0
    """Proxies and web servers give up after 60 seconds by default, so a working one has answered by then."""
    size: int = 1 << 38
    """256 GiB: ten times the largest dumps in one file, such as Wikipedia's (24 GB)."""
    copied: int = 1 << 32
    """4 GiB. Only content that a server generates has no known length."""
    shown_host: str = ""


class StoreBackend(Protocol):
    """How one kind of store is accessed. Every address is that of an object."""

    def put(self, at: Address, data: bytes, *, create_only: bool) -> str | None: ...  # noqa: D102 -- as Store says
    def upload(self, at: Address, path: Path) -> None: ...  # noqa: D102
    def entry(self, at: Address) -> StoredObject | None: ...  # noqa: D102
    def delete(self, at: Address) -> None: ...  # noqa: D102
    def open(self, at: Address) -> BinaryIO: ...  # noqa: D102
    def listing(self, at: Address) -> Iterator[StoredObject]: ...  # noqa: D102


class Store(msgspec.Struct, frozen=True):
    """The objects below a URL, by name.

    Errors are `OSError`; a wrong setup is `UsageError`: no such bucket, no credentials, a library that is not
    installed. Credentials come from the environment and never appear in messages.
    """

    url: str
    access: WebAccess = WebAccess()
    """Applies to the web; a bucket is accessed as the user has configured it."""

    def __str__(self) -> str:
        return str(self._address)

    def __repr__(self) -> str:
        """Without the query, which may be signed."""
        return f"Store({str(self)!r})"

    def put(self, name: str, data: bytes, *, create_only: bool = False) -> str | None:
        """Stores an object, whole or not at all, and returns its stamp if the store gives one.

        With `create_only`, raises `FileExistsError` if the object exists; of several concurrent calls one succeeds.
        """
        return self._means.put(self._at(name), data, create_only=create_only)

    def upload(self, name: str, path: Path) -> None:
        """Uploads a local file, whole or not at all; a large one in parts."""
        self._means.upload(self._at(name), path)

    def download(self, name: str, path: Path) -> None:
        """Downloads an object to a new local file. Raises `OSError` before the disk is full."""
        with self.open(name) as stream, path.open("xb") as file:
            room = DiskSpace(path.parent, self.access.copied if isinstance(stream, UnsizedStream) else None)
            while piece := stream.read(1 << 20):
                room.take(len(piece))
                file.write(piece)

    def get(self, name: str) -> bytes:
        """All bytes of an object."""
        with self.open(name) as stream:
            return stream.read()

    def entry(self, name: str) -> StoredObject | None:
        """The metadata of an object; None if it does not exist."""
        return self._means.entry(self._at(name))

    def size(self, name: str) -> int | None:
        """The size of an object in bytes; None if it does not exist."""
        entry = self.entry(name)
        return None if entry is None else entry.size

    def delete(self, name: str) -> None:
        """Deletes an object, if it exists."""
        self._means.delete(self._at(name))

    def open(self, name: str) -> BinaryIO:
        """Opens an object for reading, once, in constant memory. A broken connection is resumed.

        Raises `OSError`, also while the stream is read.
        """
        return self._means.open(self._at(name))

    def listing(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yields the objects below the store, or below a folder of it, sorted by name."""
        for entry in self._means.listing(self._at(prefix)):
            yield (
                StoredObject(f"{prefix.strip('/')}/{entry.name}", entry.size, entry.stamp)
                if prefix.strip("/")
                else entry
            )

    def _at(self, name: str) -> Address:
        return self._address.inside(name)

    @property
    def _address(self) -> Address:
        return parse_url(self.url)

    @property
    def _means(self) -> StoreBackend:
        where = self._address
        if where.on_web:
            from pipeline.storage.web import WebStore

            return WebStore(self.access)
        from pipeline.storage.bucket import open_bucket

        return open_bucket(where.scheme, where.host)


def open_store(url: str, access: WebAccess = WebAccess()) -> Store:  # noqa: B008 -- it is frozen
    """The store at a URL, which is not contacted yet. Raises `UsageError` for a malformed URL."""
    parse_url(url)
    return Store(url, access)
