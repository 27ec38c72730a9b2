"""JSON: one article, or an article a line; packed or plain."""

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

import msgspec

from pipeline.compression import SUFFIXES, DamagedError, unpacked
from pipeline.reading.attempt import Attempt, failed, of_json

LINES = (".jsonl", ".ndjson")
"""Ends of names that say that each line is a document."""


def articles(file: BinaryIO, head: bytes, name: str) -> Iterator[Attempt]:
    """The articles of a file of which nothing was read yet and that begins with `head`."""
    number = 0
    try:
        with unpacked(file, head) as plain:
            lines = iter(plain)
            by_line, ahead = _by_line(lines, name)
            if not by_line:
                yield of_json(b"".join(chain(ahead, lines)), name)
                return
            for number, line in enumerate(chain(ahead, lines), 1):
                if line.strip():
                    yield of_json(line, f"{name}:{number}")
    except DamagedError as error:
        yield failed(f"{name}:{number + 1}" if number else name, str(error))


def is_lines(file: BinaryIO, head: bytes, name: str) -> bool:
    """Whether such a file holds an article a line."""
    try:
        with unpacked(file, head) as plain:
            return _by_line(iter(plain), name)[0]
    except DamagedError:
        return _named_for_lines(name)


def _ahead(lines: Iterator[bytes]) -> list[bytes]:
    """The lines up to the first that is not blank, or all."""
    taken: list[bytes] = []
    for line in lines:
        taken.append(line)
        if line.strip():
            break
    return taken


def _by_line(lines: Iterator[bytes], name: str) -> tuple[bool, list[bytes]]:
    """Whether each line is a document, and the lines that were read to tell.

    The name says so and the first line is more than the opening of one, or the first line is whole and another follows.
    """
    ahead = _ahead(lines)
    first = ahead[-1].strip() if ahead else b""
    if _named_for_lines(name):
        return first not in {b"{", b"["}, ahead
    if not first.startswith(b"{") or not _is_whole(first):
        return False, ahead
    more = _ahead(lines)
    return bool(more and more[-1].strip()), ahead + more


def _named_for_lines(name: str) -> bool:
    name = name.casefold()
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name.endswith(LINES)


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
