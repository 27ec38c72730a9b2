"""Detects the encoding, the delimiter and the escape of a delimited text from its beginning."""

import codecs
import csv
import io
from collections import Counter

import regex

from pipeline.readers.byte_source import HEAD_BYTES
from pipeline.readers.csv.quoting import USUAL_ESCAPE, Dialect
from pipeline.text.decoding import BYTE_ORDER_MARKS
from pipeline.text.encodings.detect import detect_encodings
from pipeline.text.encodings.wide import detect_wide

DELIMITERS = (",", ";", "\t", "|")
TABBED = frozenset({".tsv", ".tab"})
MAX_ROW_LINES = 40
"""Lines of one row that are read to tell whether it is valid."""
ROWS = 50
"""Rows whose cells are counted."""
SEPARATOR_LINE = regex.compile(r'"?sep=(?P<delimiter>.)"?[\r\n]*+')
"""A first line that declares the delimiter, as Excel reads it."""


def encoding_of(head: bytes) -> str:
    """Returns the encoding of a table, detected from its head.

    For mixed encodings this is UTF-8: rows that are not valid fail one by one.

    >>> encoding_of("id,text\\n1,盐场".encode("gb18030")), encoding_of(b"id,text\\n")
    ('gb18030', 'utf-8')
    """
    for name, mark in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return name
    if 0 in head:
        return detect_wide(head) or "utf-8"
    try:
        # The head may end inside a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    sizes: Counter[str] = Counter()
    start = 0
    lines = head[: head.rfind(b"\n") + 1] if len(head) >= HEAD_BYTES else b""
    for stretch in detect_encodings(lines or head):
        sizes[stretch.encoding] += stretch.end - start
        start = stretch.end
    return "utf-8" if "utf-8" in sizes else max(sizes, key=lambda name: sizes[name])


def delimiter_of(head: str, suffix: str, quote: str, *, whole: bool) -> str:
    """Returns the delimiter with which most rows have as many cells as the first one, and of equal ones the most cells.

    `whole` says whether `head` is the whole text. If no delimiter gives two cells, the suffix decides.

    >>> delimiter_of("id;text\\n1;Salt, and time\\n", ".csv", '"', whole=True)
    ';'
    """
    if declared := SEPARATOR_LINE.match(head):
        return declared["delimiter"]
    among = ("\t", *DELIMITERS) if suffix in TABBED else DELIMITERS
    best, highest = among[0], (0.0, 1)
    for delimiter in among:
        widths = _widths(head, Dialect(delimiter, quote), whole=whole)
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        if (score := (round(alike, 1), widths[0])) > highest:
            best, highest = delimiter, score
        if suffix in TABBED and delimiter == "\t":
            break
    return best


def escape_of(head: str, delimiter: str, quote: str, *, whole: bool) -> str | None:
    r"""Returns a backslash if quotes are escaped with it, and "" if not; None if the head has no such quote.

    It is the reading with which more rows are valid and have as many cells as the first one.

    >>> escape_of('id,text\n1,"He said \\"no\\", and left"\n', ",", '"', whole=True)
    '\\'
    >>> escape_of('id,path\n1,"C:\\salt\\"\n', ",", '"', whole=True)
    ''
    """
    if not quote or USUAL_ESCAPE + quote not in head:
        return None if quote else ""
    plain, escaped = (
        _valid_rows(head, Dialect(delimiter, quote, escape), whole=whole) for escape in ("", USUAL_ESCAPE)
    )
    return USUAL_ESCAPE if escaped > plain else ""


def _valid_rows(head: str, dialect: Dialect, *, whole: bool) -> int:
    """Returns the lines of rows that are valid and have as many cells as the first one."""
    end = len(head) if whole else head.rfind("\n") + 1
    lines = [dialect.without_escapes(line) for line in head[:end].splitlines(keepends=True)]
    width, valid, at = 0, 0, 0
    while at < len(lines):
        rows = dialect.reader(iter(lines[at : at + MAX_ROW_LINES]), strict=True)
        try:
            cells = next(rows)
        except (csv.Error, StopIteration):
            at += 1
            continue
        read = max(1, rows.line_num)  # type: ignore[attr-defined]
        width = width or len(cells)
        valid += read if len(cells) == width else 0
        at += read
    return valid


def _widths(head: str, dialect: Dialect, *, whole: bool) -> list[int]:
    """Returns the number of cells in each of the first non-empty rows; not the last one of a truncated head."""
    widths: list[int] = []
    rows = dialect.reader(io.StringIO(head, newline=""))
    try:
        for cells in rows:
            if cells:
                widths.append(len(cells))
            if len(widths) > ROWS:
                return widths
    except csv.Error:
        # The rows before the fault are enough.
        pass
    return widths if whole or len(widths) < 2 else widths[:-1]
