"""Downloads files from web servers with the standard library; a broken download is resumed."""

import io
import logging
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO, NoReturn, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from pipeline.errors import UsageError
from pipeline.storage.address import Address
from pipeline.storage.disk_space import UnsizedStream
from pipeline.storage.errors import DeniedError, MissingError, StoreError
from pipeline.storage.http_transport import DownloadClock, RefusedError, send_request
from pipeline.storage.store import StoredObject, WebAccess
from pipeline.version import __version__

LOG = logging.getLogger(__name__)

PAUSES = (0.2, 1.0, 4.0)
"""Seconds to wait before each retry."""
BUFFER = 1 << 16
FORBIDDEN = (401, 403, 407)
GONE = (404, 410)
BUSY = (408, 429, 500, 502, 503, 504)
MAX_DIGITS = 18
"""Digits of a plausible length; Python refuses to parse a number of thousands."""


class WebStore:
    """Web servers. Their files can only be read."""

    def __init__(self, access: WebAccess) -> None:
        self._access = access

    def put(self, at: Address, data: bytes, *, create_only: bool) -> None:  # noqa: ARG002 -- as a bucket has it
        """Raises `UsageError`."""
        _only_read(at)

    def upload(self, at: Address, path: Path) -> None:  # noqa: ARG002
        """Raises `UsageError`."""
        _only_read(at)

    def delete(self, at: Address) -> None:
        """Raises `UsageError`."""
        _only_read(at)

    def listing(self, at: Address) -> Iterator[StoredObject]:
        """Raises `UsageError`."""
        raise UsageError(f"{at}: web servers do not list files; name each file, or use a bucket: s3://, gs:// or az://")

    def entry(self, at: Address) -> StoredObject | None:
        """The metadata of a file; None if the server says that it does not exist."""
        try:
            answer = _asked(at, {}, self._access, DownloadClock(self._access))
        except MissingError:
            return None
        # Not HEAD, which some servers refuse and others answer wrongly.
        with answer:
            stamp = _validator(answer) or answer.headers.get("Last-Modified")
            return StoredObject(at.name, _length(answer), stamp, _moved_to(at, answer))

    def open(self, at: Address) -> BinaryIO:
        """Opens a file for reading."""
        download = _Download(at, self._access)
        return (UnsizedStream if download.size is None else io.BufferedReader)(download, BUFFER)


class _Download(io.RawIOBase):
    """The body of a response, and of the next one if the connection breaks."""

    def __init__(self, at: Address, access: WebAccess) -> None:
        super().__init__()
        self._at = at
        self._access = access
        self._clock = DownloadClock(access)
        self._answer = _asked(at, {}, access, self._clock)
        self.size = _length(self._answer)
        self._validator = _validator(self._answer)
        self._read = 0
        self._broken = 0
        if self.size is not None and self.size > access.size:
            self._answer.close()
            raise StoreError(f"{at} is {self.size:,} bytes long, over {self._limit}")

    @property
    def _limit(self) -> str:
        return f"the limit of {self._access.size:,}; leave it out, or raise [input.limits] download_bytes"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        # Of a longer read only the beginning, so that the clock counts what arrives.
        room = memoryview(cast("bytearray", buffer)).cast("B")[:BUFFER]
        while True:
            try:
                count = self._answer.readinto(room)
            except RefusedError as error:
                raise StoreError(f"{self._at}: {error}") from None
            except (OSError, HTTPException, ValueError):
                count = 0
                ended = False
            else:
                ended = not count and self.size in {None, self._read}
            if count or ended or not len(room):
                self._read += count
                self._clock.came(count)
                self._broken = 0 if count else self._broken
                if self._read > self._access.size:
                    raise StoreError(f"{self._at} is longer than {self._limit}")
                return count
            self._go_on()

    def _go_on(self) -> None:
        """Requests the rest. Raises `StoreError` if the server sends the whole file, or something else."""
        where = f"{self._at} breaks off at byte {self._read:,}"
        if self._broken == len(PAUSES):
            raise StoreError(f"{where} again and again; run again later")
        self._answer.close()
        try:
            self._clock.pause(PAUSES[self._broken])
        except RefusedError as error:
            raise StoreError(f"{self._at}: {error}") from None
        self._broken += 1
        # If the file has changed meanwhile, the server sends all of it, with status 200.
        unchanged = {"If-Range": self._validator} if self._validator else {}
        headers = {"Range": f"bytes={self._read}-", **unchanged}
        self._answer = _asked(self._at, headers, self._access, self._clock)
        content_range = self._answer.headers.get("Content-Range", "")
        of = content_range.rpartition("/")[2]
        same = of in {"*", str(self.size)} or self.size is None
        if self._answer.status != 206 or not content_range.startswith(f"bytes {self._read}-") or not same:
            raise StoreError(f"{where}, and the server cannot resume there; run again, or copy it here first")

    def close(self) -> None:
        self._answer.close()
        super().close()


def _asked(at: Address, headers: dict[str, str], access: WebAccess, clock: DownloadClock) -> HTTPResponse:
    """Sends a GET and returns the response. Retries if the server is busy or cannot be reached."""
    url = f"{at}?{at.query}" if at.query else str(at)
    headers = {"User-Agent": f"bilingual-pipeline/{__version__}", **headers}
    try:
        for pause in (*PAUSES, None):
            try:
                answer = send_request(url, headers, access, clock)
            except HTTPError as error:
                status = error.code
                error.close()
                reason = f"the server answers with status {status}"
                if status not in BUSY:
                    _refuse(at, status, reason)
            except (URLError, OSError, HTTPException) as error:
                # The reason of a URLError is the original error; the text of an HTTPException may contain the URL.
                beneath = error.reason if isinstance(error, URLError) else error
                if isinstance(beneath, StoreError):
                    raise beneath from None
                cause = getattr(beneath, "strerror", None) or type(beneath).__name__
                reason = f"the server cannot be reached ({cause})"
            except ValueError:
                raise RefusedError("the server sends no valid response; check the address") from None
            else:
                _say_moved(at, answer, access)
                return answer
            if pause is not None:
                clock.pause(pause)
    except RefusedError as error:
        raise StoreError(f"{at}: {error}") from None
    raise StoreError(f"{at}: {reason}; run again later")


def _moved_to(at: Address, answer: HTTPResponse) -> str:
    """Returns the host that a redirect led to; empty without a redirect to another host."""
    host = urlsplit(answer.url).netloc.lower()
    return host if urlsplit(f"//{host}").hostname != urlsplit(f"//{at.host}").hostname else ""


def _say_moved(at: Address, answer: HTTPResponse, access: WebAccess) -> None:
    host = _moved_to(at, answer)
    if host and host != access.shown_host:
        LOG.warning("pipeline: %s is read from %s, to which its server redirects", at, host)


def _refuse(at: Address, status: int, reason: str) -> NoReturn:
    if status in GONE:
        raise MissingError(f"{at} is not there ({reason})")
    if status in FORBIDDEN:
        signed = "the signature in its URL may be too old" if at.query else "it may need a signed URL"
        raise DeniedError(f"{at}: {reason}; {signed}")
    raise StoreError(f"{at}: {reason}; check the address")


def _length(answer: HTTPResponse) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) <= MAX_DIGITS else None


def _validator(answer: HTTPResponse) -> str | None:
    """Returns the strong entity tag of a file, with which a download can be resumed safely."""
    tag = answer.headers.get("ETag")
    return tag if tag and not tag.startswith("W/") else None


def _only_read(at: Address) -> NoReturn:
    raise UsageError(f"{at}: files on the web can only be read; name a path, or a bucket: s3://, gs:// or az://")
