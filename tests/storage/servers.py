"""A web server with responses chosen by the test, including broken ones."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

SECRET = "salzgeheimnis"
"""Part of every key in these tests; it must never be shown."""


class Web:
    """The files of a server and their faults. `asked` has the method, path and range of each request."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.files: dict[str, bytes] = {}
        self.status: dict[str, int] = {}
        self.bodies: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.breaks: dict[str, list[int]] = {}
        """After how many bytes each successive response is cut off."""
        self.without_ranges: set[str] = set()
        self.in_chunks: set[str] = set()
        self.tags: dict[str, list[str]] = {}
        """The ETag of each successive response; the last one is repeated."""
        self.asked: list[tuple[str, str, str | None]] = []
        self.signed: list[str] = []
        """How each request is signed."""

    def put(self, path: str, data: bytes | str) -> str:
        """Adds a file and returns its URL."""
        self.files[path] = data.encode() if isinstance(data, str) else data
        return self.address + path


@contextmanager
def serving() -> Iterator[Web]:
    """A server on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.web = Web(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.web  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def _answer(self) -> None:
        web: Web = self.server.web  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        asked = self.headers.get("Range")
        web.asked.append((self.command, self.path, asked))
        web.signed.append(self.headers.get("Authorization", ""))
        if path in web.moved:
            self._say(302, b"", {"Location": web.moved[path]})
        elif path in web.status:
            self._say(web.status[path], web.bodies.get(path, b""), {})
        elif path not in web.files:
            self._say(404, b"", {})
        else:
            self._give(web, path, asked)

    def _give(self, web: Web, path: str, asked: str | None) -> None:
        data = web.files[path]
        tags = web.tags.get(path, ['"salt-1"'])
        tag = tags.pop(0) if len(tags) > 1 else tags[0]
        start, end = 0, len(data)
        unchanged = self.headers.get("If-Range", tag) == tag
        if self.headers.get("If-Match", tag) != tag:
            self._say(412, b"", {})
            return
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked or "")
        part = found is not None and unchanged and path not in web.without_ranges
        headers = {"ETag": tag, "Last-Modified": "Wed, 01 May 2024 06:00:00 GMT"}
        if part and found is not None:
            start, end = int(found[1]), min(end, int(found[2]) + 1) if found[2] else end
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
        breaks = web.breaks.get(path, [])
        stop = breaks.pop(0) if breaks else None
        self._say(206 if part else 200, data[start:end], headers, stop, chunked=path in web.in_chunks)

    def _say(
        self, status: int, data: bytes, headers: dict[str, str], stop: int | None = None, *, chunked: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
            data = b"".join(b"%x\r\n%b\r\n" % (1, data[i : i + 1]) for i in range(len(data))) + b"0\r\n\r\n"
        else:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            # Who asks for a long file may have seen enough.
            with suppress(ConnectionError):
                self.wfile.write(data[:stop])
        if stop is not None:
            self.close_connection = True
