"""Detects the delimiter and the escape of a delimited text from its beginning."""

import csv
import io
from collections.abc import Iterator

import regex

from pipeline.readers.csv.quoting import USUAL_ESCAPE, Dialect

DELIMITERS = (",", ";", "\t", "|")
TABBED = frozenset({".tsv", ".tab"})
MAX_ROW_LINES = 40
"""Lines of one row that are read to tell whether it is valid."""
ROWS = 50
"""Rows whose cells are counted."""
SEPARATOR_LINE = regex.compile(r'"?sep=(?P<delimiter>.)"?[\r\n]*+')
"""A first line that declares the delimiter, as Excel reads it."""


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
        score = max(_likeness(head, dialect, whole=whole) for dialect in _dialects(head, delimiter, quote))
        if score > highest:
            best, highest = delimiter, score
        if suffix in TABBED and delimiter == "\t" and score[1] > 1:
            break
    return best


def _dialects(head: str, delimiter: str, quote: str) -> Iterator[Dialect]:
    """Yields the dialects that a head may be in: with doubled quotes, and with escaped ones if it has such."""
    yield Dialect(delimiter, quote)
    if quote and USUAL_ESCAPE + quote in head:
        yield Dialect(delimiter, quote, USUAL_ESCAPE)


def _likeness(head: str, dialect: Dialect, *, whole: bool) -> tuple[float, int]:
    """Returns the share of rows, to a tenth, with as many cells as the first one, and how many that has."""
    widths = _widths(head, dialect, whole=whole)
    if not widths or widths[0] < 2:
        return 0.0, 0
    return round(sum(width == widths[0] for width in widths) / len(widths), 1), widths[0]


def escape_of(head: str, delimiter: str, quote: str, *, whole: bool) -> str | None:
    r"""Returns a backslash if quotes are escaped with it, and "" if not; None if the head does not tell.

    It is the reading with which more rows are valid and have as many cells as the first one. Where as many are with
    both, or there is no such quote, nobody knows: then a later row in doubt fails, and names the setting.

    >>> escape_of('id,text\n1,"He said \\"no\\", and left"\n', ",", '"', whole=True)
    '\\'
    >>> escape_of('id,path\n1,"C:\\salt\\"\n', ",", '"', whole=True)
    ''
    """
    if not quote or USUAL_ESCAPE + quote not in head:
        return None if quote else ""
    # The line that declares the delimiter is no row: its one cell would be the width of all others.
    rows = SEPARATOR_LINE.sub("", head, count=1) if SEPARATOR_LINE.match(head) else head
    plain, escaped = (
        _valid_rows(rows, Dialect(delimiter, quote, escape), whole=whole) for escape in ("", USUAL_ESCAPE)
    )
    if plain == escaped:
        return None
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
    rows = dialect.reader(map(dialect.without_escapes, io.StringIO(head, newline="")))
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
