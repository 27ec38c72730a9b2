"""Turns the rows of a table into records: one field is the text, one the id, and all others are metadata."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from itertools import chain, islice

import msgspec

from pipeline.config.settings import Input, Limits
from pipeline.lexicon import lists
from pipeline.model.article import VERSION, Origin
from pipeline.model.record import LeftOut, ReaderError, Record, Unreadable, printable
from pipeline.readers import html
from pipeline.readers.budget import Budget
from pipeline.readers.byte_source import ByteSource, Location
from pipeline.readers.field_values import UndecodedText, as_text, holds, others, value_at
from pipeline.readers.reader import ReaderItem

SAMPLE_ROWS = 20
"""Rows that are looked at to find the field of the text."""
MIN_TEXT_CHARS = 200
"""Characters that a field must have on average to be taken for the text, if its name does not say so."""
MIN_TEXT_RATIO = 3
"""How many times longer than every other field it must be."""
MAX_LISTED_COLUMNS = 8
"""Columns that a message lists."""
NO_RECORDS = "contains no records; leave it out"
TOO_MANY_REMEDY = "leave it out, or raise [input.limits] columns"
IS_ARTICLE = "is an article that this pipeline wrote (bilingual-article), not a source; leave it out"


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """A row of a table, or why it cannot be read.

    `number` counts rows from 1, including those that fail; it is None if the file is one record. `at` is where the row
    begins: `("line", 7)` or `("byte", 1024)`.
    """

    number: int | None
    fields: Mapping[str, object] = {}
    fault: str | None = None
    at: tuple[str, int] | None = None


def table_records(
    source: ByteSource,
    rows: Iterable[TableRow],
    options: Input,
    *,
    media_type: str,
    unit: str = "row",
    columns: Mapping[str, bool] | None = None,
    part: str | None = None,
    name: str | None = None,
) -> Iterator[ReaderItem]:
    """Yields a record for each row, and an `Unreadable` for each row without a text.

    If no row has a text, the whole file is left out. If rows may differ, those before the first text are left out and
    counted.

    `unit` is the word for a row in messages. `columns` are the columns of a table and whether each can hold text; None
    if rows may differ. `part` is the table's name in a file of several tables. `name` comes before the row's number in
    ids; by default it is the id of the file. Raises `ReaderError` if the settings name a column that does not exist.
    """
    location = source.location if part is None else source.location.inside(part)
    column = _known_column(options, columns)
    rows = _counted(source.budget, rows)
    sample, broken = _sample(rows, column)
    intact = [row.fields for row in sample if row.fault is None]
    if reason := _nothing_to_read(sample, intact, broken):
        yield left_out(source, reason, location)
        return
    column = column or text_column(intact)
    width = len(columns or ())
    table = _RecordFactory(location, name or source.id, options.text_field, column, options, media_type, unit, width)
    if column is None and broken is None and len(intact) == len(sample):
        # Rows of a table are alike. In other files the first records may be pictures, and texts follow.
        first = None if columns is not None else (yield from table.skip_to_text(rows, len(sample)))
        if first is None:
            names = list(columns or dict.fromkeys(name for fields in intact for name in fields))
            yield no_text(source, names, location)
            return
        sample = [first]
    for row in chain(sample, rows):
        yield table.record(row)
    if broken is not None:
        raise broken


def _sample(rows: Iterator[TableRow], column: str | None) -> tuple[list[TableRow], ReaderError | None]:
    """The first rows, up to the one that shows which field is the text, and the error that ended them early."""
    sample: list[TableRow] = []
    try:
        for row in islice(rows, SAMPLE_ROWS):
            sample.append(row)
            if column or _by_name(row.fields):
                break
    except ReaderError as error:
        # The rows before it are still read.
        return sample, error
    return sample, None


def _known_column(options: Input, columns: Mapping[str, bool] | None) -> str | None:
    """The column of the text, as set or by its name, if known. Raises `ReaderError` for a missing one."""
    if columns is not None:
        _refuse_missing(options.text_field, columns)
    return options.text_field or (_named(columns) if columns else None)


def _nothing_to_read(
    sample: Sequence[TableRow], intact: Sequence[Mapping[str, object]], broken: ReaderError | None
) -> str | None:
    """Why none of the records is read; None if they are. `intact` are the fields of the sample's sound rows."""
    if intact and is_article(intact[0]):
        return IS_ARTICLE
    return NO_RECORDS if not sample and broken is None else None


