"""The records of a table: which field is the text, which the id; all others are metadata."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import chain, islice

import msgspec

from pipeline.config.settings import Input, Limits
from pipeline.model.article import VERSION, Origin
from pipeline.model.record import LeftOut, ReaderError, Record, Unreadable, printable
from pipeline.readers import html
from pipeline.readers.byte_source import ByteSource, Place
from pipeline.readers.field_values import UndecodedText, as_text, holds, others, value_at
from pipeline.readers.limits import Budget
from pipeline.readers.reader import Found

SAMPLE = 20
"""Rows at the beginning that say which field is the text."""
LONG = 200
"""Characters that a text has on average; fields whose name says nothing must be as long to be taken for one."""
FARTHER = 3
"""And as many times longer than every other field."""
MOST_NAMED = 8
"""Columns that a message lists."""
MANY = "leave it out, or raise [input.limits] columns"
ARTICLE = "is what this pipeline wrote (bilingual-article), not a source; leave it out"


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row of a table, or what is wrong with it; rows are counted from 1, those that fail too.

    `number` is None where one record is all of the file. `at` says where it begins, as the line or byte of a number.
    """

    number: int | None
    fields: Mapping[str, object] = {}
    fault: str | None = None
    at: tuple[str, int] | None = None


def records(
    blob: ByteSource,
    rows: Iterable[Row],
    options: Input,
    *,
    media_type: str,
    unit: str = "row",
    columns: Mapping[str, bool] | None = None,
    part: str | None = None,
    name: str | None = None,
) -> Iterator[Found]:
    """A record for each row, an `Unreadable` for one that has no text; the file left out where no row has any.

    Of rows that are not all alike, those before the first text are left out by their count if they are many.

    `unit` is what a row is called in messages. `columns` are those of a table whose rows are all alike, and whether
    each may hold text. `part` is the table's name in a file of several. `name` is what stands before the number in
    ids, by default that of the file. Raises `ReaderError` where the settings name a column that is not there.
    """
    place = blob.place if part is None else blob.place.inside(part)
    if columns is not None:
        _refuse_missing(options.text_field, columns)
    rows = _counted(blob.budget, rows)
    column = options.text_field or (_named(columns) if columns else None)
    sample: list[Row] = []
    broken = None
    try:
        for row in islice(rows, SAMPLE):
            sample.append(row)
            if column or _by_name(row.fields):
                break
    except ReaderError as error:
        # What was read before stands.
        broken = error
    whole = [row.fields for row in sample if row.fault is None]
    if whole and is_article(whole[0]):
        yield aside(blob, ARTICLE, place)
        return
    column = column or text_column(whole)
    if not sample and broken is None:
        yield aside(blob, "holds no records; leave it out", place)
        return
    table = _Table(place, name or blob.id, options.text_field, column, options, media_type, unit, len(columns or ()))
    if column is None and broken is None and len(whole) == len(sample):
        passed = len(sample)
        # Rows of a table are alike. Of records the first may be pictures, and the texts come behind them.
        for row in rows if columns is None else ():
            if row.fault is not None:
                yield table.record(row)
            elif _by_name(row.fields) is None:
                passed += 1
            else:
                yield LeftOut(str(place), f"none of their fields is a text, before {unit} {row.number}", passed)
                sample = [row]
                break
        else:
            yield no_text(blob, list(columns or dict.fromkeys(name for fields in whole for name in fields)), place)
            return
    for row in chain(sample, rows):
        yield table.record(row)
    if broken is not None:
        raise broken


def refuse_many(columns: int, limits: Limits) -> None:
    """Raises `ReaderError` where a table has too many columns: each of its rows would cost as much."""
    if columns > limits.columns:
        raise ReaderError(f"has {columns:,} columns, over the limit of {limits.columns:,}; {MANY}")


