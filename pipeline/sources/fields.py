"""The records of a table: which field is the text, which the id; all others are metadata."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, islice

import msgspec

from pipeline.article import Origin
from pipeline.settings import Input
from pipeline.sources.blob import Blob
from pipeline.sources.reader import Found
from pipeline.sources.record import LeftOut, Record, SourceError, Unreadable

SAMPLE = 20
"""Rows at the beginning that say which field is the text."""
LONG = 200
"""Characters that a text has on average; fields whose name says nothing must be as long to be taken for one."""
FARTHER = 3
"""And as many times longer than every other field."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row of a table, or what is wrong with it; rows are counted from 1, those that fail too."""

    number: int
    fields: Mapping[str, object] = {}
    fault: str | None = None


def records(
    blob: Blob, rows: Iterable[Row], options: Input, *, media_type: str, unit: str = "row", encoding: str | None = None
) -> Iterator[Found]:
    """A record for each row, an `Unreadable` for one that has no text; the file left out where no row has any.

    `unit` is what a row is called in messages. `encoding` is that of texts which are bytes.
    """
    rows = iter(rows)
    wanted = options.text_field
    sample: list[Row] = []
    for row in islice(rows, SAMPLE):
        sample.append(row)
        if wanted or _by_name(row.fields):
            break
    column = wanted or text_column([row.fields for row in sample if row.fault is None])
    if column is None and sample and all(row.fault is None for row in sample):
        yield no_text(blob, sorted({name for row in sample for name in row.fields}))
        return
    table = _Table(blob, wanted, column, options, media_type, unit, encoding)
    for row in chain(sample, rows):
        yield table.record(row)


def no_text(blob: Blob, names: Sequence[str]) -> LeftOut:
    """What is said of a table without a text. Raises `SourceError` where the user named the file."""
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    reason = f"no field of its records is a text (there are: {shown or 'none'}); name it in [input] text_field"
    if blob.named:
        raise SourceError(reason)
    return LeftOut(str(blob.place), reason)


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
            if isinstance(value, str | bytes):
                lengths[name] = lengths.get(name, 0) + len(value)
    ranked = sorted(lengths, key=lambda name: -lengths[name])
    if not ranked or lengths[ranked[0]] < LONG * len(sample):
        return None
    if len(ranked) > 1 and lengths[ranked[0]] < FARTHER * lengths[ranked[1]]:
        return None
    return ranked[0]


def value_at(fields: Mapping[str, object], name: str) -> object:
    """The value of a field, or of one in it where the name has full stops: `article.body`; None where there is none.

    >>> value_at({"a.b": 1}, "a.b"), value_at({"a": {"b": 2}}, "a.b"), value_at({"a": 1}, "a.b")
    (1, 2, None)
    """
    if name in fields or "." not in name:
        return fields.get(name)
    first, _, rest = name.partition(".")
    inner = fields.get(first)
    return value_at(inner, rest) if isinstance(inner, Mapping) else None


@cache
def names() -> tuple[str, ...]:
    """The names that say that a field is the text, the surest first."""
    lines = files("pipeline.sources").joinpath("text-fields.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _by_name(fields: Mapping[str, object]) -> str | None:
    """The field of a record whose name says that it is the text, and which is one."""
    known = names()
    if isinstance(fields.get(known[0]), str):
        return known[0]
    texts = {name.casefold(): name for name, value in reversed(list(fields.items())) if isinstance(value, str | bytes)}
    return next((texts[name] for name in known if name in texts), None)


class _Table(msgspec.Struct, frozen=True):
    """What is the same for all rows of a file. `column` is where the text is looked for if `wanted` names none."""

    blob: Blob
    wanted: str | None
    column: str | None
    options: Input
    media_type: str
    unit: str
    encoding: str | None

    def record(self, row: Row) -> Record | Unreadable:
        name = f"{self.blob.id}#{row.number}"
        if row.fault is not None:
            return Unreadable(name, f"{self._where(row)}: {row.fault}")
        given = value_at(row.fields, self.options.id_field)
        if isinstance(given, str | int) and not isinstance(given, bool) and str(given):
            name = str(given)
        field = self._field(row.fields)
        text = None if field is None else value_at(row.fields, field)
        if field is None or not isinstance(text, str | bytes):
            wanted = f"no text field {field!r}" if field else "none of its fields is a text"
            return Unreadable(name, f"{self._where(row)}: {wanted}; name it in [input] text_field")
        if len(text) > self.options.limits.bytes:
            limit = f"{self.options.limits.bytes:,} bytes"
            return Unreadable(name, f"{self._where(row)}: is over the limit of {limit}; raise [input.limits] bytes")
        metadata = {key: as_text(value) for key, value in row.fields.items() if key != field}
        place = self.blob.place
        origin = Origin(
            path=place.file,
            media_type=self.media_type,
            member=place.member,
            row=row.number,
            field=field,
            sha256=None,
        )
        return Record(name, text, origin, metadata)

    def _field(self, fields: Mapping[str, object]) -> str | None:
        if self.wanted is not None:
            return self.wanted
        if self.column is not None and isinstance(fields.get(self.column), str):
            return self.column
        return _by_name(fields) or self.column

    def _where(self, row: Row) -> str:
        return f"{self.blob.place}, {self.unit} {row.number}"


def as_text(value: object) -> str:
    """A value of the metadata: a text as it is, others as their JSON; what JSON has not, as text."""
    return value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
