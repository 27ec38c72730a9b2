"""Buckets of S3, Google and Azure, through `obstore`, which is loaded when the first one is asked for something."""

import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from pipeline.errors import UsageError
from pipeline.storage import credentials
from pipeline.storage.address import GOOGLE_SCHEMES, S3_SCHEMES, Address
from pipeline.storage.errors import DeniedError, MissingError, StoreError, TakenError
from pipeline.storage.store import StoredObject

if TYPE_CHECKING:
    from obstore.store import ObjectStore

RETRIES = 6
"""Times that a request is made again where the store is busy or the connection breaks: some seconds."""
LONGEST = timedelta(minutes=5)
"""What one request may take; each is for eight megabytes at most, but where an object is put whole."""
SMALL = 1 << 18
"""Bytes up to which an object comes with the first answer, and bytes of the first piece of a longer one."""
AT_ONCE = 1000
"""Names of a page of a list."""

CODE = re.compile(r"<Code>(\w+)</Code>")
STATUS = re.compile(r"\bstatus(?: code:?)? (\d{3})\b")
NO_BUCKET = frozenset({"NoSuchBucket", "ContainerNotFound", "InvalidBucketName"})
REFUSED = frozenset(
    {
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "ExpiredToken",
        "InvalidToken",
        "TokenRefreshRequired",
        "AuthenticationFailed",
        "AuthorizationHeaderMalformed",
    }
)
OF_A_MACHINE = (
    "/latest/api/token",
    "/latest/meta-data",
    "metadata.google.internal",
    "169.254.169.254",
    "/metadata/identity",
)
"""Addresses at which a machine in a cloud learns what it may do: whoever asks there has no other credentials."""
_USED: set[int] = set()
"""The process in which a bucket was used."""
DIRECTORY_BUCKET = "--x-s3"
"""The end of the names of S3's buckets that list their objects in no order."""


class BucketStore:
    """A bucket, reached by its keys."""

    def __init__(self, scheme: str, host: str) -> None:
        try:
            import obstore
        except ModuleNotFoundError:
            raise UsageError(f"{scheme}:// needs obstore: pip install 'bilingual-pipeline[stores]'") from None
        self._library = obstore
        self._url = f"{scheme}://{host}"
        self._unsorted = host.endswith(DIRECTORY_BUCKET)
        self._needed = credentials.required_variables(scheme)
        with self._told(self._url, configuring=True):
            self._made = _made(scheme, host)

    def put(self, at: Address, data: bytes, *, create_only: bool) -> str | None:
        """Stores an object and gives its tag; with `create_only` raises `FileExistsError` where it is there."""
        with self._told(at):
            stored = self._library.put(self._made, at.path, data, mode="create" if create_only else "overwrite")
        return stored["e_tag"]

    def upload(self, at: Address, path: Path) -> None:
        """Stores a file of this machine, in parts where it is large."""
        # Opened here, so that what is wrong with the file is not said of the bucket.
        with path.open("rb") as file, self._told(at):
            self._library.put(self._made, at.path, file)

    def entry(self, at: Address) -> StoredObject | None:
        """What is known of an object, or none."""
        try:
            with self._told(at):
                found = self._library.head(self._made, at.path)
        except MissingError:
            return None
        return StoredObject(at.name, found["size"], _stamp(found))

    def delete(self, at: Address) -> None:
        """Takes an object away, if it is there."""
        try:
            with self._told(at):
                self._library.delete(self._made, at.path)
        except MissingError:
            return

    def open(self, at: Address) -> BinaryIO:
        """The bytes of an object: a small one comes whole, a larger one in pieces, each asked for when it is needed.

        So no connection is held open while somebody works on what was read, which would be cut off in the end.
        """
        with self._told(at):
            found = self._library.get(self._made, at.path)
            size, tag = found.meta["size"], found.meta["e_tag"]
            if size <= SMALL:
                return io.BufferedReader(cast("io.RawIOBase", io.BytesIO(bytes(found.bytes()))))
        del found

        def piece(start: int, end: int) -> bytes:
            options: dict[str, Any] = {"range": (start, end), **({"if_match": tag} if tag else {})}
            try:
                with self._told(at):
                    return bytes(self._library.get(self._made, at.path, options=cast("Any", options)).bytes())
            except UsageError as error:
                # What was in order for the first piece is a fault of the store's for a later one.
                raise StoreError(str(error)) from None

        return io.BufferedReader(RangeReader(piece, size, SMALL), SMALL)

    def listing(self, at: Address) -> Iterator[StoredObject]:
        """The objects below a folder, with their names below it, sorted."""
        found = self._listing(at)
        yield from sorted(found, key=lambda entry: entry.name) if self._unsorted else found

    def _listing(self, at: Address) -> Iterator[StoredObject]:
        folder = f"{at.path.strip('/')}/" if at.path.strip("/") else ""
        last = ""
        with self._told(at):
            pages = iter(self._library.list(self._made, folder or None, chunk_size=AT_ONCE))
        while True:
            with self._told(at):
                page = next(pages, None)
            if page is None:
                return
            for each in page:
                name = each["path"].removeprefix(folder)
                if not each["size"] and self._is_folder(at, each["path"]):
                    continue
                if not self._unsorted and name < last:
                    raise StoreError(f"{at} lists {name!r} behind {last!r}, out of order; copy it here to read it")
                last = name
                yield StoredObject(name, each["size"], _stamp(each))

    def _is_folder(self, at: Address, path: str) -> bool:
        """Whether an empty object stands for a folder: consoles make one called `folder/`, which lists as `folder`."""
        return self.entry(Address(at.scheme, at.host, path)) is None

    @contextmanager
    def _told(self, where: object, *, configuring: bool = False) -> Iterator[None]:
        """Says in our words what the library says in its own, which show addresses, and keys that a server repeats."""
        try:
            yield
        except (StoreError, UsageError):
            raise
        except self._library.exceptions.AlreadyExistsError:
            raise TakenError(f"{where} is there already") from None
        except self._library.exceptions.PreconditionError:
            raise StoreError(f"{where} was changed while it was read; run again") from None
        except self._library.exceptions.InvalidPathError as error:
            raise StoreError(f"{where}: {_first_line(error)}; such names are not read") from None
        except (self._library.exceptions.BaseError, OSError, ValueError) as error:
            raise self._fault(error, where, configuring=configuring) from None

    def _fault(self, error: Exception, where: object, *, configuring: bool) -> Exception:
        line = str(error).partition("\n\nDebug source")[0]
        code = found[1] if (found := CODE.search(line)) else None
        status = int(found[1]) if (found := STATUS.search(line)) else None
        known = code or (f"status {status}" if status else None)
        kinds = self._library.exceptions
        if any(address in line for address in OF_A_MACHINE):
            return UsageError(f"{self._url}: no credentials are found: set {self._needed}")
        if code in NO_BUCKET:
            return UsageError(f"{self._url} is no bucket there; check its name, the region and the endpoint")
        if code in REFUSED or isinstance(error, kinds.UnauthenticatedError):
            return UsageError(f"{self._url}: the credentials are refused ({known}): check {self._needed}")
        if isinstance(error, kinds.PermissionDeniedError):
            return DeniedError(f"{where}: access is denied ({known}); ask for the right to it, or check {self._needed}")
        if isinstance(error, FileNotFoundError):
            return MissingError(f"{where} is not there")
        if configuring:
            return UsageError(
                f"{self._url} cannot be reached as it is set up: {_first_line(error)}; set {self._needed}"
            )
        if isinstance(error, ValueError):
            return UsageError(f"{where}: {_first_line(error)}; name it otherwise")
        if "redirect" in line.casefold():
            return UsageError(f"{self._url} lies in another region; set AWS_REGION to it")
        if status == 501:
            return StoreError(f"{where}: the store cannot do that ({known}); it is no S3, or an old one: use another")
        if known:
            return StoreError(f"{where}: the store answers with {known}; run again, later where it is busy")
        return StoreError(f"{where}: the connection fails; check the network and the endpoint, and run again")


