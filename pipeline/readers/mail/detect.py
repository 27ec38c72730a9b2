"""Detects messages by their header, whatever their name."""

import regex

HEADER_LINE = rb"[A-Za-z][A-Za-z0-9-]{0,60}:[^\r\n]{0,2000}\r?\n(?:[ \t][^\r\n]{0,2000}\r?\n){0,200}"
HEADER = regex.compile(rb"(?:" + HEADER_LINE + rb"){2,300}+")
FIELD_NAME = regex.compile(rb"^([A-Za-z][A-Za-z0-9-]{0,60}):", regex.MULTILINE)
ENVELOPE = regex.compile(rb"From [^\r\n]{0,200}\d\d:\d\d[^\r\n]{0,40}\d{4}[^\r\n]{0,20}\r?\n")
"""The line before each message of a mailbox: `From ada@h.example Wed May  1 10:00:00 2024`."""
SURE_FIELDS = frozenset({b"mime-version", b"message-id", b"received", b"return-path", b"delivered-to"})
"""Fields that only messages have."""
USUAL_FIELDS = frozenset({b"from", b"to", b"date", b"subject", b"content-type"})
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def begins_message(head: bytes) -> bool:
    r"""Whether data begins with the header of a message: only fields, one that only messages have, and a usual one.

    >>> begins_message(b"From: a@h.example\r\nMIME-Version: 1.0\r\n\r\nHi"), begins_message(b"Q: Who?\nA: I.\n")
    (True, False)
    """
    header = HEADER.match(head.removeprefix(BYTE_ORDER_MARK))
    if header is None:
        return False
    names = {name.lower() for name in FIELD_NAME.findall(header[0])}
    return bool(names & SURE_FIELDS) and bool(names & USUAL_FIELDS)


def begins_mailbox(head: bytes) -> bool:
    """Whether data begins with the envelope and header of the first message of a mailbox."""
    envelope = ENVELOPE.match(head)
    return envelope is not None and HEADER.match(head, envelope.end()) is not None
