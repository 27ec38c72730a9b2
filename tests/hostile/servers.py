"""Web servers that keep a reader waiting, or give it more than it can hold."""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

import msgspec

from hostile.attack import MIB

Answer: TypeAlias = Callable[[socket.socket, int], None]
"""What a server does with a connection; the second is its port."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
TALK = b"Editor: Who lights the lamp?\nInes Tal: My aunt did, and I do.\n"


class WebAttack(msgspec.Struct, frozen=True):
    """A server, and the file that is requested. `allowed` says whether the user allows private addresses."""

    name: str
    answer: Answer
    path: str = "m-attack.txt"
    allowed: bool = True

    @property
    def title(self) -> str:
        """Its name in the table."""
        return f"web: {self.name}"


@contextmanager
def served(answer: Answer) -> Iterator[int]:
    """Starts a server that does this with each connection, and yields its port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port: int = listening.getsockname()[1]
        threading.Thread(target=_accept, args=(listening, answer, port), daemon=True).start()
        try:
            yield port
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, answer: Answer, port: int) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=_one, args=(connection, answer, port), daemon=True).start()


def _one(connection: socket.socket, answer: Answer, port: int) -> None:
    with suppress(OSError), connection:
        connection.recv(1 << 16)
        answer(connection, port)


def _slowly(data: bytes, head: bytes = b"") -> Answer:
    def answer(connection: socket.socket, _: int) -> None:
        connection.sendall(head)
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(1)

    return answer


def _endless(head: bytes, block: bytes, pause: float = 0.0) -> Answer:
    def answer(connection: socket.socket, _: int) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(block)
            time.sleep(pause)

    return answer


def _once(data: bytes) -> Answer:
    return lambda connection, _: connection.sendall(data)


def _silent(connection: socket.socket, _: int) -> None:
    connection.recv(1)
    time.sleep(600)


def _round(connection: socket.socket, port: int) -> None:
    where = f"http://127.0.0.1:{port}/m-attack-{random.random()}.txt"
    connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode())


def _redirect(where: str) -> Answer:
    return _once(f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode())


def _servers() -> Iterator[WebAttack]:
    length = b"Content-Length: 100000\r\n\r\n"
    block = random.Random(1).randbytes(MIB)
    yield WebAttack("a byte a second", _slowly(OK + length + TALK * 200))
    yield WebAttack("a byte of the body a second", _slowly(TALK * 200, OK + length))
    yield WebAttack("no answer", _silent)
    yield WebAttack("endless body that begins PK", _endless(OK + b"\r\nPK\x03\x04", block), "m-attack.zip")
    yield WebAttack("endless body", _endless(OK + b"\r\n", TALK * 10_000))
    yield WebAttack("endless lines", _endless(OK + b"\r\n", b"{}\n" * 300_000), "m-attack.jsonl")
    yield WebAttack("endless body of a database", _endless(OK + b"\r\nSQLite format 3\0", block), "m-attack.sqlite")
    yield WebAttack("endless headers", _endless(OK, b"X-Lamp: on\r\n" * 1000))
    yield WebAttack("endless header", _endless(OK + b"X-Lamp: ", b"on" * 10_000))
    yield WebAttack("endless status line", _endless(b"HTTP/1.1 200 ", b"OK" * 10_000))
    yield WebAttack("endless chunks", _endless(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + b"x" * MIB + b"\r\n"))  # fmt: skip
    yield WebAttack("length of a chunk", _once(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 60_000 + b"\r\nx"))
    yield WebAttack("declared length", _once(OK + b"Content-Length: 9223372036854775807\r\n\r\n" + TALK))
    yield WebAttack("length below zero", _once(OK + b"Content-Length: -1\r\n\r\n" + TALK))
    yield WebAttack("body shorter than declared", _once(OK + length + TALK))
    yield WebAttack("redirects in a circle", _round)
    yield WebAttack("redirect to a file", _redirect("file:///etc/passwd"))
    yield WebAttack("redirect that controls", _redirect("http://\x1b[2J\x1b]0;attack\x07/"))
    yield WebAttack("redirect to a link-local address", _redirect("http://169.254.169.254/latest/meta-data/"))
    yield WebAttack("reason that controls", _once(b"HTTP/1.1 403 \x1b[2J\x1b]0;attack\x07\r\n\r\n"))
    yield WebAttack("no HTTP", _once(b"SSH-2.0-attack\r\n"))
    yield WebAttack("private address", _once(OK + b"Content-Length: %d\r\n\r\n%s" % (len(TALK), TALK)), allowed=False)


SERVERS: tuple[WebAttack, ...] = tuple(_servers())
