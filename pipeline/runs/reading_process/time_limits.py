"""How long the reading process may take, and how it ended."""

import time
from typing import Final

import msgspec

from pipeline.readers.input_files import InputFile
from pipeline.runs.processes.child_process import ChildProcess

BYTES_PER_FILE_LIMIT: Final = 1 << 20
"""A file may take the time limit of one document for each so many bytes. Sound files are read 1,000 times faster."""
BYTES_PER_DOCUMENT_LIMIT: Final = 1 << 28
"""A document of a file up to this size gets the time limit of the settings; of a larger file proportionally more,
since much may lie between two documents of an archive. A slow machine decompresses xz at this rate."""
WHOLE_FILE: Final = -1
"""Instead of the number of a document: the file as a whole took too long."""


class TimeLimit(msgspec.Struct, frozen=True):
    """Seconds for one document, and for the whole file if its size is known."""

    document: float
    file: float | None

    @classmethod
    def for_file(cls, file: InputFile, seconds: float) -> "TimeLimit":
        """Returns the limit for a file, given that of the settings."""
        size = file.size
        if size is None:
            return cls(seconds, None)
        return cls(seconds * max(1.0, size / BYTES_PER_DOCUMENT_LIMIT), seconds * max(1.0, size / BYTES_PER_FILE_LIMIT))

    def exceeded(self, child: ChildProcess, *, is_ready: bool) -> float | None:
        """Returns the limit in seconds that a process has exceeded; None if it has not."""
        now = time.monotonic()
        item, started, before = child.heartbeat.item, child.heartbeat.started, child.heartbeat.seconds_before
        if not is_ready:
            return self.document if now - child.born > self.document else None
        if item is None:
            return None
        if now - started > self.document:
            return self.document
        return self.file if self.file is not None and before + now - started > self.file else None


class ProcessEnd(msgspec.Struct, frozen=True):
    """How a reading process ended.

    Attributes:
        item: The document of the file at which it was; None for none.
        what: What happened.
        remedy: What the user can do.
        machine: Whether the machine is to blame and not the file.
        lost: Whether nothing is to blame, because the process died with the fork server or before it was ready.

    """

    item: int | None
    what: str
    remedy: str
    machine: bool = False
    lost: bool = False


class ProcessEndedError(Exception):
    """The reading process has ended, or was killed."""

    def __init__(self, end: ProcessEnd) -> None:
        super().__init__(end.what)
        self.end = end
