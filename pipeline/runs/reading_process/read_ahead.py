"""Reads small files in groups, ahead of the run: to ask for each one takes longer than to read it.

A run does not read files that have not changed since the last run. So a group is read only once files are read one
after the other, and it grows while they are. A file that was read ahead and then changed is read again.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.readers.input_files import InputFile
from pipeline.runs.reading_process.messages import ReadItem
from pipeline.runs.reading_process.supervisor import ReadingProcess
from pipeline.runs.records import SourceItem, Waiting

MAX_GROUP_FILES: Final = 64
"""As many documents as a worker gets at a time."""


class ReadAhead:
    """Yields the documents of files. Ask for files in their order; you may skip some."""

    def __init__(self, process: ReadingProcess) -> None:
        self._process = process
        self._read: dict[int, tuple[str | None, list[ReadItem]]] = {}
        """Files that were read ahead: the stamp when they were read, and the documents."""
        self._requested: range = range(0)
        """The files of the group that the process is reading."""
        self._next = 0
        """The file that is asked for next if none is skipped."""
        self._size = 1

    def documents(self, files: Sequence[InputFile], index: int) -> Iterator[SourceItem]:
        """Yields the documents of one file, like `ReadingProcess.documents`."""
        self._size = min(2 * self._size, MAX_GROUP_FILES) if index == self._next else 1
        self._next = index + 1
        if index not in self._read and self._requested:
            yield from self._take_group()
            if index in self._read:
                self._request_group(files, 1 + max(self._read))
        read = self._read.pop(index, None)
        if read is not None and read[0] == files[index].stamp:
            yield from read[1]
            return
        # The process must answer before it can be asked for anything else.
        yield from self._take_group()
        yield from self._process.documents(files[index])
        if self._next not in self._read:
            self._request_group(files, self._next)

    def _take_group(self) -> Iterator[Waiting]:
        """Takes the group that the process is reading, if there is one."""
        if self._requested:
            group = yield from self._process.group()
            kept = {number: read for number, read in self._read.items() if number >= self._next - 1}
            self._read = kept | dict(zip(self._requested, group, strict=False))
            self._requested = range(0)

    def _request_group(self, files: Sequence[InputFile], first: int) -> None:
        """Asks for the next group. Nothing is read ahead after a file was skipped, or from a server."""
        group = range(first, min(first + self._size, len(files)))
        if self._size > 1 and group and self._process.ask_for_group([files[number] for number in group]):
            self._requested = group
