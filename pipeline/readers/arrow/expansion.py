"""How much the rows of a record batch hold, counted before values of Python are made of them.

Many rows may stand for the same bytes: through a dictionary, a run, views, or lists that overlap. A batch of a kilobyte
can so hold a hundred million texts of a megabyte.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.config.settings import Limits
from pipeline.readers.arrow.columns import MAX_BATCH_BYTES, MAX_BATCH_ROWS, Untyped, load_pyarrow
from pipeline.readers.budget import Budget

LARGEST_ROW = 4
"""How many times `[input.limits] bytes` the bytes of one row may be: that limit counts characters, of one cell."""
MAX_COUNTED_VALUES = 1 << 40
"""Values that nobody has to count further."""


class Size(NamedTuple):
    """The values of some rows, those in lists and structs among them, and the bytes they take when each has its own."""

    values: int
    bytes: int


def pieces(batch: Untyped, limits: Limits, budget: Budget) -> Iterator[tuple[Untyped, str | None]]:
    """A checked batch in pieces that fit in memory, each with what is wrong with it where it is one row too large.

    Raises `ReaderError` where the file stands for more than the budget allows.
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
            reason = f"holds {size.values:,} values, over the limit of {limits.values:,}"
            yield piece, f"{reason}; leave it out, or raise [input.limits] values"
        elif size.bytes > LARGEST_ROW * limits.bytes:
            yield piece, f"is over the limit of {limits.bytes:,} bytes; raise [input.limits] bytes"
        else:
            budget.give(size.bytes)
            yield piece, None


def size_of(columns: list[Untyped]) -> Size:
    """The size of some columns together."""
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
        return _referred(column.dictionary, column.indices)
    if types.is_run_end_encoded(kind):
        return _referred(*_runs(column))
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
        if (held := _held(column)) > MAX_COUNTED_VALUES:
            return Size(held, held)
        inner = _measured(column.flatten())
        return Size(rows + inner.values, inner.bytes)
    return Size(rows, _total(_lengths(column)) if _is_view(kind) else column.nbytes)


def _held(column: Untyped) -> int:
    """How many values the lists of a column hold."""
    pa = load_pyarrow()
    kind = column.type
    if pa.types.is_fixed_size_list(kind):
        return int(len(column) * kind.list_size)
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        return _total(column.sizes)
    # Their offsets rise, as was checked.
    return 0


def _referred(values: Untyped, places: Untyped) -> Size:
    """What rows hold that refer to `places` in `values`."""
    pa = load_pyarrow()
    if _is_text(values.type):
        return Size(len(places), _total(_lengths(values).take(places)))
    if pa.types.is_nested(values.type) or pa.types.is_dictionary(values.type):
        # An upper bound: such dictionaries are small, or the rows are read one by one.
        each = _measured(values)
        return Size(len(places) * each.values, len(places) * each.bytes)
    return Size(len(places), 8 * len(places))


def _runs(column: Untyped) -> tuple[Untyped, Untyped]:
    """The values of a run-end encoded column, and which of them each row has."""
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
            inner = _referred(child, places)
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
    """How many bytes each text has."""
    import pyarrow.compute as pc

    pa = load_pyarrow()
    if _is_view(column.type):
        # A view begins with its length; no function of the library tells it.
        views = memoryview(column.buffers()[1]).cast("B").cast("i")
        views = views[4 * column.offset : 4 * (column.offset + len(column)) : 4]
        return pa.array(views.tolist(), pa.int64())
    return pc.binary_length(column)


def _total(numbers: Untyped) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(numbers).as_py() or 0)
