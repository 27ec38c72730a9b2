"""The progress bar on the last line of a terminal. Imports rich, so import this module late."""

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
"""Width of the bar in characters: it takes the space that the text leaves, and is hidden if that is too little."""


PART_GAP = "  "


class StatusPart(NamedTuple):
    """Text beside the bar, in a style of rich; if there is little space, parts with the least weight are hidden."""

    text: str
    style: str
    weight: float


class StatusLine:
    """The line with the bar, as wide as the terminal: text on the left, the bar, and text on the right."""

    def __init__(self, left: str, share: float | None, right: Sequence[StatusPart]) -> None:
        self._left = left
        self._share = share
        self._right = right

    def __rich_console__(self, console: RichConsole, options: ConsoleOptions) -> RenderResult:
        # Leave one column free: if the terminal gets narrower, a full line would wrap and not be erased.
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
    """The last line of a terminal, until it is stopped."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(stream)
        # No drawing thread: a worker process that is forked while the thread holds a lock would hang. No redirected
        # streams: a forked worker would draw bars too.
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )

    @property
    def fits(self) -> bool:
        """Whether the terminal can overwrite a line; a dumb terminal cannot."""
        return self._console.is_interactive

    def start(self) -> None:
        """Starts to draw on the last line."""
        self._live.start()

    def draw(self, row: StatusLine, lines: Sequence[str]) -> None:
        """Draws the line, and prints `lines` above it."""
        with self._console:
            if lines:
                self._console.print(Text("\n".join(lines)), soft_wrap=True)
            self._live.update(row, refresh=True)

    def stop(self) -> None:
        """Clears the last line."""
        self._live.stop()
