"""The parts of an attack."""

import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

Chunks: TypeAlias = Callable[[random.Random], Iterable[bytes]]
"""The bytes of a file, piece by piece; how large the excess is, is drawn."""
MIB = 1 << 20


class Content(msgspec.Struct, frozen=True):
    """A hostile file before it is compressed; `excess` says what it has too much of."""

    excess: str
    suffix: str
    chunks: Chunks
    large: bool = False
    """Whether it is too large to lie in a folder unpacked."""


class Attack(msgspec.Struct, frozen=True):
    """`write` writes the hostile files to the folder of raw documents. All their names contain `attack`."""

    name: str
    write: Callable[[Path, random.Random], None]
    part: str = "file"
    """What is judged beside what all runs are judged by: `ids`, `links`, `exports`."""

    @property
    def title(self) -> str:
        """Its name in the table."""
        return self.name


def repeated(data: bytes, size: int) -> Iterator[bytes]:
    """Returns about `size` bytes of copies of `data`."""
    block = data * max(1, min(size, MIB) // len(data))
    for _ in range(max(1, size // len(block))):
        yield block


def at_most(size: int, chance: random.Random) -> int:
    """Returns a size between half of this one and all of it, so that limits are not tuned to the examples."""
    return chance.randint(size // 2, size)
