"""Buckets of S3, Google and Azure, accessed with `obstore`, which is imported on first use."""

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
"""Retries of a request if the store is busy or the connection breaks; some seconds in all."""
REQUEST_TIMEOUT = timedelta(minutes=5)
"""The time limit of one request. Each is for at most 8 MiB, except when a whole object is stored."""
FIRST_RANGE_BYTES = 1 << 18
"""Bytes of the first range of an object; smaller objects come whole with the first response."""
LISTING_PAGE = 1000
"""Names on one page of a listing."""

ERROR_CODE = re.compile(r"<Code>(\w+)</Code>")
ERROR_STATUS = re.compile(r"\bstatus(?: code:?)? (\d{3})\b")
NO_BUCKET = frozenset({"NoSuchBucket", "ContainerNotFound", "InvalidBucketName"})
REFUSED_CODES = frozenset(
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
METADATA_ADDRESSES = (
    "/latest/api/token",
    "/latest/meta-data",
    "metadata.google.internal",
    "169.254.169.254",
    "/metadata/identity",
)
"""Metadata services of cloud machines. A request to one means that no other credentials were found."""
_USED: set[int] = set()
"""The ids of processes in which a bucket was used."""
DIRECTORY_BUCKET = "--x-s3"
"""The suffix of S3 directory buckets, which list their objects unsorted."""


class BucketStore:
    """A bucket."""

    def __init__(self, scheme: str, host: str) -> None:
        try:
            import obstore
        except ModuleNotFoundError:
            raise UsageError(f"{scheme}:// needs obstore: pip install 'bilingual-pipeline[stores]'") from None
        self._library = obstore
        self._url = f"{scheme}://{host}"
        self._unsorted = host.endswith(DIRECTORY_BUCKET)
        self._needed = credentials.required_variables(scheme)
        with self._translated_errors(self._url, configuring=True):
            self._made = _made(scheme, host)

    def put(self, at: Address, data: bytes, *, create_only: bool) -> str | None:
        """Stores an object and returns its tag. With `create_only`, raises `FileExistsError` if it exists."""
        with self._translated_errors(at):
            stored = self._library.put(self._made, at.path, data, mode="create" if create_only else "overwrite")
        return stored["e_tag"]

    def upload(self, at: Address, path: Path) -> None:
        """Uploads a local file; a large one in parts."""
        # Opened outside the translation: an error of the local file is not one of the bucket.
        with path.open("rb") as file, self._translated_errors(at):
            self._library.put(self._made, at.path, file)

    def entry(self, at: Address) -> StoredObject | None:
        """The metadata of an object; None if it does not exist."""
        try:
            with self._translated_errors(at):
                metadata = self._library.head(self._made, at.path)
        except MissingError:
            return None
        return StoredObject(at.name, metadata["size"], _stamp(metadata))

    def delete(self, at: Address) -> None:
        """Deletes an object, if it exists."""
        try:
            with self._translated_errors(at):
                self._library.delete(self._made, at.path)
        except MissingError:
            return

    def open(self, at: Address) -> BinaryIO:
        """Opens an object for reading. A small one is fetched whole, a larger one in ranges as they are needed.

        No connection stays open and times out while the caller works on the data.
        """
        with self._translated_errors(at):
            response = self._library.get(self._made, at.path)
            size, tag = response.meta["size"], response.meta["e_tag"]
            if size <= FIRST_RANGE_BYTES:
                return io.BufferedReader(cast("io.RawIOBase", io.BytesIO(bytes(response.bytes()))))
        del response

        def piece(start: int, end: int) -> bytes:
            options: dict[str, Any] = {"range": (start, end), **({"if_match": tag} if tag else {})}
            try:
                with self._translated_errors(at):
                    return bytes(self._library.get(self._made, at.path, options=cast("Any", options)).bytes())
            except UsageError as error:
                # The first range succeeded, so a later failure is a fault of the store.
                raise StoreError(str(error)) from None

        return io.BufferedReader(RangeReader(piece, size, FIRST_RANGE_BYTES), FIRST_RANGE_BYTES)

    def listing(self, at: Address) -> Iterator[StoredObject]:
        """Yields the objects below a folder, with their names below it, sorted."""
        entries = self._listing(at)
        yield from sorted(entries, key=lambda entry: entry.name) if self._unsorted else entries

    def _listing(self, at: Address) -> Iterator[StoredObject]:
        folder = f"{at.path.strip('/')}/" if at.path.strip("/") else ""
        last = ""
        with self._translated_errors(at):
            pages = iter(self._library.list(self._made, folder or None, chunk_size=LISTING_PAGE))
        while True:
            with self._translated_errors(at):
                page = next(pages, None)
            if page is None:
                return
            for each in page:
                name = each["path"].removeprefix(folder)
                if not each["size"] and self._is_folder(at, each["path"]):
                    continue
                if not self._unsorted and name < last:
                    raise StoreError(f"{at} lists {name!r} after {last!r}, out of order; copy it here to read it")
                last = name
                yield StoredObject(name, each["size"], _stamp(each))

    def _is_folder(self, at: Address, path: str) -> bool:
        """Whether an empty object marks a folder. Web consoles create `folder/`, which is listed as `folder`."""
        return self.entry(Address(at.scheme, at.host, path)) is None

    @contextmanager
    def _translated_errors(self, where: object, *, configuring: bool = False) -> Iterator[None]:
        """Translates errors of the library, whose messages may contain URLs, and keys that a server repeats."""
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
        code = match[1] if (match := ERROR_CODE.search(line)) else None
        status = int(match[1]) if (match := ERROR_STATUS.search(line)) else None
        known = code or (f"status {status}" if status else None)
        kinds = self._library.exceptions
        if any(address in line for address in METADATA_ADDRESSES):
            return UsageError(f"{self._url}: no credentials found: set {self._needed}")
        if code in NO_BUCKET:
            return UsageError(f"{self._url} is not a bucket there; check its name, the region and the endpoint")
        if code in REFUSED_CODES or isinstance(error, kinds.UnauthenticatedError):
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
            return UsageError(f"{where}: {_first_line(error)}; use another name")
        if "redirect" in line.casefold():
            return UsageError(f"{self._url} is in another region; set AWS_REGION to it")
        if status == 501:
            return StoreError(
                f"{where}: the store cannot do that ({known}); it is not S3, or an old version: use another"
            )
        if known:
            return StoreError(f"{where}: the store answers with {known}; run again, later where it is busy")
        return StoreError(f"{where}: the connection failed; check the network and the endpoint, and run again")


def open_bucket(scheme: str, host: str) -> BucketStore:
    """Opens the bucket, once per process.

    Raises `UsageError` in a process that was forked from one that used a bucket: the library's threads do not exist in
    it, and it would wait for them for ever.
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
    client: Any = {"timeout": REQUEST_TIMEOUT, "allow_http": credentials.uses_plain_http(scheme)}
    if scheme in S3_SCHEMES:
        return S3Store(host, client_options=client, **patience, **credentials.s3_options())
    if scheme in GOOGLE_SCHEMES:
        return GCSStore(host, client_options=client, **patience)
    container, _, account = host.partition("@")
    named: Any = {"account_name": account.partition(".")[0]} if account else {}
    return AzureStore(container, client_options=client, **patience, **named)


def _stamp(metadata: Any) -> str:  # noqa: ANN401 -- a dictionary of a library that may be missing
    """The tag of an object or, if the store has none, its modification time."""
    return str(metadata["e_tag"] or metadata["last_modified"].isoformat())


def _first_line(error: Exception) -> str:
    """The first line of a library error, without addresses, which may hold secrets."""
    line = str(error).partition("\n")[0]
    return re.sub(r"\S+://\S*", "…", line).rstrip(".")


MAX_RANGE_BYTES = 8 << 20
"""Bytes of the largest range. The first ranges are smaller: often only the beginning is read."""


class RangeReader(io.RawIOBase):
    """A stream over an object of `size` bytes that fetches ranges with `piece(start, end)`."""

    def __init__(self, piece: Callable[[int, int], bytes], size: int, first: int) -> None:
        super().__init__()
        self._piece = piece
        self._size = size
        self._step = first
        self._at = 0
        self._held = memoryview(b"")

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fills the buffer from the current range, or from the next one."""
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
