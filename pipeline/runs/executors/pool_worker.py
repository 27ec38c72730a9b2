"""One worker process as the pool sees it: its documents, its deadline, and what to say of a document that killed it."""

import pickle
import time
from pathlib import Path
from typing import Literal

from msgspec import UNSET, UnsetType

from pipeline.config.settings import Run
from pipeline.runs.executors.executor import DocumentTask
from pipeline.runs.executors.worker import OutOfMemory, worker_main
from pipeline.runs.outcome import Failure, WorkerLoss, with_location
from pipeline.runs.processes.child_process import EXIT_SECONDS, START_SECONDS, ChildProcess
from pipeline.runs.processes.crash_report import CrashLocation, describe_exit, killed_for_memory, stop_hanging
from pipeline.runs.processes.limits import MIB
from pipeline.runs.processes.start import wait_for_exit

LONG_DOCUMENT_BYTES = 1 << 20
"""A document up to this size gets the time limit of the settings, a longer one proportionally more."""


class PoolWorker(ChildProcess):
    """A worker process and the documents it has.

    Attributes:
        tasks: Its documents, by their numbers.
        last_message: When it was last sent something or sent something itself.
        memory: Its memory limit in bytes.
        ready: Whether it has said that it can work.
        idle: Whether it has no documents.
        fresh: Whether it has not had any document yet.
        bytes_done: The weight of the documents it has finished.
        start_error: Why it cannot work.
        out_of_memory: Where it said that memory ran out.
        hangs: Whether it was stopped because it took too long.
        retires: Whether it is to be replaced.
        orphaned: Whether it died with the fork server. Known after `end`.

    """

    def __init__(self, config: bytes, trace: Path) -> None:
        super().__init__(worker_main, config, trace)
        self.tasks: dict[int, DocumentTask] = {}
        self.last_message = self.born
        self.memory: int | None = None
        self.ready = False
        self.idle = False
        self.fresh = True
        self.bytes_done = 0
        self.start_error: str | None = None
        self.out_of_memory: OutOfMemory | None = None
        self.hangs = False
        self.retires = False
        self.orphaned = False

    @property
    def current_task(self) -> DocumentTask | None:
        """The document it is at, or at which it said that memory ran out."""
        n = self.heartbeat.item if self.out_of_memory is None else self.out_of_memory.n
        return None if n is None else self.tasks.get(n)

    def deadline(self, seconds: float) -> float | None:
        """When it must be done with that document, or else be ready, or have begun or said something."""
        if not self.ready:
            return self.born + START_SECONDS
        # Read once: the worker may go on to the next document meanwhile.
        if (task := self.current_task) is not None:
            return self.heartbeat.started + allowed_seconds(task, seconds)
        # Between two documents a worker needs milliseconds. If it needs longer, it may have been stopped.
        return self.last_message + seconds if self.tasks else None

    def send(self, tasks: list[DocumentTask]) -> None:
        """Sends it documents."""
        self.tasks.update((task.n, task) for task in tasks)
        self.idle = self.fresh = False
        self.last_message = time.monotonic()
        try:
            self.connection.send_bytes(pickle.dumps(tasks, 5))
        except BlockingIOError:
            # It does not read: it is stopped, and has half a message.
            self.process.kill()
        except (BrokenPipeError, ConnectionResetError):
            # It is dead; the pool will notice.
            return

    def stop(self) -> None:
        """Kills it because it hangs, after it has written its traceback."""
        self.hangs = True
        if self.ready:
            stop_hanging(self.process, self.trace)
        else:
            self.process.kill()

    def end(self) -> int | None:
        """Waits for its end, kills it if that takes too long, and returns its exit code."""
        self.orphaned = wait_for_exit(self.process, EXIT_SECONDS)
        return self.kill()


def allowed_seconds(task: DocumentTask, seconds: float) -> float:
    """Returns how long a document may take."""
    return seconds * max(1.0, task.record.weight / LONG_DOCUMENT_BYTES)


def crash_failure(
    task: DocumentTask, loss: WorkerLoss, code: int | None, where: CrashLocation, memory: int | None, limits: Run
) -> Failure:
    """Returns the failure of a document that took its worker with it twice.

    `code` is the exit code and `memory` the memory limit in bytes of the second worker.
    """
    line = f" at {where.line}" if where.line else ""
    passing: Literal[True] | UnsetType = UNSET
    if loss == "time":
        seconds = allowed_seconds(task, limits.seconds)
        reason = f"took longer than {seconds:g} s, twice{line}; raise [run] seconds, or leave it out"
    elif loss == "memory" and memory is not None and memory < limits.memory * MIB:
        passing = True
        reason = (
            f"needs more than {memory // MIB:,} MiB of memory, the most that the system gives a process; "
            "give it more, or leave it out"
        )
    elif loss == "memory":
        reason = f"needs more than {limits.memory:,} MiB of memory; raise [run] memory, or leave it out"
    elif killed_for_memory(code):
        passing = True
        reason = (
            f"crashed its worker process twice, the second time a fresh one: it {describe_exit(code)}{line}, as the "
            "system does when memory is short; run again when there is more, or leave it out"
        )
    else:
        how = f"{describe_exit(code)}{line}"
        reason = f"crashed its worker process twice, the second time a fresh one: it {how}; leave it out"
    return Failure(task.record.id, where.stage, with_location(task.record, reason), where.package, loss, passing)
