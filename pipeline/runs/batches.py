"""Documents in batches of Arrow, for engines that work so: Spark, Ray, Dask, DuckDB, a loop of one's own.

    outcomes = pipeline.process_batch(pa.table({"id": ["a"], "text": ["Q: Who owns the pans?\n\nA: The village."]}))

Engines give up a whole job where one document kills the process that has it, or start that document again for ever. So
the documents are processed in another process, which is kept from batch to batch: whatever it meets, a row says so.
"""

import atexit
import os
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from threading import Lock
from types import NoneType
from typing import Any, Final, Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, UnsetType

from pipeline.config.settings import Run
from pipeline.core.pipeline import Pipeline
from pipeline.model.arguments import expect, expect_text
from pipeline.model.record import Record, Unreadable
from pipeline.readers.arrow.batches import table_documents
from pipeline.runs.counters import ContentTotals
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
"""What comes back: `outcome` is `written`, `failed` or `rejected`, and decides which of the others are not null.

Of a written one `article` is the JSON, `bytes` the length of its source, and the others count what it holds: `edits`
and `notes` by rule, `warnings` the notes of severity `warning` or `error`. Where it is degraded `kind` says so, and
`stage`, `package` and `reason` say why. `passing` is true of a failed one where the machine was to blame.
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
    """What becomes of each document of a table: a row for each row, in their order, with the columns `OUTCOMES`.

    `id` and `text` name the columns of the document's id and of its text, a string or bytes, by default `text` or else
    `data`; all other columns are metadata. `pipeline` is by default the built-in one. `encoding` is that of all texts
    that are bytes, where it is known; `limits` are those of `[run]`: seconds and memory for a document.

    A document that fails, crashes or hangs is a row that says so. Two rows may have one id: whether ids are unique only
    the whole can tell. Raises `UsageError` where a column is not there, `CrewError` where no process can work.
    """
    if isinstance(table, pa.RecordBatch):
        # As Spark hands them.
        table = pa.Table.from_batches([table])
    expect("process_batch", "table", table, pa.Table, "a table of Arrow", "pa.Table.from_pandas(frame), for example")
    expect("process_batch", "pipeline", pipeline, (Pipeline, NoneType), "a Pipeline or None")
    expect_text("process_batch", "id", id)
    expect_text("process_batch", "text", text, optional=True)
    expect_text("process_batch", "encoding", encoding, optional=True)
    expect("process_batch", "limits", limits, (Run, NoneType), "a Run of pipeline.config.settings, or None")
    assignment = WorkerConfig(pipeline or _built_in(), InMemoryWriter(), encoding)
    given = list(table_documents(table, id=id, text=text))
    found = _RESIDENT.process(given, assignment, limits or Run()) if given else []
    cells = [_row(document, outcome) for document, outcome in zip(given, found, strict=True)]
    columns = zip(*cells, strict=True) if cells else [()] * len(OUTCOMES)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, OUTCOMES, strict=True)]
    return pa.Table.from_arrays(arrays, schema=OUTCOMES)


@cache
def _built_in() -> Pipeline:
    return Pipeline()


class _Resident:
    """The process in which this one has its documents processed, as long as nothing about the work changes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._work: tuple[bytes, Run] | None = None
        self._kept = ExitStack()

    def process(self, documents: Sequence[Record | Unreadable], assignment: WorkerConfig, limits: Run) -> list[Outcome]:
        """What became of each, in order. One batch at a time: some engines have several threads."""
        with self._lock:
            pool = self._fit((pickle.dumps(assignment), limits), assignment)
            try:
                found = [
                    item[1] if isinstance(item, tuple) else _unread(item) for item in process_in_order(documents, pool)
                ]
            except BaseException:
                # It still has documents that nobody waits for.
                self.end()
                raise
            # What is in it was counted for each row.
            pool.take_tally()
            return found

    def end(self) -> None:
        """Ends the process."""
        kept, self._kept, self._work = self._kept, ExitStack(), None
        kept.close()

    def forget(self) -> None:
        """Knows of no process: where this one was forked, that is its parent's, and a thread of that has the lock."""
        self._lock, self._work, self._kept = Lock(), None, ExitStack()

    def _fit(self, work: tuple[bytes, Run], assignment: WorkerConfig) -> ProcessPool:
        if self._work != work:
            self.end()
            self._pool = self._kept.enter_context(ProcessPool(assignment, 1, work[1]))
            self._work = work
        return self._pool


_RESIDENT = _Resident()
atexit.register(_RESIDENT.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_RESIDENT.forget)


def _unread(item: object) -> Failure:
    assert isinstance(item, Unreadable)  # noqa: S101 -- there is nothing else among documents
    return Failure(item.id, None, item.reason)


# What an article holds, as far as it is counted: reading only this much of its JSON takes a tenth of the time.


