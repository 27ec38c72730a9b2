"""What runs in a worker process: it gets documents in chunks and reports their outcomes.

A worker may be killed at any moment. Its heartbeat tells the parent which document it was at, and since when.
"""

import pickle
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import msgspec

from pipeline.core.pipeline import Pipeline
from pipeline.errors import UsageError
from pipeline.model.record import Record
from pipeline.runs.executors.executor import DocumentTask
from pipeline.runs.outcome import Failure, Outcome, Rejection, StageMemoryError, Written, process_record
from pipeline.runs.output.article_writer import ArticleWriter, write_article
from pipeline.runs.processes.child_main import serve
from pipeline.runs.processes.heartbeat import Heartbeat
from pipeline.runs.records import decode_record

REPORT_SECONDS = 0.02
"""How long outcomes are held back, so that many tiny documents do not send a message each."""
REPORT_BYTES = 1 << 20
"""Bytes of articles that are held back at most."""


class WorkerConfig(msgspec.Struct, frozen=True):
    """What a worker does with each document.

    Attributes:
        pipeline: Makes the articles.
        writer: Writes the articles.
        encoding: The encoding of all texts that are bytes, if the user set one.
        memory: The memory limit in bytes, where the system supports one.
        environment: The environment of the run: the fork server has that of an earlier moment.
        lock: The lock file of the run. The worker holds a share of it, so that no other run writes to the same place.
        temporary_folder: The folder for temporary files, if not that of the system.

    """

    pipeline: Pipeline
    writer: ArticleWriter
    encoding: str | None = None
    memory: int | None = None
    environment: Mapping[str, str] | None = None
    lock: Path | None = None
    temporary_folder: str | None = None


class OutOfMemory(msgspec.Struct, frozen=True):
    """Memory ran out at the document with number `n`; the stage and its package, if they are known."""

    n: int
    stage: str | None = None
    package: str | None = None


class WorkerReport(msgspec.Struct):
    """The outcomes of some documents, by their numbers.

    Attributes:
        outcomes: The outcomes.
        out_of_memory: Where memory ran out; the worker ends after this report.
        fatal_error: Why no article can be written any more.
        idle: Whether the chunk is done.

    """

    outcomes: list[tuple[int, Outcome]]
    out_of_memory: OutOfMemory | None = None
    fatal_error: OSError | UsageError | None = None
    idle: bool = False


def worker_main(connection: Connection, heartbeat: Heartbeat, config: bytes, trace: str) -> None:
    """Processes chunks until the connection is closed. `config` is a pickled `WorkerConfig`."""

    def answer(config: WorkerConfig, message: object) -> None:
        _process_chunk(cast("Sequence[DocumentTask]", message), connection, heartbeat, config)

    serve(connection, config, trace, WorkerConfig, answer)


def _process_chunk(
    tasks: Sequence[DocumentTask], connection: Connection, heartbeat: Heartbeat, config: WorkerConfig
) -> None:
    report, held_bytes, sent = WorkerReport([]), 0, time.monotonic()
    for task in tasks:
        heartbeat.begin(task.n)
        try:
            outcome = _outcome(decode_record(task.record), config, task.expected_hash)
        except StageMemoryError as error:
            report.out_of_memory = OutOfMemory(task.n, error.stage, error.package)
            break
        except MemoryError:
            report.out_of_memory = OutOfMemory(task.n)
            break
        except (OSError, UsageError) as error:
            # The disk is full or the bucket is gone: no other article could be written either.
            report.fatal_error = error
            break
        report.outcomes.append((task.n, outcome))
        held_bytes += len(outcome.body or b"") if isinstance(outcome, Written) else 0
        now = time.monotonic()
        if now - sent > REPORT_SECONDS or held_bytes > REPORT_BYTES:
            connection.send_bytes(pickle.dumps(report, 5))
            report, held_bytes, sent = WorkerReport([]), 0, now
    report.idle = True
    connection.send_bytes(pickle.dumps(report, 5))
    # Only now: pickling takes memory, too, and if that kills this process, the parent must know the document.
    heartbeat.idle()
    if report.out_of_memory is not None or report.fatal_error is not None:
        # The memory of this process cannot be trusted any more.
        raise EOFError


def _outcome(record: Record, config: WorkerConfig, expected_hash: bytes | None = None) -> Outcome:
    article = process_record(record, config.pipeline, config.encoding)
    if isinstance(article, Failure | Rejection):
        return article
    return write_article(record, article, config.writer, expected_hash)
