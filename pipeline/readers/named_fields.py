"""Whether records have the fields that the settings name: looked at before any document is processed.

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
"""Documents of a file that are looked at."""
MAX_NAMES = 10_000
"""Names of fields that are kept, with those of one record more: only a message needs them."""
MAX_FILES = 1000
"""Files that are looked at."""
MIN_TABLES = 20
"""Files of records without the field from which the others need not be looked at."""
DEFAULT_ID = Input().id_field


class _Seen(msgspec.Struct):
    """What the records so far say of the fields that the settings name."""

    options: Input
    texts: dict[str, None] = {}
    """Fields of records that have no text field."""
    ids: dict[str, None] = {}
    """Fields of records that have no id field."""
    has_text: bool = False
    has_id: bool = False
    tables: int = 0
    """Files with records of which none has the text field."""

    def add(self, found: Iterable[ReadResult]) -> Iterator[ReadResult]:
        """Looks at documents, and gives them, until one has all fields."""
        lacks = False
        for document in found:
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
        """Whether both fields were found; the id's need not be where the settings name none."""
        return self.has_text and (self.has_id or self.options.id_field == DEFAULT_ID)

    def refuse(self) -> None:
        """Raises `UsageError` where records were seen and none has a field."""
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
    """Looks at the first records of the files. Returns whether one has the fields that the settings name.

    `read(file, count)` gives the first `count` documents of a file; `is_document` says whether a file is one document.
    Standard input and pipes can be read once, so they are skipped here: see `with_checked_fields`.

    Raises `UsageError`, with the nearest names that the records have, if no record has such a field. If some files have
    the field and others lack it, the settings are right: the records without it fail one by one.
    """
    if not names_fields(options):
        return True
    seen, everything = _Seen(options), True
    for number, file in enumerate(files):
        if number == MAX_FILES or (seen.tables >= MIN_TABLES and not seen.has_text):
            # So many tables without it are no accident; of texts beside a few tables that cannot be said.
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


def with_checked_fields(found: Iterator[ReadResult], options: Input) -> Iterator[ReadResult]:
    """The documents of a file that can be read once; the first are looked at before they are given.

    Raises `UsageError` before the first is given, where none has a field that the settings name.
    """
    seen = _Seen(options)
    ahead = list(seen.add(islice(found, MAX_RECORDS)))
    if not seen.complete:
        seen.refuse()
    yield from ahead
    yield from found
