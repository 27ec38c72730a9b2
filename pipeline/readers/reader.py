"""The protocol that every reader follows, built in or from another package.

A reader is a frozen dataclass. Its fields are its options, each with a default; `[sources.NAME]` sets them. `sniff` is
called with the beginning of some bytes and says how sure the reader is; the surest one gets them in `read`.

A reader whose file is one document with the file's id may declare `is_document: ClassVar = True`. Two inputs that would
give the same id are then refused before anything is read, not only when the second one comes.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import ClassVar, Final, Protocol

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.byte_source import ByteSource

READER_PROTOCOL: Final = 1

ReaderItem = Record | Unreadable | LeftOut | ByteSource
"""What a reader yields. A `ByteSource` is a member of an archive; the reader that claims it reads it."""


class Claim(IntEnum):
    """How sure a reader is that it can read some bytes; the strongest claim wins."""

    NONE = 0
    FALLBACK = 1
    """It can read them if no other reader claims them."""
    NAME = 2
    """Their name says so, and their content does not contradict it."""
    CONTENT = 3
    """Their content says so, whatever their name."""


class Reader(Protocol):
    """Reads one kind of file."""

    name: ClassVar[str]
    """Lower-case letters, digits and hyphens; `[sources.NAME]` sets the reader's options."""
    protocol: ClassVar[int]
    """The `READER_PROTOCOL` that the reader was written for."""

    def sniff(self, source: ByteSource) -> Claim:
        """How sure the reader is, from `source.head` and the name. It must not read `source.stream`."""
        ...

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the documents one at a time, each as a `Record`; memory must not grow with their number.

        Yield an `Unreadable` for a document that fails, and read on; yield `LeftOut` for what is not a document. Raise
        `ReaderError` if the rest cannot be read.
        """
        ...
