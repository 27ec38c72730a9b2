"""Transcodes JSON to UTF-8 while it is read: UTF-16 as PowerShell writes it, GBK, Big5, or the configured encoding."""

import codecs
import io
from codecs import BOM_UTF8
from typing import BinaryIO, cast

from pipeline.readers.byte_source import HEAD_BYTES, ByteSource
from pipeline.readers.table_encoding import encoding_of
from pipeline.readers.transcoded_stream import WIDE, TranscodedStream
from pipeline.text.decoding import BYTE_ORDER_MARKS

CHINESE_ENCODINGS = frozenset({"gb18030", "big5hkscs"})
MIN_CHINESE_BYTES = 16
"""Bytes outside ASCII from which JSON may be in a Chinese encoding. A broken character of UTF-8 has at most three, and
would be one or two Chinese characters."""


def stream_of(source: ByteSource, configured: str | None = None) -> BinaryIO:
    """Opens the JSON in a source as UTF-8.

    `configured` is the encoding in the settings; UTF-16 and UTF-32, which are detected reliably, take precedence.
    """
    encoding = wide_encoding_of(source.head) or configured or chinese_encoding_of(source.head)
    if encoding is None or codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}:
        return source.stream
    return io.BufferedReader(cast("io.RawIOBase", TranscodedStream(source.stream, encoding)), HEAD_BYTES)


def head_of(source: ByteSource) -> bytes:
    """Returns the first bytes of the JSON in a source, in UTF-8 and without a byte order mark."""
    encoding = wide_encoding_of(source.head) or chinese_encoding_of(source.head)
    head = source.head if encoding is None else source.head.decode(encoding, "ignore").encode("utf-8")
    return head.removeprefix(BOM_UTF8)


def wide_encoding_of(head: bytes) -> str | None:
    r"""Returns UTF-16 or UTF-32, detected by the byte order mark or the first bracket of the JSON; None for others.

    >>> wide_encoding_of(b"\xff\xfe{\0"), wide_encoding_of(b"\0["), wide_encoding_of(b"{}")
    ('utf-16-le', 'utf-16-be', None)
    """
    begins = {name: (BYTE_ORDER_MARKS[name], "{".encode(name), "[".encode(name)) for name in WIDE}
    return next((name for name in WIDE if head.startswith(begins[name])), None)


def chinese_encoding_of(head: bytes) -> str | None:
    """Returns the Chinese encoding that the beginning of some JSON is in; None for UTF-8 and all others.

    >>> chinese_encoding_of('{"text": "盐田的清晨，退潮以后"}'.encode("gbk"))
    'gb18030'
    """
    if head.lstrip()[:1] not in {b"{", b"["} or head.isascii():
        return None
    encoding = encoding_of(head)
    is_long = len(head) - len(head.decode("ascii", "ignore")) >= MIN_CHINESE_BYTES
    return encoding if is_long and encoding in CHINESE_ENCODINGS else None
