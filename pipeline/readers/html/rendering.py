"""Renders the lines of an article as text, with what the markup said of it as spans beside the text.

Only spaces, tabs and line ends are added. Where most text is bold, bold says nothing and is left out.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pipeline.model.evidence import Evidence, EvidenceKind
from pipeline.readers.html.content import is_question
from pipeline.readers.html.lines import BlockMark, PageLine, TextRun

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


class MarkedSpan(msgspec.Struct, frozen=True, gc=False):
    """A span `[start, end)` of a text line, the blocks around it, and the level of the heading that it is, or 0."""

    start: int
    end: int
    marks: tuple[BlockMark, ...]
    level: int = 0


class TextLine(msgspec.Struct, frozen=True, gc=False):
    """A line of the text of a page, with what marks it and its runs. `kind` is set for lines of the page's head."""

    text: str
    spans: tuple[MarkedSpan, ...] = ()
    runs: tuple[TextRun, ...] = ()
    kind: EvidenceKind | None = None


def render(lines: Sequence[PageLine]) -> list[TextLine]:
    """Returns the text lines for the lines of an article."""
    letters = sum(len(line.text) for line in lines)
    heavy = sum(len(line.text) for line in lines if line.context.bold)
    bold = heavy < MAX_BOLD_SHARE * letters
    parted = sum(_runs_on(line) for line in lines) >= MIN_RUN_IN_QUESTIONS
    return [text for group in _grouped(lines) for text in _group(group, bold=bold, parted=parted)]


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
    blocks = {_cell_number(cell) for cell in cells}
    return len(blocks) == len(cells) and all(len(cell.text) <= MAX_CELL_CHARS for cell in cells)


def _cell_number(line: PageLine) -> int:
    """The number of the cell of a line; that of its block if it is in none."""
    return next((mark.number for mark in line.context.marks if mark.kind == "cell"), line.context.block)


def _labels(line: PageLine, following: PageLine) -> bool:
    """Whether a table cell or a `<dt>` is only a speaker label: it ends in a colon."""
    row = line.context.row and line.context.row == following.context.row
    term = line.context.tag == "dt" and following.context.tag == "dd"
    return bool(row or term) and len(line.text) <= MAX_LABEL_CHARS and line.text[-1] in ":："


def _group(group: Sequence[PageLine], *, bold: bool, parted: bool) -> Iterator[TextLine]:
    if len(group) > 1:
        yield _joined(group, "\t" if len(group) > 2 else " ", bold=bold)
        return
    (line,) = group
    if line.gap:
        yield TextLine("")
    if parted and _runs_on(line):
        yield from _parted(line)
    else:
        yield _joined(group, "", bold=bold)


def _joined(group: Sequence[PageLine], separator: str, *, bold: bool) -> TextLine:
    spans: list[MarkedSpan] = []
    runs: list[TextRun] = []
    at = 0
    for line in group:
        level = line.context.level if len(line.text) <= MAX_HEADING_CHARS else 0
        spans.append(MarkedSpan(at, at + len(line.text), line.context.marks, level))
        runs += _shifted(line.runs, at, bold=bold)
        at += len(line.text) + len(separator)
    return TextLine(separator.join(line.text for line in group), tuple(spans), tuple(runs))


def _shifted(runs: Iterable[TextRun], by: int, *, bold: bool = True) -> Iterator[TextRun]:
    for run in runs:
        if bold or run.kind != "bold":
            yield TextRun(run.start + by, run.end + by, run.kind)


def _parted(line: PageLine) -> Iterator[TextLine]:
    """A bold question and its answer, on lines of their own."""
    question, rest = line.text[: line.opening].rstrip(), line.text[line.opening :]
    answer = rest.strip()
    cut = line.opening + len(rest) - len(rest.lstrip())
    for text, start in ((question, 0), (answer, cut)):
        inside = [run for run in line.runs if run.end > start and run.start < start + len(text)]
        cut_runs = (TextRun(max(run.start, start) - start, min(run.end - start, len(text)), run.kind) for run in inside)
        yield TextLine(text, (MarkedSpan(0, len(text), line.context.marks),), tuple(cut_runs))


def _runs_on(line: PageLine) -> bool:
    """Whether a line is a bold question followed by its answer."""
    return 0 < line.opening < len(line.text) and is_question(line.text[: line.opening])


# --- spans beside the text


def evidence_of(lines: Sequence[TextLine]) -> Iterator[Evidence]:
    """Yields what the markup said of the text that `lines` make, joined by line ends.

    A block that holds several lines is one span.
    """
    rows: dict[int, int] = {}
    open_blocks: dict[int, tuple[BlockMark, int, int]] = {}
    at = 0
    for line in lines:
        if line.kind is not None and line.text:
            yield Evidence(at, at + len(line.text), line.kind)
        for span in line.spans:
            start, end = at + span.start, at + span.end
            if span.level:
                yield Evidence(start, end, "heading", str(span.level))
            around = {mark.number for mark in span.marks}
            for number in [number for number in open_blocks if number not in around]:
                yield _block_evidence(*open_blocks.pop(number), rows)
            for mark in span.marks:
                first = open_blocks[mark.number][1] if mark.number in open_blocks else start
                open_blocks[mark.number] = (mark, first, end)
        for run in line.runs:
            yield Evidence(at + run.start, at + run.end, run.kind)
        at += len(line.text) + 1
    for block in open_blocks.values():
        yield _block_evidence(*block, rows)


def _block_evidence(mark: BlockMark, start: int, end: int, rows: dict[int, int]) -> Evidence:
    if mark.kind != "cell":
        return Evidence(start, end, mark.kind)
    return Evidence(start, end, "cell", f"{rows.setdefault(mark.row, len(rows) + 1)}.{mark.column}")
