"""A store: a bucket, a folder in one, or the web. It holds its URL alone, so that it can be sent to other processes."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from pipeline.storage.address import Address, parse_url
from pipeline.storage.disk_space import DiskSpace, UnsizedStream


class StoredObject(msgspec.Struct, frozen=True, gc=False):
    """An object of a store: its name below the store, its bytes, and what changes when they do.

    `moved_to` is the host that a web server redirected to, if it did.
    """

    name: str
    size: int | None
    stamp: str | None
    moved_to: str = ""


class WebAccess(msgspec.Struct, frozen=True):
    """Limits of one download. It is small and picklable, and part of each `Remote`.

    `allow_private` allows addresses of this machine and its networks. `seconds` is the time to wait for the server in
    all, `idle` the time for each 64 KiB, `size` the most bytes, `copied` the most bytes of a file of unknown length
    that are put into the temporary folder. `said` is the host a redirect led to, where the user knows about it.
    """

    allow_private: bool = False
    seconds: float = 3600.0
    """An hour of waiting is 36 GB at 10 MB/s; the time in which the documents are processed is not counted."""
    idle: float = 60.0
    """Proxies and web servers give up after 60 seconds by default, so a sound one has answered by then."""
    size: int = 1 << 38
    """256 GiB: ten times the largest dumps that are one file, such as Wikipedia's (24 GB)."""
    copied: int = 1 << 32
    """4 GiB: a server knows the length of a file; only what it makes while it sends it has none."""
    said: str = ""


class StoreBackend(Protocol):
    """How a kind of store is reached; every address is that of an object."""

    def put(self, at: Address, data: bytes, *, create_only: bool) -> str | None: ...  # noqa: D102 -- as Store says
    def upload(self, at: Address, path: Path) -> None: ...  # noqa: D102
    def entry(self, at: Address) -> StoredObject | None: ...  # noqa: D102
    def delete(self, at: Address) -> None: ...  # noqa: D102
    def open(self, at: Address) -> BinaryIO: ...  # noqa: D102
    def listing(self, at: Address) -> Iterator[StoredObject]: ...  # noqa: D102


class Store(msgspec.Struct, frozen=True):
    """Objects below a URL, each by its name.

    What goes wrong is an `OSError`, and a `UsageError` where it is how the store is set up: no such bucket, no
    credentials, a library that is not installed. Credentials are those of the environment, and in no message.
    """

    url: str
    access: WebAccess = WebAccess()
    """For the web; a bucket is reached as the user has configured it."""

    def __str__(self) -> str:
        return str(self._address)

    def __repr__(self) -> str:
        """Without what the URL may hold of a signature."""
        return f"Store({str(self)!r})"

    def put(self, name: str, data: bytes, *, create_only: bool = False) -> str | None:
        """Stores an object, which is there whole or not at all; gives its stamp, where the store tells one.

        With `create_only` raises `FileExistsError` where it is there already: of several who try at once one succeeds.
        """
        return self._means.put(self._at(name), data, create_only=create_only)

    def upload(self, name: str, path: Path) -> None:
        """Stores a file of this machine, in parts where it is large; it is there whole or not at all."""
        self._means.upload(self._at(name), path)

    def download(self, name: str, path: Path) -> None:
        """Writes an object to a new file of this machine. Raises `OSError` before the disk is full."""
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
        """What is known of an object; none where it is not there."""
        return self._means.entry(self._at(name))

    def size(self, name: str) -> int | None:
        """The bytes of an object; none where it is not there."""
        found = self.entry(name)
        return None if found is None else found.size

    def delete(self, name: str) -> None:
        """Takes an object away, if it is there."""
        self._means.delete(self._at(name))

    def open(self, name: str) -> BinaryIO:
        """The bytes of an object from its beginning, once, in flat memory; a connection that breaks is taken up again.

        Raises `OSError`, while it is read as well.
        """
        return self._means.open(self._at(name))

    def listing(self, prefix: str = "") -> Iterator[StoredObject]:
        """The objects below the store, or below a folder of it, sorted by their names, one page of them at a time."""
        for found in self._means.listing(self._at(prefix)):
            yield (
                StoredObject(f"{prefix.strip('/')}/{found.name}", found.size, found.stamp)
                if prefix.strip("/")
                else found
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
    """The store at a URL. Nothing is asked of it before it is used. Raises `UsageError` for a URL that cannot be."""
    parse_url(url)
    return Store(url, access)
