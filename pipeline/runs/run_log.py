"""What is to be said about a run, in its folder: a line for each document that failed, was rejected or is none.

With those that failed stand the documents whose articles are degraded, or edited by hand.

Lines are written as they come, so that a million of them take no memory; each file is at its place once the run ends,
whole. What an earlier run said stays until then.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from pipeline.runs.counters import Aside, Counters
from pipeline.runs.outcome import Failure, Rejection
from pipeline.storage.atomic import write_atomic

LOG_FILES: dict[type, str] = {Failure: "failures.jsonl", Rejection: "rejected.jsonl", Aside: "left-out.jsonl"}
SUMMARY_FILE = "run.json"
LINE_ENCODER = msgspec.json.Encoder()

Heard = Callable[[Failure | Rejection | Aside], None]


class RunLog:
    """The lists of a run, for the length of a `with` block. `heard` is called with each entry as it comes."""

    def __init__(self, folder: Path, heard: Heard | None = None) -> None:
        self._folder = folder
        self._heard = heard

    def __enter__(self) -> "RunLog":
        self._folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[type, BinaryIO] = {}
        for kind, name in LOG_FILES.items():
            # A new file: where a link lies there, what it names is not written to.
            self._part(name).unlink(missing_ok=True)
            self._files[kind] = self._part(name).open("xb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with ExitStack() as files:
            for file in self._files.values():
                files.callback(file.close)
            for of, file in self._files.items():
                file.flush()
                os.fsync(file.fileno())
                file.close()
                self._part(LOG_FILES[of]).replace(self._folder / LOG_FILES[of])

    def add(self, entry: Failure | Rejection | Aside) -> None:
        """One more."""
        self._files[type(entry)].write(LINE_ENCODER.encode(entry) + b"\n")
        if self._heard is not None:
            self._heard(entry)

    def _part(self, name: str) -> Path:
        return self._folder / f".{name}.part"


def write_summary(account: Counters, stages: object, version: str, folder: Path, *, finished: bool) -> None:
    """Writes `run.json`: the account, what the written articles hold, and what made them."""
    tally = account.tally
    told = {
        "version": version,
        "finished": finished,
        "documents": account.totals,
        "figures": account.figures,
        "edits": dict(sorted(tally.edits_by_rule.items())),
        "notes": dict(sorted(tally.notes_by_rule.items())),
        "stages": stages,
    }
    write_atomic(folder / SUMMARY_FILE, msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")
