"""What becomes of documents when Ray loses tasks or machines, with a fake Ray that loses what it is told to lose."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from pipeline import Pipeline, UsageError
from pipeline.config.settings import Run
from pipeline.core.pipeline import NOWHERE
from pipeline.model.record import Record
from pipeline.runs.batches import OUTCOMES
from pipeline.runs.executors.executor import ExecutorError, process_in_order
from pipeline.runs.executors.ray_cluster import RayExecutor
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.outcome import Failure, Outcome, Written
from pipeline.runs.output.article_writer import ArticleWriter, FilePerArticle, InMemoryWriter
from pipeline.version import __version__
from runs.harmful_stages import Doorkeeper, Perilous


class LostError(Exception):
    """As `ray.exceptions.RayError`."""


class BrokenTaskError(LostError):
    """As `ray.exceptions.RayTaskError`."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class SetupError(LostError):
    """As `ray.exceptions.RuntimeEnvSetupError`."""


class Lossy:
    """A fake Ray. `loses` decides for each batch whether it is lost, given how often it was lost before."""

    exceptions = SimpleNamespace(RayError=LostError, RayTaskError=BrokenTaskError, RuntimeEnvSetupError=SetupError)

    def __init__(self, loses: Callable[[tuple[str, ...], int], Exception | None], processors: int = 2) -> None:
        self._loses = loses
        self._asked: Counter[tuple[str, ...]] = Counter()
        self.processors = processors

    def is_initialized(self) -> bool:
        return False

    def init(self, **_: object) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def put(self, value: bytes) -> bytes:
        return value

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": self.processors} if self.processors else {}

    def remote(self, _: object) -> Any:
        return SimpleNamespace(options=lambda **_: SimpleNamespace(remote=lambda table, *_: Batch(table)))

    def wait(
        self, flying: list["Batch"], num_returns: int = 1, timeout: float = 0
    ) -> tuple[list["Batch"], list["Batch"]]:
        return flying[:num_returns], flying[num_returns:]

    def get(self, batch: "Batch") -> pa.Table:
        names = tuple(batch.table["id"].to_pylist())
        error = self._loses(names, self._asked[names])
        self._asked[names] += 1
        if error is not None:
            raise error
        counts = {"bytes": 0, "exchanges": 0, "turns": 0, "edits": [], "notes": [], "warnings": 0}
        made = [{"id": name, "outcome": "written", "article": f'{{"id":"{name}"}}', **counts} for name in names]
        return pa.Table.from_pylist(made, schema=OUTCOMES)


class Batch:
    """Hashes like an object reference."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table


def worked(
    lossy: Lossy, records: Sequence[Record], monkeypatch: pytest.MonkeyPatch, delivery: ArticleWriter | None = None
) -> list[tuple[str, Outcome]]:
    """Returns the outcomes of some records with the fake Ray, in order."""
    monkeypatch.setattr("pipeline.runs.executors.ray_cluster._quiet_ray", lambda: lossy)
    monkeypatch.setattr(RayExecutor, "chunk", 4)
    assignment = WorkerConfig(Pipeline(stages=[Perilous(), Doorkeeper()]), delivery or InMemoryWriter())
    with RayExecutor(assignment, Run()) as executor:
        return [(item[0].id, item[1]) for item in process_in_order(records, executor) if isinstance(item, tuple)]


GIVEN = [Record(f"d{n}", "Nets dry on the quay.", NOWHERE) for n in range(10)]


def test_a_lost_batch_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = worked(Lossy(lambda _, before: LostError("gone") if before < 2 else None), GIVEN, monkeypatch)
    assert [name for name, _ in found] == [record.id for record in GIVEN]
    assert all(isinstance(outcome, Written) for _, outcome in found)


def test_a_document_that_always_loses_its_process_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = worked(Lossy(lambda names, _: LostError("gone") if "d5" in names else None), GIVEN, monkeypatch)
    assert [name for name, outcome in found if isinstance(outcome, Written)] == [
        record.id for record in GIVEN if record.id != "d5"
    ]
    failure = found[5][1]
    assert isinstance(failure, Failure)
    assert (failure.document, failure.kind) == ("d5", "crash")
    assert failure.reason.startswith("was lost with the process or the machine that had it 3 times, each time alone")


def test_a_lost_argument_is_not_blamed_on_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def loses(_: tuple[str, ...], before: int) -> Exception | None:
        return None if before else BrokenTaskError(LostError("the owner of an argument has died"))

    found = worked(Lossy(loses), GIVEN, monkeypatch)
    assert all(isinstance(outcome, Written) for _, outcome in found)


def test_no_document_is_blamed_if_every_batch_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Record(f"d{n}", "Nets dry on the quay.", NOWHERE) for n in range(200)]
    with pytest.raises(ExecutorError, match="loses every batch: the machine burns; fix this, then rerun"):
        worked(Lossy(lambda *_: LostError("the machine burns\nand so on")), many, monkeypatch)


def test_waiting_for_processors_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.runs.executors.ray_cluster.RESOURCES_SECONDS", -1.0)
    monkeypatch.setattr("pipeline.runs.executors.ray_cluster.NO_PROCESSORS_SECONDS", -1.0)
    with pytest.raises(ExecutorError, match="has no processors any more"):
        worked(Lossy(lambda *_: None, processors=0), GIVEN, monkeypatch)


@pytest.mark.parametrize(
    ("cause", "kind", "message"),
    [
        (
            UsageError("a machine of the cluster has bilingual-pipeline 0.0.9"),
            UsageError,
            "has bilingual-pipeline 0.0.9",
        ),
        (ExecutorError("a worker process cannot start"), ExecutorError, "a worker process cannot start"),
        (
            ModuleNotFoundError("No module named 'pipeline'"),
            ExecutorError,
            f"cannot work: No module named 'pipeline'; it needs bilingual-pipeline {__version__} and the packages",
        ),
    ],
)
def test_a_problem_of_a_machine_is_reported(
    cause: Exception, kind: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(kind, match=message):
        worked(Lossy(lambda *_: BrokenTaskError(cause)), GIVEN, monkeypatch)


def test_an_id_too_long_for_a_file_name_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    long = Record("/".join(["x" * 140] * 40), "Nets dry on the quay.", NOWHERE)
    found = worked(Lossy(lambda *_: None), [GIVEN[0], long], monkeypatch, FilePerArticle(tmp_path))
    assert isinstance(found[0][1], Written)
    assert isinstance(found[1][1], Failure)
    assert "too long for the path of a file" in found[1][1].reason
