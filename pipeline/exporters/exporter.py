"""The interface of an exporter: a frozen dataclass that writes articles in one format.

The fields of the dataclass are its options, each with a default. A package provides an exporter through the entry-point
group `bilingual_pipeline.sinks`, under the name of the exporter.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol, runtime_checkable

from pipeline.model.article import Article

EXPORTER_PROTOCOL = 1
"""The version of this interface; each exporter declares the one it was written for."""


@runtime_checkable
class Exporter(Protocol):
    """Writes articles in one format.

    Articles arrive one at a time and must not be kept, so that memory does not grow with their number. The target is
    replaced completely or not at all. The same articles give the same bytes, or, in a database, the same rows.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    """File name suffixes from which the format is inferred, such as `.parquet`; can be empty."""
    protocol: ClassVar[int]

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes all articles to `target`.

        Raises `UsageError` for an invalid target, `ContractError` for an article that cannot be written, and
        `OSError`.
        """
        ...


@runtime_checkable
class StreamingExporter(Exporter, Protocol):
    """An exporter that can also write to a stream, such as standard output."""

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes all articles to `file`, without closing it or seeking in it."""
        ...