def check_column_count(columns: int, limits: Limits) -> None:
    """Raises `ReaderError` if a table has too many columns: every row would cost as much."""
    if columns > limits.columns:
        raise ReaderError(f"has {columns:,} columns, over the limit of {limits.columns:,}; {TOO_MANY_REMEDY}")


def _counted(budget: Budget, rows: Iterable[TableRow]) -> Iterator[TableRow]:
    """Counts rows against the budget of the file."""
    for row in rows:
        budget.hold()
        yield row


def left_out(
    source: ByteSource, reason: str, location: Location | None = None, fields: tuple[str, ...] | None = None
) -> LeftOut:
    """The `LeftOut` for a file, or a part of it at `location`, that holds no document.

    `fields` are the fields that it has, if the one that the settings name is missing. Raises `ReaderError` if the user
    named the file: then it is a failure.
    """
    if source.named and location in (None, source.location):
        error = ReaderError(reason)
        error.fields = fields
        raise error
    return LeftOut(str(location or source.location), reason, fields=fields)


def no_text(source: ByteSource, names: Sequence[str], location: Location | None = None) -> LeftOut:
    """The `LeftOut` for a table without a text. Raises `ReaderError` if the user named the file."""
    reason = f"no field of its records is a text (there are: {listed_names(names)}); name it in [input] text_field"
    return left_out(source, reason, location)


def has_text(sample: Sequence[Mapping[str, object]], columns: Mapping[str, bool], options: Input) -> bool:
    """Whether a table has the text column that the settings name or, if they name none, any text column."""
    if options.text_field is not None:
        return columns.get(options.text_field, options.text_field.partition(".")[0] in columns)
    return _named(columns) is not None or text_column(sample) is not None


