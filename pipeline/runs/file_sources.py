"""Files as the sources of a run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import overload

from pipeline.config.settings import Input
from pipeline.readers.documents import ReadResult, with_unique_ids
from pipeline.readers.input_files import InputFile
from pipeline.readers.named_fields import is_read_once, with_checked_fields
from pipeline.runs.plan import DocumentSource
from pipeline.runs.records import EncodedRecord, SourceItem, Waiting, decode_record


class FileSources(Sequence[DocumentSource]):
    """Files, sorted by name, each made a source when it is asked for: there may be a million of them.

    `read` gives the documents of a file, by its number among all. With `check` the first records of a file that can be
    read once are checked for the fields that `options` name.
    """

    def __init__(
        self,
        files: Sequence[InputFile],
        read: Callable[[Sequence[InputFile], int], Iterator[SourceItem]],
        options: Input,
        *,
        check: bool = False,
    ) -> None:
        self._files = files
        self._read_file = read
        self._options = options
        self._check = check

    @cached_property
    def size(self) -> int:
        """Of all files, in bytes; of those that cannot be looked at, none."""
        return sum(file.size or 0 for file in self._files)

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, i: int) -> DocumentSource: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[DocumentSource]: ...
    def __getitem__(self, i: int | slice) -> DocumentSource | Sequence[DocumentSource]:
        if isinstance(i, slice):
            return [self._source(at) for at in range(*i.indices(len(self._files)))]
        return self._source(range(len(self._files))[i])

    def _source(self, at: int) -> DocumentSource:
        file = self._files[at]
        return DocumentSource(self._name(at), partial(self._read, at), lambda: file.stamp, file.size or 0)

    def _name(self, at: int) -> str:
        """That of the file, or another for a table that is called as the one before it: two folders may have one each.

        What is remembered of one must not be taken for what is known of the other.
        """
        name, first = self._files[at].name, at
        while first and self._files[first - 1].name == name:
            first -= 1
        # No path holds a NUL.
        return name if first == at else f"{name}\0{at - first + 1}"

    def _read(self, at: int) -> Iterator[SourceItem]:
        found = self._read_file(self._files, at)
        return (
            with_checked_fields(without_waiting(found), self._options)
            if self._check and is_read_once(self._files[at])
            else found
        )

    def documents(self) -> Iterator[ReadResult]:
        """The documents of all files, in order; of two with one id the second is `Unreadable`."""
        return with_unique_ids(without_waiting(self._read(at)) for at in range(len(self._files)))


def without_waiting(found: Iterable[SourceItem]) -> Iterator[ReadResult]:
    """The documents among what comes from a source, whole."""
    for each in found:
        if not isinstance(each, Waiting):
            yield decode_record(each) if isinstance(each, EncodedRecord) else each
