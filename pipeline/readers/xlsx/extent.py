"""Measures the sheets of a workbook before they are loaded: a cell at the far end of a sheet would fill the memory."""

from collections.abc import Iterable

import regex

CELL_PLACE = regex.compile(rb"\sr\s{0,3}=\s{0,3}[\"']([A-Za-z]{1,20})([0-9]{1,20})[\"']")
ROW_PLACE = regex.compile(rb"<(?:[A-Za-z0-9]{1,20}:)?row\s[^<>]{0,500}?\br\s{0,3}=\s{0,3}[\"']([0-9]{1,20})[\"']")
SEAM_BYTES = 600
"""Bytes of a piece that are looked at again with the next one."""
MAX_COLUMN_LETTERS = 3


def cell_extent(pieces: Iterable[bytes]) -> int:
    """The number of cells of the smallest rectangle that holds all cells of a sheet, from the pieces of its XML.

    >>> cell_extent([b'<row r="3"><c r="B3"/><c r="', b'AA3"/></row>'])
    26
    """
    left = right = top = bottom = 0
    before = b""
    for piece in pieces:
        window = before + piece
        rows = {int(row) for row in ROW_PLACE.findall(window)}
        columns = set()
        for letters, row in set(CELL_PLACE.findall(window)):
            columns.add(_column(letters))
            rows.add(int(row))
        if columns:
            left, right = min(left or min(columns), *columns), max(right, *columns)
        if rows:
            top, bottom = min(top or min(rows), *rows), max(bottom, *rows)
        before = window[-SEAM_BYTES:]
    return (right - left + 1) * (bottom - top + 1) if right and bottom else 0


def _column(letters: bytes) -> int:
    """The number of a column from its letters, from 1."""
    number = 0
    for letter in letters.upper()[: MAX_COLUMN_LETTERS + 3]:
        number = 26 * number + letter - 64
    return number
