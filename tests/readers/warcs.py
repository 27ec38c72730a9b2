"""WARC files for the tests of their reader."""

import gzip
import zlib
from pathlib import Path

import brotli

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import ReadResult, records
from pipeline.readers.input_files import InputFile

TALK = """The Salt Gate 盐门

Wu Lan: Who keeps the sluice in winter? 冬天谁守闸口？

Edda Roth: My brother and I, in turns. 我和哥哥轮流守。
"""
PAGE = (
    "<html><head><title>The Salt Gate</title></head><body><article><h1>The Salt Gate</h1>"
    "<p>Wu Lan: Who keeps the sluice in winter? 冬天谁守闸口？</p>"
    "<p>Edda Roth: My brother and I, in turns. 我和哥哥轮流守。</p></article></body></html>"
)
ADDRESS = "https://salt.example/gate"


def record(block: bytes | str, kind: str = "response", **fields: str | None) -> bytes:
    """A valid record. `fields` replace or add headers; None removes one."""
    block = block.encode() if isinstance(block, str) else block
    headers: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Target-URI": ADDRESS,
        "WARC-Date": "2024-03-05T06:07:08Z",
        "WARC-Record-ID": "<urn:uuid:5a17>",
        "Content-Type": "application/http; msgtype=response" if kind == "response" else "text/plain",
        "Content-Length": str(len(block)),
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value is not None]
    return b"WARC/1.0\r\n" + "".join(lines).encode() + b"\r\n" + block + b"\r\n\r\n"


def answer(payload: bytes | str, media_type: str = "text/html; charset=utf-8", status: int = 200, **more: str) -> bytes:
    """The block of an HTTP response."""
    payload = payload.encode() if isinstance(payload, str) else payload
    fields = {"Content-Type": media_type, **{name.replace("_", "-"): value for name, value in more.items()}}
    header = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status} Whatever\r\n{header}\r\n".encode() + payload


def text(payload: bytes | str) -> bytes:
    return record(answer(payload, "text/plain; charset=utf-8"))


def put(folder: Path, *parts: bytes, name: str = "crawl.warc") -> InputFile:
    (folder / name).write_bytes(b"".join(parts))
    return InputFile(folder / name, name, named=True)


def found(folder: Path, *parts: bytes, options: Input | None = None, name: str = "crawl.warc") -> list[ReadResult]:
    return list(records([put(folder, *parts, name=name)], options or Input()))


def document(folder: Path, *parts: bytes, options: Input | None = None) -> Record:
    (only,) = found(folder, *parts, options=options)
    assert isinstance(only, Record), only
    return only


def failure(folder: Path, *parts: bytes, options: Input | None = None) -> Unreadable:
    (only,) = found(folder, *parts, options=options)
    assert isinstance(only, Unreadable), only
    return only


def aside(folder: Path, *parts: bytes) -> dict[str, int]:
    """Skipped parts and their counts, after a document, because a file without any is a failure."""
    parts = (text(TALK), *parts)
    return {each.reason: each.count for each in found(folder, *parts) if isinstance(each, LeftOut)}


def chunked(data: bytes, size: int = 40) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(PAGE.encode()),
    "x-gzip": gzip.compress(PAGE[:90].encode()) + gzip.compress(PAGE[90:].encode()),
    "deflate": zlib.compress(PAGE.encode()),
    "Deflate": raw_deflate(PAGE.encode()),
    "br": brotli.compress(PAGE.encode()),
    "br, gzip": gzip.compress(brotli.compress(PAGE.encode())),
    "identity": PAGE.encode(),
}
