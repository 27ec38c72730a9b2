"""Finds large dictionaries in Parquet files: a dictionary value is copied for each row that refers to it.

With a dictionary value of a megabyte, a thousand rows take a gigabyte of memory. Columns with large dictionaries are
read as references. With smaller ones fewer rows are read at a time, which costs sound files nothing.
"""

from typing import BinaryIO, NamedTuple

from pipeline.readers.arrow.columns import Untyped

MAX_COPIED_BYTES = 1 << 27
"""Maximum bytes (128 MiB) of the dictionary values copied for the rows that are read at a time."""
MIN_LARGE_BYTES = 1 << 22
"""Bytes of a dictionary (4 MiB) above which rows are read as references: most writers stop at 1 MiB."""
MAX_CHUNKS = 100_000
"""Maximum column chunks that are inspected; above it, all columns with a dictionary are read as references."""
PAGE_HEADER_BYTES = 40
DICTIONARY_PAGE = 2
UNKNOWN_BYTES = 1 << 40


class Dictionary(NamedTuple):
    """The dictionary of a text column in a row group: the column's path, its size in bytes, the number of values."""

    path: str
    bytes: int
    values: int
    in_lists: bool

    @property
    def is_large(self) -> bool:
        """Whether it is too large to be copied for each row."""
        return self.bytes > MIN_LARGE_BYTES or (self.in_lists and self.bytes * self.values > MAX_COPIED_BYTES)


def large(file: BinaryIO, metadata: Untyped) -> list[str]:
    """Returns the text columns with a large dictionary in any row group."""
    groups = range(metadata.num_row_groups)
    look = metadata.num_row_groups * metadata.num_columns <= MAX_CHUNKS
    large_paths = dict.fromkeys(
        each.path
        for number in groups[: None if look else 1]
        for each in of_group(file if look else None, metadata, number)
        if each.is_large
    )
    paths = [metadata.schema.column(number).path for number in range(metadata.num_columns)]
    return [path for path in large_paths if paths.count(path) == 1]


def of_group(file: BinaryIO | None, metadata: Untyped, number: int) -> list[Dictionary]:
    """Returns the dictionaries of a row group; their size is unknown without the file."""
    group, schema, dictionaries = metadata.row_group(number), metadata.schema, []
    for at in range(min(group.num_columns, metadata.num_columns)):
        chunk, column = group.column(at), schema.column(at)
        if column.physical_type != "BYTE_ARRAY" or not any("DICTIONARY" in name for name in chunk.encodings):
            continue
        size = UNKNOWN_BYTES if file is None else _size(file, chunk)
        # Not `path_in_schema` of the chunk, which is wrong in a damaged file.
        dictionaries.append(Dictionary(column.path, size, max(chunk.num_values, 0), column.max_repetition_level > 0))
    return dictionaries


def _size(file: BinaryIO, chunk: Untyped) -> int:
    """Returns the uncompressed bytes of the dictionary page that starts a chunk; 0 if another page does."""
    begin = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < begin:
        begin = chunk.dictionary_page_offset
    if begin < 0:
        return 0
    file.seek(begin)
    numbers = _numbers(file.read(PAGE_HEADER_BYTES))
    if len(numbers) < 2:
        return UNKNOWN_BYTES
    kind, size = numbers[:2]
    return max(size, 0) if kind == DICTIONARY_PAGE else 0


def _numbers(header: bytes) -> list[int]:
    """Returns the first numbers of a page header in Thrift's compact protocol: type and both sizes."""
    numbers: list[int] = []
    at = 0
    while len(numbers) < 3 and header[at : at + 1] == b"\x15":
        at, shift, value = at + 1, 0, 0
        while at < len(header):
            byte = header[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                numbers.append((value >> 1) ^ -(value & 1))
                break
    return numbers
