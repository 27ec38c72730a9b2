"""Detects the encoding of a table of text from its beginning: CSV, JSON or JSON Lines."""

import codecs
from collections import Counter

from pipeline.readers.byte_source import HEAD_BYTES
from pipeline.text.decoding import BYTE_ORDER_MARKS
from pipeline.text.encodings.detect import detect_encodings
from pipeline.text.encodings.wide import detect_wide


def encoding_of(head: bytes) -> str:
    """Returns the encoding of a table, detected from its head.

    For mixed encodings this is UTF-8: rows that are not valid fail one by one.

    >>> encoding_of("id,text\\n1,盐场".encode("gb18030")), encoding_of(b"id,text\\n")
    ('gb18030', 'utf-8')
    """
    for name, mark in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return name
    if 0 in head:
        return detect_wide(head) or "utf-8"
    try:
        # The head may end inside a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    sizes: Counter[str] = Counter()
    start = 0
    lines = head[: head.rfind(b"\n") + 1] if len(head) >= HEAD_BYTES else b""
    for stretch in detect_encodings(lines or head):
        sizes[stretch.encoding] += stretch.end - start
        start = stretch.end
    return "utf-8" if "utf-8" in sizes else max(sizes, key=lambda name: sizes[name])
