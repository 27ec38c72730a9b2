"""Files as the sources of a run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import overload

from pipeline.config.settings import Input
from pipeline.readers.documents import ReadResult, with_unique_ids
from pipeline.readers.input_files import InputFile
from pipeline.readers.named_fields import is_read_once, with_checked_fields
from pipeline.runs.plan_items import DocumentSource
from pipeline.runs.records import EncodedRecord, SourceItem, Waiting, decode_record


class FileSources(Sequence[DocumentSource]):
    """Files, sorted by name. Each source is made when you ask for it, since there may be a million files.

    `read` yields the documents of a file, given all files and its index. With `check` the first records of a file that
    can be read only is_read_once are checked for the fields that `options` name.
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
        """The size of all files in bytes. Files whose size is not known count as empty."""
        return sum(file.size or 0 for file in self._files)

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, i: int) -> DocumentSource: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[DocumentSource]: ...
    def __getitem__(self, i: int | slice) -> DocumentSource | Sequence[DocumentSource]:
        if isinstance(i, slice):
            return [self._source(index) for index in range(*i.indices(len(self._files)))]
        return self._source(range(len(self._files))[i])

    def _source(self, index: int) -> DocumentSource:
        file = self._files[index]
        return DocumentSource(self._name(index), partial(self._read, index), lambda: file.stamp, file.size or 0)

    def _name(self, index: int) -> str:
        """Returns a unique name: two folders may each have a table of the same name.

        The state must not take what it knows of one for the other.
        """
        name, first = self._files[index].name, index
        while first and self._files[first - 1].name == name:
            first -= 1
        # No path contains a NUL.
        return name if first == index else f"{name}\0{index - first + 1}"

    def _read(self, index: int) -> Iterator[SourceItem]:
        items = self._read_file(self._files, index)
        if self._check and is_read_once(self._files[index]):
            return with_checked_fields(without_waiting(items), self._options)
        return items

    def documents(self) -> Iterator[ReadResult]:
        """Yields the documents of all files in order; a second document with the same id is `Unreadable`."""
        return with_unique_ids(without_waiting(self._read(index)) for index in range(len(self._files)))


def without_waiting(items: Iterable[SourceItem]) -> Iterator[ReadResult]:
    """Drops `Waiting` and decodes records."""
    for item in items:
        if not isinstance(item, Waiting):
            yield decode_record(item) if isinstance(item, EncodedRecord) else item
