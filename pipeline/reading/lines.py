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
            first, second = _ahead(lines), _ahead(lines)
            if not _by_line(first, second, name):
                yield of_json(b"".join(chain(first, second, lines)), name)
                return
            for number, line in enumerate(chain(first, second, lines), 1):
                if line.strip():
                    yield of_json(line, f"{name}:{number}")
    except DamagedError as error:
        yield failed(f"{name}:{number + 1}" if number else name, str(error))


def is_lines(file: BinaryIO, head: bytes, name: str) -> bool:
    """Whether such a file holds an article a line."""
    try:
        with unpacked(file, head) as plain:
            lines = iter(plain)
            return _by_line(_ahead(lines), _ahead(lines), name)
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


def _by_line(first: list[bytes], second: list[bytes], name: str) -> bool:
    """Whether each line is a document.

    The name says so and the first line is more than the opening of one, or the first line is whole and another follows.
    """
    line = first[-1].strip() if first else b""
    if _named_for_lines(name):
        return line not in {b"{", b"["}
    return bool(second and second[-1].strip()) and line.startswith(b"{") and _is_whole(line)


def _named_for_lines(name: str) -> bool:
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name.endswith(LINES)


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
