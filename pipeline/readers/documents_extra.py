"""Loads the libraries of the extra `[documents]`, which need not be installed."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import ReaderItem

INSTALL = "pip install 'bilingual-pipeline[documents]'"


def documents_library(name: str) -> ModuleType | None:
    """A library of the extra; None if it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def left_out_without_extra(source: ByteSource, kind: str) -> Iterator[ReaderItem]:
    """Yields the `LeftOut` for a file that only the extra reads. Raises `ReaderError` if the user named the file."""
    yield source.left_out(f"is {kind}, which the extra [documents] reads: {INSTALL}")
