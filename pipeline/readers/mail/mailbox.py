"""Splits a mailbox (mbox) into its messages, in a stream of any length."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec
import regex

from pipeline.readers.byte_source import read_lines
from pipeline.readers.mail.detect import ENVELOPE

QUOTED_FROM = regex.compile(rb"^>(>{0,100}From )", regex.MULTILINE)


class MailboxPart(msgspec.Struct, frozen=True):
    """A message of a mailbox; `data` is None if it is over the limit. `number` counts from 1, `line` is its first."""

    number: int
    line: int
    data: bytes | None


def split_mailbox(stream: BinaryIO, limit: int) -> Iterator[MailboxPart]:
    """Yields the messages. A new one begins at an envelope line that comes first or after an empty line."""
    number = first = size = 0
    lines: list[bytes] = []
    after_blank = True
    for at, line in read_lines(stream, limit):
        if line is not None and after_blank and ENVELOPE.fullmatch(line):
            if number:
                yield _part(number, first, lines, size, limit)
            number, first, size, lines = number + 1, at, 0, []
        elif number:
            size += limit + 1 if line is None else len(line)
            if size > limit:
                lines = []
            elif line is not None:
                lines.append(line)
        after_blank = line is not None and not line.strip()
    if number:
        yield _part(number, first, lines, size, limit)


def _part(number: int, first: int, lines: list[bytes], size: int, limit: int) -> MailboxPart:
    # Writers of mailboxes put `>` before a line that would look like an envelope.
    return MailboxPart(number, first, None if size > limit else QUOTED_FROM.sub(rb"\1", b"".join(lines)))
