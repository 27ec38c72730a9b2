"""How large the dictionaries of a Parquet file are: what a row refers to is copied for each row when it is read.

A dictionary of a megabyte and a thousand rows that refer to it are a gigabyte in memory. Columns with dictionaries that
large are read as references; where they are smaller, fewer rows are read at a time, which costs sound files nothing.
"""

from typing import BinaryIO, NamedTuple

from pipeline.readers.arrow.columns import Untyped

MAX_COPIED_BYTES = 1 << 27
"""Bytes, 128 MiB, that the rows which are read at a time may become through dictionaries."""
MIN_LARGE_BYTES = 1 << 22
"""Bytes of a dictionary, 4 MiB, from which rows are read as references: most writers stop at 1 MiB."""
MAX_CHUNKS = 100_000
"""Chunks of columns that are looked at; of more, all that have a dictionary are read as references."""
PAGE_HEADER_BYTES = 40
DICTIONARY_PAGE = 2
UNKNOWN_BYTES = 1 << 40


class Dictionary(NamedTuple):
    """The dictionary of a text column in one group of rows: the path of the column, its bytes, and the values there."""

    path: str
    bytes: int
    values: int
    in_lists: bool

    @property
    def is_large(self) -> bool:
        """Whether rows that refer to it cannot be copied."""
        return self.bytes > MIN_LARGE_BYTES or (self.in_lists and self.bytes * self.values > MAX_COPIED_BYTES)


def large(file: BinaryIO, metadata: Untyped) -> list[str]:
    """The columns of texts with a dictionary that is large in any group of rows."""
    groups = range(metadata.num_row_groups)
    look = metadata.num_row_groups * metadata.num_columns <= MAX_CHUNKS
    found = dict.fromkeys(
        each.path
        for number in groups[: None if look else 1]
        for each in of_group(file if look else None, metadata, number)
        if each.is_large
    )
    paths = [metadata.schema.column(number).path for number in range(metadata.num_columns)]
    return [path for path in found if paths.count(path) == 1]


def of_group(file: BinaryIO | None, metadata: Untyped, number: int) -> list[Dictionary]:
    """The dictionaries of a group of rows; each of unknown size where no file is given to look at."""
    group, schema, found = metadata.row_group(number), metadata.schema, []
    for at in range(min(group.num_columns, metadata.num_columns)):
        chunk, column = group.column(at), schema.column(at)
        if column.physical_type != "BYTE_ARRAY" or not any("DICTIONARY" in name for name in chunk.encodings):
            continue
        size = UNKNOWN_BYTES if file is None else _size(file, chunk)
        # Not the path that the chunk bears: in a damaged file it is another.
        found.append(Dictionary(column.path, size, max(chunk.num_values, 0), column.max_repetition_level > 0))
    return found


def _size(file: BinaryIO, chunk: Untyped) -> int:
    """The unpacked bytes of the dictionary that a chunk begins with; 0 where it begins with another page."""
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
    """The first numbers of a page's header, in Thrift's compact protocol: its type, its bytes unpacked and packed."""
    found: list[int] = []
    at = 0
    while len(found) < 3 and header[at : at + 1] == b"\x15":
        at, shift, value = at + 1, 0, 0
        while at < len(header):
            byte = header[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                found.append((value >> 1) ^ -(value & 1))
                break
    return found
