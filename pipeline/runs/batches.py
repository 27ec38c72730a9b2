r"""Processes documents in Arrow tables, for engines such as Spark, Ray, Dask and DuckDB, or for a loop of your own.

    outcomes = pipeline.process_batch(pa.table({"id": ["a"], "text": ["Q: Who owns the pans?\n\nA: The village."]}))

Engines give up a whole job if one document kills the process that has it, or start that document again for ever. So
the documents are processed in another process, which is kept between batches. Whatever happens to a document, a row
says so.
"""

import atexit
import os
import pickle
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from threading import Lock
from types import NoneType
from typing import Any, Final, Literal

import pyarrow as pa
from msgspec import UNSET, UnsetType

from pipeline.config.settings import Run
from pipeline.core.pipeline import Pipeline
from pipeline.model.arguments import expect, expect_text
from pipeline.model.record import Record, Unreadable
from pipeline.readers.arrow.batches import table_documents
from pipeline.runs.article_counts import ArticleCounts
from pipeline.runs.executors.executor import process_in_order
from pipeline.runs.executors.process_pool import ProcessPool
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.outcome import Edited, Failure, Outcome, Rejection, Written, with_encodable_text
from pipeline.runs.output.article_writer import InMemoryWriter
from pipeline.runs.output.manual_edits import article_hash

COUNTS: Final = pa.map_(pa.string(), pa.int64())
OUTCOMES: Final = pa.schema(
    [
        ("id", pa.string()),
        ("outcome", pa.string()),
        ("article", pa.string()),
        ("stage", pa.string()),
        ("rule", pa.string()),
        ("reason", pa.string()),
        ("package", pa.string()),
        ("kind", pa.string()),
        ("bytes", pa.int64()),
        ("exchanges", pa.int64()),
        ("turns", pa.int64()),
        ("edits", COUNTS),
        ("notes", COUNTS),
        ("warnings", pa.int64()),
        ("passing", pa.bool_()),
    ]
)
"""The columns of the result. `outcome` is `written`, `failed` or `rejected`, and decides which others are not null.

For a written document `article` is the JSON, `bytes` the length of its source, and the other columns count what the
article holds: `edits` and `notes` by rule, `warnings` the notes of severity `warning` or `error`. If it is degraded,
`kind` says so, and `stage`, `package` and `reason` say why. `passing` is true for a failed document if the machine was
to blame.
"""


def process_batch(
    table: pa.Table | pa.RecordBatch,
    *,
    pipeline: Pipeline | None = None,
    id: str = "id",  # noqa: A002
    text: str | None = None,
    encoding: str | None = None,
    limits: Run | None = None,
) -> pa.Table:
    """Processes each document of a table.

    Returns a table with one row per document, in the same order, with the columns `OUTCOMES`. A
    document that fails, crashes or hangs is a row that says so. Two rows may have the same id.

    Args:
        table: The documents. All columns but `id` and `text` are metadata.
        pipeline: Makes the articles; by default the built-in pipeline.
        id: The column of the document's id.
        text: The column of its text, strings or bytes; by default `text`, or else `data`.
        encoding: The encoding of all texts that are bytes, if you know it.
        limits: Seconds and memory for a document, as in `[run]` of the settings.

    Raises:
        UsageError: A column is missing.
        ExecutorError: No process can work.

    """
    if isinstance(table, pa.RecordBatch):
        # Spark passes these.
        table = pa.Table.from_batches([table])
    expect("process_batch", "table", table, pa.Table, "a table of Arrow", "pa.Table.from_pandas(frame), for example")
    expect("process_batch", "pipeline", pipeline, (Pipeline, NoneType), "a Pipeline or None")
    expect_text("process_batch", "id", id)
    expect_text("process_batch", "text", text, optional=True)
    expect_text("process_batch", "encoding", encoding, optional=True)
    expect("process_batch", "limits", limits, (Run, NoneType), "a Run of pipeline.config.settings, or None")
    config = WorkerConfig(pipeline or _built_in(), InMemoryWriter(), encoding)
    records = list(table_documents(table, id=id, text=text))
    outcomes = _WORKER.process(records, config, limits or Run()) if records else []
    rows = [_row(record, outcome) for record, outcome in zip(records, outcomes, strict=True)]
    columns = zip(*rows, strict=True) if rows else [()] * len(OUTCOMES)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, OUTCOMES, strict=True)]
    return pa.Table.from_arrays(arrays, schema=OUTCOMES)


