"""Files as the sources of a run."""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import overload

from pipeline.runs.plan import Source
from pipeline.settings import Input
from pipeline.sources.choice import Choice
from pipeline.sources.folder import File
from pipeline.sources.named_fields import first_checked, once
from pipeline.sources.reading import Document, of_file, records


class Intake(Sequence[Source]):
    """Files, sorted by name, each made a source when it is asked for: there may be a million of them.

    With `check` the first records of a file that can be read once are checked for the fields that the settings name.
    """

    def __init__(self, files: Sequence[File], options: Input, readers: Choice, *, check: bool = False) -> None:
        self._files = files
        self._check = check
        self._options = options
        self._readers = readers

    @cached_property
    def size(self) -> int:
        """Of all files, in bytes; of those that cannot be looked at, none."""
        return sum(file.size or 0 for file in self._files)

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, i: int) -> Source: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[Source]: ...
    def __getitem__(self, i: int | slice) -> Source | Sequence[Source]:
        if isinstance(i, slice):
            return [self._source(at) for at in range(*i.indices(len(self._files)))]
        return self._source(range(len(self._files))[i])

    def _source(self, at: int) -> Source:
        file = self._files[at]
        return Source(self._name(at), partial(self._read, file), lambda: file.stamp, file.size or 0)

    def _name(self, at: int) -> str:
        """That of the file, or another for a table that is called as the one before it: two folders may have one each.

        What is remembered of one must not be taken for what is known of the other.
        """
        name, first = self._files[at].name, at
        while first and self._files[first - 1].name == name:
            first -= 1
        # No path holds a NUL.
        return name if first == at else f"{name}\0{at - first + 1}"

    def _read(self, file: File) -> Iterator[Document]:
        found = of_file(file, self._options, self._readers)
        return first_checked(found, self._options) if self._check and once(file) else found

    def documents(self) -> Iterator[Document]:
        """The documents of all files, in order; of two with one id the second is `Unreadable`."""
        return records(self._files, self._options, self._readers, self._read)
