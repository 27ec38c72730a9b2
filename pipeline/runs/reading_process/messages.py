"""What a run and the process that reads its files say to each other; all of it is pickled."""

from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias

import msgspec

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import Registry
from pipeline.runs.records import EncodedRecord

IDLE: Final = -1.0
"""On a desk: nothing is being read, or what is read has yet to come from far away."""

ReadItem: TypeAlias = EncodedRecord | Unreadable | LeftOut


class Desk(Protocol):
    """Three numbers that both processes see.

    The number of the document that is being read, from 0; when that was begun, in seconds of the monotonic clock; and
    how many seconds the file has taken before.
    """

    def __getitem__(self, i: int) -> float: ...
    def __setitem__(self, i: int, value: float) -> None: ...


class ReaderConfig(msgspec.Struct, frozen=True):
    """What holds for all files: how they are read, the environment of the run, and a folder for temporary files."""

    options: Input
    readers: Registry
    environment: Mapping[str, str]
    scratch: str


class Ready(msgspec.Struct, frozen=True):
    """What the process says first: why it cannot read, if it cannot, or its limit of memory in bytes, if it has one."""

    broken: str | None = None
    memory: int | None = None


class ReadFile(msgspec.Struct, frozen=True):
    """Read a file: its documents from number `skip` on, at most `most` of them, `chunk` in a message.

    Where `streamed` a descriptor of the open file follows: it can be opened by the run alone.
    """

    file: InputFile
    skip: int = 0
    most: int | None = None
    chunk: int = 64
    streamed: bool = False


class CheckDocument(msgspec.Struct, frozen=True):
    """Say whether a file is one document."""

    file: InputFile


class ReadGroup(msgspec.Struct, frozen=True):
    """Read the first of some files, as far as they are small."""

    files: list[InputFile]


class GroupResult(msgspec.Struct, frozen=True):
    """All documents of the first files, each with the stamp that the file had before it was read."""

    found: list[tuple[str | None, list[ReadItem]]]


class NextBatch(msgspec.Struct, frozen=True):
    """Read on."""


class DocumentBatch(msgspec.Struct, frozen=True):
    """Some of the documents; whether the file has `ended`, or memory ran out behind them."""

    items: list[ReadItem]
    ended: bool = False
    exhausted: bool = False


class DocumentCheck(msgspec.Struct, frozen=True):
    """Whether it is one."""

    is_document: bool


Request: TypeAlias = ReadFile | ReadGroup | CheckDocument
