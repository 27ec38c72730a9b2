"""A crew that works in this process: for tests of what is to be done, and not of who does it."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.config.settings import Run
from pipeline.runs.counters import ContentTotals
from pipeline.runs.executors.executor import DocumentTask, Executor
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.outcome import Failure, Outcome, Rejection, Written, process_record
from pipeline.runs.output.article_writer import write_article
from pipeline.runs.records import decode_record


class Inline:
    """Does each chunk when it is asked for; `did` names the documents it processed, in order."""

    chunk, chunk_bytes = 4, 1_000

    def __init__(self) -> None:
        self.did: list[str] = []
        self._tasks: list[DocumentTask] = []
        self._tally = ContentTotals()

    @contextmanager
    def engine(self, assignment: WorkerConfig, _: Run) -> Iterator[Executor]:
        self._assignment = assignment
        yield self

    def wants_more(self) -> bool:
        return len(self._tasks) < 2 * self.chunk

    def take(self, tasks: list[DocumentTask]) -> None:
        self._tasks += tasks

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        tasks, self._tasks = self._tasks, []
        return [(task.n, self._outcome(task)) for task in tasks]

    def take_tally(self) -> ContentTotals:
        tally, self._tally = self._tally, ContentTotals()
        return tally

    def _outcome(self, task: DocumentTask) -> Outcome:
        self.did.append(task.record.id)
        record = decode_record(task.record)
        made = process_record(record, self._assignment.pipeline, self._assignment.encoding)
        if isinstance(made, Failure | Rejection):
            return made
        outcome = write_article(record, made, self._assignment.delivery, task.earlier)
        if isinstance(outcome, Written):
            self._tally.add(made)
        return outcome
