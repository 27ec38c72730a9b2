"""What a sink is: a small frozen dataclass that writes articles in one format. This file is its whole contract.

The fields of the dataclass are its options, each with a default. A package offers a sink through the entry-point group
`bilingual_pipeline.sinks`, under the name the sink has.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol, runtime_checkable

from pipeline.model.article import Article

EXPORTER_PROTOCOL = 1
"""The version of this contract; a sink says which one it was written for."""


@runtime_checkable
class Exporter(Protocol):
    """What writes articles.

    Articles come one at a time and are not kept, so that memory does not grow with their number. What is at the target
    is replaced whole or not at all. The same articles give the same bytes, or, in a database, the same rows.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    """Ends of a target's name by which the format is told, such as `.parquet`; may be empty."""
    protocol: ClassVar[int]

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes all of them to `target`.

        Raises `UsageError` for a target that cannot be, `ContractError` for an article that cannot, and `OSError`.
        """
        ...


@runtime_checkable
class StreamingExporter(Exporter, Protocol):
    """A sink that can also write to standard output."""

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes all of them to `file`, which is not closed and not sought in."""
        ...
