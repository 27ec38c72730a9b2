"""Files of lines that are compressed: gzip and Zstandard, told by their name to write and by their bytes to read.

Read or written in one pass; memory does not grow with the file. The same lines give the same bytes: a gzip file holds
neither a time nor a name.
"""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import BinaryIO, cast

from pipeline.errors import UsageError

GZIP_MAGIC, ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
"""The first bytes of such files."""

COMPRESSION_SUFFIXES = (".gz", ".zst")

FASTER, SMALLER = 6, 10
"""Levels for gzip, its own default, and Zstandard, where the lines take a tenth less than at its default of 3."""


class DamagedError(ValueError):
    """The bytes do not unpack: the file is cut short or changed. The message says how."""


@contextmanager
def compressing(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """A file to write plain bytes to, which reach `file` packed as the end of `name` says; `file` stays open.

    Capitals in the name say nothing. Raises `UsageError` where the library for `.zst` is missing.
    """
    name = name.casefold()
    if name.endswith(".gz"):
        with gzip.GzipFile(filename="", mode="wb", compresslevel=FASTER, fileobj=file, mtime=0) as inner:
            yield cast("BinaryIO", inner)
    elif name.endswith(".zst"):
        zstd = _zstd()
        parameter = zstd.CompressionParameter
        options = {parameter.compression_level: SMALLER, parameter.checksum_flag: 1}
        with zstd.ZstdFile(file, "wb", options=options) as inner:
            yield inner
    else:
        yield file


def is_compressed(head: bytes) -> bool:
    """Whether a file that begins with `head` is unpacked by `decompressing`."""
    return head.startswith((GZIP_MAGIC, ZSTD_MAGIC))


@contextmanager
def decompressing(file: BinaryIO, head: bytes) -> Iterator[BinaryIO]:
    """A file to read plain bytes from; `head` is how `file`, from which nothing was read yet, begins.

    Reading raises `DamagedError` where the bytes do not unpack. Raises `UsageError` where the library for `.zst` is
    missing.
    """
    if head.startswith(GZIP_MAGIC):
        with _told(), gzip.GzipFile(fileobj=file) as inner:
            yield cast("BinaryIO", inner)
    elif head.startswith(ZSTD_MAGIC):
        # Loaded first, since only then its own errors are known.
        zstd = _zstd()
        with _told(), zstd.ZstdFile(file) as inner:
            yield inner
    else:
        yield file


@contextmanager
def _told() -> Iterator[None]:
    """Says in one way what each library says in its own."""
    errors: tuple[type[Exception], ...] = (EOFError, zlib.error, gzip.BadGzipFile)
    if any(name in sys.modules for name in ("backports.zstd", "compression.zstd")):
        errors = (*errors, _zstd().ZstdError)
    try:
        yield
    except errors as error:
        raise DamagedError(f"does not unpack: {error}") from error


def _zstd() -> ModuleType:
    """The library of Zstandard: Python's own from 3.14 on, its copy for older ones before."""
    from importlib import import_module

    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(f"{name} is missing, which .zst files need: pip install backports.zstd") from error
