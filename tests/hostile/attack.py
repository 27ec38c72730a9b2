"""What an attack is: how it is built, and beside what."""

import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

Chunks: TypeAlias = Callable[[random.Random], Iterable[bytes]]
"""The bytes of a file, piece by piece; how large the excess is, is drawn."""
MIB = 1 << 20


class Content(msgspec.Struct, frozen=True):
    """A hostile file before it is packed: `excess` says of what it has too much."""

    excess: str
    suffix: str
    chunks: Chunks
    large: bool = False
    """Whether it is too large to lie in a folder unpacked."""


class Attack(msgspec.Struct, frozen=True):
    """`write` puts into the folder of raw documents what is hostile, and only names that contain `attack`."""

    name: str
    write: Callable[[Path, random.Random], None]
    part: str = "file"
    """What is judged beside what all runs are judged by: `ids`, `links`, `exports`."""

    @property
    def title(self) -> str:
        """Its name in the table."""
        return self.name


def repeated(data: bytes, size: int) -> Iterator[bytes]:
    """About `size` bytes, all of them copies of `data`."""
    block = data * max(1, min(size, MIB) // len(data))
    for _ in range(max(1, size // len(block))):
        yield block


def at_most(size: int, chance: random.Random) -> int:
    """A size between half of this one and all of it: a limit may not be fitted to the examples."""
    return chance.randint(size // 2, size)
