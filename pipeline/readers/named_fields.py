"""Checks, before any document is processed, that records have the fields that the settings name.

A mistyped `text_field` would make every record of a dump fail; a mistyped `id_field` would go unnoticed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from pipeline.config.settings import Input
from pipeline.errors import SettingError
from pipeline.model.record import LeftOut, Record, Unreadable, missing_field
from pipeline.readers.documents import ReadResult
from pipeline.readers.field_values import has
from pipeline.readers.input_files import InputFile

MAX_RECORDS = 20
"""Maximum documents of a file that are inspected."""
MAX_NAMES = 10_000
"""Maximum field names that are kept, plus those of one record. Only a message needs them."""
MAX_FILES = 1000
"""Maximum files that are inspected."""
MIN_TABLES = 20
"""Files of records without the field after which the others are not inspected."""
DEFAULT_ID = Input().id_field


class _Seen(msgspec.Struct):
    """The fields that records have so far, compared with those that the settings name."""

    options: Input
    texts: dict[str, None] = {}
    """Field names of records without the text field."""
    ids: dict[str, None] = {}
    """Field names of records without the id field."""
    has_text: bool = False
    has_id: bool = False
    tables: int = 0
    """Number of files with records of which none has the text field."""

    def add(self, documents: Iterable[ReadResult]) -> Iterator[ReadResult]:
        """Inspects documents and yields them, until one has all fields."""
        lacks = False
        for document in documents:
            if isinstance(document, Record) and document.origin.field is not None:
                self.has_text = True
                if has(document.metadata, self.options.id_field, document.origin.field):
                    self.has_id = True
                elif not self.has_id and len(self.ids) < MAX_NAMES:
                    self.ids.update(dict.fromkeys(document.metadata))
            elif isinstance(document, Unreadable | LeftOut) and document.fields is not None:
                if len(self.texts) < MAX_NAMES:
                    self.texts.update(dict.fromkeys(document.fields))
                lacks = True
            yield document
            if self.complete:
                return
        self.tables += lacks

    @property
    def complete(self) -> bool:
        """Whether both fields were found; the id field only counts if the settings name one."""
        return self.has_text and (self.has_id or self.options.id_field == DEFAULT_ID)

    def refuse(self) -> None:
        """Raises `UsageError` if records were inspected and none has a field."""
        wanted = self.options.text_field
        if wanted is not None and not self.has_text and self.texts:
            raise _error("text_field", wanted, self.texts)
        name = self.options.id_field
        if name != DEFAULT_ID and self.has_text and not self.has_id and self.ids:
            raise _error("id_field", name, self.ids)


def _error(key: str, wanted: str, known: Iterable[str]) -> SettingError:
    return SettingError(("input", key), f"key 'input.{key}': {missing_field(wanted, tuple(known))}")


def names_fields(options: Input) -> bool:
    """Whether the settings name a field."""
    return options.text_field is not None or options.id_field != DEFAULT_ID


def check_named_fields(
    files: Sequence[InputFile],
    options: Input,
    read: Callable[[InputFile, int], Iterable[ReadResult]],
    is_document: Callable[[InputFile], bool],
) -> bool:
    """Inspects the first records of the files. Returns whether one has the fields that the settings name.

    `read(file, count)` returns the first `count` documents of a file; `is_document` says whether a file is one
    document. Standard input and pipes can be read only once, so they are skipped; see `with_checked_fields`.

    Raises `UsageError`, with the nearest names that the records have, if no record has such a field. If some files have
    the field and others lack it, the settings are right: the records without it fail one by one.
    """
    if not names_fields(options):
        return True
    seen, everything = _Seen(options), True
    for number, file in enumerate(files):
        if number == MAX_FILES or (seen.tables >= MIN_TABLES and not seen.has_text):
            # So many tables without the field are not an accident; among texts, a few tables may be.
            everything = seen.tables >= MIN_TABLES
            break
        if is_read_once(file):
            everything = False
        elif not is_document(file):
            for _ in seen.add(read(file, MAX_RECORDS)):
                pass
            if seen.complete:
                return True
    if everything:
        seen.refuse()
    return False


def is_read_once(file: InputFile) -> bool:
    """Whether a file can be read only once: standard input, or a pipe."""
    return file.remote is None and file.stamp is None


def with_checked_fields(documents: Iterator[ReadResult], options: Input) -> Iterator[ReadResult]:
    """Yields the documents of a file that can be read only once, after checking the fields of the first ones.

    Raises `UsageError` before the first document if none has a field that the settings name.
    """
    seen = _Seen(options)
    ahead = list(seen.add(islice(documents, MAX_RECORDS)))
    if not seen.complete:
        seen.refuse()
    yield from ahead
    yield from documents