def _counted(budget: Budget, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, which must not be more than the file can hold."""
    for row in rows:
        budget.hold()
        yield row


def aside(blob: ByteSource, reason: str, place: Place | None = None, fields: tuple[str, ...] | None = None) -> LeftOut:
    """What is said of a file, or of a part of it at `place`, that holds nothing for the pipeline.

    `fields` are those that it has instead of the one that the settings name for the text.

    Raises `ReaderError` where the user named the file: then it is a failure.
    """
    if blob.named and place in (None, blob.place):
        error = ReaderError(reason)
        error.fields = fields
        raise error
    return LeftOut(str(place or blob.place), reason, fields=fields)


def no_text(blob: ByteSource, names: Sequence[str], place: Place | None = None) -> LeftOut:
    """What is said of a table without a text. Raises `ReaderError` where the user named the file."""
    reason = f"no field of its records is a text (there are: {some(names)}); name it in [input] text_field"
    return aside(blob, reason, place)


def has_text(sample: Sequence[Mapping[str, object]], columns: Mapping[str, bool], options: Input) -> bool:
    """Whether a table has the column that the settings name, or one that is a text by its name or in the sample."""
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


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Names of columns, each once: an empty one is its number, one that was there before has its own behind it.

    >>> unique(["id", "", "text", "text"])
    ('id', 'column_2', 'text', 'text_2')
    """
    given = list(names)
    taken = frozenset(given)
    found: dict[str, None] = {}
    # How often each name came: to count from 1 for each of a thousand equal names would take a million steps.
    reached: dict[str, int] = {}
    for number, name in enumerate(given, 1):
        wanted = name or f"column_{number}"
        times = reached.get(wanted, 1)
        free = wanted if times == 1 else f"{wanted}_{times}"
        while free in found or (times > 1 and free in taken):
            times += 1
            free = f"{wanted}_{times}"
        reached[wanted] = times
        found[free] = None
    return tuple(found)


def text_column(sample: Sequence[Mapping[str, object]]) -> str | None:
    """The field that holds the text: by its name, or the one that is much longer than all others; None for neither.

    >>> text_column([{"ID": 1, "Text": "…"}]), text_column([{"a": "x", "b": "y"}]), text_column([{"a": "x" * 300}])
    ('Text', None, 'a')
    """
    for fields in sample:
        if named := _by_name(fields):
            return named
    lengths: dict[str, int] = {}
    for fields in sample:
        for name, value in fields.items():
            # Bytes may be a picture: they are a text where their name says so.
            if isinstance(value, str | UndecodedText):
                lengths[name] = lengths.get(name, 0) + len(value)
    ranked = sorted(lengths, key=lambda name: -lengths[name])
    if not ranked or lengths[ranked[0]] < LONG * len(sample):
        return None
    if len(ranked) > 1 and lengths[ranked[0]] < FARTHER * lengths[ranked[1]]:
        return None
    return ranked[0]


@cache
def names() -> tuple[str, ...]:
    """The names that say that a field is the text, the surest first."""
    lines = files("pipeline.readers").joinpath("text-fields.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _by_name(fields: Mapping[str, object]) -> str | None:
    """The field of a record whose name says that it is the text, and which is one."""
    known = names()
    if isinstance(fields.get(known[0]), str):
        return known[0]
    texts = {name.casefold(): name for name, value in reversed(list(fields.items())) if isinstance(value, str | bytes)}
    return next((texts[name] for name in known if name in texts), None)


def _named(columns: Mapping[str, bool]) -> str | None:
    """The column whose name says that it is the text."""
    texts = {name.casefold(): name for name, may_be in reversed(list(columns.items())) if may_be}
    return next((texts[name] for name in names() if name in texts), None)


def _refuse_missing(wanted: str | None, columns: Mapping[str, bool]) -> None:
    if wanted is None:
        return
    if columns.get(wanted, wanted.partition(".")[0] in columns):
        return
    if wanted in columns:
        raise ReaderError(f"its column {wanted!r} holds no text; name another in [input] text_field")
    close = get_close_matches(wanted, columns, n=1)
    known = f"did you mean {close[0]!r}?" if close else f"there are: {some(list(columns))}"
    error = ReaderError(f"has no column {wanted!r}, which [input] text_field names; {known}")
    error.fields = tuple(columns)
    raise error


def some(names: Sequence[str]) -> str:
    """The first of some names, for a message."""
    return printable(", ".join(names[:MOST_NAMED])) + (", …" if len(names) > MOST_NAMED else "") or "none"


class _Table(msgspec.Struct, frozen=True):
    """What is the same for all rows of a file. `column` is where the text is looked for if `wanted` names none.

    `width` is how many fields each row should have, 0 where they may differ.
    """

    place: Place
    name: str
    wanted: str | None
    column: str | None
    options: Input
    media_type: str
    unit: str
    width: int

    def record(self, row: Row) -> Record | Unreadable:
        name = self.name if row.number is None else f"{self.name}#{row.number}"
        if row.fault is not None:
            return Unreadable(name, f"{self._where(row)}: {row.fault}")
        fields = row.fields
        given = value_at(fields, self.options.id_field)
        if isinstance(given, str | int) and not isinstance(given, bool) and str(given):
            name = str(given)
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
            path=self.place.file,
            media_type=self._media_type(field, text),
            member=self.place.member,
            row=row.number,
            field=field,
            sha256=None,
        )
        return Record(name, bytes(text) if isinstance(text, UndecodedText) else text, origin, metadata)

    def _media_type(self, field: str, text: str | bytes) -> str:
        """That of the table; of a page where the field's name says that it holds one, and it has a tag."""
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

    def _where(self, row: Row) -> str:
        number = "" if row.number is None else f", {self.unit} {row.number}"
        return f"{self.place}{number}{'' if row.at is None else f' ({row.at[0]} {row.at[1]:,})'}"
