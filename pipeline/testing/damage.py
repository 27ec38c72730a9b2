"""The conformance kit for readers: for any damaged file, a reader must yield documents or reasons."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipeline.config.settings import Input, Limits
from pipeline.model.record import Record
from pipeline.readers.documents import ReadResult, records
from pipeline.readers.input_files import InputFile
from pipeline.readers.reader import Reader
from pipeline.readers.registry import BUILT_IN_READERS, Registry, built_in_reader, reader_faults
from pipeline.testing.broken import Broken

TIMES: Final = 200
"""How often each file is damaged."""
BROKE: Final = "failed on it"
"""In the reason of a file whose reader raised an unexpected exception."""
OPTIONS: Final = Input(limits=Limits(bytes=1 << 24, expanded=1 << 28))


def check_reader(reader: Reader, files: Mapping[str, bytes], *, times: int = TIMES) -> None:
    """Read valid `files` (name and content) with `reader`, and each of them `times` times with random damage.

    Raises `Broken`, which names the file and the damage, if the declaration of the reader is wrong, if it gives no
    document for a valid file that it claims, if it raises anything but `ReaderError`, or if a reason has several lines.
    The damage is the same in each run.
    """
    for fault in reader_faults(reader):
        raise Broken("declared", f"the reader {fault}")
    readers = Registry((reader, *map(built_in_reader, BUILT_IN_READERS)))
    with TemporaryDirectory(prefix="pipeline-") as folder:
        for name, data in files.items():
            results = _read(Path(folder), name, data, readers)
            if not any(isinstance(each, Record) for each in results):
                raise Broken("reads", f"{name} gives no document: {results}")
            for damage, damaged in _damaged(data, times):
                for each in _read(Path(folder), name, damaged, Registry((reader,), reader)):
                    reason = "" if isinstance(each, Record) else each.reason
                    if BROKE in reason:
                        raise Broken("unbroken", f"{name}, {damage}: {reason}")
                    if len(reason.splitlines()) > 1:
                        raise Broken("one line", f"{name}, {damage}: its reason has several lines: {reason!r}")


def _read(folder: Path, name: str, data: bytes, readers: Registry) -> list[ReadResult]:
    path = folder / Path(name).name
    path.write_bytes(data)
    return list(records([InputFile(path, path.name, named=True)], OPTIONS, readers))


def _damaged(data: bytes, times: int) -> Iterator[tuple[str, bytes]]:
    """Yield damaged copies: truncated, with a part removed, with changed bytes, or with a random tail."""
    chance = random.Random(0)  # noqa: S311 -- not for security
    for number in range(times):
        at, length = chance.randrange(len(data) + 1), chance.randrange(1, 200)
        kind = chance.randrange(4)
        if kind == 0:
            yield f"cut at byte {at}", data[:at]
        elif kind == 1:
            yield f"with {length} bytes lost at byte {at}", data[:at] + data[at + length :]
        elif kind == 2:
            yield f"random bytes after byte {at}", data[:at] + chance.randbytes(length)
        else:
            changed = bytearray(data)
            for position in (chance.randrange(len(data)) for _ in range(min(length, 8)) if data):
                changed[position] = chance.randrange(256)
            yield f"with bytes changed, number {number}", bytes(changed)
