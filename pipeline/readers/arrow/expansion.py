"""Measures how much the rows of a record batch contain, before they are converted to Python values.

Many rows may refer to the same bytes, through dictionaries, runs, views or overlapping lists. So a batch of a kilobyte
can contain a hundred million texts of a megabyte.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.config.settings import Limits
from pipeline.readers.arrow.columns import MAX_BATCH_BYTES, MAX_BATCH_ROWS, Untyped, load_pyarrow
from pipeline.readers.budget import Budget

LARGEST_ROW = 4
"""Maximum bytes of a row, as a multiple of `[input.limits] bytes`, which counts the characters of one cell."""
MAX_COUNTED_VALUES = 1 << 40
"""Number of values above which counting stops."""


class Size(NamedTuple):
    """The number of values in some rows, including those in lists and structs, and their bytes without sharing."""

    values: int
    bytes: int


def pieces(batch: Untyped, limits: Limits, budget: Budget) -> Iterator[tuple[Untyped, str | None]]:
    """Yields slices of a valid batch that fit in memory, each with the fault if it is one row that is too large.

    Raises `ReaderError` if the file expands to more than the budget allows.
    """
    waiting = [batch.slice(start, MAX_BATCH_ROWS) for start in range(0, batch.num_rows, MAX_BATCH_ROWS)][::-1]
    while waiting:
        piece = waiting.pop()
        size = size_of(piece.columns)
        fits = size.bytes <= MAX_BATCH_BYTES and size.values <= limits.values
        if not fits and piece.num_rows > 1:
            half = piece.num_rows // 2
            waiting += [piece.slice(half), piece.slice(0, half)]
            continue
        if size.values > limits.values:
            reason = f"has {size.values:,} values, over the limit of {limits.values:,}"
            yield piece, f"{reason}; leave it out, or raise [input.limits] values"
        elif size.bytes > LARGEST_ROW * limits.bytes:
            yield piece, f"is over the limit of {limits.bytes:,} bytes; raise [input.limits] bytes"
        else:
            budget.give(size.bytes)
            yield piece, None


def size_of(columns: list[Untyped]) -> Size:
    """Returns the total size of some columns."""
    sizes = [_measured(column) for column in columns]
    return Size(sum(size.values for size in sizes), sum(size.bytes for size in sizes))


def _measured(column: Untyped) -> Size:
    pa = load_pyarrow()
    types, kind, rows = pa.types, column.type, len(column)
    if isinstance(kind, pa.BaseExtensionType):
        return _measured(column.storage)
    if rows == 0 or types.is_null(kind):
        return Size(rows, 0)
    if types.is_dictionary(kind):
        return _referenced_size(column.dictionary, column.indices)
    if types.is_run_end_encoded(kind):
        return _referenced_size(*_runs(column))
    if types.is_struct(kind):
        inner = size_of(column.flatten())
        return Size(rows + inner.values, inner.bytes)
    if types.is_union(kind):
        return _union(column)
    if types.is_map(kind):
        first, last = column.offsets[0].as_py(), column.offsets[-1].as_py()
        inner = size_of([part.slice(first, last - first) for part in (column.keys, column.items)])
        return Size(rows + inner.values, inner.bytes)
    if types.is_nested(kind):
        if (held := _list_values(column)) > MAX_COUNTED_VALUES:
            return Size(held, held)
        inner = _measured(column.flatten())
        return Size(rows + inner.values, inner.bytes)
    return Size(rows, _total(_lengths(column)) if _is_view(kind) else column.nbytes)


def _list_values(column: Untyped) -> int:
    """Returns how many values the lists of a column contain."""
    pa = load_pyarrow()
    kind = column.type
    if pa.types.is_fixed_size_list(kind):
        return int(len(column) * kind.list_size)
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        return _total(column.sizes)
    # The offsets ascend: the batch is validated.
    return 0


def _referenced_size(values: Untyped, places: Untyped) -> Size:
    """Returns the size of rows that refer to `places` in `values`."""
    pa = load_pyarrow()
    if _is_text(values.type):
        return Size(len(places), _total(_lengths(values).take(places)))
    if pa.types.is_nested(values.type) or pa.types.is_dictionary(values.type):
        # An upper bound: such dictionaries are small, or the rows are read one by one.
        each = _measured(values)
        return Size(len(places) * each.values, len(places) * each.bytes)
    return Size(len(places), 8 * len(places))


def _runs(column: Untyped) -> tuple[Untyped, Untyped]:
    """Returns the values of a run-end encoded column, and the index of each row's value."""
    import pyarrow.compute

    pa = load_pyarrow()
    first, count = column.find_physical_offset(), column.find_physical_length()
    numbered = pa.RunEndEncodedArray.from_arrays(column.run_ends.slice(first, count), pa.array(range(count)))
    places = pyarrow.compute.run_end_decode(numbered.slice(column.offset, len(column)))
    return column.values.slice(first, count), places


def _union(column: Untyped) -> Size:
    import pyarrow.compute as pc

    rows = values = size = len(column)
    for number, code in enumerate(column.type.type_codes):
        child = column.field(number)
        if column.type.mode == "dense":
            places = column.offsets.filter(pc.equal(column.type_codes, code))
            inner = _referenced_size(child, places)
        else:
            inner = _measured(child)
        values, size = values + inner.values, size + inner.bytes
    return Size(max(values, rows), size)


def _is_text(kind: Untyped) -> bool:
    types = load_pyarrow().types
    return bool(
        types.is_string(kind)
        or types.is_binary(kind)
        or types.is_large_string(kind)
        or types.is_large_binary(kind)
        or _is_view(kind)
    )


def _is_view(kind: Untyped) -> bool:
    types = load_pyarrow().types
    return bool(types.is_string_view(kind) or types.is_binary_view(kind))


def _lengths(column: Untyped) -> Untyped:
    """Returns the number of bytes of each text."""
    import pyarrow.compute as pc

    pa = load_pyarrow()
    if _is_view(column.type):
        # A view starts with its length, which pyarrow has no function for.
        views = memoryview(column.buffers()[1]).cast("B").cast("i")
        views = views[4 * column.offset : 4 * (column.offset + len(column)) : 4]
        return pa.array(views.tolist(), pa.int64())
    return pc.binary_length(column)


def _total(numbers: Untyped) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(numbers).as_py() or 0)
