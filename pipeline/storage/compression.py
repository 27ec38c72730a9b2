"""Compresses and decompresses streams: gzip and Zstandard, by name when writing and by content when reading.

Memory does not grow with the file. The same content gives the same bytes: gzip files contain no time and no name.
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
"""The first bytes of gzip and Zstandard files."""

COMPRESSION_SUFFIXES = (".gz", ".zst")

GZIP_LEVEL, ZSTD_LEVEL = 6, 10
"""Compression levels: gzip's default; for Zstandard one that saves a tenth over its default of 3."""


class DamagedError(ValueError):
    """A compressed file is truncated or damaged. The message says how."""


@contextmanager
def compressing(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """Yields a stream that compresses into `file` as the suffix of `name` says, in any case; `file` stays open.

    Raises `UsageError` if the library for `.zst` is missing.
    """
    name = name.casefold()
    if name.endswith(".gz"):
        with gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=file, mtime=0) as inner:
            yield cast("BinaryIO", inner)
    elif name.endswith(".zst"):
        zstd = _zstd()
        parameter = zstd.CompressionParameter
        options = {parameter.compression_level: ZSTD_LEVEL, parameter.checksum_flag: 1}
        with zstd.ZstdFile(file, "wb", options=options) as inner:
            yield inner
    else:
        yield file


def is_compressed(head: bytes) -> bool:
    """Whether `decompressing` decompresses a file that begins with `head`."""
    return head.startswith((GZIP_MAGIC, ZSTD_MAGIC))


@contextmanager
def decompressing(file: BinaryIO, head: bytes) -> Iterator[BinaryIO]:
    """Yields a stream of the decompressed bytes of `file`, which begins with `head` and has not been read yet.

    Reading raises `DamagedError` if the file is damaged. Raises `UsageError` if the library for `.zst` is missing.
    """
    if head.startswith(GZIP_MAGIC):
        with _damage_errors(), gzip.GzipFile(fileobj=file) as inner:
            yield cast("BinaryIO", inner)
    elif head.startswith(ZSTD_MAGIC):
        # Imported first, so that its errors are known.
        zstd = _zstd()
        with _damage_errors(), zstd.ZstdFile(file) as inner:
            yield inner
    else:
        yield file


@contextmanager
def _damage_errors() -> Iterator[None]:
    """Translates the errors of each library into `DamagedError`."""
    errors: tuple[type[Exception], ...] = (EOFError, zlib.error, gzip.BadGzipFile)
    if any(name in sys.modules for name in ("backports.zstd", "compression.zstd")):
        errors = (*errors, _zstd().ZstdError)
    try:
        yield
    except errors as error:
        raise DamagedError(f"does not unpack: {error}") from error


def _zstd() -> ModuleType:
    """The Zstandard module: the standard library's from Python 3.14 on, else its backport."""
    from importlib import import_module

    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(f"{name} is missing, but .zst files need it: pip install backports.zstd") from error
