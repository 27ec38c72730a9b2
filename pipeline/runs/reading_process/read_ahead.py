"""Small files are read in groups, ahead of the run: to ask for each by itself would take longer than to read it.

A run does not read files that have not changed since the last one. So a group is asked for only once files are read one
after the other, and grows as long as they are. What was read ahead counts only if the file has not changed meanwhile.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.readers.input_files import InputFile
from pipeline.runs.reading_process.messages import ReadItem
from pipeline.runs.reading_process.supervisor import ReadingProcess
from pipeline.runs.records import SourceItem, Waiting

MAX_GROUP_FILES: Final = 64
"""Files of a group: as many documents as a worker is given at a time."""


class ReadAhead:
    """The documents of files, each file by its number among all; files are taken in their order, or left out."""

    def __init__(self, process: ReadingProcess) -> None:
        self._process = process
        self._held: dict[int, tuple[str | None, list[ReadItem]]] = {}
        """What is known of files that have not been asked for yet: their stamp when they were read, and documents."""
        self._asked: range = range(0)
        """The files of the group that the process is reading."""
        self._next = 0
        """The file that is asked for where none is left out."""
        self._size = 1

    def documents(self, files: Sequence[InputFile], at: int) -> Iterator[SourceItem]:
        """The documents of the file with the number `at`, as `ReadingProcess.documents` gives them."""
        self._size = min(2 * self._size, MAX_GROUP_FILES) if at == self._next else 1
        self._next = at + 1
        if at not in self._held and self._asked:
            yield from self._take()
            if at in self._held:
                self._ask(files, 1 + max(self._held))
        held = self._held.pop(at, None)
        if held is not None and held[0] == files[at].stamp:
            yield from held[1]
            return
        # The process has to answer before it can be asked for anything else.
        yield from self._take()
        yield from self._process.documents(files[at])
        if self._next not in self._held:
            self._ask(files, self._next)

    def _take(self) -> Iterator[Waiting]:
        """Takes the group that the process is reading, if there is one."""
        if self._asked:
            group = yield from self._process.group()
            kept = {number: held for number, held in self._held.items() if number >= self._next - 1}
            self._held = kept | dict(zip(self._asked, group, strict=False))
            self._asked = range(0)

    def _ask(self, files: Sequence[InputFile], first: int) -> None:
        """Asks for the next group. Nothing is read ahead after a file that was left out, or from far away."""
        group = range(first, min(first + self._size, len(files)))
        if self._size > 1 and group and self._process.ask_for_group([files[number] for number in group]):
            self._asked = group
