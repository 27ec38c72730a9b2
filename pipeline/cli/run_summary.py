"""What `pipeline run` prints: failures, skipped inputs and a summary."""

import io
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from pipeline.cli.humanize import count_of, duration, frequency, speed
from pipeline.runs.counters import Counters, LeftOutEntry
from pipeline.runs.outcome import Failure
from pipeline.runs.output.output_folder import RUN_FOLDER
from pipeline.storage import RemotePath
from pipeline.text.escapes import escape_hidden

DEGRADED_LABEL = "degraded: a stage failed"
"""Label of degraded articles in the summary."""

MAX_LEFT_OUT_LINES = 20
"""Most skipped inputs that are listed; a folder can contain thousands of images."""


def silence(*streams: TextIO) -> None:
    """Discards all further output of these streams, by default of both standard streams.

    For a run whose output nobody reads any more: the run continues.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams or (sys.stdout, sys.stderr):
        with suppress(io.UnsupportedOperation):
            # A stream that the caller closed has no descriptor.
            os.dup2(nowhere, stream.fileno())


def failure_line(failure: Failure) -> str:
    """The line for a failed document, escaped so that it is one line."""
    whose = f" of {failure.package}" if failure.package else ""
    where = f"stage {failure.stage}{whose}: " if failure.stage else ""
    return escape_hidden(f"{failure.document}: {where}{failure.reason}")


class LeftOutLines:
    """The lines for skipped inputs: the first ones are listed, the rest is counted."""

    def __init__(self) -> None:
        self._more = 0
        self._listed = 0

    def line(self, aside: LeftOutEntry) -> str | None:
        """The line for a skipped input, or `None` if enough were listed."""
        if self._listed == MAX_LEFT_OUT_LINES:
            self._more += 1
            return None
        self._listed += 1
        many = f" ({aside.count:,} times)" if aside.count > 1 else ""
        return escape_hidden(f"skipped: {aside.name}: {aside.reason}{many}")

    def rest(self, output: Path | RemotePath | None) -> str | None:
        """A line that counts the inputs that were not listed, or `None`; names the file in `output` that lists all."""
        if not self._more:
            return None
        where = f"; all in {output / RUN_FOLDER}/left-out.jsonl" if output else ""
        return escape_hidden(f"skipped: {self._more:,} more{where}")


def summary(
    account: Counters, output: Path | RemotePath, *, seconds: float | None = None, workers: int | None = None
) -> None:
    """Prints the number of documents by outcome, the time if given, and where the articles are."""
    from rich.table import Table

    from pipeline.cli.rich_console import Console

    totals, figures = account.totals, account.figures
    table = Table(title=None, show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    for number, what in (
        (totals.documents, "documents in"),
        (totals.written, "written"),
        (totals.failed, "failed"),
        (totals.rejected, "rejected"),
        (totals.unchanged, "unchanged"),
        *([(totals.degraded, DEGRADED_LABEL)] if totals.degraded else []),
        *([(totals.edited, "edited by hand, kept")] if totals.edited else []),
        (figures.exchanges, "exchanges"),
        (figures.turns, "turns"),
        (figures.edits, "edits"),
        (figures.notes, "notes"),
    ):
        table.add_row(f"{number:,}", what)
    doubtful = ((figures.without_exchange, "without an exchange"), (figures.with_warnings, "with warnings"))
    for number, what in doubtful:
        if number:
            table.add_row(f"{number:,}", what)
    console = Console(sys.stdout)
    console.print(table)
    if figures.without_exchange or figures.with_warnings:
        console.print(
            f"to list doubtful articles, run: pipeline explain {shlex.quote(str(output))} --doubtful", soft_wrap=True
        )
    if seconds is not None:
        console.print(_spent(account, seconds, workers), soft_wrap=True)
    console.print(
        f"articles: {output}{'' if str(output).endswith('/') else '/'}   about the run: {output / RUN_FOLDER}/",
        soft_wrap=True,
    )


def _spent(account: Counters, seconds: float, workers: int | None) -> str:
    time = duration(seconds) if workers is None else f"{duration(seconds)} with {count_of(workers, 'worker')}"
    # Unchanged documents take almost no time, so they do not count towards the speed.
    worked = account.totals.documents - account.totals.unchanged - account.totals.edited
    if seconds <= 0 or not worked:
        return time
    return f"{time}, {speed(account.figures.bytes / seconds)}, {frequency(worked / seconds)} documents a second"
