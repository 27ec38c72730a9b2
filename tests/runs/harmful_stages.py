"""Stages that harm their process if a document says so."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pipeline import Document, Edit, Finding, Note, Pipeline, Reject, Rule
from pipeline.config.settings import Run
from pipeline.model.article import Origin
from pipeline.model.document import Label
from pipeline.model.record import Record
from pipeline.runs.counters import Counters
from pipeline.runs.executors.ray_cluster import ray_engine
from pipeline.runs.job import Job, OutputFormat
from pipeline.runs.plan_items import DocumentSource
from pipeline.runs.run import run

HARM = Rule("perilous.harm", "does what the document says")
TYPO = Rule("perilous.typo", "a word with its letters in the wrong order")
SHORT = Rule("doorkeeper.short", "too short to be an article")
PASSES = Rule("doorkeeper.passes", "all of the text")


@dataclass(frozen=True)
class Perilous:
    """A repair that crashes, hangs, allocates memory or raises, depending on words of the text."""

    name: ClassVar[str] = "perilous"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (HARM, TYPO)
    protocol: ClassVar[int] = 1
    tells: bool = False
    """Whether it notes in which process it was."""

    def find(self, document: Document) -> Iterator[Finding]:
        """Does harm, or repairs a typo."""
        if "CRASH" in document.text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "HANG" in document.text:
            time.sleep(600)
        if "GREEDY" in document.text:
            held = []
            while True:
                held.append(bytearray(1 << 24))
        if "RAISE" in document.text:
            raise ZeroDivisionError("division by zero")
        if (at := document.text.find("teh")) >= 0:
            yield Edit(at, "teh", "the", TYPO.name, 1.0)
        if self.tells:
            yield Note(0, 1, HARM.name, "info", str(os.getpid()))


@dataclass(frozen=True)
class Doorkeeper:
    """A filter that rejects short texts. At a text with the word GATE it waits until the file `open` exists.

    A file in the same folder says that it waits, and in which process.
    """

    name: ClassVar[str] = "doorkeeper"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"doorkeeper.passes"})
    rules: ClassVar[tuple[Rule, ...]] = (SHORT, PASSES)
    protocol: ClassVar[int] = 1
    folder: str = ""

    def find(self, document: Document) -> Iterator[Finding]:
        """Waits, rejects, or labels all."""
        if self.folder and "GATE" in document.text:
            gate = Path(self.folder)
            (gate / f"{document.id.replace('/', '-')}.{os.getpid()}").touch()
            while not (gate / "open").exists():
                time.sleep(0.01)
        if len(document.text) < 10:
            yield Reject(SHORT.name, f"has {len(document.text)} characters")
        value = "\ud800" if "GARBLE" in document.text else "yes"
        yield Label(0, len(document.text), "doorkeeper.passes", value, PASSES.name, 1.0)


def records(*texts: str) -> list[Record]:
    """Returns a record for each text, as from a table."""
    return [
        Record(
            f"wire/{n}",
            text,
            Origin(path="wire.csv", media_type="text/csv", member=None, row=n, field="story", sha256=None),
            {"url": f"https://example.org/{n}", "标题": "码头\t“quay”"},
        )
        for n, text in enumerate(texts, 1)
    ]


def job(output: Path, folder: Path, form: OutputFormat = "json") -> Job:
    """A run with both stages."""
    pipeline = Pipeline(stages=[Perilous(), Doorkeeper(str(folder))])
    return Job(pipeline, output, form=form, limits=Run(seconds=30, memory=512))


def run_on_cluster(address: str | None, output: str, folder: str, texts: list[str]) -> Counters:
    """Runs on the cluster at an address, in a process that may be killed."""
    source = DocumentSource("wire.csv", lambda: iter(records(*texts)))
    return run([source], job(Path(output), Path(folder)), engine=ray_engine(address))


def remembered(output: Path) -> int:
    """Returns how many documents the state of a run has, whether the run is alive or not."""
    try:
        state = sqlite3.connect(f"file:{output / '_run' / 'state.sqlite'}?mode=ro", uri=True)
        found = state.execute("SELECT count(*) FROM documents").fetchone()[0]
        state.close()
    except sqlite3.OperationalError:
        return 0
    return int(found)
