"""Worker processes of this machine, each with a pipe of its own.

The pool knows which documents each worker has, which one it is at and since when. If a worker crashes, hangs or runs
out of memory, the pool names that one document and replaces that one worker; the worker's other documents go to
another. A document is tried once more in a fresh process before it fails. If the system may have killed the first
process because memory was short, nothing else runs beside the second.

The pools of the standard library cannot do this: `multiprocessing.Pool` waits for ever for the document of a killed
worker, and `concurrent.futures` gives up all documents that were in progress.
"""

import os
import pickle
import time
from collections import deque
from multiprocessing import connection
from types import TracebackType
from typing import Any

import msgspec

from pipeline.config.settings import Run
from pipeline.errors import PipelineError
from pipeline.model.record import printable
from pipeline.runs.executors.executor import DocumentTask, ExecutorError
from pipeline.runs.executors.pool_worker import PoolWorker, crash_failure
from pipeline.runs.executors.worker import WorkerConfig, WorkerReport
from pipeline.runs.outcome import Failure, Outcome, WorkerLoss, with_location
from pipeline.runs.processes import temporary_folder
from pipeline.runs.processes.child_main import Ready
from pipeline.runs.processes.child_process import RETRY_SECONDS
from pipeline.runs.processes.crash_report import CrashLocation, describe_exit, killed_for_memory, locate_crash
from pipeline.runs.processes.limits import OUT_OF_MEMORY_EXIT_CODE
from pipeline.runs.processes.start import StartError, set_warmup_modules

MAX_CRASHES = 2
"""How often a document may take its worker with it before it fails."""
MAX_ORPHANED = 3
"""How often the fork server may die while a document is worked on before the document fails."""
MAX_FAILED_STARTS = 5
"""How many workers in a row may die without a document to blame, or fail to start."""
WORKER_LIFE_BYTES = 32 << 20
"""Bytes of documents after which a worker is replaced. This frees what it has cached and what stages leak, and costs
about as much as one or two documents."""


