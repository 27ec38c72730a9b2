"""A web server that answers with whatever bytes a test says, as slowly as it says."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

Answer = Callable[[socket.socket, Event], None]
"""Writes an answer to a connection; ends where the event is set."""
HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answering(answer: Answer, heads: list[bytes] | None = None) -> Iterator[str]:
    """The address of a server that answers each request so; `heads` takes what it was asked."""
    heads = [] if heads is None else heads
    listener = socket.create_server(("127.0.0.1", 0))
    over = Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            heads.append(connection.recv(1 << 16))
            answer(connection, over)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def says_nothing(_: socket.socket, over: Event) -> None:
    """Accepts, and waits."""
    over.wait(60)


def drips_head(connection: socket.socket, over: Event) -> None:
    """A head, a byte at a time."""
    _drip(connection, over, HEAD + b"X-Salt: 1\r\n" * 10_000)


def drips_body(connection: socket.socket, over: Event) -> None:
    """A body, a byte at a time."""
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    _drip(connection, over, b"a" * 100_000)


def drips_chunks(connection: socket.socket, over: Event) -> None:
    """The same, each byte as a chunk of its own."""
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    _drip(connection, over, b"1\r\na\r\n" * 100_000)


def stops_in_the_middle(connection: socket.socket, over: Event) -> None:
    """A part of the body, then nothing."""
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n" + b"a" * 70_000)
    over.wait(60)


def continues(connection: socket.socket, over: Event) -> None:
    """Says that an answer will come, without end."""
    while not over.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


def trails(connection: socket.socket, over: Event) -> None:
    """A body, and behind it headers without end."""
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
    while not over.is_set():
        connection.sendall(b"X-Salt: 1\r\n" * 1_000)


def goes_on(connection: socket.socket, over: Event) -> None:
    """A zip without end."""
    connection.sendall(HEAD + b"\r\nPK\3\4")
    while not over.is_set():
        connection.sendall(b"a" * (1 << 20))


def _drip(connection: socket.socket, over: Event, data: bytes) -> None:
    for byte in data:
        if over.is_set():
            return
        connection.sendall(bytes([byte]))
        time.sleep(0.01)
