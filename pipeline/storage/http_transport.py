"""Sends HTTP requests, and checks the address of each connection, each redirect, and the time spent waiting."""

import io
import socket
import string
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, cast
from urllib import request
from urllib.parse import quote, urljoin, urlsplit

from pipeline.storage.errors import StoreError
from pipeline.storage.private_addresses import kind_of_private
from pipeline.storage.store import WebAccess

MIN_BYTES = 1 << 16
"""Bytes that must arrive in each `WebAccess.idle` seconds: about a kilobyte a second, a sixth of a modem's speed."""
MAX_AROUND = 1 << 22
"""Bytes (4 MiB) of headers, and of chunk framing for each 64 KiB of a file. A header has some kilobytes; chunks of one
byte each take six times the bytes of the file.
"""
MAX_REDIRECTS = 10
"""As many as `urllib` follows; one or two are usual."""
MAX_HOST = 253
"""Maximum characters of a host name."""
MAX_ADDRESSES = 8
"""Maximum addresses of one host that are tried."""
ALLOW = "if you trust it, allow it with --allow-private or [input] allow_private = true"


class RefusedError(StoreError):
    """A server that is not asked again: its address or redirect is not allowed, or it took too long."""


class DownloadClock:
    """Measures the time that one download waits for its server; the time to process the bytes is not counted."""

    def __init__(self, access: WebAccess) -> None:
        self._access = access
        self._waited = 0.0
        self._silent = 0.0
        """Seconds waited since the last `MIN_BYTES` bytes were complete."""
        self._bytes = 0
        self._received = 0
        """Bytes received since the last bytes of the file itself."""

    def left(self) -> float:
        """Returns the seconds that the next step may take. Raises `RefusedError` if none are left."""
        seconds, idle = self._access.seconds, self._access.idle
        if self._waited >= seconds:
            reason = f"is not complete after {seconds:,g} seconds of waiting for the server"
            raise RefusedError(f"{reason}; raise [input.limits] download_seconds to wait longer")
        if self._silent >= idle:
            reason = f"the server sent less than {MIN_BYTES:,} bytes in {idle:,g} seconds"
            raise RefusedError(f"{reason}; run again later, or raise [input.limits] download_idle")
        return min(seconds - self._waited, idle - self._silent)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Counts the time that the block takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            elapsed = time.monotonic() - began
            self._waited += elapsed
            self._silent += elapsed

    def pause(self, seconds: float) -> None:
        """Waits before a request is made again."""
        with self.waiting():
            time.sleep(min(seconds, self.left()))

    def received(self, count: int) -> None:
        """Counts all bytes received. Raises `RefusedError` if headers and chunk framing are endless."""
        self._received += count
        if self._received > MAX_AROUND:
            raise RefusedError(f"the server sends endless headers, over {MAX_AROUND:,} bytes; check the address")

    def came(self, count: int) -> None:
        """Counts the bytes received of the file itself."""
        self._received = 0
        self._bytes += count
        if self._bytes >= MIN_BYTES:
            self._bytes, self._silent = 0, 0.0


