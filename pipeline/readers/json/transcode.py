"""Transcodes JSON to UTF-8 while it is read: UTF-16 as PowerShell writes it, or the configured encoding."""

import codecs
import io
from codecs import BOM_UTF8
from typing import BinaryIO, cast

from pipeline.readers.byte_source import HEAD_BYTES, ByteSource
from pipeline.readers.transcoded_stream import WIDE, TranscodedStream
from pipeline.text.decoding import BYTE_ORDER_MARKS


def stream_of(source: ByteSource, configured: str | None = None) -> BinaryIO:
    """Opens the JSON in a source as UTF-8.

    `configured` is the encoding in the settings; UTF-16 and UTF-32, which are detected reliably, take precedence.
    """
    encoding = encoding_of(source.head) or configured
    if encoding is None or codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}:
        return source.stream
    return io.BufferedReader(cast("io.RawIOBase", TranscodedStream(source.stream, encoding)), HEAD_BYTES)


def head_of(source: ByteSource) -> bytes:
    """Returns the first bytes of the JSON in a source, in UTF-8 and without a byte order mark."""
    encoding = encoding_of(source.head)
    head = source.head if encoding is None else source.head.decode(encoding, "ignore").encode("utf-8")
    return head.removeprefix(BOM_UTF8)


def encoding_of(head: bytes) -> str | None:
    r"""Returns UTF-16 or UTF-32, detected by the byte order mark or the first bracket of the JSON; None for others.

    >>> encoding_of(b"\xff\xfe{\0"), encoding_of(b"\0["), encoding_of(b"{}")
    ('utf-16-le', 'utf-16-be', None)
    """
    begins = {name: (BYTE_ORDER_MARKS[name], "{".encode(name), "[".encode(name)) for name in WIDE}
    return next((name for name in WIDE if head.startswith(begins[name])), None)
