"""What an HTTP response says: its status, its media type, and its body with all packing undone."""

import io
import zlib
from collections.abc import Callable
from typing import Any, Final, cast

import msgspec

from pipeline.sources import compressed
from pipeline.sources.limits import Budget
from pipeline.sources.members import shown
from pipeline.sources.record import SourceError
from pipeline.sources.unpacking import Compression, Decoder, Unpacked


class Message(msgspec.Struct, frozen=True):
    """A response: `status` is 0 where there is no line that says it; names of `fields` are in small letters."""

    status: int
    fields: dict[str, str]
    body: bytes


class UnknownCodingError(Exception):
    """The body is packed in a way that nothing here unpacks; the message names it."""


def message(content: bytes) -> Message:
    """The parts of a response as it came over the wire."""
    at = _end_of_header(content)
    first, *lines = content[:at].decode("latin-1").split("\n")
    words = first.split(None, 2)
    is_status = len(words) > 1 and words[0].upper().startswith("HTTP/") and words[1].isascii() and words[1].isdigit()
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if line[:1] in {" ", "\t"} and name:
            fields[name] += " " + line.strip()
            continue
        key, colon, value = line.partition(":")
        if colon:
            name = key.strip().lower()
            fields[name] = f"{fields[name]}, {value.strip()}" if name in fields else value.strip()
    return Message(int(words[1][:4]) if is_status else 0, fields, content[at:])


def body(told: Message, limit: int, budget: Budget) -> bytes:
    """The body as its author wrote it, at most `limit` bytes.

    Raises `SourceError` where it is damaged or too long, `UnknownCodingError` where nothing unpacks it.
    """
    data = told.body
    if "chunked" in told.fields.get("transfer-encoding", "").lower():
        data = _joined(data)
    for coding in reversed(told.fields.get("content-encoding", "").lower().split(",")):
        data = _unpacked(data, coding.strip(), limit, budget)
    return data


def _end_of_header(content: bytes) -> int:
    """Behind the empty line: of the two ways to write it the one that comes first."""
    found = [at + len(end) for end in (b"\r\n\r\n", b"\n\n") if (at := content.find(end)) >= 0]
    return min(found, default=len(content))


def _joined(data: bytes) -> bytes:
    """A body that came in chunks; as it is where it has none, since many tools join them and keep the header."""
    whole, at = bytearray(), 0
    while True:
        end = data.find(b"\n", at, at + 200)
        size = data[at:end].split(b";", 1)[0].strip() if end >= 0 else b""
        if not size or len(size) > 15 or size.translate(None, b"0123456789abcdefABCDEF"):
            if not at:
                return data
            raise SourceError("its body breaks off between two chunks; get the file anew")
        length = int(size, 16)
        if not length:
            return bytes(whole)
        piece = data[end + 1 : end + 1 + length]
        if len(piece) < length:
            raise SourceError("its body breaks off within a chunk; get the file anew")
        whole += piece
        at = end + 1 + length
        at += 2 if data.startswith(b"\r\n", at) else 1


def _unpacked(data: bytes, coding: str, limit: int, budget: Budget) -> bytes:
    if coding in {"", "identity", "none"} or not data:
        return data
    known = CODINGS.get(coding)
    if known is None:
        raise UnknownCodingError(f"content encoding {shown(coding[:40])}")
    compression = known(data)
    if compression is None:
        return data
    stream = io.BufferedReader(Unpacked(io.BytesIO(data), compression, budget))
    whole = stream.read(limit + 1)
    if len(whole) > limit:
        raise SourceError(f"its body is over the limit of {limit:,} bytes; raise [input.limits] bytes")
    return whole


def _gzip(data: bytes) -> Compression | None:
    """As with chunks, many tools unpack and keep the header."""
    return compressed.gzip() if data.startswith(b"\x1f\x8b") else None


def _deflate(data: bytes) -> Compression | None:
    """What is called deflate is to be zlib, and is often deflate."""
    is_zlib = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    bits = zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
    return Compression("deflate", lambda: compressed.Inflater(bits), (zlib.error,), many=False)


def _zstd(data: bytes) -> Compression | None:
    return compressed.zstd(compressed.Zstd.window) if data.startswith(compressed.ZSTD) else None


def _brotli(_: bytes) -> Compression | None:
    try:
        import brotli
    except ImportError:
        raise UnknownCodingError("content encoding br, which the package brotli would undo") from None

    return Compression("brotli", lambda: cast("Decoder", _Brotli(brotli.Decompressor())), (brotli.error,), many=False)


class _Brotli:
    """The decoder of brotli with the face of the others."""

    unused_data = b""

    def __init__(self, decoder: Any) -> None:  # noqa: ANN401 -- its package has no types
        self._decoder = decoder
        self._hungry = True

    @property
    def eof(self) -> bool:
        return bool(self._decoder.is_finished())

    @property
    def needs_input(self) -> bool:
        return self._hungry and not self.eof

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece: bytes = self._decoder.process(data, output_buffer_limit=max_length)
        self._hungry = self._decoder.can_accept_more_data()
        return piece


CODINGS: Final[dict[str, Callable[[bytes], Compression | None]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
    "br": _brotli,
}
