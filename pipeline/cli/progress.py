"""Shows the progress of a run on stderr: a bar on a terminal, occasional lines in a log."""

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
"""Seconds between two redraws of the bar."""

SAMPLE_SECONDS = 1.0
"""Seconds between two samples of the speed if no bar is drawn."""

FIRST_LINE_SECONDS, MAX_SILENCE_SECONDS = 10.0, 60.0
"""Seconds before the first line in a log, by which each interval grows, and the longest interval."""


class Progress:
    """Shows the progress of a run; prints nothing if `quiet`.

    It draws only when `step` or `line` is called. While waiting for a slow document, call `step` with the same figures.
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
        # sys.stderr is None if the caller closed it.
        self._stream: TextIO | None = sys.stderr if stream is None else stream
        self._clock = clock
        self._figures = (0, 0, 0, 0, 0)
        self._due = inf
        self._bar: ProgressBar | None = None
        self._lines_above: list[str] = []
        self._silence = FIRST_LINE_SECONDS
        self._next_line = inf
        self._printed: tuple[int, ...] | None = None

    def __enter__(self) -> "Progress":
        if not self._quiet and self._stream is not None:
            now = self._clock()
            self._estimator = SpeedEstimator(now)
            self._next_line = now + FIRST_LINE_SECONDS
            with self._ignoring_write_errors():
                self._bar = self._on_terminal(self._stream)
                self._refresh()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._due < inf:
            self._due = inf
            with self._ignoring_write_errors():
                self._end()

    def step(self, *, documents: int, failed: int, unchanged: int, bytes_read: int, bytes_done: int) -> None:
        """Updates the figures, all counted from the start of the run.

        `bytes_read` is the position in the input files, in the unit of the total; `bytes_done` is the size of the
        processed documents, without unchanged ones.
        """
        self._figures = (documents, failed, unchanged, bytes_read, bytes_done)
        # Reading the clock takes 40 ns. Reading it only at every n-th call would delay updates for large documents.
        if self._clock() >= self._due:
            with self._ignoring_write_errors():
                self._refresh()

    def line(self, text: str) -> None:
        """Prints a line, above the bar if there is one, at the latest with the next redraw."""
        with self._ignoring_write_errors():
            if self._bar is None:
                self._print(text)
            else:
                # A redraw takes as long as printing hundreds of lines.
                self._lines_above.append(text)
                if self._clock() >= self._due:
                    self._refresh()

    def _on_terminal(self, stream: TextIO) -> "ProgressBar | None":
        if not stream.isatty():
            return None
        from pipeline.cli.progress_bar import ProgressBar

        bar = ProgressBar(stream)
        if not bar.fits:
            return None
        bar.start()
        return bar

    def _refresh(self) -> None:
        now = self._clock()
        self._record(now)
        if self._bar is not None:
            self._draw(self._bar)
            # Measured from the end of drawing, so that a slow connection gets fewer redraws.
            self._due = self._clock() + REDRAW_SECONDS
            return
        if now >= self._next_line:
            self._printed = self._figures
            self._print(self._text())
            self._silence = min(self._silence + FIRST_LINE_SECONDS, MAX_SILENCE_SECONDS)
            self._next_line = now + self._silence
        self._due = min(now + SAMPLE_SECONDS, self._next_line)

    def _end(self) -> None:
        self._record(self._clock())
        if self._bar is not None:
            bar, self._bar = self._bar, None
            try:
                self._draw(bar)
            finally:
                bar.stop()
        elif self._printed not in {None, self._figures}:
            self._print(self._text(going=False))

    def _record(self, now: float) -> None:
        _, _, unchanged, read, done = self._figures
        self._estimator.record(now, unchanged=unchanged, read=read, done=done)

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
        lines, self._lines_above = self._lines_above, []
        bar.draw(row, lines)

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
    def _ignoring_write_errors(self) -> Iterator[None]:
        """Ignores errors on writing, such as a closed terminal or a full disk: the run continues."""
        try:
            yield
        except OSError:
            stream, self._stream, self._bar, self._due = self._stream, None, None, inf
            # A stream without a file cannot be redirected, but it is not written to again.
            with suppress(OSError):
                if stream is not None:
                    silence(stream)

    def _share(self) -> float | None:
        return None if self._total is None else min(max(self._figures[3] / self._total, 0.0), 1.0)

    def _percent(self) -> str:
        share = self._share()
        return "" if share is None else f"{int(share * 100)} %"

    def _speed(self) -> str:
        known = self._estimator.speed()
        return "" if known is None else speed(known)

    def _failed(self) -> str:
        return f"{self._figures[1]:,} failed" if self._figures[1] else ""

    def _unchanged(self) -> str:
        return f"{self._figures[2]:,} unchanged" if self._figures[2] else ""

    def _left(self) -> str:
        known = None if self._total is None else self._estimator.left(self._total)
        return "" if known is None else f"{estimate(known)} left"
