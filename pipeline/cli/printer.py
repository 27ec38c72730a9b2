"""Prints tables and lines: in colour on a terminal, plain and unshortened in a pipe."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.text.escapes import escape_hidden
from pipeline.text.lines import display_width

if TYPE_CHECKING:
    from pipeline.cli.rich_console import Console

COLUMN_GAP = "  "
EDIT_COLOURS = ((r"\[-(?s:.)*?-\]", "red"), (r"\{\+(?s:.)*?\+\}", "green"))


class Printer:
    """Prints to standard output: with rich on a terminal, otherwise one unwrapped line per line."""

    def __init__(self) -> None:
        self._console: Console | None = None
        if sys.stdout.isatty():
            from pipeline.cli import rich_console

            self._console = rich_console.Console(sys.stdout)

    def table(self, rows: Iterable[Sequence[str]], heads: Sequence[str] = (), *, right: Sequence[int] = ()) -> None:
        """Prints rows of cells under `heads`; columns `right` are aligned right. The last column takes the rest."""
        cells = [[escape_hidden(cell) for cell in row] for row in rows]
        if self._console is None:
            self._plain([list(heads), *cells] if heads else cells, right)
            return
        from rich.table import Table

        count = len(heads) or max(map(len, cells), default=0)
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=bool(heads), pad_edge=False)
        for i in range(count):
            head = heads[i] if heads else ""
            table.add_column(head, justify="right" if i in right else "left", no_wrap=i < count - 1, overflow="fold")
        for row in cells:
            table.add_row(*map(self._coloured, row))
        self._console.print(table)

    def line(self, text: str = "", *, style: str = "") -> None:
        """Prints a line of text; on a terminal marked edits are coloured."""
        text = escape_hidden(text)
        if self._console is None:
            print(text)
        else:
            shown = self._coloured(text)
            shown.stylize(style)
            self._console.print(shown, soft_wrap=True)

    def _coloured(self, text: str) -> Any:  # noqa: ANN401 -- rich's Text, which is not loaded in a pipe
        from rich.text import Text

        shown = Text(text)
        for pattern, style in EDIT_COLOURS:
            shown.highlight_regex(pattern, style)
        return shown

    def _plain(self, cells: list[list[str]], right: Sequence[int]) -> None:
        count = max(map(len, cells), default=0)
        widths = [max((display_width(row[i]) for row in cells if i < len(row)), default=0) for i in range(count)]
        for row in cells:
            padded = []
            for i, cell in enumerate(row):
                padding = " " * (widths[i] - display_width(cell))
                padded.append(padding + cell if i in right else cell if i == len(row) - 1 else cell + padding)
            print(COLUMN_GAP.join(padded).rstrip())
