"""A web server that sends any bytes that a test chooses, at any speed."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

Answer = Callable[[socket.socket, Event], None]
"""Writes a response to a connection; ends when the event is set."""
HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answering(answer: Answer, heads: list[bytes] | None = None) -> Iterator[str]:
    """The address of a server with this response to each request; `heads` collects the requests."""
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
    """Accepts the connection and sends nothing."""
    over.wait(60)


def drips_head(connection: socket.socket, over: Event) -> None:
    """Headers, one byte at a time."""
    _drip(connection, over, HEAD + b"X-Salt: 1\r\n" * 10_000)


def drips_body(connection: socket.socket, over: Event) -> None:
    """A body, one byte at a time."""
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    _drip(connection, over, b"a" * 100_000)


def drips_chunks(connection: socket.socket, over: Event) -> None:
    """A body, each byte as a separate chunk."""
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    _drip(connection, over, b"1\r\na\r\n" * 100_000)


def stops_in_the_middle(connection: socket.socket, over: Event) -> None:
    """A part of the body, then nothing."""
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n" + b"a" * 70_000)
    over.wait(60)


def continues(connection: socket.socket, over: Event) -> None:
    """Endless interim responses."""
    while not over.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


def trails(connection: socket.socket, over: Event) -> None:
    """A body, followed by endless trailers."""
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
    while not over.is_set():
        connection.sendall(b"X-Salt: 1\r\n" * 1_000)


def goes_on(connection: socket.socket, over: Event) -> None:
    """An endless zip archive."""
    connection.sendall(HEAD + b"\r\nPK\3\4")
    while not over.is_set():
        connection.sendall(b"a" * (1 << 20))


def _drip(connection: socket.socket, over: Event, data: bytes) -> None:
    for byte in data:
        if over.is_set():
            return
        connection.sendall(bytes([byte]))
        time.sleep(0.01)