class ProcessPool:
    """An `Executor` of worker processes. Use it as a context manager; workers start when there is work."""

    chunk = 64
    chunk_bytes = 1 << 16

    def __init__(self, config: WorkerConfig, workers: int, limits: Run | None = None) -> None:
        self._limits = limits or Run()
        self._config = msgspec.structs.replace(config, memory=self._limits.memory << 20, environment=dict(os.environ))
        self._pickled_config = pickle.dumps(self._config)
        self._max_workers = workers
        self._workers: list[PoolWorker] = []
        self._started = 0
        self._deaths = 0
        """Workers in a row that died without a document to blame, or could not be started."""
        self._waiting: deque[list[DocumentTask]] = deque()
        """Chunks for the next idle workers."""
        self._suspects: deque[tuple[DocumentTask, bool]] = deque()
        """Documents that took a worker with them, and whether each needs the machine to itself."""
        self._alone: int | None = None
        """The document that has the machine to itself."""
        self._crashes: dict[int, int] = {}
        """How often each document took its worker with it."""
        self._orphaned: dict[int, int] = {}
        """How often the fork server died while each document was worked on."""
        self._lost_servers: set[int] = set()
        """The last fork server that died while it had workers."""
        self._fatal_error: OSError | PipelineError | None = None
        """Why no article can be written, or no worker started, any more."""

    def __enter__(self) -> "ProcessPool":
        # Not `TemporaryDirectory`: a process that is forked from this one would delete it when it ends.
        self._folder = temporary_folder.make()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for worker in self._workers:
            if kind is None and worker.idle:
                worker.connection.close()
            else:
                worker.process.kill()
        for worker in self._workers:
            worker.end()
        self._workers = []
        temporary_folder.remove(self._folder)

    def wants_more(self) -> bool:
        """Whether there is not yet a chunk for each worker that may soon be idle."""
        return len(self._waiting) < self._max_workers and not self._suspects

    def take(self, tasks: list[DocumentTask]) -> None:
        """Adds documents to process."""
        self._waiting.append(tasks)

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        """Returns outcomes with the numbers of their tasks. Waits at most `timeout` seconds."""
        if self._fatal_error is not None:
            # Raised only now, after the outcomes known before it were returned.
            raise self._fatal_error
        self._assign()
        outcomes: list[tuple[int, Outcome]] = []
        seconds = self._limits.seconds
        deadlines = [due for worker in self._workers if (due := worker.deadline(seconds)) is not None]
        if deadlines:
            timeout = max(min(timeout, min(deadlines) - time.monotonic()), 0)
        signals: dict[Any, PoolWorker] = {}
        for worker in self._workers:
            signals[worker.connection] = signals[worker.process.sentinel] = worker
        dead = set()
        for signalled in connection.wait(list(signals), timeout):
            worker = signals[signalled]
            if signalled is not worker.connection or not self._receive(worker, outcomes):
                dead.add(worker)
        for worker in dead:
            self._handle_death(worker, outcomes)
        now = time.monotonic()
        for worker in self._workers:
            due = worker.deadline(seconds)
            if due is not None and due < now and not worker.hangs:
                worker.stop()
        self._assign()
        return outcomes

    # Giving out work

    def _assign(self) -> None:
        """Gives idle workers something to do; starts workers if there are too few."""
        for worker in [each for each in self._workers if each.retires]:
            self._dismiss(worker)
        while (self._suspects or self._waiting) and self._fatal_error is None:
            busy = any(worker.tasks for worker in self._workers)
            if self._alone is not None or (self._suspects and self._suspects[0][1] and busy):
                return
            free = next((worker for worker in self._workers if worker.idle and self._is_suitable(worker)), None)
            if free is None:
                if not self._make_room():
                    return
                self._start()
                continue
            if self._suspects:
                task, exclusive = self._suspects.popleft()
                self._alone = task.n if exclusive else None
                free.send([task])
            else:
                free.send(self._waiting.popleft())

    def _is_suitable(self, worker: PoolWorker) -> bool:
        """Whether a worker may have the next document: one that killed a worker is retried in a fresh process."""
        return worker.fresh or not self._suspects

    def _make_room(self) -> bool:
        """Whether one more worker may be started. For a suspect, an idle worker is dismissed."""
        starting = sum(not worker.ready for worker in self._workers)
        if starting >= len(self._waiting) + len(self._suspects):
            return False
        if len(self._workers) < self._max_workers:
            return True
        used = next((worker for worker in self._workers if worker.idle), None)
        if used is None or not self._suspects or starting:
            return False
        self._dismiss(used)
        return True

    def _dismiss(self, worker: PoolWorker) -> None:
        """Ends an idle worker."""
        self._workers.remove(worker)
        worker.process.kill()
        worker.end()

    def _start(self) -> None:
        self._started += 1
        set_warmup_modules()
        try:
            worker = PoolWorker(self._pickled_config, self._folder / f"{self._started}.trace")
            # A server that starts a worker is not lost, even if an exit code did not come from it in time.
            self._lost_servers.discard(worker.parent_id)
            self._workers.append(worker)
        except StartError as error:
            if error.parent is not None:
                self._count_lost_server(error.parent)
                return
            self._deaths += 1
            if self._deaths >= MAX_FAILED_STARTS:
                self._stop(f"no worker process can be started: {error}")
            else:
                # The system may be short of memory or processes for a moment only.
                time.sleep(RETRY_SECONDS * 2 ** (self._deaths - 1))

    # Taking in outcomes

    def _receive(self, worker: PoolWorker, outcomes: list[tuple[int, Outcome]]) -> bool:
        """Takes in the messages of a worker. Returns whether it may send more."""
        try:
            while True:
                received = worker.connection.recv_bytes()
                worker.last_message = time.monotonic()
                message = pickle.loads(received)  # noqa: S301 -- from our worker
                if isinstance(message, Ready):
                    worker.start_error, worker.memory = message.error, message.memory
                    worker.ready = worker.idle = message.error is None
                else:
                    self._take_in(message, worker, outcomes)
                if not worker.connection.poll():
                    return True
        except BlockingIOError:
            # It was stopped in the middle of a message.
            worker.process.kill()
            worker.connection.close()
            return False
        except (EOFError, OSError):
            # It is dead; any `OSError` but `ConnectionResetError` means that it was killed within a message.
            return False

    def _take_in(self, report: WorkerReport, worker: PoolWorker, outcomes: list[tuple[int, Outcome]]) -> None:
        self._deaths = 0
        for n, outcome in report.outcomes:
            worker.bytes_done += worker.tasks.pop(n).record.weight
            self._finish(n, outcome, outcomes)
        self._fatal_error = self._fatal_error or report.fatal_error
        worker.out_of_memory = report.out_of_memory
        worker.idle = report.idle and report.out_of_memory is None
        if worker.idle and worker.bytes_done > WORKER_LIFE_BYTES:
            worker.retires = True

    def _finish(self, n: int, outcome: Outcome, outcomes: list[tuple[int, Outcome]]) -> None:
        self._crashes.pop(n, None)
        self._orphaned.pop(n, None)
        if self._alone == n:
            self._alone = None
        outcomes.append((n, outcome))

    # Dead workers

    def _handle_death(self, worker: PoolWorker, outcomes: list[tuple[int, Outcome]]) -> None:
        """A worker is dead: its document is tried again or fails, its other documents go to another worker."""
        if not worker.connection.closed and worker.connection.poll():
            # Only what is there: a process that a stage left behind may keep the pipe open for ever.
            self._receive(worker, outcomes)
        self._workers.remove(worker)
        current = worker.current_task
        if worker.out_of_memory is None:
            where = locate_crash(worker.trace, self._config.pipeline)
        else:
            where = CrashLocation(worker.out_of_memory.stage, worker.out_of_memory.package)
        code = worker.end()
        if worker.start_error is not None:
            self._stop(f"a worker process cannot start: {printable(worker.start_error)}; fix what the recipe names")
            return
        if self._alone in worker.tasks:
            # It did not begin the document or is lost with it; either way the machine is free again.
            self._alone = None
        others = [task for n, task in sorted(worker.tasks.items()) if current is None or n != current.n]
        if others:
            self._waiting.appendleft(others)
        if worker.orphaned:
            self._count_lost_server(worker.parent_id)
            if current is not None:
                self._retry_orphaned(current, outcomes)
            return
        if current is None:
            # A worker may end with its server and still have its exit code reported: that is one death, not two.
            if worker.parent_id not in self._lost_servers:
                self._count_death(describe_exit(code))
            return
        is_out_of_memory = worker.out_of_memory is not None or code == OUT_OF_MEMORY_EXIT_CODE
        loss: WorkerLoss = "time" if worker.hangs else "memory" if is_out_of_memory else "crash"
        self._crashes[current.n] = self._crashes.get(current.n, 0) + 1
        if self._crashes[current.n] >= MAX_CRASHES:
            failure = crash_failure(current, loss, code, where, worker.memory, self._limits)
            self._finish(current.n, failure, outcomes)
        else:
            self._suspects.append((current, loss == "crash" and killed_for_memory(code)))

    def _count_lost_server(self, server: int) -> None:
        """Counts the death of a fork server once, however many workers it had and in whatever order they are missed."""
        if server not in self._lost_servers:
            self._lost_servers.add(server)
            self._count_death("was lost with the process that starts workers")

    def _retry_orphaned(self, task: DocumentTask, outcomes: list[tuple[int, Outcome]]) -> None:
        """Retries a document that was worked on when the fork server died: the document may have killed it."""
        self._orphaned[task.n] = self._orphaned.get(task.n, 0) + 1
        if self._orphaned[task.n] < MAX_ORPHANED:
            # With the machine to itself, or other documents would be lost with it each time.
            self._suspects.append((task, True))
            return
        reason = f"the process that starts workers ended {MAX_ORPHANED} times while it was worked on; leave it out"
        failure = Failure(task.record.id, None, with_location(task.record, reason), None, "crash", passing=True)
        self._finish(task.n, failure, outcomes)

    def _count_death(self, how: str) -> None:
        """Counts a worker that died without a document to blame."""
        self._deaths += 1
        if self._deaths >= MAX_FAILED_STARTS:
            self._stop(
                f"worker processes end without a document to blame: the last one {how}; make sure that there is "
                "enough memory, then rerun to resume"
            )

    def _stop(self, reason: str) -> None:
        """Makes the next `done` raise: first the outcomes known so far are returned."""
        self._fatal_error = self._fatal_error or ExecutorError(reason)
