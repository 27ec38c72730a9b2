"""The traceback of a crash names the stage."""

import faulthandler
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from acting import Mend, rules

from pipeline import Document, Finding, Pipeline
from pipeline.runs.processes.crash_report import CrashLocation, locate_crash
from runs.harmful_stages import Doorkeeper, Perilous


@dataclass(frozen=True)
class Witness(Mend):
    """A repair that writes its traceback, like a crash."""

    name = "witness"
    rules = rules("witness")
    trace: str = ""

    def find(self, document: Document) -> Iterator[Finding]:
        """Gives nothing."""
        with Path(self.trace).open("wb") as file:
            faulthandler.dump_traceback(file, all_threads=False)
        yield from ()


def _nothing(trace: str) -> Iterator[Finding]:
    with Path(trace).open("wb") as file:
        faulthandler.dump_traceback(file, all_threads=False)
    yield from ()


@dataclass(frozen=True)
class Bystander(Mend):
    """A repair that only returns the generator of a function."""

    name = "bystander"
    rules = rules("bystander")
    trace: str = ""

    def find(self, document: Document) -> Iterator[Finding]:
        """Gives nothing."""
        return _nothing(self.trace) if self.trace else iter(())


def found(trace: Path, *stages: Mend) -> CrashLocation:
    pipeline = Pipeline(stages=[*stages])
    pipeline.process("The ferry leaves at half past six.", id="a")
    return locate_crash(trace, pipeline)


def test_the_called_stage_is_named_if_a_file_has_several(tmp_path: Path) -> None:
    trace = tmp_path / "1.trace"
    assert found(trace, Witness(trace=str(trace)), Bystander()).stage == "witness"


def test_a_stage_that_returns_a_generator_is_found_by_its_file(tmp_path: Path) -> None:
    trace = tmp_path / "1.trace"
    assert found(trace, Bystander(trace=str(trace))).stage == "bystander"


def test_without_a_trace_nothing_is_known(tmp_path: Path) -> None:
    assert locate_crash(tmp_path / "none.trace", Pipeline(stages=[Perilous(), Doorkeeper()])) == CrashLocation()
