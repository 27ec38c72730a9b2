"""Parses an HTTP response that a crawler stored: its header, and its payload with all encodings removed."""

import zlib
from collections.abc import Callable, Mapping

import msgspec
import regex

from pipeline.readers.warc.records import MAX_HEADER_BYTES, header_fields, quoted

STATUS = regex.compile(rb"HTTP/[0-9](?:\.[0-9])?[ \t]+([0-9]{3})(?![0-9])[^\n]*\n")
HEADER_END = regex.compile(rb"\n\r?\n")
CHUNK = regex.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\n]{0,1000})?\r?\n")
MOST_CODINGS = 3
"""Maximum number of nested content codings; legitimate responses rarely have more than one."""
CUT_OFF = "its {} is cut off; fetch the page again"
CONTENT_DAMAGED = "its {} is damaged; fetch the page again"


class PayloadError(ValueError):
    """A payload that cannot be decoded or is too large. The message says why and what to do."""


class HttpResponse(msgspec.Struct, frozen=True):
    """The status and header of a response, with lower-case names, and the byte at which its payload begins."""

    status: int
    fields: Mapping[str, str]
    begins: int


def parse_response(block: bytes) -> HttpResponse | None:
    """Returns the response at the start of a block; None if there is none."""
    status = STATUS.match(block)
    if status is None:
        return None
    # Without header fields, the line end of the status line is the first half of the empty line.
    end = HEADER_END.search(block, status.end() - 1, MAX_HEADER_BYTES)
    if end is None:
        return None
    return HttpResponse(int(status[1]), header_fields(block[status.end() : end.end()]), end.end())


def decode_payload(block: bytes, response: HttpResponse, limit: int) -> bytes:
    """Returns the payload of a response that is complete in `block`. Raises `PayloadError`, also over `limit` bytes.

    Many crawlers decode the payload but keep the header: a payload that is not encoded as declared is returned as is.
    """
    data = block[response.begins :]
    if "chunked" in response.fields.get("transfer-encoding", "").lower():
        data = _joined(data)
    names = [name.strip().lower() for name in response.fields.get("content-encoding", "").split(",")]
    codings = [name for name in names if name not in {"", "identity", "none"}]
    if len(codings) > MOST_CODINGS:
        raise PayloadError(f"has {len(codings)} nested content encodings; leave it out")
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
        # Not all codings can be recognised by their first bytes.
        if _is_text(data):
            return data
        raise


def _check(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise PayloadError(f"its payload is over the limit of {limit:,} bytes; raise [input.limits] bytes")


def _joined(data: bytes) -> bytes:
    """Joins the chunks of a chunked body."""
    if CHUNK.match(data) is None:
        return data
    chunks: list[bytes] = []
    at = 0
    # An empty chunk ends the body. If the connection broke between two chunks, those received are kept.
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
        chunks.append(data[size.end() : end])
        at = end + (2 if data.startswith(b"\r\n", end) else 1)
    return b"".join(chunks)


def _gunzipped(data: bytes, limit: int) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    decoded = b""
    while data.startswith(b"\x1f\x8b"):
        piece, data = _inflated(data, zlib.MAX_WBITS | 16, "gzip", limit - len(decoded))
        decoded += piece
        if len(decoded) > limit:
            break
    return decoded


def _deflated(data: bytes, limit: int) -> bytes:
    """Decodes `deflate` with a zlib header, as the standard says, or without, as some servers send it."""
    try:
        return _inflated(data, zlib.MAX_WBITS, "deflate", limit)[0]
    except PayloadError:
        decoded, rest = _inflated(data, -zlib.MAX_WBITS, "deflate", limit)
        if rest:
            # Raw deflate has no checksum: the only check is that it ends where the payload does.
            raise PayloadError(CONTENT_DAMAGED.format("deflate")) from None
        return decoded


def _inflated(data: bytes, window: int, name: str, limit: int) -> tuple[bytes, bytes]:
    """Returns the decoded bytes, at most one over the limit, and the input after their end."""
    unpacker = zlib.decompressobj(window)
    try:
        decoded = unpacker.decompress(data, max(limit, 0) + 1)
    except zlib.error:
        raise PayloadError(CONTENT_DAMAGED.format(name)) from None
    if not unpacker.eof and len(decoded) <= limit:
        raise PayloadError(CUT_OFF.format(name))
    return decoded, unpacker.unused_data


def _unbrotlied(data: bytes, limit: int) -> bytes:
    try:
        import brotli
    except ImportError:
        raise PayloadError("its content encoding is br; install brotli, and run again") from None
    unpacker = brotli.Decompressor()
    decoded = bytearray()
    try:
        piece = unpacker.process(data, output_buffer_limit=limit + 1)
        while piece and len(decoded) <= limit:
            decoded += piece
            piece = unpacker.process(b"", output_buffer_limit=limit + 1)
    except brotli.error:
        raise PayloadError(CONTENT_DAMAGED.format("br")) from None
    if not unpacker.is_finished() and len(decoded) <= limit:
        raise PayloadError(CUT_OFF.format("br"))
    return bytes(decoded)


def _is_text(data: bytes) -> bool:
    """Whether the data is plain text: encoded bytes do not begin like that."""
    head = data[:256]
    return all(code >= 32 or code in b"\t\n\r\f" for code in head) and _reads(head)


def _reads(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The end may be inside a character.
        return error.start >= len(head) - 3 and len(head) == 256
    return True


CODINGS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "br": _unbrotlied,
    "deflate": _deflated,
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
}
