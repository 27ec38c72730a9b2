"""The types of the contract as columns of Arrow, derived from the msgspec types themselves, and rows through them.

`str` and `Literal` are strings, `int` is int64, `float` float64, `bool` a boolean, a tuple a list, a struct a struct.
`X | None` may be null, all else may not, at any depth. The schema's metadata names the contract and what a row is, so
that a reader can tell a table of articles from one of turns.
"""

import types
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from pipeline.errors import ContractError
from pipeline.export.tables.row_kinds import ROW_TYPES, ArticleRow
from pipeline.model.article import VERSION, Article

if TYPE_CHECKING:
    import pyarrow as pa

Row = TypeVar("Row", bound=msgspec.Struct)

CONTRACT_KEY: Final = b"bilingual.contract"
ROW_TYPE_KEY: Final = b"bilingual.rows"
"""Keys of a schema's metadata: the contract, and what a row is: `articles`, `turns`, …"""

BATCH_BYTES = 4 << 20
"""About how many bytes of rows are made into one batch: what is held in memory while a table is written."""


@cache
def schema(kind: type[msgspec.Struct]) -> "pa.Schema":
    """The columns of a struct, as a schema that names the contract. Raises `TypeError` for a type without a column."""
    import pyarrow as pa

    return pa.schema(_fields(kind), metadata={CONTRACT_KEY: VERSION.encode(), ROW_TYPE_KEY: _told(kind).encode()})


def _told(kind: type[msgspec.Struct]) -> str:
    """What a table says that its rows are. A flat row of an article is not enough to make one of."""
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
    """The type without what describes it, and whether it may be null."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) not in {types.UnionType, Union}:
        return annotation, False
    others = [option for option in get_args(annotation) if option is not type(None)]
    if len(others) != 1 or len(others) == len(get_args(annotation)):
        raise TypeError(f"{annotation} is no column: of a union only `X | None` is one")
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
    raise TypeError(f"{annotation} is no column; columns are str, int, float, bool, tuples and structs of them")


def record_batches(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> "Iterator[pa.RecordBatch]":
    """The rows in record batches of some megabytes each, in their order."""
    for portion in row_batches(rows):
        yield record_batch(portion, kind)


def row_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in lists of some megabytes each: as much as may be held in memory at once."""
    held: list[Row] = []
    size = 0
    for row in rows:
        held.append(row)
        size += estimated_row_bytes(row)
        if size >= BATCH_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def record_batch(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> "pa.RecordBatch":
    """The rows as one record batch. Raises `ContractError`, which names the article, for a number beyond 64 bits."""
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
    """About how many bytes a row takes in memory; an article's text stands in it twice, beside its segments."""
    if isinstance(row, Article):
        edits = sum(len(change.edits) for change in row.provenance.changes)
        return 6 * len(row.text) + 120 * len(row.segments) + 80 * edits + 2_000
    return 100 + sum(3 * len(value) for value in msgspec.structs.astuple(row) if isinstance(value, str))


def row_type_of(found: "pa.Schema") -> str | None:
    """What a row of a table is: `articles`, `turns`, …; told by its metadata, else by its columns; or none of them."""
    told = (found.metadata or {}).get(ROW_TYPE_KEY)
    if told is not None:
        return str(told, "utf-8", "replace")
    names = set(found.names)
    # A table that went through another program has lost its metadata, not its columns.
    if {"schema", "segments", "provenance"} <= names:
        return "articles"
    return next((_told(kind) for kind in ROW_TYPES.values() if set(kind.__struct_fields__) <= names), None)
