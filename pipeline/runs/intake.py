"""Files as the sources of a run."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import overload

from pipeline.runs.plan import Source
from pipeline.settings import Input
from pipeline.sources.choice import Choice
from pipeline.sources.folder import File
from pipeline.sources.reading import Document, of_file


class Intake(Sequence[Source]):
    """Files, each made a source when it is asked for: there may be a million of them."""

    def __init__(self, files: Sequence[File], options: Input, readers: Choice) -> None:
        self._files = files
        self._options = options
        self._readers = readers

    @property
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
            return [self._source(file) for file in self._files[i]]
        return self._source(self._files[i])

    def _source(self, file: File) -> Source:
        return Source(file.name, partial(self._read, file), lambda: file.stamp, file.size or 0)

    def _read(self, file: File) -> Iterator[Document]:
        return of_file(file, self._options, self._readers)
