"""Content for the tests of compressed files, and how they read it back."""

import bz2
import gzip
import json
import lzma
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from backports import zstd

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import ReadResult, records
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import select_readers

FERRY = "渡口的清晨\n问：你几点出海？\n答：五点，天亮以前。\n".encode()
KEEPER = b"The Keeper\nQ: Who lit the lamp?\nA: My aunt did, for thirty years.\n"


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def zst(data: bytes) -> bytes:
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


COMPRESSIONS: Mapping[str, Callable[[bytes], bytes]] = {
    ".gz": gz,
    ".zst": zst,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
}
"""The function that compresses, by suffix."""


def rows(count: int, first: int = 0) -> bytes:
    """JSON Lines of `count` documents, all different, so that they do not compress to almost nothing."""
    return b"".join(
        json.dumps({"id": f"n{i}", "text": f"第{i}天 {zlib.crc32(str(i).encode()):08x} lamp"}).encode() + b"\n"
        for i in range(first, first + count)
    )


def read(
    path: Path, data: bytes | None = None, options: Input | None = None, *, named: bool = True, **sources: Any
) -> list[ReadResult]:
    """Writes `data` to the file at `path`, and returns all its items."""
    if data is not None:
        path.write_bytes(data)
    options = options or Input()
    readers = select_readers(sources, options.format)
    return list(records([InputFile(path, path.name, named)], options, readers))


def contents(found: list[ReadResult]) -> list[tuple[str, bytes | str]]:
    """The items in short: an id, and the bytes, the text or the reason."""
    return [
        (each.id, each.data)
        if isinstance(each, Record)
        else (each.name if isinstance(each, LeftOut) else each.id, each.reason)
        for each in found
    ]


def failure(found: list[ReadResult]) -> Unreadable:
    """The last item; asserts that it is the only failure."""
    *before, last = found
    assert isinstance(last, Unreadable), last
    assert not any(isinstance(each, Unreadable) for each in before), before
    assert "failed on it" not in last.reason
    assert len(last.reason.splitlines()) == 1
    return last


def limited(**limits: int) -> Input:
    return Input(limits=Limits(**limits))
