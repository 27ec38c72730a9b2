"""An HTTP answer as a crawler stored it: what its header says, and its payload with all packing undone."""

import zlib
from collections.abc import Callable, Mapping

import msgspec
import regex

from pipeline.readers.warc.records import MAX_HEADER_BYTES, header_fields, quoted

STATUS = regex.compile(rb"HTTP/[0-9](?:\.[0-9])?[ \t]+([0-9]{3})(?![0-9])[^\n]*\n")
HEADER_END = regex.compile(rb"\n\r?\n")
CHUNK = regex.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\n]{0,1000})?\r?\n")
MOST_CODINGS = 3
"""Codings that may lie in each other; of more than one there are few, of more than two no honest one is known."""
CUT_OFF = "its {} is cut off; fetch the page again"
CONTENT_DAMAGED = "its {} is damaged; fetch the page again"


class PayloadError(ValueError):
    """A payload that cannot be unpacked, or is too large; the message says why and what to do."""


class HttpResponse(msgspec.Struct, frozen=True):
    """The status and the header of an answer, names in small letters, and the byte at which its payload begins."""

    status: int
    fields: Mapping[str, str]
    begins: int


def parse_response(block: bytes) -> HttpResponse | None:
    """The answer that a block holds, or begins with; None where it is none."""
    status = STATUS.match(block)
    if status is None:
        return None
    # The line end of the status line is the first half of an empty line where no field is there.
    end = HEADER_END.search(block, status.end() - 1, MAX_HEADER_BYTES)
    if end is None:
        return None
    return HttpResponse(int(status[1]), header_fields(block[status.end() : end.end()]), end.end())


def decode_payload(block: bytes, found: HttpResponse, limit: int) -> bytes:
    """The payload of an answer that is all in `block`. Raises `PayloadError`, for one of more than `limit` bytes too.

    Many crawlers undo the packing and leave the header as it was: what is not packed as it says is taken as it is.
    """
    data = block[found.begins :]
    if "chunked" in found.fields.get("transfer-encoding", "").lower():
        data = _joined(data)
    given = [name.strip().lower() for name in found.fields.get("content-encoding", "").split(",")]
    codings = [name for name in given if name not in {"", "identity", "none"}]
    if len(codings) > MOST_CODINGS:
        raise PayloadError(f"{len(codings)} content encodings lie in each other; leave it out")
    for name in reversed(codings):
        undo = CODINGS.get(name)
        if undo is not None:
            data = _undone(undo, data, limit)
        elif not _is_text(data):
            known = ", ".join(sorted(set(CODINGS) - {"x-gzip"}))
            raise PayloadError(f"content encoding {quoted(name)} is not known (known are {known}); leave it out")
        _check(data, limit)
    _check(data, limit)
    return data


def _undone(undo: Callable[[bytes, int], bytes], data: bytes, limit: int) -> bytes:
    try:
        return undo(data, limit)
    except PayloadError:
        # Not all of them have first bytes by which they can be told.
        if _is_text(data):
            return data
        raise


def _check(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise PayloadError(f"its payload is over the limit of {limit:,} bytes; raise [input.limits] bytes")


def _joined(data: bytes) -> bytes:
    """The chunks one behind the other."""
    if CHUNK.match(data) is None:
        return data
    found: list[bytes] = []
    at = 0
    # A last chunk of no bytes ends it; where a connection broke between two, what came is there all the same.
    while at < len(data):
        size = CHUNK.match(data, at)
        if size is None:
            raise PayloadError(CONTENT_DAMAGED.format("chunked transfer"))
        length = int(size[1], 16)
        if length == 0:
            break
        end = size.end() + length
        if end > len(data):
            raise PayloadError(CUT_OFF.format("chunked transfer"))
        found.append(data[size.end() : end])
        at = end + (2 if data.startswith(b"\r\n", end) else 1)
    return b"".join(found)


def _gunzipped(data: bytes, limit: int) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    found = b""
    while data.startswith(b"\x1f\x8b"):
        piece, data = _inflated(data, zlib.MAX_WBITS | 16, "gzip", limit - len(found))
        found += piece
        if len(found) > limit:
            break
    return found


def _deflated(data: bytes, limit: int) -> bytes:
    """With the frame of zlib, as the standard says, or without, as some servers send it."""
    try:
        return _inflated(data, zlib.MAX_WBITS, "deflate", limit)[0]
    except PayloadError:
        found, rest = _inflated(data, -zlib.MAX_WBITS, "deflate", limit)
        if rest:
            # There is no checksum: that it ends where the payload does is all that vouches for it.
            raise PayloadError(CONTENT_DAMAGED.format("deflate")) from None
        return found


def _inflated(data: bytes, window: int, name: str, limit: int) -> tuple[bytes, bytes]:
    """At most one byte over the limit, and what lies behind."""
    unpacker = zlib.decompressobj(window)
    try:
        found = unpacker.decompress(data, max(limit, 0) + 1)
    except zlib.error:
        raise PayloadError(CONTENT_DAMAGED.format(name)) from None
    if not unpacker.eof and len(found) <= limit:
        raise PayloadError(CUT_OFF.format(name))
    return found, unpacker.unused_data


def _unbrotlied(data: bytes, limit: int) -> bytes:
    try:
        import brotli
    except ImportError:
        raise PayloadError("its content encoding is br; install brotli, and run again") from None
    unpacker = brotli.Decompressor()
    found = bytearray()
    try:
        piece = unpacker.process(data, output_buffer_limit=limit + 1)
        while piece and len(found) <= limit:
            found += piece
            piece = unpacker.process(b"", output_buffer_limit=limit + 1)
    except brotli.error:
        raise PayloadError(CONTENT_DAMAGED.format("br")) from None
    if not unpacker.is_finished() and len(found) <= limit:
        raise PayloadError(CUT_OFF.format("br"))
    return bytes(found)


def _is_text(data: bytes) -> bool:
    """Whether it is not packed at all: packed bytes do not begin so."""
    head = data[:256]
    return all(code >= 32 or code in b"\t\n\r\f" for code in head) and _reads(head)


def _reads(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # Cut through a character at its end.
        return error.start >= len(head) - 3 and len(head) == 256
    return True


CODINGS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "br": _unbrotlied,
    "deflate": _deflated,
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
}