def is_article(fields: Mapping[str, object]) -> bool:
    """Whether a record is an article that this pipeline wrote.

    >>> is_article({"schema": "bilingual-article/1", "id": "a"}), is_article({"schema": "news"})
    (True, False)
    """
    schema = fields.get("schema")
    return isinstance(schema, str) and schema.startswith(VERSION.partition("/")[0] + "/")


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Makes column names unique: an empty name becomes `column_N`, a repeated one gets a number.

    >>> unique_names(["id", "", "text", "text"])
    ('id', 'column_2', 'text', 'text_2')
    """
    originals = list(names)
    original_names = frozenset(originals)
    unique: dict[str, None] = {}
    # Where counting got to for each name: starting from 1 for each of a thousand equal names takes a million steps.
    reached: dict[str, int] = {}
    for number, name in enumerate(originals, 1):
        wanted = name or f"column_{number}"
        times = reached.get(wanted, 1)
        free = wanted if times == 1 else f"{wanted}_{times}"
        while free in unique or (times > 1 and free in original_names):
            times += 1
            free = f"{wanted}_{times}"
        reached[wanted] = times
        unique[free] = None
    return tuple(unique)


def text_column(sample: Sequence[Mapping[str, object]]) -> str | None:
    """The field that holds the text, by its name or because it is much longer than all others; None if there is none.

    >>> text_column([{"ID": 1, "Text": "…"}]), text_column([{"a": "x", "b": "y"}]), text_column([{"a": "x" * 300}])
    ('Text', None, 'a')
    """
    for fields in sample:
        if named := _by_name(fields):
            return named
    lengths: dict[str, int] = {}
    for fields in sample:
        for name, value in fields.items():
            # Bytes may be a picture: they are a text only if their name says so.
            if isinstance(value, str | UndecodedText):
                lengths[name] = lengths.get(name, 0) + len(value)
    ranked = sorted(lengths, key=lambda name: -lengths[name])
    if not ranked or lengths[ranked[0]] < MIN_TEXT_CHARS * len(sample):
        return None
    if len(ranked) > 1 and lengths[ranked[0]] < MIN_TEXT_RATIO * lengths[ranked[1]]:
        return None
    return ranked[0]


@cache
def text_field_names() -> tuple[str, ...]:
    """The names of fields that hold the text, the surest first."""
    return lists.rows("pipeline.readers", "text-fields.txt")


def _by_name(fields: Mapping[str, object]) -> str | None:
    """The field of a record that is a text and is named like one."""
    known = text_field_names()
    if isinstance(fields.get(known[0]), str):
        return known[0]
    texts = {name.casefold(): name for name, value in reversed(list(fields.items())) if isinstance(value, str | bytes)}
    return next((texts[name] for name in known if name in texts), None)


def _named(columns: Mapping[str, bool]) -> str | None:
    """The column that can hold text and is named like the text."""
    texts = {name.casefold(): name for name, may_be in reversed(list(columns.items())) if may_be}
    return next((texts[name] for name in text_field_names() if name in texts), None)


def _refuse_missing(wanted: str | None, columns: Mapping[str, bool]) -> None:
    if wanted is None:
        return
    if columns.get(wanted, wanted.partition(".")[0] in columns):
        return
    if wanted in columns:
        raise ReaderError(f"its column {wanted!r} contains no text; name another in [input] text_field")
    close = get_close_matches(wanted, columns, n=1)
    known = f"did you mean {close[0]!r}?" if close else f"there are: {listed_names(list(columns))}"
    error = ReaderError(f"has no column {wanted!r}, which [input] text_field names; {known}")
    error.fields = tuple(columns)
    raise error


def listed_names(names: Sequence[str]) -> str:
    """The first few names, for a message."""
    return (
        printable(", ".join(names[:MAX_LISTED_COLUMNS])) + (", …" if len(names) > MAX_LISTED_COLUMNS else "") or "none"
    )


class _RecordFactory(msgspec.Struct, frozen=True):
    """Turns rows of one file into records.

    `wanted` is the text field that the settings name, `column` the one that was detected. `width` is the number of
    fields that each row should have; 0 if rows may differ.
    """

    location: Location
    name: str
    wanted: str | None
    column: str | None
    options: Input
    media_type: str
    unit: str
    width: int

    def skip_to_text(self, rows: Iterator[TableRow], skipped: int) -> Generator[ReaderItem, None, TableRow | None]:
        """Skips rows up to the first one with a text, and returns that; None if there is none.

        `skipped` rows were skipped before. Yields what is left out, and rows that fail.
        """
        for row in rows:
            if row.fault is not None:
                yield self.record(row)
            elif _by_name(row.fields) is None:
                skipped += 1
            else:
                reason = f"none of their fields is a text, before {self.unit} {row.number}"
                yield LeftOut(str(self.location), reason, skipped)
                return row
        return None

    def record(self, row: TableRow) -> Record | Unreadable:
        """The record of a row, or why it has none."""
        name = self.name if row.number is None else f"{self.name}#{row.number}"
        if row.fault is not None:
            return Unreadable(name, f"{self._where(row)}: {row.fault}")
        fields = row.fields
        id_value = value_at(fields, self.options.id_field)
        if isinstance(id_value, str | int) and not isinstance(id_value, bool) and str(id_value):
            name = str(id_value)
        field = self._field(fields)
        text = None if field is None else value_at(fields, field)
        if field is None or not isinstance(text, str | bytes):
            if len(fields) < self.width:
                fault = f"has {len(fields)} cells, the header {self.width}, and none of them is the text; repair it"
            else:
                wanted = f"no text field {field!r}" if field else "none of its fields is a text"
                fault = f"{wanted}; name it in [input] text_field"
            lacks = self.wanted is not None and not holds(fields, self.wanted)
            return Unreadable(name, f"{self._where(row)}: {fault}", fields=tuple(fields) if lacks else None)
        if len(text) > self.options.limits.bytes:
            limit = f"{self.options.limits.bytes:,} bytes"
            return Unreadable(name, f"{self._where(row)}: is over the limit of {limit}; raise [input.limits] bytes")
        try:
            metadata = {key: as_text(value) for key, value in others(fields, field)}
        except RecursionError:
            return Unreadable(name, f"{self._where(row)}: is nested too deeply; leave it out")
        origin = Origin(
            path=self.location.file,
            media_type=self._media_type(field, text),
            member=self.location.member,
            row=row.number,
            field=field,
            sha256=None,
        )
        return Record(name, bytes(text) if isinstance(text, UndecodedText) else text, origin, metadata)

    def _media_type(self, field: str, text: str | bytes) -> str:
        """The media type of the table, or of a page if the field is named `…html` and holds a tag."""
        if not field.casefold().endswith("html"):
            return self.media_type
        data = text.encode("utf-8", "replace") if isinstance(text, str) else text
        return "text/html" if html.holds_markup(data) else self.media_type

    def _field(self, fields: Mapping[str, object]) -> str | None:
        if self.wanted is not None:
            return self.wanted
        if self.column is not None and isinstance(fields.get(self.column), str | bytes):
            return self.column
        return _by_name(fields) or self.column

    def _where(self, row: TableRow) -> str:
        number = "" if row.number is None else f", {self.unit} {row.number}"
        return f"{self.location}{number}{'' if row.at is None else f' ({row.at[0]} {row.at[1]:,})'}"
