"""The loop of a run: takes items from the plan, sends documents to the executor, and saves what became of them."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from pipeline.errors import PipelineError
from pipeline.model.record import LeftOut, Unreadable
from pipeline.runs import run_log, unfinished
from pipeline.runs.cache_keys import settings_key
from pipeline.runs.counters import Counters, LeftOutEntry
from pipeline.runs.events import LogEntry, NoEvents, RunEvents
from pipeline.runs.executors.engine import Engine
from pipeline.runs.executors.executor import OrderedWindow
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.job import Job
from pipeline.runs.outcome import Edited, Failure, Outcome, Rejection, Written, with_encodable_text
from pipeline.runs.output import write_log
from pipeline.runs.output.article_folder import ArticleFolder
from pipeline.runs.output.article_store import ArticleStore
from pipeline.runs.output.manual_edits import NO_ARTICLE_HASH, edited_outcome
from pipeline.runs.output.output_folder import LOCK_FILE, Output
from pipeline.runs.output.shard_store import ShardStore
from pipeline.runs.plan import Plan
from pipeline.runs.plan_items import (
    DocumentSource,
    FileEnd,
    FileUnchanged,
    Pending,
    Skipped,
    StoredReason,
    Unchanged,
    stored_reason,
)
from pipeline.runs.records import AnyRecord
from pipeline.runs.state import State
from pipeline.runs.state_entries import REPLACING_KEY, STALE_KEY, DocumentEntry, SkippedEntry
from pipeline.version import __version__

COMMIT_SECONDS: Final = 0.05
"""How often the state is committed."""


class RunError(PipelineError):
    """A run cannot continue. Its articles are kept; the message says what to do before it is run again."""


class RunLoop(NoEvents):
    """One run, after its output is locked. It handles the events of the window itself."""

    def __init__(
        self,
        job: Job,
        output: Output,
        state: State,
        counters: Counters,
        unfinished_documents: list[str],
        events: RunEvents,
    ) -> None:
        """`unfinished_documents` gets the ids of documents without a known outcome if the run has to stop."""
        self._unfinished = unfinished_documents
        self._job = job
        self._folder = output.folder
        self._state = state
        self._counters = counters
        self._run_log = run_log.RunLog(output.folder)
        self._events = events
        self._store = _open_store(job, output, state)
        self._plan = Plan(
            state,
            self._store,
            counters,
            settings=settings_key(job.pipeline, job.encoding),
            reading=job.reading,
            limits=job.limits,
            choices=job.choices,
            file_per_article=not self._store.ordered,
        )
        self._renamed: list[tuple[DocumentEntry, DocumentEntry]] = []
        """For articles that have another file name now: the entry with the old name, and the new entry."""
        self._committed = time.monotonic()
        self._must_commit = False
        """Whether articles are about to be replaced that the committed state lists as written."""
        self._kept_edits: set[str] = set()
        """Documents that failed or were rejected, whose earlier article was edited by hand and is kept."""

    def run(self, sources: Sequence[DocumentSource], lost: Iterable[Unreadable | LeftOut], engine: Engine) -> None:
        """Processes all sources."""
        lock = self._folder / LOCK_FILE
        config = WorkerConfig(self._job.pipeline, self._store.writer, self._job.encoding, lock=lock)
        finished = False
        try:
            with self._run_log, engine(config, self._job.limits) as executor:
                self._report_damaged_state()
                window = OrderedWindow(self._items(sources, lost), executor, self, self._expected_hash)
                item: object = None
                try:
                    for item in window.run():
                        self._finish_item(item)
                        self._commit_if_due()
                    self._remove_renamed()
                    for left_out in self._store.finish():
                        self._counters.left_out += 1
                        self._log(left_out)
                    self._check_counters()
                except BaseException:
                    self._stop(item, window)
                    raise
            finished = True
        finally:
            self._store.close()
            with suppress(*([] if finished else [OSError])):
                # If the disk is full, the error that says so is already being raised.
                unfinished.write_list(self._unfinished, self._folder)
                stages = self._job.pipeline.recipe.versions
                run_log.write_summary(self._counters, stages, __version__, self._folder, finished=finished)

    # Events of the window

    def on_wait(self) -> None:
        """Commits what was done, so that it is not lost while a long document is processed."""
        self._commit_if_due()
        self._events.on_wait()

    def on_send(self) -> None:
        """Commits before a worker replaces an article that the committed state lists as written."""
        if self._must_commit:
            self._state.commit()
            self._must_commit = False
        self._events.on_send()

    def on_outcome(self, record: AnyRecord, outcome: Outcome) -> None:
        """Counts what an article holds, and saves its outcome unless the store needs the order of the documents."""
        if isinstance(outcome, Written) and outcome.counts is not None:
            self._counters.content.add(outcome.counts)
        self._events.on_outcome(record, outcome)
        if not self._store.ordered:
            self._save_outcome(record, outcome)
            self._commit_if_due()

    # Input of the window

    def _items(self, sources: Sequence[DocumentSource], lost: Iterable[Unreadable | LeftOut]) -> Iterator[object]:
        """Yields the items of the plan. Marks articles that a worker will replace.

        If the run is killed in between, the file may be the old or the new one, and its size need not tell which.
        """
        for item in self._plan.items(sources, lost):
            if isinstance(item, AnyRecord) and not self._store.ordered and self._state.begin_document(item.id):
                self._must_commit = True
            yield item

    def _expected_hash(self, document: str) -> bytes | None:
        return self._plan.pending[document].expected_hash

    # Output of the window

    def _finish_item(self, item: object) -> None:
        """Takes an item after all items before it."""
        if isinstance(item, tuple):
            record, outcome = item
            if self._store.ordered:
                self._save_outcome(record, outcome)
                self._store.tick()
            self._count(record.id, outcome)
        elif isinstance(item, Unchanged):
            self._keep(item)
        elif isinstance(item, Skipped):
            self._skip(item)
        elif isinstance(item, FileEnd):
            self._state.end_file(item.file, item.stamp, item.key)
        elif isinstance(item, FileUnchanged):
            self._state.keep_file(item.file)

    def _save_outcome(self, record: AnyRecord, outcome: Outcome) -> None:
        """Saves what became of a document."""
        pending = self._plan.pending[record.id]
        if isinstance(outcome, Edited):
            # Saves the hash of the new article, so that the next run finds that the file differs.
            reason = _encode_reason(outcome.degraded)
            entry = DocumentEntry(
                record.id,
                pending.file,
                pending.n,
                pending.key,
                "written",
                size=outcome.size,
                line=int(record.apart),
                reason=reason,
                hash=outcome.hash,
            )
            self._save_entry(entry, pending)
            return
        if not isinstance(outcome, Written):
            outcome = with_encodable_text(outcome)
        entry = self._entry(record, outcome, pending)
        if isinstance(outcome, Written):
            entry = self._store.add(entry, outcome.body)
        elif pending.replaces and not self._store.remove(record.id, pending.expected_hash, apart=record.apart):
            earlier = self._state.document(record.id)
            assert earlier is not None  # noqa: S101 -- otherwise it would replace nothing
            # Nothing replaces the article any more, so the next run knows that it was edited.
            entry = msgspec.structs.replace(
                earlier, file=pending.file, n=pending.n, key=STALE_KEY, hash=earlier.hash or NO_ARTICLE_HASH
            )
            self._kept_edits.add(record.id)
        self._save_entry(entry, pending)

    def _entry(self, record: AnyRecord, outcome: Written | Failure | Rejection, pending: Pending) -> DocumentEntry:
        """Returns the entry of a document that was just processed."""
        entry = DocumentEntry(record.id, pending.file, pending.n, pending.key, "written", line=int(record.apart))
        if isinstance(outcome, Rejection):
            reason = msgspec.json.encode(StoredReason(rejection=outcome))
            return msgspec.structs.replace(entry, status="rejected", reason=reason)
        if isinstance(outcome, Failure):
            limits = self._plan.limits if isinstance(outcome.kind, str) else None
            reason = msgspec.json.encode(StoredReason(failure=outcome, limits=limits))
            # If the machine was to blame, the next run tries again.
            key = STALE_KEY if outcome.passing is True else pending.key
            return msgspec.structs.replace(entry, status="failed", key=key, reason=reason)
        return msgspec.structs.replace(
            entry,
            size=outcome.size,
            hash=outcome.hash,
            stamp=outcome.stamp,
            reason=_encode_reason(outcome.degraded),
        )

    def _save_entry(self, entry: DocumentEntry, pending: Pending) -> None:
        """Saves the entry of a document that is done."""
        if pending.former is None:
            self._state.save_document(entry)
        else:
            # Until the article with the old name is deleted: after a kill this document must be processed again.
            former = msgspec.structs.replace(pending.former, file=pending.file, n=pending.n, key=REPLACING_KEY)
            self._state.save_document(former)
            self._renamed.append((former, entry))
        del self._plan.pending[entry.id]

    def _remove_renamed(self) -> None:
        """Deletes articles with file names that their documents do not have any more.

        This happens at the end: on a file system that does not distinguish the two names, the document that the name
        now belongs to may write there until then.
        """
        for former, entry in self._renamed:
            self._store.remove(former.id, former.hash, apart=former.apart)
            self._state.save_document(entry)
        self._renamed.clear()

    def _keep(self, item: Unchanged) -> None:
        entry = item.entry
        if item.position is not None:
            # Saved again: if the document was moved from another source, `end_file` of that one has deleted the entry.
            file, n = item.position
            self._state.save_document(msgspec.structs.replace(entry, file=file, n=n))
        if entry.status == "written" and not item.edited:
            self._store.keep(entry)
            self._store.tick()
        self._count_unchanged(item)

    def _skip(self, item: Skipped) -> None:
        if item.file is not None:
            self._state.save_skipped(item.file, item.entry)
        if isinstance(item.log_entry, LeftOutEntry):
            self._counters.left_out += 1
            self._log(item.log_entry)
        else:
            self._count(item.log_entry.document, item.log_entry)

    # Counting

    def _count(self, document: str, outcome: Outcome) -> None:
        if document in self._kept_edits:
            self._kept_edits.remove(document)
            entry = self._state.document(document)
            outcome = edited_outcome(document, apart=entry is not None and entry.apart)
        self._counters.count_outcome(outcome)
        entry_for_log = _log_entry(outcome)
        if entry_for_log is not None:
            self._log(with_encodable_text(entry_for_log))
        self._events.on_document(document, self._counters)

    def _count_unchanged(self, item: Unchanged) -> None:
        entry = item.entry
        if item.edited:
            self._count(entry.id, edited_outcome(entry.id, apart=entry.apart))
        elif entry.status == "written":
            self._counters.count_unchanged(degraded=entry.reason is not None)
            if entry.reason is not None:
                self._log(stored_reason(entry).log_entry)
            self._events.on_document(entry.id, self._counters)
        else:
            self._count(entry.id, stored_reason(entry).log_entry)

    def _log(self, entry: LogEntry) -> None:
        self._run_log.add(entry)
        self._events.on_log_entry(entry)

    def _report_damaged_state(self) -> None:
        if (damaged := self._state.damaged) is not None:
            reason = f"is the state of earlier runs and is damaged ({damaged.reason}); this run began without it"
            left_out = LeftOutEntry(f"_run/{damaged.name}", reason, 1)
            self._skip(Skipped(None, SkippedEntry(0, "left-out", b""), left_out))

    def _check_counters(self) -> None:
        """Raises `RunError` if a document has no outcome."""
        if self._plan.pending or not self._counters.totals.complete:
            totals = self._counters.totals
            raise RunError(f"some documents have no outcome, which is a bug in the pipeline; report it: {totals}")

    def _stop(self, item: object, window: OrderedWindow) -> None:
        """Counts what is known when a run has to stop, and collects the ids of all other documents.

        `item` is the last item that was finished, or was about to be.
        """
        self._unfinished += self._plan.pending
        for left in window.left():
            if isinstance(left, tuple):
                record, outcome = left
                if record.id not in self._plan.pending:
                    # It was written when it was done, and only waited to be counted.
                    self._count(record.id, outcome)
            elif isinstance(left, Unchanged):
                self._count_unchanged(left)
            elif isinstance(left, Skipped) and isinstance(left.log_entry, Failure):
                self._count(left.log_entry.document, left.log_entry)
        is_one_missing = len(self._unfinished) < self._counters.documents - self._counters.finished
        if isinstance(item, Unchanged) and is_one_missing:
            self._unfinished.append(item.entry.id)

    def _commit_if_due(self) -> None:
        now = time.monotonic()
        if now - self._committed > COMMIT_SECONDS:
            self._state.commit()
            self._committed = now


def _encode_reason(degraded: Failure | None) -> bytes | None:
    """Returns why an article is degraded, as the state keeps it."""
    return None if degraded is None else msgspec.json.encode(StoredReason(failure=degraded))


def _log_entry(outcome: Outcome) -> Failure | Rejection | None:
    """Returns the line for the run's lists; None if the outcome needs none."""
    if isinstance(outcome, Written):
        return outcome.degraded
    return outcome.failure if isinstance(outcome, Edited) else outcome


def _open_store(job: Job, output: Output, state: State) -> ArticleStore:
    if job.form == "json":
        log = output.folder / write_log.WRITE_LOG_FILE
        return ArticleFolder(output.articles, state, log, always_read=job.choices.check_hash)
    return ShardStore(
        output.backend,
        output.folder,
        job.form,
        job.limits.shard << 20,
        state,
        output.folder / LOCK_FILE,
        always_read=job.choices.check_hash,
        overwrite_edited=job.choices.overwrite_edited,
    )