def open_bucket(scheme: str, host: str) -> BucketStore:
    """The bucket, made once in each process.

    Raises `UsageError` in a process that was forked from one in which a bucket was used: the threads that do the
    library's work are not in it, and it would wait for them for ever.
    """
    if _USED and os.getpid() not in _USED:
        raise UsageError(
            "a process that was forked cannot use buckets when its parent did; start it by spawn or forkserver"
        )
    _USED.add(os.getpid())
    return _bucket(scheme, host, os.getpid(), credentials.environment_hash())


@cache
def _bucket(scheme: str, host: str, process: int, environment: int) -> BucketStore:  # noqa: ARG001 -- it depends on them
    return BucketStore(scheme, host)


def _made(scheme: str, host: str) -> "ObjectStore":
    from obstore.store import AzureStore, GCSStore, S3Store

    patience: Any = {"retry_config": {"max_retries": RETRIES}}
    client: Any = {"timeout": LONGEST, "allow_http": credentials.uses_plain_http(scheme)}
    if scheme in S3_SCHEMES:
        return S3Store(host, client_options=client, **patience, **credentials.s3_options())
    if scheme in GOOGLE_SCHEMES:
        return GCSStore(host, client_options=client, **patience)
    container, _, account = host.partition("@")
    named: Any = {"account_name": account.partition(".")[0]} if account else {}
    return AzureStore(container, client_options=client, **patience, **named)


def _stamp(found: Any) -> str:  # noqa: ANN401 -- a dictionary of a library that may be missing
    """What changes when an object does: its tag, or where the store has none the time."""
    return str(found["e_tag"] or found["last_modified"].isoformat())


def _first_line(error: Exception) -> str:
    """What the library says, without addresses, in which there may be more than is for others to see."""
    line = str(error).partition("\n")[0]
    return re.sub(r"\S+://\S*", "…", line).rstrip(".")


MAX_RANGE_BYTES = 8 << 20
"""Bytes of a piece; the first ones are smaller, since who looks at the beginning often reads no more."""


class RangeReader(io.RawIOBase):
    """The bytes that `piece(start, end)` gives of an object with `size` bytes, from the beginning to the end."""

    def __init__(self, piece: Callable[[int, int], bytes], size: int, first: int) -> None:
        super().__init__()
        self._piece = piece
        self._size = size
        self._step = first
        self._at = 0
        self._held = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fills the buffer with what is held, or with the beginning of the next piece."""
        room = memoryview(cast("bytearray", buffer)).cast("B")
        if not self._held and self._at < self._size:
            end = min(self._at + self._step, self._size)
            data = self._piece(self._at, end)
            if len(data) != end - self._at:
                raise StoreError(f"{len(data):,} bytes came where {end - self._at:,} were asked for; run again")
            self._held, self._at = memoryview(data), end
            self._step = min(self._step * 2, MAX_RANGE_BYTES)
        count = min(len(room), len(self._held))
        room[:count] = self._held[:count]
        self._held = self._held[count:]
        return count
