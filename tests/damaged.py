"""Valid files of every format, also packed in each other, and ways to damage the bytes of a file."""

import random
import re
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

from readers.packing import COMPRESSIONS
from readers.test_any_bytes import good
from readers.test_damage import sound, tarred, zipped

Damage = Callable[[bytes, random.Random], bytes]
EXTREMES = (0, 1, -1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 1 << 31, 0xFFFFFFFF, 1 << 62, (1 << 63) - 1, 1 << 63)
"""Values for a length field, cut to its width."""
FIGURES = ("0", "-1", "2147483648", "9223372036854775808", "99999999999999999999", "1e999", "0x10", "")
NUMBER = re.compile(rb"\d+")


def _database() -> bytes:
    """A database with trees of several levels and texts over many pages."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA page_size = 512")
            connection.execute("CREATE TABLE talks (id TEXT, text TEXT)")
            connection.execute("CREATE TABLE keyed (id TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID")
            for table in ("talks", "keyed"):
                rows = [(f"{table}{n}", "Why the weir? For the eels. " * (n % 30)) for n in range(60)]
                connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
            connection.commit()
        return path.read_bytes()


@cache
def sound_files() -> Mapping[str, bytes]:
    """A file of each format by name, in each compression and archive, and archives in archives."""
    plain = {**good(), "trees.db": _database()}
    return plain | sound()


def _compressing(pack: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda _, data: pack(data)


PACKINGS: Mapping[str, Callable[[str, bytes], bytes]] = {
    "": lambda _, data: data,
    **{suffix: _compressing(pack) for suffix, pack in COMPRESSIONS.items()},
    ".zip": lambda name, data: zipped((name, data)),
    ".tar": lambda name, data: tarred((name, data), form=tarfile.GNU_FORMAT),
}
"""Functions that pack a file, by the suffix that they add to its name."""


def _span(data: bytes, chance: random.Random, most: int = 4096) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 4, 8, 16, 512, chance.randint(0, most))))


def truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwritten(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    put = chance.choice((bytes(end - start), b"\xff" * (end - start), chance.randbytes(end - start)))
    return data[:start] + put + data[end:]


def inserted(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice((b"\0", b"\n", b'"', b"[{", b"\xff", chance.randbytes(64), b"A" * 999)) + data[at:]


def removed(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def swapped(data: bytes, chance: random.Random) -> bytes:
    size = chance.choice((4, 16, 512, max(1, len(data) // 8)))
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    one, other = chance.randrange(len(blocks)), chance.randrange(len(blocks))
    blocks[one], blocks[other] = blocks[other], blocks[one]
    return b"".join(blocks)


def duplicated(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 50)) + data[end:]


def lengthened(data: bytes, chance: random.Random) -> bytes:
    """Sets a field of 1, 2, 4 or 8 bytes, or a number in figures, to an extreme value."""
    numbers = list(NUMBER.finditer(data))
    if numbers and chance.random() < 0.3:
        number = chance.choice(numbers)
        return data[: number.start()] + chance.choice(FIGURES).encode() + data[number.end() :]
    width = chance.choice((1, 2, 4, 4, 8))
    value = chance.choice(EXTREMES) & ((1 << 8 * width) - 1)
    at = chance.randrange(max(1, len(data) - width))
    if chance.random() < 0.7:
        at -= at % width
    return data[:at] + value.to_bytes(width, chance.choice(("little", "big"))) + data[at + width :]


def spliced(data: bytes, chance: random.Random) -> bytes:
    """The beginning of one file and the end of another."""
    other = sound_files()[chance.choice(sorted(sound_files()))]
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


DAMAGES: tuple[Damage, ...] = (
    *(truncated, flipped, overwritten, inserted, removed, swapped, duplicated, lengthened, lengthened, spliced),
)


def damaged_file(number: int, seed: int) -> tuple[str, bytes]:
    """The name and the bytes of a file that was damaged before packing, after it, or both."""
    chance = random.Random(f"{seed} {number}")
    name = chance.choice(sorted(sound_files()))
    data = _damaged(sound_files()[name], chance)
    suffix = chance.choice(("", "", "", *PACKINGS))
    data = PACKINGS[suffix](name, data)
    if suffix and chance.random() < 0.2:
        data = _damaged(data, chance)
    # Under a name that says nothing, or something else, too.
    named = chance.choice((name + suffix,) * 8 + ("file", f"other{chance.choice(sorted(sound_files()))}"))
    return named, data


def _damaged(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if data:
            data = chance.choice(DAMAGES)(data, chance)
    return data
