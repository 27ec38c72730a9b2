"""Loads the libraries of the extra `[documents]`, which need not be installed."""

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import ReaderItem

INSTALL = "pip install 'bilingual-pipeline[documents]'"

LIBRARIES_OF_READERS = {"pdf": "pypdfium2", "xlsx": "python_calamine"}
"""The library that each of these readers needs, by the name of the reader."""
PACKAGES = ("pypdfium2", "python-calamine")


def documents_versions() -> tuple[str | None, ...]:
    """The installed versions of its packages: what a file gives depends on them."""
    return tuple(map(_version, PACKAGES))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def library_of(reader: str) -> str | None:
    """The library of the extra that a built-in reader needs; None if it needs none."""
    return LIBRARIES_OF_READERS.get(reader)


def documents_library(name: str) -> ModuleType | None:
    """A library of the extra; None if it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def left_out_without_extra(source: ByteSource, kind: str) -> Iterator[ReaderItem]:
    """Yields the `LeftOut` for a file that only the extra reads. Raises `ReaderError` if the user named the file."""
    yield source.left_out(f"is {kind}, which the extra [documents] reads: {INSTALL}")
