"""How far a run is, on stderr: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from pipeline.cli.humanize import count_of, estimate, speed
from pipeline.cli.run_summary import silence
from pipeline.cli.speed import SpeedEstimator

if TYPE_CHECKING:
    from pipeline.cli.progress_bar import ProgressBar

REDRAW_SECONDS = 0.1
"""Seconds between two pictures of the bar."""

SAMPLE_SECONDS = 1.0
"""Seconds between two looks at the pace where no bar is drawn."""

FIRST_LINE_SECONDS, MAX_SILENCE_SECONDS = 10.0, 60.0
"""Seconds before the first line in a log, by which each silence is longer than the one before, and the longest."""


class Progress:
    """Shows how far a run is, from the figures that it is told after each document; nothing where it is quiet.

    It draws only when it is told something. Who waits long for a document may tell it the same figures again meanwhile.
    """

    def __init__(
        self,
        total_bytes: int | None,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total_bytes or None
        self._quiet = quiet
        # Python has no stderr where its caller closed it.
        self._stream: TextIO | None = sys.stderr if stream is None else stream
        self._clock = clock
        self._figures = (0, 0, 0, 0, 0)
        self._due = inf
        self._bar: ProgressBar | None = None
        self._above: list[str] = []
        self._silence = FIRST_LINE_SECONDS
        self._next_line = inf
        self._said: tuple[int, ...] | None = None

    def __enter__(self) -> "Progress":
        if not self._quiet and self._stream is not None:
            now = self._clock()
            self._pace = SpeedEstimator(now)
            self._next_line = now + FIRST_LINE_SECONDS
            with self._heard():
                self._bar = self._on_terminal(self._stream)
                self._look()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._due < inf:
            self._due = inf
            with self._heard():
                self._end()

    def step(self, *, documents: int, failed: int, unchanged: int, bytes_read: int, bytes_done: int) -> None:
        """Takes how far the run is, all counted from its start.

        `bytes_read` is how far the input files are read, in the unit of the total; `bytes_done` the size of the
        documents that were worked on, so without unchanged ones.
        """
        self._figures = (documents, failed, unchanged, bytes_read, bytes_done)
        # The clock costs 40 ns; to look at it only at every n-th call would leave what is shown behind when documents
        # get larger all at once.
        if self._clock() >= self._due:
            with self._heard():
                self._look()

    def line(self, text: str) -> None:
        """Prints a line that stays, above the bar if there is one; it may wait there until the next picture."""
        with self._heard():
            if self._bar is None:
                self._print(text)
            else:
                # A picture costs as much as hundreds of lines.
                self._above.append(text)
                if self._clock() >= self._due:
                    self._look()

    def _on_terminal(self, stream: TextIO) -> "ProgressBar | None":
        if not stream.isatty():
            return None
        from pipeline.cli.progress_bar import ProgressBar

        bar = ProgressBar(stream)
        if not bar.fits:
            return None
        bar.start()
        return bar

    def _look(self) -> None:
        now = self._clock()
        self._note(now)
        if self._bar is not None:
            self._draw(self._bar)
            # Counted from the end of the drawing, so that a slow connection is given less to draw.
            self._due = self._clock() + REDRAW_SECONDS
            return
        if now >= self._next_line:
            self._said = self._figures
            self._print(self._text())
            self._silence = min(self._silence + FIRST_LINE_SECONDS, MAX_SILENCE_SECONDS)
            self._next_line = now + self._silence
        self._due = min(now + SAMPLE_SECONDS, self._next_line)

    def _end(self) -> None:
        self._note(self._clock())
        if self._bar is not None:
            bar, self._bar = self._bar, None
            try:
                self._draw(bar)
            finally:
                bar.stop()
        elif self._said not in {None, self._figures}:
            self._print(self._text(going=False))

    def _note(self, now: float) -> None:
        _, _, unchanged, read, done = self._figures
        self._pace.note(now, unchanged=unchanged, read=read, done=done)

    def _draw(self, bar: "ProgressBar") -> None:
        from pipeline.cli.progress_bar import StatusLine, StatusPart

        row = StatusLine(
            count_of(self._figures[0], "document"),
            self._share(),
            [
                StatusPart(text, style, weight)
                for text, style, weight in (
                    (self._percent(), "", 3),
                    (self._speed(), "", 2),
                    (self._failed(), "red", 4),
                    (self._unchanged(), "", 1),
                    (self._left(), "", 5),
                )
                if text
            ],
        )
        above, self._above = self._above, []
        bar.draw(row, above)

    def _text(self, *, going: bool = True) -> str:
        parts = (
            count_of(self._figures[0], "document"),
            self._failed(),
            self._unchanged(),
            self._speed(),
            self._percent(),
            self._left() if going else "",
        )
        return f"pipeline: {', '.join(part for part in parts if part)}"

    def _print(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Whoever closes the pipe or the terminal, or fills the disk of the log, does not end the run."""
        try:
            yield
        except OSError:
            stream, self._stream, self._bar, self._due = self._stream, None, None, inf
            # What is no file cannot be sent elsewhere, and is not written to again.
            with suppress(OSError):
                if stream is not None:
                    silence(stream)

    def _share(self) -> float | None:
        return None if self._total is None else min(max(self._figures[3] / self._total, 0.0), 1.0)

    def _percent(self) -> str:
        share = self._share()
        return "" if share is None else f"{int(share * 100)} %"

    def _speed(self) -> str:
        known = self._pace.speed()
        return "" if known is None else speed(known)

    def _failed(self) -> str:
        return f"{self._figures[1]:,} failed" if self._figures[1] else ""

    def _unchanged(self) -> str:
        return f"{self._figures[2]:,} unchanged" if self._figures[2] else ""

    def _left(self) -> str:
        known = None if self._total is None else self._pace.left(self._total)
        return "" if known is None else f"{estimate(known)} left"
