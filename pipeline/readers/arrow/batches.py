"""Converts between records and rows of an Arrow table: tables of this pipeline, or of other programs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import msgspec
import pyarrow as pa

from pipeline.errors import UsageError, did_you_mean
from pipeline.model.article import Origin
from pipeline.model.evidence import Evidence
from pipeline.model.record import Record, Unreadable, printable
from pipeline.readers import html
from pipeline.readers.arrow.columns import table_rows, text_columns, validated
from pipeline.readers.field_values import as_text, others

TEXT_COLUMNS = ("text", "data")
"""Columns that contain the text if none is named, most reliable first."""

ORIGIN_TYPE = pa.struct(
    [("path", pa.string()), ("media_type", pa.string()), ("member", pa.string()), ("row", pa.int64()),
     ("field", pa.string()), ("sha256", pa.string())]
)  # fmt: skip
EVIDENCE_TYPE = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("kind", pa.string()), ("value", pa.string())])
RECORD_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        # Exactly one of the two is set: bytes still have to be decoded.
        ("text", pa.string()),
        ("data", pa.binary()),
        ("metadata", pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))),
        ("encoding", pa.string()),
        ("converted_by", pa.string()),
        ("origin", ORIGIN_TYPE),
        ("evidence", pa.list_(EVIDENCE_TYPE)),
        ("faults", pa.list_(pa.string())),
    ]
)
"""All fields of a `Record`. A table with exactly these columns contains records."""


def records_table(records: Sequence[Record]) -> pa.Table:
    """Returns a table with a row for each record. Raises `UnicodeEncodeError` for a lone surrogate."""
    columns = [
        [record.id for record in records],
        [record.data if isinstance(record.data, str) else None for record in records],
        [record.data if isinstance(record.data, bytes) else None for record in records],
        [[{"key": key, "value": value} for key, value in record.metadata.items()] for record in records],
        [record.encoding for record in records],
        [record.converted_by for record in records],
        [msgspec.structs.asdict(record.origin) for record in records],
        [[msgspec.structs.asdict(item) for item in record.evidence] for record in records],
        [record.faults for record in records],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, RECORD_SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=RECORD_SCHEMA)


def is_encodable(record: Record) -> bool:
    """Whether a table can contain the record."""
    try:
        records_table([record])
    except UnicodeEncodeError:
        return False
    return True


def table_documents(table: pa.Table, *, id: str = "id", text: str | None = None) -> Iterator[Record | Unreadable]:  # noqa: A002
    """Yields a record for each row, or why there is none. A row without an id has an empty name.

    In a table of another program `id` and `text` name the columns of the document's id and text, which may be bytes;
    all other columns are metadata. Raises `UsageError` before reading if a column is missing.
    """
    if table.schema.equals(RECORD_SCHEMA):
        return map(_record, count(1), table.to_pylist())
    text_name = _text_column(table.schema, text)
    if id not in table.schema.names:
        raise UsageError(f"the table has no column {id!r}{did_you_mean(id, table.schema.names)}; name it with id=…")
    return _documents(table, id, text_name)


def _documents(table: pa.Table, name: str, text: str) -> Iterator[Record | Unreadable]:
    number = 1
    for batch in table.to_batches():
        for row in table_rows(validated(batch), number):
            yield _document(number, row.fields, name, text)
            number += 1


def _text_column(schema: pa.Schema, wanted: str | None) -> str:
    # A batch without any text has no text type; another batch of the same job does.
    empty = {field.name for field in schema if pa.types.is_null(field.type)}
    columns = {name: is_text or name in empty for name, is_text in text_columns(schema).items()}
    column = next((name for name in TEXT_COLUMNS if columns.get(name)), None) if wanted is None else wanted
    if column is None and TEXT_COLUMNS[0] in columns:
        raise UsageError(f"the column {TEXT_COLUMNS[0]!r} of the table contains no text; name another with text=…")
    if column is None:
        known = ", ".join(columns) or "none"
        raise UsageError(
            f"the table has no column {TEXT_COLUMNS[0]!r} (there are: {printable(known)}); name it with text=…"
        )
    if column not in columns:
        raise UsageError(f"the table has no column {column!r}{did_you_mean(column, columns)}")
    if not columns[column]:
        raise UsageError(f"the column {column!r} of the table contains no text; name another with text=…")
    return column


def _record(number: int, row: Mapping[str, Any]) -> Record | Unreadable:
    """Returns the record of a row that `records_table` wrote."""
    data = row["data"] if row["text"] is None else row["text"]
    if not row["id"] or data is None or row["origin"] is None:
        return Unreadable(row["id"] or "", f"row {number} of its batch has no {'text' if row['id'] else 'id'}")
    metadata = {entry["key"]: entry["value"] for entry in row["metadata"] or ()}
    evidence = tuple(Evidence(**item) for item in row["evidence"] or ())
    origin = Origin(**row["origin"])
    faults = tuple(row["faults"] or ())
    converted_by, encoding = row["converted_by"], row["encoding"]
    return Record(row["id"], data, origin, metadata, converted_by, encoding, evidence=evidence, faults=faults)


def _document(number: int, fields: Mapping[str, object], name: str, text: str) -> Record | Unreadable:
    """Returns the record of a row of another program's table."""
    id_value = fields.get(name)
    called = str(id_value) if isinstance(id_value, str | int) and not isinstance(id_value, bool) else ""
    if not called:
        return Unreadable("", f"row {number} of its batch has no id in column {name!r}; give it one")
    data = fields.get(text)
    if not isinstance(data, str | bytes):
        return Unreadable(called, f"has no text in column {text!r}; leave it out")
    try:
        metadata = {key: as_text(value) for key, value in others(fields, text)}
    except RecursionError:
        return Unreadable(called, "is nested too deeply; leave it out")
    whole = bytes(data) if isinstance(data, bytes) else data
    origin = Origin(path=None, media_type=_media_type(text, whole), member=None, row=None, field=text, sha256=None)
    return Record(called, whole, origin, metadata)


def _media_type(column: str, data: str | bytes) -> str | None:
    """Returns the media type of a page, if the column is named like one and the data contains a tag."""
    if not column.casefold().endswith("html"):
        return None
    held = data.encode("utf-8", "replace") if isinstance(data, str) else data
    return "text/html" if html.holds_markup(held) else None
