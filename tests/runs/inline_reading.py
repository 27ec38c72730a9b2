"""Reads files in this process, for tests that patch the readers."""

from collections.abc import Iterator
from types import TracebackType

from pipeline.config.settings import Input
from pipeline.readers.documents import file_documents, first_documents, is_document
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import Registry
from pipeline.runs.records import SourceItem


class Reading:
    """Replaces a `ReadingProcess`."""

    def __init__(self, options: Input, readers: Registry) -> None:
        self._options = options
        self._readers = readers

    def __enter__(self) -> "Reading":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def documents(self, file: InputFile, most: int | None = None) -> Iterator[SourceItem]:
        return first_documents(file_documents(file, self._options, self._readers), most)

    def is_document(self, file: InputFile) -> bool:
        return is_document(file, self._options, self._readers)

    def ask_for_group(self, files: list[InputFile]) -> bool:
        """It reads nothing ahead."""
        return False
