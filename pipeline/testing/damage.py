"""The conformance kit for readers: for any damaged file, a reader must yield documents or reasons."""

import io
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipeline.config.settings import Input, Limits
from pipeline.model.record import Record
from pipeline.readers.byte_source import ByteSource, Location
from pipeline.readers.documents import ReadResult, records
from pipeline.readers.input_files import InputFile
from pipeline.readers.reader import Claim, Reader
from pipeline.readers.registry import BUILT_IN_READERS, Registry, built_in_reader, reader_faults
from pipeline.testing.broken import Broken

TIMES: Final = 200
"""How often each file is damaged."""
BROKE: Final = "failed on it"
"""In the reason of a file whose reader raised an unexpected exception."""
REPORT: Final = "; report it, and leave the file out"
"""What such a reason says to users, and not to the author of the reader."""
OPTIONS: Final = Input(limits=Limits(bytes=1 << 24, expanded=1 << 28))


def check_reader(reader: Reader, files: Mapping[str, bytes], *, times: int = TIMES) -> None:
    """Read valid `files` (name and content) with `reader`, and each of them `times` times with random damage.

    Raises `Broken`, which names the file and the damage and says what to do, if the declaration of the reader is wrong,
    if it gives no document for a valid file, or other documents when it reads the file again, if it raises anything but
    `ReaderError`, or if a reason has several lines. The damage is the same in each run.
    """
    for fault in reader_faults(reader):
        raise Broken("declared", f"the reader {fault}; docs/write-a-reader.md has an example")
    readers = Registry((reader, *map(built_in_reader, BUILT_IN_READERS)))
    with TemporaryDirectory(prefix="pipeline-") as folder:
        for name, data in files.items():
            _check_sound_file(Path(folder), reader, readers, name, data)
            for damage, damaged in _damaged(data, times):
                for each in _read(Path(folder), name, damaged, Registry((reader,), reader)):
                    _check_result(each, f"{name}, {damage}")


def _check_sound_file(folder: Path, reader: Reader, readers: Registry, name: str, data: bytes) -> None:
    results = _read(folder, name, data, readers)
    for each in results:
        _check_result(each, name)
    if not any(isinstance(each, Record) for each in results):
        raise Broken("reads", f"{name} gives no document: {_reason_for_none(reader, readers, name, data, results)}")
    if _read(folder, name, data, readers) != results:
        advice = "a run may read a file twice; use no clock, no random number and no order of a set"
        raise Broken("again", f"{name} gives other documents when it is read again; {advice}")


def _check_result(result: ReadResult, where: str) -> None:
    if isinstance(result, Record):
        if not isinstance(result.id, str) or not result.id or not isinstance(result.data, bytes | str):
            given = f"id {result.id!r} and data of type {type(result.data).__name__}"
            raise Broken(
                "documents", f"{where}: a Record has {given}; give it an id that is a text, and bytes or a text"
            )
        return
    if BROKE in result.reason:
        advice = "raise ReaderError(reason) for what ends the file, or yield Unreadable(id, reason) and read on"
        raise Broken("unbroken", f"{where}: {result.reason.replace(REPORT, '')}; {advice}")
    if len(result.reason.splitlines()) > 1:
        advice = "use pipeline.readers.printable for words from the file"
        raise Broken("one line", f"{where}: its reason has several lines: {result.reason!r}; {advice}")


def _reason_for_none(reader: Reader, readers: Registry, name: str, data: bytes, results: Sequence[ReadResult]) -> str:
    """Why a valid file gave no document, and what to do."""
    source = ByteSource(Location(name), io.BytesIO(data), named=True)
    claim, chosen = reader.sniff(source), readers.of(source)
    if claim is Claim.NONE:
        return "sniff returns Claim.NONE; return Claim.NAME for its suffix, or Claim.CONTENT for how it begins"
    if chosen is not None and chosen is not reader:
        return f"sniff returns {claim!s}, and the reader {chosen.name!r} claims it more strongly; return Claim.CONTENT"
    if not results:
        return "read yields nothing; yield a Record for each document, or LeftOut(name, reason) if there is none"
    return "; ".join(each.reason for each in results[:3] if not isinstance(each, Record))


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
