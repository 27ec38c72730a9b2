"""The lines of a stream, of which none takes more memory than a document may."""

from collections.abc import Iterator
from typing import BinaryIO


def lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number, from 1, its end included; None for a line of more than `limit` bytes.

    >>> import io; list(lines(io.BytesIO(b"ab\\nabcd\\nc"), 3))
    [(1, b'ab\\n'), (2, None), (3, b'c')]
    """
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit and not (len(line) == limit + 1 and line.endswith(b"\n")):
            while line and not line.endswith(b"\n"):
                line = stream.readline(limit + 1)
            yield number, None
        else:
            yield number, line
