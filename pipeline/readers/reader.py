"""The reader protocol: what a source of documents must be, whether it comes with the pipeline or from a package.

A reader is a frozen dataclass. Its fields are its options, each with a default; `[sources.NAME]` sets them. It is asked
what it makes of the beginning of some bytes (`sniff`), and the one with the strongest claim is given them (`read`).

One whose file is a document, called as the file is, may say so with `is_document: ClassVar = True`: then two inputs
that would both give one called so are refused before any is read, and not only when the second one comes.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import ClassVar, Final, Protocol

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.byte_source import ByteSource

READER_PROTOCOL: Final = 1

ReaderItem = Record | Unreadable | LeftOut | ByteSource
"""What a reader yields. A `ByteSource` is a member of an archive: it is read by whichever reader claims it."""


class Claim(IntEnum):
    """How sure a reader is that some bytes are for it; the strongest claim wins."""

    NONE = 0
    FALLBACK = 1
    """They can be read so where nobody knows better."""
    NAME = 2
    """Their name says so, and what they hold does not speak against it."""
    CONTENT = 3
    """What they hold says so, whatever they are called."""


class Reader(Protocol):
    """Reads one kind of file."""

    name: ClassVar[str]
    """Small letters, digits and hyphens; the table `[sources.NAME]` holds its options."""
    protocol: ClassVar[int]
    """`READER_PROTOCOL` of the version that the reader is written for."""

    def sniff(self, source: ByteSource) -> Claim:
        """How sure the reader is, from `source.head` and the name. It must not read `source.stream`."""
        ...

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """The documents in the bytes, one at a time, each as a `Record`; memory must not grow with their number.

        A row that fails is an `Unreadable` and the next ones are read; what is no document is `LeftOut`. Raises
        `SourceError` where there is no going on.
        """
        ...
