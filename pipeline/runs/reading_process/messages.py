"""The messages between a run and the process that reads its files. They are pickled."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import Registry
from pipeline.runs.records import EncodedRecord

ReadItem: TypeAlias = EncodedRecord | Unreadable | LeftOut


class ReaderConfig(msgspec.Struct, frozen=True):
    """What holds for all files: settings, readers, the environment of the run and a folder for temporary files."""

    options: Input
    readers: Registry
    environment: Mapping[str, str]
    temporary_folder: str
    lock: Path | None = None

    @property
    def memory(self) -> int:
        """The memory limit in bytes."""
        return self.options.limits.memory << 20


class ReadFile(msgspec.Struct, frozen=True):
    """Read the documents of a file.

    Attributes:
        file: The file.
        skip: How many documents to skip at the start.
        most: How many documents to read; None for all.
        chunk: How many documents a message holds at most.
        streamed: Whether a descriptor of the open file follows, because only the run can open it.

    """

    file: InputFile
    skip: int = 0
    most: int | None = None
    chunk: int = 64
    streamed: bool = False


class CheckDocument(msgspec.Struct, frozen=True):
    """Check whether a file is one document."""

    file: InputFile


class ReadGroup(msgspec.Struct, frozen=True):
    """Read the first of these files, as long as they are small."""

    files: list[InputFile]


class NextBatch(msgspec.Struct, frozen=True):
    """Send the next batch."""


Request: TypeAlias = ReadFile | ReadGroup | CheckDocument


class DocumentBatch(msgspec.Struct, frozen=True):
    """Some documents of a file.

    `ended` means that the file has no more, `out_of_memory` that memory ran out after these.
    """

    items: list[ReadItem]
    ended: bool = False
    out_of_memory: bool = False


class GroupResult(msgspec.Struct, frozen=True):
    """All documents of the first files of a group, each with the stamp that the file had before it was read."""

    files: list[tuple[str | None, list[ReadItem]]]


class DocumentCheck(msgspec.Struct, frozen=True):
    """Whether the file is one document."""

    is_document: bool
