"""An executor in this process, for tests of what is processed and not of how."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.config.settings import Run
from pipeline.runs.executors.executor import DocumentTask, Executor
from pipeline.runs.executors.worker import WorkerConfig, _outcome
from pipeline.runs.outcome import Outcome
from pipeline.runs.records import decode_record


class InlineExecutor:
    """Processes each chunk when it is asked for outcomes. `processed` has the ids of the documents, in order."""

    chunk, chunk_bytes = 4, 1_000

    def __init__(self) -> None:
        self.processed: list[str] = []
        self._tasks: list[DocumentTask] = []

    @contextmanager
    def engine(self, config: WorkerConfig, _: Run) -> Iterator[Executor]:
        self._config = config
        yield self

    def wants_more(self) -> bool:
        return len(self._tasks) < 2 * self.chunk

    def take(self, tasks: list[DocumentTask]) -> None:
        self._tasks += tasks

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        tasks, self._tasks = self._tasks, []
        return [(task.n, self._process(task)) for task in tasks]

    def _process(self, task: DocumentTask) -> Outcome:
        self.processed.append(task.record.id)
        return _outcome(decode_record(task.record), self._config, task.expected_hash)