@cache
def _built_in() -> Pipeline:
    return Pipeline()


class _PersistentWorker:
    """The worker of this process. It is kept while the config and the limits stay the same."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: tuple[bytes, Run] | None = None
        self._cleanup = ExitStack()

    def process(self, records: Sequence[Record | Unreadable], config: WorkerConfig, limits: Run) -> list[Outcome]:
        """Returns the outcomes in order. Handles one batch at a time: some engines have several threads."""
        with self._lock:
            pool = self._pool_for((pickle.dumps(config), limits), config)
            try:
                items = process_in_order(records, pool)
                return [item[1] if isinstance(item, tuple) else _unreadable(item) for item in items]
            except BaseException:
                # It still has documents that nobody waits for.
                self.end()
                raise

    def end(self) -> None:
        """Ends the worker."""
        cleanup, self._cleanup, self._key = self._cleanup, ExitStack(), None
        cleanup.close()

    def forget(self) -> None:
        """Forgets the worker after a fork: it belongs to the parent, and so does the thread that has the lock."""
        self._lock, self._key, self._cleanup = Lock(), None, ExitStack()

    def _pool_for(self, key: tuple[bytes, Run], config: WorkerConfig) -> ProcessPool:
        if self._key != key:
            self.end()
            self._pool = self._cleanup.enter_context(ProcessPool(config, 1, key[1]))
            self._key = key
        return self._pool


_WORKER = _PersistentWorker()
atexit.register(_WORKER.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_WORKER.forget)


def _unreadable(item: object) -> Failure:
    assert isinstance(item, Unreadable)  # noqa: S101 -- the table holds nothing else
    return Failure(item.id, None, item.reason)


def _row(record: Record | Unreadable, outcome: Outcome) -> tuple[object, ...]:
    """Returns the cells of one row."""
    name = record.id or None
    if isinstance(outcome, Written):
        assert outcome.body is not None  # noqa: S101 -- `InMemoryWriter` returns it
        assert outcome.counts is not None  # noqa: S101 -- so does `write_article`
        counts = outcome.counts
        why = (None,) * 5 if outcome.degraded is None else _why(outcome.degraded)
        by_rule = (sorted(counts.edits.items()), sorted(counts.notes.items()))
        figures = (counts.bytes, counts.exchanges, counts.turns, *by_rule, counts.warnings)
        return (name, "written", outcome.body[:-1], *why, *figures, None)
    assert not isinstance(outcome, Edited)  # noqa: S101 -- nothing is replaced here
    no_figures = (None,) * 6
    reported = with_encodable_text(outcome)
    if isinstance(reported, Rejection):
        return (name, "rejected", None, None, reported.rule, reported.reason, None, None, *no_figures, None)
    return (name, "failed", None, *_why(reported), *no_figures, reported.passing is True)


def _why(failure: Failure) -> tuple[str | None, ...]:
    """Returns the cells `stage`, `rule`, `reason`, `package` and `kind`."""
    kind = None if failure.kind is UNSET else failure.kind
    return (failure.stage, None, failure.reason, failure.package, kind)


def outcomes_of_table(table: pa.Table) -> list[Outcome]:
    """Returns the outcomes that the rows of a table from `process_batch` describe."""
    # As bytes: they are written without being read.
    index = table.schema.get_field_index("article")
    as_bytes = table.set_column(index, "article", table["article"].cast(pa.binary()))
    return [_outcome(row) for row in as_bytes.to_pylist()]


def _outcome(row: Mapping[str, Any]) -> Outcome:
    if row["outcome"] == "written":
        body = row["article"] + b"\n"
        edits, notes = dict(row["edits"]), dict(row["notes"])
        counts = ArticleCounts(row["bytes"], row["exchanges"], row["turns"], edits, notes, row["warnings"])
        degraded = _failure(row) if row["kind"] else None
        return Written(len(body), body, article_hash(body), degraded=degraded, counts=counts)
    if row["outcome"] == "rejected":
        return Rejection(row["id"], row["rule"], row["reason"])
    return _failure(row)


def _failure(row: Mapping[str, Any]) -> Failure:
    passing: Literal[True] | UnsetType = True if row["passing"] else UNSET
    return Failure(row["id"], row["stage"], row["reason"], row["package"], row["kind"] or UNSET, passing)
