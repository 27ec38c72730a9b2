"""Derives Arrow schemas from msgspec types, and converts rows to Arrow record batches.

`str` and `Literal` become strings, `int` int64, `float` float64, `bool` boolean, tuples lists and structs structs.
Only `X | None` is nullable, at any depth. The metadata of a schema names the version of the article schema and what a
row is, so that readers can distinguish a table of articles from one of turns.
"""

import types
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from pipeline.errors import ContractError
from pipeline.exporters.tables.row_kinds import ROW_TYPES, ArticleRow
from pipeline.model.article import VERSION, Article

if TYPE_CHECKING:
    import pyarrow as pa

Row = TypeVar("Row", bound=msgspec.Struct)

CONTRACT_KEY: Final = b"bilingual.contract"
ROW_TYPE_KEY: Final = b"bilingual.rows"
"""Metadata keys: the version of the article schema, and what a row is (`articles`, `turns`, …)."""

BATCH_BYTES = 4 << 20
"""Approximate size of a record batch, which is held in memory while a table is written."""


@cache
def schema(kind: type[msgspec.Struct]) -> "pa.Schema":
    """The Arrow schema of a struct. Raises `TypeError` for a field type that has no column type."""
    import pyarrow as pa

    return pa.schema(
        _fields(kind), metadata={CONTRACT_KEY: VERSION.encode(), ROW_TYPE_KEY: _row_type_name(kind).encode()}
    )


def _row_type_name(kind: type[msgspec.Struct]) -> str:
    """What the metadata of a table calls its rows. Flat rows of articles differ: they cannot be read back."""
    if kind is ArticleRow:
        return "overviews of articles"
    return next((name for name, row in ROW_TYPES.items() if row is kind), "articles")


def _fields(kind: type[msgspec.Struct]) -> "list[pa.Field]":
    return [_field(field.name, field.type) for field in msgspec.structs.fields(kind)]


def _field(name: str, annotation: object) -> "pa.Field":
    import pyarrow as pa

    inner, nullable = unwrapped_type(annotation)
    return pa.field(name, _type(inner), nullable=nullable)


def unwrapped_type(annotation: Any) -> tuple[Any, bool]:  # noqa: ANN401 -- an annotation
    """The type without `Annotated` and `None`, and whether it is nullable."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) not in {types.UnionType, Union}:
        return annotation, False
    others = [option for option in get_args(annotation) if option is not type(None)]
    if len(others) != 1 or len(others) == len(get_args(annotation)):
        raise TypeError(f"{annotation} has no column type; the only supported union is `X | None`")
    return unwrapped_type(others[0])[0], True


def _type(annotation: Any) -> "pa.DataType":  # noqa: ANN401 -- an annotation
    import pyarrow as pa

    scalars = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if annotation in scalars:
        return scalars[annotation]
    if get_origin(annotation) is Literal:
        return pa.string()
    if get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,):
        return pa.list_(_field("element", get_args(annotation)[0]))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return pa.struct(_fields(annotation))
    raise TypeError(f"{annotation} has no column type; use str, int, float, bool, and tuples and structs of them")


def record_batches(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> "Iterator[pa.RecordBatch]":
    """Converts rows to record batches of a few megabytes each, in order."""
    for portion in row_batches(rows):
        yield record_batch(portion, kind)


def row_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Splits rows into lists of a few megabytes each, to bound memory."""
    pending: list[Row] = []
    size = 0
    for row in rows:
        pending.append(row)
        size += estimated_row_bytes(row)
        if size >= BATCH_BYTES:
            yield pending
            pending, size = [], 0
    if pending:
        yield pending


def record_batch(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> "pa.RecordBatch":
    """Converts rows to one batch. Raises `ContractError`, which names the article, for an integer over 64 bits."""
    import pyarrow as pa

    rows = list(rows)
    try:
        return pa.RecordBatch.from_pylist([msgspec.to_builtins(row) for row in rows], schema=schema(kind))
    except (OverflowError, pa.ArrowException) as error:
        if len(rows) == 1:
            whose = str(getattr(rows[0], "id", kind.__name__))
            raise ContractError(whose, f"does not fit the column types: {error}") from error
        for row in rows:
            record_batch([row], kind)
        raise


def estimated_row_bytes(row: msgspec.Struct) -> int:
    """Estimates the size of a row in memory, in bytes. An article has its text twice, and segments and edits."""
    if isinstance(row, Article):
        edits = sum(len(change.edits) for change in row.provenance.changes)
        return 6 * len(row.text) + 120 * len(row.segments) + 80 * edits + 2_000
    return 100 + sum(3 * len(value) for value in msgspec.structs.astuple(row) if isinstance(value, str))


def row_type_of(table_schema: "pa.Schema") -> str | None:
    """What a row of a table is (`articles`, `turns`, …), by its metadata or by its columns; `None` if unknown."""
    declared = (table_schema.metadata or {}).get(ROW_TYPE_KEY)
    if declared is not None:
        return str(declared, "utf-8", "replace")
    names = set(table_schema.names)
    # Other programs drop the metadata of a table, but keep its columns.
    if {"schema", "segments", "provenance"} <= names:
        return "articles"
    return next((_row_type_name(kind) for kind in ROW_TYPES.values() if set(kind.__struct_fields__) <= names), None)
