"""The progress of a run: a bar on a terminal, lines in a log, nothing with --quiet."""

import errno
import io
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import ConsoleDimensions

from pipeline.cli.progress import Progress
from pipeline.cli.rich_console import Console
from pipeline.cli.run_summary import silence

MB = 1_000_000
CONTROL = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
Steps = list[tuple[float, dict[str, int]]]


class Clock:
    """A clock that only tests advance."""

    def __init__(self) -> None:
        self.now = 100.0
        self.read = 0

    def __call__(self) -> float:
        self.read += 1
        return self.now


class Terminal(io.StringIO):
    """Keeps all that is written to it, as a terminal that is never cleared."""

    def isatty(self) -> bool:
        return True

    @property
    def pictures(self) -> list[str]:
        """The successive contents of the line of the bar; the last is what remains on the screen."""
        return [CONTROL.sub("", part).strip("\r") for part in self.getvalue().split("\x1b[2K")]


class Gone(io.StringIO):
    """A pipe whose reader has gone after so many writes."""

    def __init__(self, writes: int, error: int, *, terminal: bool) -> None:
        super().__init__()
        self.tries = 0
        self._writes, self._error, self._terminal = writes, error, terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        self.tries += 1
        if self.tries > self._writes:
            raise OSError(self._error, "gone")
        return super().write(text)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns, whatever the tests run in."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")


def step(progress: Progress, documents: int, *, failed: int = 0, unchanged: int = 0, done: int = 0) -> None:
    progress.step(documents=documents, failed=failed, unchanged=unchanged, bytes_read=done, bytes_done=done)


def steady(progress: Progress, clock: Clock, seconds: int, *, failed: int = 0, unchanged: int = 0) -> None:
    """A hundred documents and a MB a second, from the start."""
    for second in range(1, seconds + 1):
        clock.now += 1
        step(progress, second * 100, failed=failed, unchanged=unchanged, done=second * MB)


# On a terminal


def test_the_bar_shows_how_far_the_run_is() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(100 * MB, stream=terminal, clock=clock) as progress:
        steady(progress, clock, 41)
        assert re.fullmatch(r"4,100 documents  [━╸╺]+  41 %  1\.0 MB/s  59 s left", terminal.pictures[-1])


def test_the_bar_shows_failed_and_unchanged_documents_only_where_some_are() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(100 * MB, stream=terminal, clock=clock) as progress:
        steady(progress, clock, 10, failed=3, unchanged=1_200)
        assert "10 %  1.0 MB/s  3 failed  1,200 unchanged" in terminal.pictures[-1]


@pytest.mark.parametrize("total", [None, 0])
def test_without_a_total_there_is_neither_a_bar_nor_a_time_left(total: int | None) -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(total, stream=terminal, clock=clock) as progress:
        steady(progress, clock, 41)
        assert terminal.pictures[-1] == "4,100 documents  1.0 MB/s"


def test_the_bar_is_there_before_the_first_document() -> None:
    terminal = Terminal()
    with Progress(100, stream=terminal, clock=Clock()):
        assert terminal.pictures[-1].startswith("0 documents  ")


def test_the_bar_leaves_a_blank_line_and_the_cursor() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(100, stream=terminal, clock=clock) as progress:
        step(progress, 1)
    assert terminal.pictures[-1] == ""
    assert terminal.getvalue().rindex("\x1b[?25h") > terminal.getvalue().rindex("\x1b[?25l")


def test_the_bar_is_taken_away_when_the_run_is_stopped() -> None:
    terminal = Terminal()

    def stopped() -> None:
        with Progress(100, stream=terminal, clock=Clock()):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert terminal.pictures[-1] == ""


def test_a_picture_is_drawn_ten_times_a_second_at_most_and_of_each_slow_document() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(None, stream=terminal, clock=clock) as progress:
        before = len(terminal.pictures)
        for number in range(1, 10_001):
            clock.now += 0.0001
            step(progress, number)
        assert 9 <= len(terminal.pictures) - before <= 10
        for number in range(10_001, 10_011):
            clock.now += 2
            step(progress, number)
            assert f"{number:,} documents" in terminal.pictures[-1]


