"""Converts Arrow record batches to rows of Python values: validates a batch first, then converts it by column."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pipeline.model.record import ReaderError, printable
from pipeline.readers.field_values import UndecodedText
from pipeline.readers.tables import TableRow, unique_names

Untyped = Any
"""An object of pyarrow, which has no type hints."""
MAX_BATCH_ROWS = 1024
"""Maximum rows that are converted at a time, and the bytes that they may take; at least one row."""
MAX_BATCH_BYTES = 8 << 20
UNDECODED_MARK = b"pipeline.torn"
"""Marks a column of bytes that should have been strings."""
EPOCH = datetime(1970, 1, 1)
FRACTION_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
"""Digits of the fraction of a second, for each unit of time."""


def load_pyarrow() -> Untyped:
    """Imports pyarrow. Raises `ReaderError` if it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.ipc
        import pyarrow.parquet
    except ImportError:
        raise ReaderError("needs the package pyarrow, which is not installed; run: pip install pyarrow") from None
    return pa


def library_errors() -> tuple[type[Exception], ...]:
    """Returns the exceptions that pyarrow raises for data that is damaged, or out of range for Python."""
    pa = load_pyarrow()
    return (pa.ArrowException, OSError, ValueError, OverflowError)


def error_line(error: Exception) -> str:
    """Returns the message of a library error on one line."""
    return printable(" ".join(str(error).split())).rstrip(".") or type(error).__name__


def text_columns(schema: Untyped) -> dict[str, bool]:
    """Returns the columns, and whether each can contain text: strings and bytes, also dictionary-encoded."""
    return dict(zip(unique_names(schema.names), map(_may_be_text, schema.types), strict=True))


def rows_at_a_time(rows: int, size: int) -> int:
    """Returns how many of `rows` rows, which take `size` bytes together, are converted at a time."""
    return max(1, min(MAX_BATCH_ROWS, MAX_BATCH_BYTES * rows // max(size, 1)))


def validated(batch: Untyped) -> Untyped:
    """Returns the batch after full validation; strings that are not UTF-8 become bytes.

    Raises `ArrowInvalid` for a damaged batch: accessing one could crash the process.
    """
    pa = load_pyarrow()
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        pairs = [_checked(pa, field, column) for field, column in zip(batch.schema, batch.columns, strict=True)]
        return pa.RecordBatch.from_arrays(
            [column for _, column in pairs], schema=pa.schema([field for field, _ in pairs])
        )
    return batch


def table_rows(batch: Untyped, first: int) -> Iterator[TableRow]:
    """Yields the rows of a valid batch; the first one is number `first`."""
    names = unique_names(batch.schema.names)
    columns = [_values(column) for column in batch.columns]
    for at, field in enumerate(batch.schema):
        if UNDECODED_MARK in (field.metadata or {}):
            columns[at] = list(map(_whole_or_torn, columns[at]))
    for number, cells in enumerate(zip(*columns, strict=True), first):
        yield TableRow(number, dict(zip(names, cells, strict=True)))


def _may_be_text(kind: Untyped) -> bool:
    types = load_pyarrow().types
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return _may_be_text(kind.value_type)
    if isinstance(kind, load_pyarrow().BaseExtensionType):
        return _may_be_text(kind.storage_type)
    return _is_string(kind) or types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)


def _is_string(kind: Untyped) -> bool:
    types = load_pyarrow().types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _checked(pa: Untyped, field: Untyped, column: Untyped) -> tuple[Untyped, Untyped]:
    """Returns a column and its field; strings that are not UTF-8 become bytes, and the field is marked."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        if pa.types.is_dictionary(column.type):
            inner, values = _checked(pa, pa.field("", column.type.value_type), column.dictionary)
            column = pa.DictionaryArray.from_arrays(column.indices, values)
            column.validate(full=True)
            return pa.field(field.name, column.type, metadata=inner.metadata), column
        as_bytes = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary(), pa.string_view(): pa.binary_view()}
        if column.type not in as_bytes:
            raise
        column = column.view(as_bytes[column.type])
        column.validate(full=True)
        field = pa.field(field.name, column.type, metadata={UNDECODED_MARK: b""})
    return field, column


def _values(column: Untyped) -> list[object]:
    """Returns the values of a column: strings, numbers and so on; times in ISO 8601."""
    pa = load_pyarrow()
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType) and _may_be_text(kind):
        column, kind = column.storage, kind.storage_type
    if pa.types.is_dictionary(kind):
        return _values(column.dictionary_decode())
    if pa.types.is_run_end_encoded(kind):
        import pyarrow.compute

        return _values(pyarrow.compute.run_end_decode(column))
    if pa.types.is_timestamp(kind):
        moment = _moment(FRACTION_DIGITS[kind.unit], "" if kind.tz is None else "+00:00")
        return [None if value is None else moment(value) for value in column.cast(pa.int64()).to_pylist()]
    try:
        values: list[object] = column.to_pylist()
    except library_errors():
        return list(map(_value, column))
    return values


def _value(scalar: Untyped) -> object:
    """Converts a single value, if the column has some that Python lacks: dates in the year 12000, nanoseconds."""
    try:
        value: object = scalar.as_py()
    except library_errors():
        return f"a {scalar.type} that cannot be told"
    return value


def _moment(digits: int, zone: str) -> Callable[[int], str]:
    """Returns a function that formats a time since 1970, counted in units of 10^-`digits` seconds."""
    unit = 10**digits

    def written(value: int) -> str:
        seconds, rest = divmod(value, unit)
        try:
            moment = (EPOCH + timedelta(seconds=seconds)).isoformat()
        except OverflowError:
            return f"{value}"
        fraction = f".{rest:0{digits}d}".rstrip("0") if rest else ""
        return f"{moment}{fraction}{zone}"

    return written


def _whole_or_torn(value: object) -> object:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return UndecodedText(value)
