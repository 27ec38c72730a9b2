"""Worker processes of this machine, each on a pipe of its own.

The parent knows which documents each worker has, which one it is at and since when. So where a worker crashes, hangs or
eats its memory, that one document is named and that one worker is replaced; the rest of its documents go to another.
Before a document is given up it is tried once more in a fresh process, with nothing else beside it where the system may
have ended the first for want of memory.

Pools of the standard library do not do this: `multiprocessing.Pool` waits for ever for the document of a killed worker,
`concurrent.futures` gives up all that were on their way.
"""

import os
import pickle
import time
from collections import deque
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.config.settings import Run
from pipeline.errors import PipelineError
from pipeline.model.record import printable
from pipeline.runs.counters import ContentTotals
from pipeline.runs.executors.executor import DocumentTask, ExecutorError
from pipeline.runs.executors.worker import NOTHING, OutOfMemory, Ready, WorkerConfig, WorkerReport, worker_main
from pipeline.runs.outcome import Failure, Outcome, WorkerLoss, with_location
from pipeline.runs.processes import temporary_folder
from pipeline.runs.processes.bind_to_parent import StartError, start_process, wait_for_exit
from pipeline.runs.processes.crash_report import (
    CrashLocation,
    describe_exit,
    killed_for_memory,
    locate_crash,
    stop_hanging,
)
from pipeline.runs.processes.limits import MIB, OUT_OF_MEMORY_EXIT_CODE
from pipeline.runs.processes.start import context, set_message_timeout, set_warmup_modules

MAX_CRASHES = 2
"""How often a document may take its worker with it."""
MAX_ORPHANED = 3
"""How often the process that forks workers may end while a document is worked on, before the document is given up."""
MAX_FAILED_STARTS = 5
"""Workers that may die one after the other without a document to blame, or cannot be started."""
RETRY_SECONDS = 0.1
"""Seconds before a worker is started again that could not be started; each further time it is twice as long."""
STARTING = 300.0
"""Seconds that a worker may take until it can work: it imports the stages of others."""
LONG_DOCUMENT_BYTES = 1 << 20
"""Bytes up to which a document has the time that is set; a longer one has so many times as much."""
WORKER_LIFE_BYTES = 32 << 20
"""Bytes of documents after which a worker is replaced by a fresh one, which takes as long as a document or two: what it
has kept in mind of them, and what stages leak, is given back."""
MESSAGE = 60.0
"""Seconds that a message to or from a worker may take: whoever does not even read or finish one is stopped."""
FAREWELL = 5.0
"""Seconds in which a worker that has no more to do must have ended."""


class _Worker:
    """A process, its pipe and its desk, and the documents it has."""

    def __init__(self, context: Any, assignment: bytes, trace: Path) -> None:  # noqa: ANN401 -- of either kind
        self.trace = trace
        self.connection, theirs = context.Pipe()
        self.desk = context.RawArray("d", [NOTHING, 0.0])
        self.process: BaseProcess = context.Process(
            target=worker_main, args=(theirs, self.desk, assignment, str(trace)), daemon=True
        )
        try:
            self.parent = start_process(self.process)
        except StartError:
            self.connection.close()
            raise
        finally:
            theirs.close()
        set_message_timeout(self.connection, MESSAGE)
        self.tasks: dict[int, DocumentTask] = {}
        self.born = self.met = time.monotonic()
        """When it was started, and when it was last sent or said something."""
        self.memory: int | None = None
        """The most memory that it may have, in bytes, as it says."""
        self.ready = False
        self.idle = False
        self.fresh = True
        self.worked = 0
        self.broken: str | None = None
        self.exhausted: OutOfMemory | None = None
        self.hangs = False
        self.retires = False
        self.orphaned = False
        """Whether it is lost with the process that forked it, once it is lost."""

    @property
    def at(self) -> DocumentTask | None:
        """The document it is at, or the one at which it said that memory ran out."""
        n = self.desk[0] if self.exhausted is None else self.exhausted.n
        return None if n == NOTHING else self.tasks.get(int(n))

    def due(self, seconds: float) -> float | None:
        """When it must be done with that one, or be ready at all, or have begun or said something."""
        if not self.ready:
            return self.born + STARTING
        if (task := self.at) is not None:
            return float(self.desk[1]) + allowed_seconds(task, seconds)
        # Between two documents a sound one is at work for milliseconds. It may have been stopped.
        return self.met + seconds if self.tasks else None

    def send(self, tasks: list[DocumentTask]) -> None:
        self.tasks.update((task.n, task) for task in tasks)
        self.idle = self.fresh = False
        self.met = time.monotonic()
        try:
            self.connection.send_bytes(pickle.dumps(tasks, 5))
        except BlockingIOError:
            # It does not read: it is stopped, and what it has of the message is of no use.
            self.process.kill()
        except (BrokenPipeError, ConnectionResetError):
            # It is dead, and will be found so.
            return

    def stop(self) -> None:
        """Ends one that hangs, once it has written down where."""
        self.hangs = True
        if self.ready:
            stop_hanging(self.process, self.trace)
        else:
            self.process.kill()

    def bury(self) -> int | None:
        self.orphaned = wait_for_exit(self.process, FAREWELL)
        # It may wait for a thread of a stage that never ends.
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        self.connection.close()
        self.trace.unlink(missing_ok=True)
        return code