@pytest.mark.parametrize("width", range(1, 130))
def test_the_bar_is_one_line_on_every_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    terminal, clock = Terminal(), Clock()
    with Progress(10_000 * MB, stream=terminal, clock=clock) as progress:
        steady(progress, clock, 40, failed=3, unchanged=12_000)
        assert "\n" not in terminal.getvalue()
        assert len(terminal.pictures[-1]) <= max(width - 1, 1)
        assert terminal.pictures[-1].startswith("4,000 documents"[: max(width - 2, 0)])


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (76, "4,000 documents  0 %  1.0 MB/s  3 failed  12,000 unchanged  2 h 46 min left"),
        (75, "4,000 documents  0 %  1.0 MB/s  3 failed  2 h 46 min left"),
        (50, "4,000 documents  0 %  3 failed  2 h 46 min left"),
        (47, "4,000 documents  3 failed  2 h 46 min left"),
        (40, "4,000 documents  2 h 46 min left"),
        (30, "4,000 documents"),
        (12, "4,000 docu…"),
    ],
)
def test_narrow_terminal_omits_the_least_important_parts(
    width: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    terminal, clock = Terminal(), Clock()
    with Progress(10_000 * MB, stream=terminal, clock=clock) as progress:
        steady(progress, clock, 40, failed=3, unchanged=12_000)
        assert re.sub("  [━╸╺]+", "", terminal.pictures[-1]) == words


def test_a_terminal_that_is_resized_has_the_next_picture_in_its_new_width(monkeypatch: pytest.MonkeyPatch) -> None:
    width = 120
    monkeypatch.setattr(Console, "width", property(lambda _: width))
    monkeypatch.setattr(Console, "size", property(lambda _: ConsoleDimensions(width, 24)))
    terminal, clock = Terminal(), Clock()
    with Progress(100 * MB, stream=terminal, clock=clock) as progress:
        steady(progress, clock, 41)
        assert len(terminal.pictures[-1]) > 70
        width = 30
        clock.now += 1
        step(progress, 4_200, done=42 * MB)
        assert terminal.pictures[-1] == "4,200 documents  58 s left"


def test_messages_are_printed_above_the_bar_unchanged() -> None:
    """No markup, no emoji, and not cut at the width of the terminal."""
    terminal, clock = Terminal(), Clock()
    lines = ["wire/[bold]locks[/bold]", ":smile:", "中文" * 60, "1234 'text' http://a.b"]
    with Progress(100, stream=terminal, clock=clock) as progress:
        for line in lines:
            progress.line(line)
            clock.now += 0.03
        step(progress, 4)
    shown = [line for picture in terminal.pictures for line in picture.splitlines() if "document" not in line and line]
    assert shown == lines


def test_a_line_does_not_wait_for_the_end() -> None:
    terminal, clock = Terminal(), Clock()
    with Progress(100, stream=terminal, clock=clock) as progress:
        clock.now += 1
        progress.line("lamps")
        assert "lamps\n" in terminal.getvalue()
        progress.line("locks")
        assert "locks" not in terminal.getvalue()
    assert "locks\n" in terminal.getvalue()


def test_a_terminal_that_cannot_draw_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal, clock = Terminal(), Clock()
    with Progress(100 * MB, stream=terminal, clock=clock) as progress:
        steady(progress, clock, 10)
    assert terminal.getvalue() == "pipeline: 1,000 documents, 1.0 MB/s, 10 %, 2 min left\n"


def test_an_output_of_ascii_takes_the_bar() -> None:
    raw = io.BytesIO()
    terminal = io.TextIOWrapper(raw, encoding="ascii", errors="backslashreplace")
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    clock = Clock()
    with Progress(100 * MB, stream=terminal, clock=clock) as progress:
        steady(progress, clock, 41)
    assert b"4,100 documents" in raw.getvalue()
    assert b"---" in raw.getvalue()
    assert b"\\u" not in raw.getvalue()


# In a log


def test_short_run_logs_no_progress() -> None:
    log, clock = io.StringIO(), Clock()
    with Progress(100 * MB, stream=log, clock=clock) as progress:
        steady(progress, clock, 9)
    assert log.getvalue() == ""


def test_log_lines_show_progress() -> None:
    log, clock = io.StringIO(), Clock()
    with Progress(730 * MB, stream=log, clock=clock) as progress:
        steady(progress, clock, 10, failed=3)
        assert log.getvalue() == "pipeline: 1,000 documents, 3 failed, 1.0 MB/s, 1 %, 12 min left\n"
    with Progress(None, stream=log, clock=clock) as progress:
        steady(progress, clock, 10, unchanged=50)
    assert log.getvalue().splitlines()[-1] == "pipeline: 1,000 documents, 50 unchanged, 1.0 MB/s"


def test_lines_in_a_log_become_rarer_and_the_last_is_of_the_end() -> None:
    log, clock = io.StringIO(), Clock()
    with Progress(None, stream=log, clock=clock) as progress:
        steady(progress, clock, 350)
        clock.now += 0.2
        step(progress, 35_001, done=350 * MB)
    said = [int(line.split()[1].replace(",", "")) for line in log.getvalue().splitlines()]
    assert said == [1_000, 3_000, 6_000, 10_000, 15_000, 21_000, 27_000, 33_000, 35_001]


def test_end_is_logged_once() -> None:
    log, clock = io.StringIO(), Clock()
    with Progress(None, stream=log, clock=clock) as progress:
        steady(progress, clock, 10)
    assert len(log.getvalue().splitlines()) == 1


def test_a_stopped_run_has_no_time_left() -> None:
    log, clock = io.StringIO(), Clock()
    with Progress(100 * MB, stream=log, clock=clock) as progress:
        steady(progress, clock, 15)
    assert log.getvalue().splitlines()[-1] == "pipeline: 1,500 documents, 1.0 MB/s, 15 %"


def test_lines_of_others_are_printed_plainly() -> None:
    log = io.StringIO()
    with Progress(None, stream=log, clock=Clock()) as progress:
        progress.line("[bold]lamps")
        assert log.getvalue() == "[bold]lamps\n"


# Nothing


def test_quiet_shows_nothing() -> None:
    for stream in (io.StringIO(), Terminal()):
        clock = Clock()
        with Progress(100 * MB, quiet=True, stream=stream, clock=clock) as progress:
            steady(progress, clock, 100)
        assert stream.getvalue() == ""


def test_a_process_without_stderr_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    clock = Clock()
    with Progress(100 * MB, clock=clock) as progress:
        steady(progress, clock, 100)
        progress.line("lamps")


def test_rich_is_loaded_only_for_a_bar() -> None:
    code = (
        "import io, sys; from pipeline.cli.progress import Progress\n"
        "with Progress(9, stream=io.StringIO()) as p: p.line('lamps')\n"
        "raise SystemExit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The reader has gone


@pytest.mark.parametrize("error", [errno.EPIPE, errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "log"])
@pytest.mark.parametrize("writes", range(6))
def test_a_stream_that_fails_does_not_end_the_run(writes: int, error: int, *, terminal: bool) -> None:
    stream, clock = Gone(writes, error, terminal=terminal), Clock()
    with Progress(100 * MB, stream=stream, clock=clock) as progress:
        steady(progress, clock, 100)
        progress.line("lamps")
        steady(progress, clock, 100)
    assert stream.tries == writes + 1


def test_a_broken_pipe_of_stderr_leaves_stdout_and_the_exit_code() -> None:
    """Data that Python still buffers for a stream would fail again at exit, with status 120."""
    code = (
        "import os, sys; from pipeline.cli.progress import Progress\n"
        "read, write = os.pipe(); os.close(read); os.dup2(write, 2)\n"
        "with Progress(None) as progress: progress.line('lamps')\n"
        "print('gone', file=sys.stderr); print('here')"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "here\n")


def test_unheard_streams_are_those_that_are_named(tmp_path: Any) -> None:
    with (tmp_path / "a").open("w") as a, (tmp_path / "b").open("w") as b:
        silence(a)
        for stream in (a, b):
            stream.write("lamps")
    assert ((tmp_path / "a").read_text(), (tmp_path / "b").read_text()) == ("", "lamps")


# Laws

numbers = st.integers(0, 2**53)
steps = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 0.05), st.floats(0, 1000)),
        st.fixed_dictionaries(dict.fromkeys(("documents", "failed", "unchanged", "bytes_read", "bytes_done"), numbers)),
    ),
    min_size=1,
    max_size=30,
)


def shown(stream: io.StringIO, total: int | None, course: Steps, lines: Callable[[int], list[str]]) -> None:
    clock = Clock()
    with Progress(total, stream=stream, clock=clock) as progress:
        for number, (seconds, figures) in enumerate(course):
            clock.now += seconds
            progress.step(**figures)
            for line in lines(number):
                progress.line(line)


@given(
    course=steps, total=st.none() | numbers, line=st.none() | st.text(st.characters(exclude_categories=["Cc", "Cs"]))
)
def test_what_a_terminal_shows_last_is_the_end(course: Steps, total: int | None, line: str | None) -> None:
    terminal = Terminal()
    shown(terminal, total, course, lambda _: [] if line is None else [line])
    last = [picture for picture in terminal.pictures if "document" in picture][-1]
    assert last.startswith(f"{course[-1][1]['documents']:,} document")


@given(course=steps, total=st.none() | numbers)
def test_last_log_line_is_the_end(course: Steps, total: int | None) -> None:
    log = io.StringIO()
    shown(log, total, course, lambda _: [])
    if said := log.getvalue().splitlines():
        assert said[-1].startswith(f"pipeline: {course[-1][1]['documents']:,} document")
