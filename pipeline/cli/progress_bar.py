"""The bar that a terminal shows below the lines; it loads rich."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple, TextIO

from rich.cells import cell_len
from rich.console import Console as RichConsole
from rich.console import ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar as RichProgressBar
from rich.text import Text

from pipeline.cli.rich_console import Console

MAX_BAR_WIDTH, MIN_BAR_WIDTH = 40, 5
"""Characters of the bar itself: it takes what the words leave, and stands back where that is too little."""


PART_GAP = "  "


class StatusPart(NamedTuple):
    """Some words beside the bar, in a style of rich's; where there is little room, the lightest go first."""

    text: str
    style: str
    weight: float


class StatusLine:
    """One line, as wide as the terminal is at the moment: what is left of the bar, how full it is, what is right."""

    def __init__(self, left: str, share: float | None, right: Sequence[StatusPart]) -> None:
        self._left = left
        self._share = share
        self._right = right

    def __rich_console__(self, console: RichConsole, options: ConsoleOptions) -> RenderResult:
        # A terminal that is made narrower would wrap a line that fills it, and what wraps is not erased.
        width = max(options.max_width - 1, 1)
        words = [StatusPart(self._left, "", inf), *self._right]
        while (room := width - sum(len(PART_GAP) + cell_len(part.text) for part in words)) < -len(PART_GAP) and len(
            words
        ) > 1:
            words.remove(min(words, key=lambda part: part.weight))
        left, *right = [Text(part.text, part.style, overflow="ellipsis", end="") for part in words]
        left.truncate(width)
        yield left
        if self._share is not None and room >= MIN_BAR_WIDTH:
            yield Text(PART_GAP, end="")
            yield RichProgressBar(1.0, self._share, width=min(room, MAX_BAR_WIDTH))
        for part in right:
            yield Text(PART_GAP, end="")
            yield part


class ProgressBar:
    """Stands on the last line of a terminal, until it is stopped."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(stream)
        # No thread draws: worker processes may be forked off meanwhile, and one that inherits a lock which the thread
        # holds stands still. And the streams stay what they are: such a worker would draw bars of its own.
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )

    @property
    def fits(self) -> bool:
        """Whether this terminal can draw over what it shows: a dumb one cannot."""
        return self._console.is_interactive

    def start(self) -> None:
        """Takes the last line."""
        self._live.start()

    def draw(self, row: StatusLine, lines: Sequence[str]) -> None:
        """Shows the row, and lines above it that stay."""
        with self._console:
            if lines:
                self._console.print(Text("\n".join(lines)), soft_wrap=True)
            self._live.update(row, refresh=True)

    def stop(self) -> None:
        """Gives the last line back, blank."""
        self._live.stop()
