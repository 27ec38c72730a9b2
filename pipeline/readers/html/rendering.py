"""The text of an article's lines. No character is added but blanks, line ends and the marks of Markdown.

A line in bold stands between `**`, a heading behind `##`: so the stages see what stood out on the page. Bold within a
line, and bold that is nearly everything, say nothing.
"""

from collections.abc import Iterator, Sequence

import regex

from pipeline.readers.html.content import is_question
from pipeline.readers.html.lines import PageLine

MAX_HEADING_CHARS = 300
"""Characters from which a heading is a paragraph in the wrong element."""
MAX_LABEL_CHARS = 60
MAX_BOLD_SHARE = 0.5
"""Share of the letters in bold from which bold marks nothing."""
MIN_RUN_IN_QUESTIONS = 2
"""Lines that begin with a question in bold and go on with its answer, from which they are a pattern."""
MIN_DATA_CELLS = 3
"""Cells from which a row is data and stays one line; two columns are a talk."""
MAX_CELL_CHARS = 120
Q_OR_A = regex.compile(r"[QAqa问答問]")


def render(lines: Sequence[PageLine]) -> list[str]:
    """The lines of text that the lines of an article make."""
    letters = sum(len(line.text) for line in lines)
    heavy = sum(len(line.text) for line in lines if line.context.bold)
    marks = heavy < MAX_BOLD_SHARE * letters
    parted = sum(_runs_on(line) for line in lines) >= MIN_RUN_IN_QUESTIONS
    return [text for group in _grouped(lines) for text in _group(group, marks=marks, parted=parted)]


def _grouped(lines: Sequence[PageLine]) -> Iterator[Sequence[PageLine]]:
    """Lines apart, but the cells of a row of data together, and a label's cell or term with what follows it."""
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
    """Whether a cell or a term only says who speaks: it ends in a colon."""
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
    """Whether a question in bold and what answers it stand in one line."""
    return 0 < line.opening < len(line.text) and is_question(line.text[: line.opening])