class _TimedStream(io.RawIOBase):
    """The bytes received from a socket, with the time limits of the clock."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, clock: DownloadClock) -> None:
        super().__init__()
        self._sock = sock
        self._raw = raw
        self._clock = clock
        self.patience: float | None = None
        """Seconds after which a silent connection counts as broken."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int | None:
        left = self._clock.left()
        self._sock.settimeout(left if self.patience is None else min(left, self.patience))
        try:
            with self._clock.waiting():
                count = self._raw.readinto(cast("bytearray", buffer))
        except TimeoutError:
            # Raises the error if the time limit was reached.
            self._clock.left()
            raise
        self._clock.received(count or 0)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(
        self,
        sock: socket.socket,
        *arguments: Any,  # noqa: ANN401 -- as the standard library's class has them
        clock: DownloadClock,
        patience: float,
        **named: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(sock, *arguments, **named)
        self._timed = _TimedStream(sock, self.fp.detach(), clock)
        self.fp = io.BufferedReader(self._timed)
        self._patience = patience

    def begin(self) -> None:
        super().begin()
        # The headers may take all the time. A body that stalls is requested once more.
        self._timed.patience = self._patience


class _Plain(HTTPConnection):
    def __init__(
        self,
        host: str,
        *,
        clock: DownloadClock,
        access: WebAccess,
        proxied: bool = False,
        **named: Any,  # noqa: ANN401 -- as the standard library's class has them
    ) -> None:
        super().__init__(host, **named)
        self._clock = clock
        # The user set up the proxy, so its address is allowed.
        self._allow_private = access.allow_private or proxied
        self.response_class = partial(_Answer, clock=clock, patience=access.idle / 2)  # type: ignore[assignment]

    def connect(self) -> None:
        self.sock = connected(self.host, self.port, self._clock, allow_private=self._allow_private)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tunnel_host:  # type: ignore[attr-defined]
            self._tunnel()  # type: ignore[attr-defined]


class _Secure(HTTPSConnection, _Plain):
    """Connects as `_Plain` does, then encrypts."""


def connected(host: str, port: int, clock: DownloadClock, *, allow_private: bool) -> socket.socket:
    """Connects to a host. Raises `RefusedError` if its addresses are private, and `OSError`.

    The address that is checked is the one that is connected to: a name may resolve differently the next time.
    """
    with clock.waiting():
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    refused, failed = "", None
    for family, kind, protocol, _, address in addresses[:MAX_ADDRESSES]:
        number = str(address[0])
        if not allow_private and (reason := kind_of_private(number)):
            refused = _refusal(host, number, reason)
            continue
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(clock.left())
            with clock.waiting():
                sock.connect(address)
        except OSError as error:
            sock.close()
            failed = error
            # Raises the error if the time limit was reached.
            clock.left()
        else:
            return sock
    if failed is not None:
        raise failed
    raise RefusedError(refused) if refused else OSError(f"{_shown(host)} has no address")


def _shown(host: str) -> str:
    """Returns a host for a message: a server chooses the host that it redirects to."""
    return host if host.isascii() and host.isprintable() and len(host) <= MAX_HOST else ascii(host[:MAX_HOST])


def _refusal(host: str, number: str, kind: str) -> str:
    resolved = "" if host == number else f"{number}, "
    return f"{_shown(host)} is {resolved}a{'n' if kind[0] == 'u' else ''} {kind} address; {ALLOW}"


def _refuse_behind_proxy(host: str) -> None:
    """Raises `RefusedError` for a private address. A name that only the proxy can resolve is left to the proxy."""
    try:
        addresses = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return
    kinds = [(str(address[0]), kind_of_private(str(address[0]))) for *_, address in addresses]
    for number, kind in kinds:
        if kind:
            raise RefusedError(_refusal(host, number, kind))


class _Handler(request.HTTPSHandler):
    """Opens http and https URLs."""

    def __init__(self, access: WebAccess, clock: DownloadClock) -> None:
        super().__init__()
        self._access = access
        self._clock = clock

    def http_open(self, asked: request.Request) -> HTTPResponse:
        return self._opened(_Plain, asked)

    def https_open(self, asked: request.Request) -> HTTPResponse:
        return self._opened(_Secure, asked)

    http_request = request.AbstractHTTPHandler.do_request_
    https_request = request.AbstractHTTPHandler.do_request_

    def _opened(self, kind: type[_Plain], asked: request.Request) -> HTTPResponse:
        target = urlsplit(asked.full_url)
        proxied = asked.host != target.netloc
        if proxied and not self._access.allow_private:
            _refuse_behind_proxy(target.hostname or "")
        made: Any = partial(kind, clock=self._clock, access=self._access, proxied=proxied)
        return self.do_open(made, asked)


class _Redirects(request.BaseHandler):
    """Follows redirects, and sends none but our own headers."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)
        self._count = 0

    def http_error_302(self, asked: request.Request, answer: Any, code: int, _: str, headers: Any) -> Any:  # noqa: ANN401 -- as urllib calls it
        """Requests the URL that a redirect names. Raises `RefusedError` for one that is not followed."""
        location = headers.get("Location")
        if location is None:
            return None
        # The body is not read: it may be endless.
        answer.close()
        self._count += 1
        if self._count > MAX_REDIRECTS:
            raise RefusedError(f"the server redirects more than {MAX_REDIRECTS} times; name the address of the file")
        url = urljoin(asked.full_url, quote(location, encoding="iso-8859-1", safe=string.punctuation))
        target = urlsplit(url)
        where = f"status {code}, a redirect to {_shown(target.scheme)}://{_shown(target.hostname or '')}"
        if target.scheme not in {"http", "https"}:
            raise RefusedError(f"the server answers with {where}; only http:// and https:// are followed")
        if target.scheme == "http" and urlsplit(asked.full_url).scheme == "https":
            raise RefusedError(f"the server answers with {where}, without encryption; name that address to read it")
        if target.username is not None or target.password is not None:
            raise RefusedError(f"the server answers with {where} with a user name in it; it is not followed")
        return self.parent.open(request.Request(url, headers=self._headers), timeout=asked.timeout)  # noqa: S310 -- http or https

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def send_request(url: str, headers: Mapping[str, str], access: WebAccess, clock: DownloadClock) -> HTTPResponse:
    """Sends a GET, through the proxy of the environment. Raises `OSError`, `HTTPException` and `ValueError`."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        _Handler(access, clock),
        _Redirects(headers),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    # The opener only handles http and https.
    asked = request.Request(url, headers=dict(headers))  # noqa: S310
    return cast("HTTPResponse", opener.open(asked, timeout=clock.left()))
