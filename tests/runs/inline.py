"""A crew that works in this process: for tests of what is to be done, and not of who does it."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.config.settings import Run
from pipeline.runs.records import decoded
from pipeline.runs.counters import Tally
from pipeline.runs.executors.executor import Executor, Task
from pipeline.runs.executors.worker import Assignment
from pipeline.runs.outcome import Failure, Outcome, Rejection, Written, processed
from pipeline.runs.output.article_writer import delivered


class Inline:
    """Does each chunk when it is asked for; `did` names the documents it processed, in order."""

    chunk, chunk_bytes = 4, 1_000

    def __init__(self) -> None:
        self.did: list[str] = []
        self._tasks: list[Task] = []
        self._tally = Tally()

    @contextmanager
    def engine(self, assignment: Assignment, _: Run) -> Iterator[Executor]:
        self._assignment = assignment
        yield self

    def wants_more(self) -> bool:
        return len(self._tasks) < 2 * self.chunk

    def take(self, tasks: list[Task]) -> None:
        self._tasks += tasks

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        tasks, self._tasks = self._tasks, []
        return [(task.n, self._outcome(task)) for task in tasks]

    def take_tally(self) -> Tally:
        tally, self._tally = self._tally, Tally()
        return tally

    def _outcome(self, task: Task) -> Outcome:
        self.did.append(task.record.id)
        record = decoded(task.record)
        made = processed(record, self._assignment.pipeline, self._assignment.encoding)
        if isinstance(made, Failure | Rejection):
            return made
        outcome = delivered(record, made, self._assignment.delivery, task.earlier)
        if isinstance(outcome, Written):
            self._tally.add(made)
        return outcome