class _Exchange(msgspec.Struct, frozen=True):
    questions: tuple[msgspec.Raw, ...]
    answers: tuple[msgspec.Raw, ...]
    asides: tuple[msgspec.Raw, ...]


class _Section(msgspec.Struct, frozen=True):
    exchanges: tuple[_Exchange, ...]


class _Finding(msgspec.Struct, frozen=True):
    rule: str


class _Note(msgspec.Struct, frozen=True):
    rule: str
    severity: str


class _Change(msgspec.Struct, frozen=True):
    edits: tuple[_Finding, ...]


class _Source(msgspec.Struct, frozen=True):
    bytes: int


class _Provenance(msgspec.Struct, frozen=True):
    source: _Source
    changes: tuple[_Change, ...]


class _Article(msgspec.Struct, frozen=True):
    sections: tuple[_Section, ...]
    notes: tuple[_Note, ...]
    provenance: _Provenance


_ARTICLES = msgspec.json.Decoder(_Article)


def _row(document: Record | Unreadable, outcome: Outcome) -> tuple[object, ...]:
    """The cells of one row."""
    name = document.id or None
    if isinstance(outcome, Written):
        assert outcome.body is not None  # noqa: S101 -- `InMemoryWriter` gives it
        line = outcome.body[:-1]
        article = _ARTICLES.decode(line)
        exchanges = [exchange for section in article.sections for exchange in section.exchanges]
        turns = sum(len(each.questions) + len(each.answers) + len(each.asides) for each in exchanges)
        edits = Counter(edit.rule for change in article.provenance.changes for edit in change.edits)
        notes = Counter(note.rule for note in article.notes)
        size = article.provenance.source.bytes
        warnings = sum(note.severity != "info" for note in article.notes)
        counts = (size, len(exchanges), turns, sorted(edits.items()), sorted(notes.items()), warnings)
        failure = outcome.degraded
        why = (None,) * 5 if failure is None else _why(failure)
        return (name, "written", line, *why, *counts, None)
    assert not isinstance(outcome, Edited)  # noqa: S101 -- nothing is replaced here
    none = (None,) * 6
    told = with_encodable_text(outcome)
    if isinstance(told, Rejection):
        return (name, "rejected", None, None, told.rule, told.reason, None, None, *none, None)
    return (name, "failed", None, *_why(told), *none, told.passing is True)


def _why(failure: Failure) -> tuple[str | None, ...]:
    """The cells `stage`, `rule`, `reason`, `package` and `kind`."""
    kind = None if failure.kind is UNSET else failure.kind
    return (failure.stage, None, failure.reason, failure.package, kind)


def outcomes(table: pa.Table) -> list[Outcome]:
    """What the rows of a table say that `process_batch` made; the articles as `InMemoryWriter` gives them."""
    # As bytes: nobody reads them here.
    place = table.schema.get_field_index("article")
    bare = table.set_column(place, "article", table["article"].cast(pa.binary()))
    return [_outcome(row) for row in bare.select(_TOLD).to_pylist()]


_TOLD = ["id", "outcome", "article", "stage", "rule", "reason", "package", "kind", "passing"]


def _outcome(row: Mapping[str, Any]) -> Outcome:
    if row["outcome"] == "written":
        body = row["article"] + b"\n"
        return Written(len(body), body, article_hash(body), degraded=_failure(row) if row["kind"] else None)
    if row["outcome"] == "rejected":
        return Rejection(row["id"], row["rule"], row["reason"])
    return _failure(row)


def _failure(row: Mapping[str, Any]) -> Failure:
    passing: Literal[True] | UnsetType = True if row["passing"] else UNSET
    return Failure(row["id"], row["stage"], row["reason"], row["package"], row["kind"] or UNSET, passing)


def tally(table: pa.Table) -> ContentTotals:
    """What the written articles hold, added up."""
    size, exchanges, turns = (pc.sum(table[name]).as_py() or 0 for name in ("bytes", "exchanges", "turns"))
    # A null, of one that was not written, is neither.
    without, warned = (
        pc.sum(found).as_py() or 0 for found in (pc.equal(table["exchanges"], 0), pc.greater(table["warnings"], 0))
    )
    return ContentTotals(size, exchanges, turns, without, warned, _counted(table["edits"]), _counted(table["notes"]))


def _counted(column: pa.ChunkedArray) -> Counter[str]:
    found: Counter[str] = Counter()
    for cells in column.chunks:
        if not len(cells):
            continue
        # A slice still has the keys and counts of all.
        first, end = cells.offsets[0].as_py(), cells.offsets[-1].as_py()
        pairs = pa.table({"rule": cells.keys[first:end], "times": cells.items[first:end]})
        for row in pairs.group_by("rule").aggregate([("times", "sum")]).to_pylist():
            found[row["rule"]] += row["times_sum"]
    return found
