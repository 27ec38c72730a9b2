"""The lists and the summary in the run's folder.

Each document that failed, is degraded, was edited by hand or was rejected is a line, and so is each part of a source
that was left out. Lines are written as they come, so memory does not grow with them. Each list appears whole when the
run ends; until then the list of the earlier run stays.
"""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from pipeline.model.article import StageVersion
from pipeline.runs.article_counts import ContentFigures
from pipeline.runs.counters import Counters, LeftOutEntry, Totals
from pipeline.runs.events import LogEntry
from pipeline.runs.outcome import Failure, Rejection
from pipeline.storage.atomic import write_atomic

LOG_FILES: dict[type, str] = {
    Failure: "failures.jsonl",
    Rejection: "rejected.jsonl",
    LeftOutEntry: "left-out.jsonl",
}
SUMMARY_FILE = "run.json"
LINE_ENCODER = msgspec.json.Encoder()


class RunLog:
    """Writes the lists of a run. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> "RunLog":
        self._folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[type, BinaryIO] = {}
        for kind, name in LOG_FILES.items():
            # A new file: if the path is a link, its target must not be written to.
            self._partial(name).unlink(missing_ok=True)
            self._files[kind] = self._partial(name).open("xb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with ExitStack() as files:
            for file in self._files.values():
                files.callback(file.close)
            for entry_type, file in self._files.items():
                file.flush()
                os.fsync(file.fileno())
                file.close()
                self._partial(LOG_FILES[entry_type]).replace(self._folder / LOG_FILES[entry_type])

    def add(self, entry: LogEntry) -> None:
        """Appends one line."""
        self._files[type(entry)].write(LINE_ENCODER.encode(entry) + b"\n")

    def _partial(self, name: str) -> Path:
        return self._folder / f".{name}.part"


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The content of `run.json`.

    Attributes:
        version: The version of the pipeline.
        finished: False if the run was stopped or failed; the counts are then those up to there.
        documents: The documents by outcome.
        figures: What the articles hold that this run wrote, not those that it left unchanged.
        edits: The number of edits by rule, in these articles.
        notes: The number of notes by rule, in these articles.
        stages: The stages of the recipe with their packages, in order.

    """

    version: str
    finished: bool
    documents: Totals
    figures: ContentFigures
    edits: Mapping[str, int]
    notes: Mapping[str, int]
    stages: tuple[StageVersion, ...]


def write_summary(
    counters: Counters, stages: tuple[StageVersion, ...], version: str, folder: Path, *, finished: bool
) -> None:
    """Writes `run.json`. Raises `OSError`."""
    content = counters.content
    summary = RunSummary(
        version=version,
        finished=finished,
        documents=counters.totals,
        figures=counters.figures,
        edits=dict(sorted(content.edits_by_rule.items())),
        notes=dict(sorted(content.notes_by_rule.items())),
        stages=stages,
    )
    write_atomic(folder / SUMMARY_FILE, msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")
