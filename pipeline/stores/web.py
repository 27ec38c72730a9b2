"""Files of web servers, by the standard library: a plain GET of each, taken up again where it broke off."""

import io
import time
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO, NoReturn, cast
from urllib import request
from urllib.error import HTTPError, URLError

from pipeline.errors import UsageError
from pipeline.stores.address import Address
from pipeline.stores.entry import Entry
from pipeline.stores.faults import DeniedError, MissingError, StoreError
from pipeline.version import __version__

PAUSES = (0.2, 1.0, 4.0)
"""Seconds before each time that a request is made again."""
PATIENCE = 60
"""Seconds without a byte after which a connection counts as broken."""
BUFFER = 1 << 16
FORBIDDEN = (401, 403, 407)
GONE = (404, 410)
BUSY = (408, 429, 500, 502, 503, 504)


class Web:
    """Any web server. Its files can be read, and nothing else."""

    def put(self, at: Address, data: bytes, *, create_only: bool) -> None:  # noqa: ARG002 -- as a bucket has it
        """Raises `UsageError`."""
        _only_read(at)

    def upload(self, at: Address, path: Path) -> None:  # noqa: ARG002
        """Raises `UsageError`."""
        _only_read(at)

    def delete(self, at: Address) -> None:
        """Raises `UsageError`."""
        _only_read(at)

    def listing(self, at: Address) -> Iterator[Entry]:
        """Raises `UsageError`."""
        raise UsageError(f"{at}: the web has no list of files; name each, or give a bucket by s3://, gs:// or az://")

    def entry(self, at: Address) -> Entry | None:
        """What the server says of a file; none where it says that there is none."""
        try:
            answer = _asked(at, {})
        except MissingError:
            return None
        # Not by HEAD, which some servers refuse and others answer wrongly.
        with answer:
            return Entry(at.name, _length(answer), _validator(answer) or answer.headers.get("Last-Modified"))

    def open(self, at: Address) -> BinaryIO:
        """The bytes of a file."""
        return io.BufferedReader(_Download(at), BUFFER)


class _Download(io.RawIOBase):
    """The answer of a server, and of the next one where the connection breaks."""

    def __init__(self, at: Address) -> None:
        super().__init__()
        self._at = at
        self._answer = _asked(at, {})
        self._size = _length(self._answer)
        self._validator = _validator(self._answer)
        self._read = 0
        self._broken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        room = memoryview(cast("bytearray", buffer)).cast("B")
        while True:
            try:
                count = self._answer.readinto(room)
            except (OSError, HTTPException):
                count = 0
                ended = False
            else:
                ended = not count and self._size in {None, self._read}
            if count or ended or not len(room):
                self._read += count
                self._broken = 0 if count else self._broken
                return count
            self._go_on()

    def _go_on(self) -> None:
        """Asks for what has not come yet. Raises `StoreError` where the server gives all of it, or something else."""
        where = f"{self._at} breaks off at byte {self._read:,}"
        if self._broken == len(PAUSES):
            raise StoreError(f"{where} again and again; run again later")
        time.sleep(PAUSES[self._broken])
        self._broken += 1
        self._answer.close()
        # Where it has become another file meanwhile, the server gives all of it, with status 200.
        unchanged = {"If-Range": self._validator} if self._validator else {}
        self._answer = _asked(self._at, {"Range": f"bytes={self._read}-", **unchanged})
        given = self._answer.headers.get("Content-Range", "")
        of = given.rpartition("/")[2]
        same = of in {"*", str(self._size)} or self._size is None
        if self._answer.status != 206 or not given.startswith(f"bytes {self._read}-") or not same:
            raise StoreError(f"{where}, and the server does not go on from there; run again, or copy it here first")

    def close(self) -> None:
        self._answer.close()
        super().close()


def _asked(at: Address, headers: dict[str, str]) -> HTTPResponse:
    """The answer to a GET. A server that is busy or cannot be reached is asked again."""
    url = f"{at}?{at.query}" if at.query else str(at)
    # The address was made of http or https alone.
    asked = request.Request(url, headers={"User-Agent": f"bilingual-pipeline/{__version__}", **headers})  # noqa: S310
    for pause in (*PAUSES, None):
        try:
            return cast("HTTPResponse", _opener().open(asked, timeout=PATIENCE))
        except HTTPError as error:
            status = error.code
            error.close()
            reason = f"the server answers with status {status}"
            if status not in BUSY:
                _refuse(at, status, reason)
        except (URLError, OSError, HTTPException) as error:
            # The reason of a URLError is the error beneath; what an HTTPException says may hold the address.
            beneath = error.reason if isinstance(error, URLError) else error
            told = getattr(beneath, "strerror", None) or type(beneath).__name__
            reason = f"the server cannot be reached ({told})"
        if pause is not None:
            time.sleep(pause)
    raise StoreError(f"{at}: {reason}; run again later")


def _refuse(at: Address, status: int, reason: str) -> NoReturn:
    if status in GONE:
        raise MissingError(f"{at} is not there ({reason})")
    if status in FORBIDDEN:
        signed = "the signature in its URL may be too old" if at.query else "it may need a signed URL"
        raise DeniedError(f"{at}: {reason}; {signed}")
    raise StoreError(f"{at}: {reason}; check the address")


def _opener() -> request.OpenerDirector:
    """What asks web servers, through the proxy of the environment, and follows them to no other protocol."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _length(answer: HTTPResponse) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdecimal() else None


def _validator(answer: HTTPResponse) -> str | None:
    """The tag by which a server knows that a file is still the same; not one that it calls weak."""
    tag = answer.headers.get("ETag")
    return tag if tag and not tag.startswith("W/") else None


def _only_read(at: Address) -> NoReturn:
    raise UsageError(f"{at}: files of the web can only be read; name a path, or a bucket by s3://, gs:// or az://")
