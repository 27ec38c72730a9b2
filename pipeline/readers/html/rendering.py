"""Renders the lines of an article as text. Only spaces, tabs, line ends and Markdown marks are added.

A bold line is put between `**`, a heading after `##`, so that later stages see the emphasis. Bold inside a line is
dropped, and so is all bold on a page where most text is bold.
"""

from collections.abc import Iterator, Sequence

import regex

from pipeline.readers.html.content import is_question
from pipeline.readers.html.lines import PageLine

MAX_HEADING_CHARS = 300
"""Maximum characters of a heading; a longer one is a paragraph in the wrong element."""
MAX_LABEL_CHARS = 60
MAX_BOLD_SHARE = 0.5
"""Share of bold letters above which bold has no meaning."""
MIN_RUN_IN_QUESTIONS = 2
"""Number of lines with a bold question followed by its answer that make a pattern."""
MIN_DATA_CELLS = 3
"""Number of cells that make a row data, which stays on one line; two columns are usually a dialogue."""
MAX_CELL_CHARS = 120
Q_OR_A = regex.compile(r"[QAqa问答問]")


def render(lines: Sequence[PageLine]) -> list[str]:
    """Returns the text lines for the lines of an article."""
    letters = sum(len(line.text) for line in lines)
    heavy = sum(len(line.text) for line in lines if line.context.bold)
    marks = heavy < MAX_BOLD_SHARE * letters
    parted = sum(_runs_on(line) for line in lines) >= MIN_RUN_IN_QUESTIONS
    return [text for group in _grouped(lines) for text in _group(group, marks=marks, parted=parted)]


def _grouped(lines: Sequence[PageLine]) -> Iterator[Sequence[PageLine]]:
    """Yields groups of lines: the cells of a data row, a label with what follows it, or one line alone."""
    i = 0
    while i < len(lines):
        row = lines[i].context.row
        end = i + 1
        while row and end < len(lines) and lines[end].context.row == row:
            end += 1
        cells = lines[i:end]
        if len(cells) >= MIN_DATA_CELLS and _is_data(cells):
            yield cells
            i = end
        elif i + 1 < len(lines) and _labels(lines[i], lines[i + 1]):
            yield lines[i : i + 2]
            i += 2
        else:
            yield lines[i : i + 1]
            i += 1


def _is_data(cells: Sequence[PageLine]) -> bool:
    blocks = {cell.context.block for cell in cells}
    return len(blocks) == len(cells) and all(len(cell.text) <= MAX_CELL_CHARS for cell in cells)


def _labels(line: PageLine, following: PageLine) -> bool:
    """Whether a table cell or a `<dt>` is only a speaker label: it ends in a colon."""
    row = line.context.row and line.context.row == following.context.row
    term = line.context.tag == "dt" and following.context.tag == "dd"
    return bool(row or term) and len(line.text) <= MAX_LABEL_CHARS and line.text[-1] in ":："


def _group(group: Sequence[PageLine], *, marks: bool, parted: bool) -> Iterator[str]:
    if len(group) > 1:
        yield ("\t" if len(group) > 2 else " ").join(line.text for line in group)
        return
    (line,) = group
    if line.gap:
        yield ""
    if line.context.level and len(line.text) <= MAX_HEADING_CHARS:
        yield f"{'#' * max(line.context.level, 2)} {line.text}"
    elif line.context.bold and marks and "*" not in line.text:
        yield f"**{line.text}**"
    elif parted and _runs_on(line):
        yield f"**{line.text[: line.opening]}**"
        yield line.text[line.opening :].strip()
    elif line.opening and Q_OR_A.fullmatch(line.text[: line.opening]):
        yield f"**{line.text[: line.opening]}** {line.text[line.opening :].strip()}"
    else:
        yield line.text


def _runs_on(line: PageLine) -> bool:
    """Whether a line is a bold question followed by its answer."""
    return 0 < line.opening < len(line.text) and is_question(line.text[: line.opening])