class ProcessPool:
    """A `Crew` of worker processes for the length of a `with` block; they are started when there is work."""

    chunk = 64
    chunk_bytes = 1 << 16

    def __init__(self, assignment: WorkerConfig, workers: int, limits: Run | None = None) -> None:
        self._limits = limits or Run()
        self._assignment = msgspec.structs.replace(
            assignment, memory=self._limits.memory << 20, environment=dict(os.environ)
        )
        self._pickled = pickle.dumps(self._assignment)
        self._most = workers
        self._context = context()
        self._workers: list[_Worker] = []
        self._started = 0
        self._deaths = 0
        self._waiting: deque[list[DocumentTask]] = deque()
        """Chunks for whoever is idle next."""
        self._suspects: deque[tuple[DocumentTask, bool]] = deque()
        """Documents that took a worker with them, each with whether it is to have the machine to itself."""
        self._alone: int | None = None
        self._tries: dict[int, int] = {}
        self._orphaned: dict[int, int] = {}
        """How often each document was lost with the process that forks workers."""
        self._lost_parent: int | None = None
        """The last process of that kind that ended while it had workers."""
        self._tally = ContentTotals()
        self._stopped: OSError | PipelineError | None = None
        """Why no article can be written, or no worker can be started, any more."""

    def __enter__(self) -> "ProcessPool":
        # No `TemporaryDirectory`, which a process that is forked from this one would take away when it ends.
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
            worker.bury()
        self._workers = []
        temporary_folder.remove(self._folder)

    def wants_more(self) -> bool:
        """Whether there is no chunk for each worker that may soon be idle."""
        return len(self._waiting) < self._most and not self._suspects

    def take(self, tasks: list[DocumentTask]) -> None:
        """Documents to process."""
        self._waiting.append(tasks)

    def take_tally(self) -> ContentTotals:
        """What the articles hold that were written since this was asked last."""
        tally, self._tally = self._tally, ContentTotals()
        return tally

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        """What became of some documents; waits for `timeout` seconds at most."""
        if self._stopped is not None:
            # Now that it is known what was written before.
            raise self._stopped
        self._assign()
        found: list[tuple[int, Outcome]] = []
        seconds = self._limits.seconds
        dues = [due for worker in self._workers if (due := worker.due(seconds)) is not None]
        if dues:
            timeout = max(min(timeout, min(dues) - time.monotonic()), 0)
        ends: dict[Any, _Worker] = {}
        for worker in self._workers:
            ends[worker.connection] = ends[worker.process.sentinel] = worker
        dead = set()
        for signalled in connection.wait(list(ends), timeout):
            worker = ends[signalled]
            if signalled is not worker.connection or not self._hear(worker, found):
                dead.add(worker)
        for worker in dead:
            self._lose(worker, found)
        now = time.monotonic()
        for worker in self._workers:
            due = worker.due(seconds)
            if due is not None and due < now and not worker.hangs:
                worker.stop()
        self._assign()
        return found

    def _assign(self) -> None:
        """Gives those who are idle something to do; starts a process where too few are there."""
        for worker in [each for each in self._workers if each.retires]:
            self._dismiss(worker)
        while (self._suspects or self._waiting) and self._stopped is None:
            busy = any(worker.tasks for worker in self._workers)
            if self._alone is not None or (self._suspects and self._suspects[0][1] and busy):
                return
            free = next((worker for worker in self._workers if worker.idle and self._is_fit(worker)), None)
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

    def _is_fit(self, worker: _Worker) -> bool:
        """Whether a worker may have what is next: a document that killed one is tried in a process without a past."""
        return worker.fresh or not self._suspects

    def _make_room(self) -> bool:
        """Whether one more process may be started; a suspect makes an idle one go for it."""
        starting = sum(not worker.ready for worker in self._workers)
        if starting >= len(self._waiting) + len(self._suspects):
            return False
        if len(self._workers) < self._most:
            return True
        used = next((worker for worker in self._workers if worker.idle), None)
        if used is None or not self._suspects or starting:
            return False
        self._dismiss(used)
        return True

    def _dismiss(self, worker: _Worker) -> None:
        """Lets an idle worker go."""
        self._workers.remove(worker)
        worker.process.kill()
        worker.bury()

    def _start(self) -> None:
        self._started += 1
        set_warmup_modules()
        try:
            self._workers.append(_Worker(self._context, self._pickled, self._folder / f"{self._started}.trace"))
        except StartError as error:
            if error.parent is not None:
                self._count_parent(error.parent)
                return
            self._deaths += 1
            if self._deaths >= MAX_FAILED_STARTS:
                self._stop(f"no worker process can be started: {error}")
            else:
                # The system may be short of what it takes for a moment only.
                time.sleep(RETRY_SECONDS * 2 ** (self._deaths - 1))

    def _hear(self, worker: _Worker, found: list[tuple[int, Outcome]]) -> bool:
        """Takes in what a worker says; whether it may say more."""
        try:
            while True:
                received = worker.connection.recv_bytes()
                worker.met = time.monotonic()
                said = pickle.loads(received)  # noqa: S301 -- from our worker
                if isinstance(said, Ready):
                    worker.broken, worker.memory = said.broken, said.memory
                    worker.ready = worker.idle = said.broken is None
                else:
                    self._take_in(said, worker, found)
                if not worker.connection.poll():
                    return True
        except BlockingIOError:
            # It is stopped within a message, of which nothing can be made.
            worker.process.kill()
            worker.connection.close()
            return False
        except (EOFError, OSError):
            # It is dead; an `OSError` that is no `ConnectionResetError` says that it was killed within a message.
            return False

    def _take_in(self, report: WorkerReport, worker: _Worker, found: list[tuple[int, Outcome]]) -> None:
        self._deaths = 0
        for n, outcome in report.outcomes:
            worker.worked += worker.tasks.pop(n).record.weight
            self._settle(n, outcome, found)
        self._tally.include(report.tally)
        self._stopped = self._stopped or report.stopped
        worker.exhausted = report.exhausted
        worker.idle = report.idle and report.exhausted is None
        if worker.idle and worker.worked > WORKER_LIFE_BYTES:
            worker.retires = True

    def _settle(self, n: int, outcome: Outcome, found: list[tuple[int, Outcome]]) -> None:
        self._tries.pop(n, None)
        self._orphaned.pop(n, None)
        if self._alone == n:
            self._alone = None
        found.append((n, outcome))

    def _lose(self, worker: _Worker, found: list[tuple[int, Outcome]]) -> None:
        """A worker is dead: its document is tried again or fails, the others it had go to another."""
        if not worker.connection.closed and worker.connection.poll():
            # Only what is there: a process that a stage left behind may hold the pipe open for ever.
            self._hear(worker, found)
        self._workers.remove(worker)
        at = worker.at
        if worker.exhausted is None:
            where = locate_crash(worker.trace, self._assignment.pipeline)
        else:
            where = CrashLocation(worker.exhausted.stage, worker.exhausted.package)
        code = worker.bury()
        if worker.broken is not None:
            self._stop(f"a worker process cannot start: {printable(worker.broken)}; mend what the recipe names")
            return
        if self._alone in worker.tasks:
            # It has not begun it or is lost with it; either way nobody has it any more.
            self._alone = None
        others = [task for n, task in sorted(worker.tasks.items()) if at is None or n != at.n]
        if others:
            self._waiting.appendleft(others)
        if worker.orphaned:
            self._count_parent(worker.parent)
            if at is not None:
                self._suspect_again(at, found)
            return
        if at is None:
            self._count_death(describe_exit(code))
            return
        starved = worker.exhausted is not None or code == OUT_OF_MEMORY_EXIT_CODE
        loss: WorkerLoss = "time" if worker.hangs else "memory" if starved else "crash"
        self._tries[at.n] = self._tries.get(at.n, 0) + 1
        if self._tries[at.n] >= MAX_CRASHES:
            self._settle(at.n, self._failure(at, loss, code, where, worker.memory), found)
        else:
            self._suspects.append((at, loss == "crash" and killed_for_memory(code)))

    def _count_parent(self, parent: int) -> None:
        """Counts the death of a process that forks workers once, however many workers it had."""
        if parent != self._lost_parent:
            self._lost_parent = parent
            self._count_death("was lost with the process that starts workers")

    def _suspect_again(self, task: DocumentTask, found: list[tuple[int, Outcome]]) -> None:
        """A document that was worked on when the process ended that forks workers: the document may have killed it."""
        self._orphaned[task.n] = self._orphaned.get(task.n, 0) + 1
        if self._orphaned[task.n] < MAX_ORPHANED:
            # With the machine to itself, or others would be lost with it each time.
            self._suspects.append((task, True))
            return
        reason = f"the process that starts workers ended {MAX_ORPHANED} times while it was worked on; leave it out"
        failure = Failure(task.record.id, None, with_location(task.record, reason), None, "crash", passing=True)
        self._settle(task.n, failure, found)

    def _count_death(self, how: str) -> None:
        """Counts a worker that is lost without a document to blame."""
        self._deaths += 1
        if self._deaths >= MAX_FAILED_STARTS:
            self._stop(
                f"worker processes end without a document to blame: the last one {how}; nothing is lost: see that "
                "there is memory enough, and run again to go on"
            )

    def _stop(self, why: str) -> None:
        """Has `done` raise, the next time: what became of other documents is to be known first."""
        self._stopped = self._stopped or ExecutorError(why)

    def _failure(
        self, task: DocumentTask, loss: WorkerLoss, code: int | None, where: CrashLocation, memory: int | None
    ) -> Failure:
        """What is said of a document that took its worker with it twice; `memory` is the most that this one had."""
        at = f" at {where.line}" if where.line else ""
        passing: Literal[True] | UnsetType = UNSET
        if loss == "time":
            most = allowed_seconds(task, self._limits.seconds)
            reason = f"took longer than {most:g} s, twice{at}; raise [run] seconds, or leave it out"
        elif loss == "memory" and memory is not None and memory < self._limits.memory * MIB:
            passing = True
            reason = f"needs more than {memory // MIB:,} MiB of memory, the most that the system gives a process; "
            reason += "give it more, or leave it out"
        elif loss == "memory":
            reason = f"needs more than {self._limits.memory:,} MiB of memory; raise [run] memory, or leave it out"
        elif killed_for_memory(code):
            passing = True
            reason = (
                f"crashed its worker process twice, the second time a fresh one: it {describe_exit(code)}{at}, as the "
            )
            reason += "system does when memory is short; run again when there is more, or leave it out"
        else:
            how = f"{describe_exit(code)}{at}"
            reason = f"crashed its worker process twice, the second time a fresh one: it {how}; leave it out"
        return Failure(task.record.id, where.stage, with_location(task.record, reason), where.package, loss, passing)


def allowed_seconds(task: DocumentTask, seconds: float) -> float:
    """How many seconds a document may take."""
    return seconds * max(1.0, task.record.weight / LONG_DOCUMENT_BYTES)
