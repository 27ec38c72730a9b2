"""What runs in a worker process: documents come in chunks, and what became of them goes back as it is known.

A worker may be killed at any moment. So that it is known which document it had, it writes that to a desk that the
parent can see: the number of the document and when it was begun. Nothing else is shared.
"""

import os
import pickle
import signal
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.core.pipeline import Pipeline
from pipeline.errors import UsageError
from pipeline.model.record import Record
from pipeline.runs.counters import ContentTotals
from pipeline.runs.executors.executor import DocumentTask
from pipeline.runs.outcome import Failure, Outcome, Rejection, StageMemoryError, Written, process_record
from pipeline.runs.output.article_writer import ArticleWriter, write_article
from pipeline.runs.processes.bind_to_parent import bind_to_parent, use_environment
from pipeline.runs.processes.limits import OUT_OF_MEMORY_EXIT_CODE, limit_memory, record_crashes
from pipeline.runs.records import decode_record

REPORT_SECONDS = 0.02
"""Seconds for which outcomes are held back, so that a message is not sent for each of many tiny documents."""
REPORT_BYTES = 1 << 20
"""Bytes of articles that are held back."""

NOTHING = -1.0
"""On a desk: no document is being worked on."""


class Ready(msgspec.Struct, frozen=True):
    """What a worker says first: why it cannot work, if it cannot, or how much memory it may have, in bytes."""

    broken: str | None = None
    memory: int | None = None


class WorkerConfig(msgspec.Struct, frozen=True):
    """What a worker is to do with each document it is sent."""

    pipeline: Pipeline
    delivery: ArticleWriter
    encoding: str | None = None
    memory: int | None = None
    """The most bytes of data it may have, where the system can hold it to that."""
    environment: Mapping[str, str] | None = None
    """The parent's: that of the process from which workers are forked is of an earlier moment."""
    lock: Path | None = None
    """A lock to hold a share of, so that nobody writes to the same place while it lives."""


class OutOfMemory(msgspec.Struct, frozen=True):
    """The number of a document at which memory ran out, and the stage where that is known, with its package."""

    n: int
    stage: str | None = None
    package: str | None = None


class WorkerReport(msgspec.Struct):
    """What became of some documents, by their numbers, and what the written ones hold."""

    outcomes: list[tuple[int, Outcome]]
    tally: ContentTotals
    exhausted: OutOfMemory | None = None
    """Where memory ran out; the worker ends behind it."""
    stopped: OSError | UsageError | None = None
    """Why no article can be written any more."""
    idle: bool = False
    """Whether the chunk is done."""


class Desk(Protocol):
    """Two numbers that worker and parent both see: the document being worked on, and when it was begun."""

    def __getitem__(self, i: int) -> float: ...
    def __setitem__(self, i: int, value: float) -> None: ...


def worker_main(connection: Connection, desk: Desk, pickled: bytes, trace: str) -> None:
    """Does what it is sent until the connection is closed.

    `pickled` is an `WorkerConfig`. `trace` is the file for what a crash leaves to be told.
    """
    # The keyboard interrupts the parent, who decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        wreckage = Path(trace).open("wb")  # noqa: SIM115 -- it is closed below
    except FileNotFoundError:
        # The run ended before this began.
        return
    with wreckage:
        record_crashes(wreckage)
        if not bind_to_parent(None):
            return
        if hasattr(os, "register_at_fork"):
            # A child process of a stage that holds the pipe open would keep the end of this worker from the parent.
            os.register_at_fork(after_in_child=connection.close)
        try:
            assignment = _assignment(pickled)
        except Exception as error:
            # The stages of others are imported here, and may do anything.
            connection.send_bytes(pickle.dumps(Ready(f"{type(error).__name__}: {error}")))
            return
        if assignment.environment is not None:
            use_environment(assignment.environment)
        if not bind_to_parent(assignment.lock):
            return
        memory = limit_memory(assignment.memory)
        try:
            connection.send_bytes(pickle.dumps(Ready(memory=memory)))
            while True:
                _chunk(pickle.loads(connection.recv_bytes()), connection, desk, assignment)  # noqa: S301 -- from the parent
        except (EOFError, BrokenPipeError, ConnectionResetError):
            # The parent has ended, or has no more to do.
            return
        except MemoryError:
            # Not even enough is left to say so in another way.
            os._exit(OUT_OF_MEMORY_EXIT_CODE)


def _assignment(pickled: bytes) -> WorkerConfig:
    found = pickle.loads(pickled)  # noqa: S301 -- from the parent
    assert isinstance(found, WorkerConfig)  # noqa: S101 -- nobody else sends any
    return found


def _chunk(tasks: Sequence[DocumentTask], connection: Connection, desk: Desk, assignment: WorkerConfig) -> None:
    report, held, sent = WorkerReport([], ContentTotals()), 0, time.monotonic()
    for task in tasks:
        desk[1] = time.monotonic()
        desk[0] = task.n
        try:
            outcome = _outcome(decode_record(task.record), assignment, report.tally, task.earlier)
        except StageMemoryError as error:
            report.exhausted = OutOfMemory(task.n, error.stage, error.package)
            break
        except MemoryError:
            report.exhausted = OutOfMemory(task.n)
            break
        except (OSError, UsageError) as error:
            # A disk that is full, a bucket that is gone: no other article could be written either.
            report.stopped = error
            break
        report.outcomes.append((task.n, outcome))
        held += len(outcome.body or b"") if isinstance(outcome, Written) else 0
        now = time.monotonic()
        if now - sent > REPORT_SECONDS or held > REPORT_BYTES:
            connection.send_bytes(pickle.dumps(report, 5))
            report, held, sent = WorkerReport([], ContentTotals()), 0, now
    report.idle = True
    connection.send_bytes(pickle.dumps(report, 5))
    # Not before: packing a report takes memory too, and whoever dies of that should say which document it had.
    desk[0] = NOTHING
    if report.exhausted is not None or report.stopped is not None:
        # What is left of this process's memory is not to be trusted.
        raise EOFError


def _outcome(record: Record, assignment: WorkerConfig, tally: ContentTotals, earlier: bytes | None = None) -> Outcome:
    made = process_record(record, assignment.pipeline, assignment.encoding)
    if isinstance(made, Failure | Rejection):
        return made
    outcome = write_article(record, made, assignment.delivery, earlier)
    if isinstance(outcome, Written):
        tally.add(made)
    return outcome
