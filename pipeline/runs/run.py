"""A run: the documents of some sources, each to its article, whatever becomes of single ones or of the run itself.

plan.py      what there is to do, and what an earlier run has done
crews/       who does it: worker processes (pool.py), or a cluster (cluster.py)
places/      where articles lie: a file each (shelf.py), or shards (shards.py); and that nobody else writes there
state.py     what is done, so that it need not be done again
journal.py   what is to be said of documents that failed
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from pipeline.config.settings import Run
from pipeline.core.pipeline import Pipeline
from pipeline.errors import PipelineError, UsageError
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers.documents import ReadResult
from pipeline.runs import run_log, unfinished
from pipeline.runs.counters import Aside, Counters
from pipeline.runs.executors.executor import Executor, OrderedWindow
from pipeline.runs.executors.process_pool import ProcessPool
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.outcome import Edited, Failure, Outcome, Rejection, Written, with_encodable_text
from pipeline.runs.output import write_log
from pipeline.runs.output.article_folder import ArticleFolder, ArticleStore
from pipeline.runs.output.manual_edits import NO_ARTICLE_HASH, edited_outcome
from pipeline.runs.output.output_folder import LOCK_FILE, STATE_FILE, Output, open_output
from pipeline.runs.output.shard_store import SHARD_NAME, ShardStore
from pipeline.runs.plan import (
    DocumentSource,
    FileEnd,
    FileUnchanged,
    Pending,
    Plan,
    RerunOptions,
    Skipped,
    StoredReason,
    Unchanged,
    settings_key,
    stored_reason,
)
from pipeline.runs.records import AnyRecord
from pipeline.runs.run_log import Heard, RunLog
from pipeline.runs.state import REPLACING_KEY, STALE_KEY, DocumentEntry, SkippedEntry, State
from pipeline.storage import RemotePath
from pipeline.version import __version__

MAX_NAMES_CHECKED = 10_000
"""Names in the output that are looked at to see what is there; a bucket may have a million."""
COMMIT_SECONDS = 0.05
"""Seconds between two moments at which what was done is kept for good."""

OutputFormat: TypeAlias = Literal["json", "jsonl", "parquet"]
"""A file for each article, or shards of lines or of rows."""

Engine: TypeAlias = Callable[[WorkerConfig, Run], AbstractContextManager[Executor]]
"""What makes a crew that does what an assignment says."""

Seen: TypeAlias = Callable[[str, Counters], None]


class RunError(PipelineError):
    """A run cannot go on. What it did is kept; the message says what to do before it is run again."""


class Job(msgspec.Struct, frozen=True):
    """What a run is to do, whatever its sources.

    `reading` is a hash of what decides which documents a file holds. `encoding` is what the user says of all files.
    """

    pipeline: Pipeline
    output: Path | RemotePath
    form: OutputFormat = "json"
    encoding: str | None = None
    reading: bytes = b""
    limits: Run = Run()
    choices: RerunOptions = RerunOptions()


def local_engine(workers: int | None = None) -> Engine:
    """An engine of so many worker processes of this machine, by default one for each processor."""
    return lambda assignment, limits: ProcessPool(assignment, workers or available_processors(), limits)


def available_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    sources: Sequence[DocumentSource],
    job: Job,
    *,
    engine: Engine | None = None,
    lost: Iterable[Unreadable | LeftOut] = (),
    account: Counters | None = None,
    heard: Heard | None = None,
    seen: Seen | None = None,
    waited: Callable[[], None] | None = None,
) -> Counters:
    """Processes the documents of `sources`, each to an article below the output; one that fails harms no other.

    What an earlier run has done and what has not changed since is not done again. `lost` are sources that could not
    even be listed. `heard` is called with each entry of the journal, `seen` after each document with its id and the
    account so far, which is `account` where one is given, `waited` now and then.

    Raises `UsageError` where the output is another run's, or cannot be this one's; `RunError` where it cannot be
    written; other `PipelineError`s where nobody can work. The message names documents that were taken and of which
    nobody knows what became; the file `unaccounted.jsonl` in the folder of the run names all of them.
    """
    account = Counters() if account is None else account
    missing: list[str] = []
    target = open_output(job.output)
    try:
        _check(job, target)
        with target.held(), State(target.folder / STATE_FILE) as state:
            _check_state(state, sources, job)
            _Run(job, target, state, account, missing, heard, seen).work(
                sources, lost, engine or local_engine(), waited
            )
            state.commit()
            write_log.end(target.folder / write_log.WRITE_LOG_FILE)
    except OSError as error:
        what = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        rest = unfinished.unfinished_suffix(missing)
        raise RunError(f"{job.output} cannot be written: {what}; fix this, then rerun to resume{rest}") from error
    except PipelineError as error:
        if missing and len(error.args) == 1:
            error.args = (f"{error.args[0]}{unfinished.unfinished_suffix(missing)}",)
        raise
    return account


def run_records(
    records: Iterable[ReadResult], job: Job, *, engine: Engine | None = None, seen: Seen | None = None
) -> Counters:
    """The same for records that are there already."""
    return run([DocumentSource("records", lambda: iter(records))], job, engine=engine, seen=seen)


class _Run:
    """One run, once the output is its own."""

    def __init__(
        self,
        job: Job,
        target: Output,
        state: State,
        account: Counters,
        missing: list[str],
        heard: Heard | None,
        seen: Seen | None,
    ) -> None:
        self._missing = missing
        """Documents that were read but have no known outcome when the run has to stop."""
        self._job = job
        self._folder = target.folder
        self._state = state
        self._account = account
        self._journal = RunLog(target.folder, heard)
        self._seen = seen
        self._shelf = _shelf(job, target, state)
        settings = settings_key(job.pipeline, job.encoding)
        self._plan = Plan(
            state,
            self._shelf,
            account,
            settings=settings,
            reading=job.reading,
            limits=job.limits,
            choices=job.choices,
            own_files=not self._shelf.ordered,
        )
        self._renamed: list[tuple[DocumentEntry, DocumentEntry]] = []
        """Of documents whose articles have other file names now: the entry with the old name, and the new one."""
        self._kept = time.monotonic()
        self._replaced = False
        """Whether articles are about to be replaced of which the state on the disk says that they are there."""
        self._spared: set[str] = set()
        """Documents that came to no article, but whose earlier one was edited by hand, so that it stays."""

    def work(
        self,
        sources: Sequence[DocumentSource],
        lost: Iterable[Unreadable | LeftOut],
        engine: Engine,
        waited: Callable[[], None] | None,
    ) -> None:
        assignment = WorkerConfig(
            self._job.pipeline, self._shelf.delivery, self._job.encoding, lock=self._folder / LOCK_FILE
        )
        finished = False
        try:
            with self._journal, engine(assignment, self._job.limits) as crew:
                self._tell_of_damage()
                arrived = None if self._shelf.ordered else self._arrived
                self._crew = crew

                def wait() -> None:
                    # What was done before a long document must not be lost with it.
                    self._keep()
                    if waited is not None:
                        waited()

                order = OrderedWindow(self._items(sources, lost), crew, arrived, wait, self._sending, self._earlier)
                taken: object = None
                try:
                    for taken in order.run():
                        self._take(taken)
                        self._keep()
                    self._account.tally.include(crew.take_tally())
                    self._drop_renamed()
                    for aside in self._shelf.finish():
                        self._account.aside += 1
                        self._journal.add(aside)
                    self._check_account()
                except BaseException:
                    self._account.tally.include(crew.take_tally())
                    self._stop(taken, order)
                    raise
            finished = True
        finally:
            self._shelf.close()
            with suppress(*([] if finished else [OSError])):
                # Where the disk is full the error that says so is under way already.
                unfinished.write_list(self._missing, self._folder)
                stages = self._job.pipeline.recipe.versions
                run_log.write_summary(self._account, stages, __version__, self._folder, finished=finished)

    def _tell_of_damage(self) -> None:
        if (damaged := self._state.damaged) is not None:
            reason = f"is what earlier runs remembered, and is damaged ({damaged.reason}); this run began without it"
            self._note_odd(Skipped(None, SkippedEntry(0, "left-out", b""), Aside(f"_run/{damaged.name}", reason, 1)))

    def _check_account(self) -> None:
        """Raises `RunError` where it is not known of each document what became of it."""
        if self._plan.awaited or not self._account.totals.complete:
            totals = self._account.totals
            raise RunError(f"documents are missing from the account, which is a mistake of the pipeline: {totals}")

    def _stop(self, taken: object, order: OrderedWindow) -> None:
        """Completes the account of a run that has to stop: counts what is known, and keeps the names of all others.

        `taken` is what was taken in last, or was about to be.
        """
        self._missing += self._plan.awaited
        for item in order.left():
            if isinstance(item, tuple):
                record, outcome = item
                if record.id not in self._plan.awaited:
                    # It was written as soon as it was done, and waited only for its turn to be counted.
                    self._settle(record.id, outcome)
            elif isinstance(item, Unchanged):
                self._count_stayed(item)
            elif isinstance(item, Skipped) and isinstance(item.told, Failure):
                self._settle(item.told.document, item.told)
        if isinstance(taken, Unchanged) and len(self._missing) < self._account.documents - self._account.settled:
            self._missing.append(taken.entry.id)

    def _items(self, sources: Sequence[DocumentSource], lost: Iterable[Unreadable | LeftOut]) -> Iterator[object]:
        """What is to be done. Of an article that a worker will replace it is forgotten that it is there.

        Where the run is killed in between, the file may be the one or the other, and its size need not tell which.
        """
        for item in self._plan.items(sources, lost):
            if isinstance(item, AnyRecord) and not self._shelf.ordered and self._state.begin_document(item.id):
                self._replaced = True
            yield item

    def _sending(self) -> None:
        if self._replaced:
            self._state.commit()
            self._replaced = False

    def _earlier(self, name: str) -> bytes | None:
        return self._plan.awaited[name].earlier

    def _keep(self) -> None:
        """From time to time keeps what was done, whatever happens from here on."""
        now = time.monotonic()
        if now - self._kept > COMMIT_SECONDS:
            self._state.commit()
            self._account.tally.include(self._crew.take_tally())
            self._kept = now

    def _arrived(self, record: AnyRecord, outcome: Outcome) -> None:
        self._note(record, outcome)
        self._keep()

    def _note(self, record: AnyRecord, outcome: Outcome) -> None:
        """Keeps what became of a document."""
        awaited = self._plan.awaited[record.id]
        if isinstance(outcome, Edited):
            # Of what belongs there, so that the next run finds that something else lies there.
            self._note_entry(
                DocumentEntry(
                    record.id,
                    awaited.file,
                    awaited.n,
                    awaited.key,
                    "written",
                    size=outcome.size,
                    line=int(record.apart),
                    told=_remembered(outcome.degraded),
                    hash=outcome.hash,
                ),
                awaited,
            )
            return
        if not isinstance(outcome, Written):
            outcome = with_encodable_text(outcome)
        fate: Literal["written", "failed", "rejected"] = "written"
        told: bytes | None
        if isinstance(outcome, Failure):
            limits = self._plan.limits if isinstance(outcome.kind, str) else None
            fate, told = "failed", msgspec.json.encode(StoredReason(failure=outcome, limits=limits))
        elif isinstance(outcome, Rejection):
            fate, told = "rejected", msgspec.json.encode(StoredReason(rejection=outcome))
        else:
            told = _remembered(outcome.degraded)
        # What the machine was to blame for is not remembered of the document.
        is_passing = isinstance(outcome, Failure) and outcome.passing is True
        key = STALE_KEY if is_passing else awaited.key
        entry = DocumentEntry(record.id, awaited.file, awaited.n, key, fate, line=int(record.apart), told=told)
        if isinstance(outcome, Written):
            entry = msgspec.structs.replace(entry, size=outcome.size, hash=outcome.hash, stamp=outcome.stamp)
            entry = self._shelf.add(entry, outcome.body)
        elif awaited.replaces and not self._shelf.drop(record.id, awaited.earlier, apart=record.apart):
            before = self._state.entry(record.id)
            assert before is not None  # noqa: S101 -- or it would replace nothing
            # Nothing replaces it any more, so the next run need not doubt that it was edited.
            found = before.hash or NO_ARTICLE_HASH
            entry = msgspec.structs.replace(before, file=awaited.file, n=awaited.n, key=STALE_KEY, hash=found)
            self._spared.add(record.id)
        self._note_entry(entry, awaited)

    def _note_entry(self, entry: DocumentEntry, awaited: Pending) -> None:
        """Keeps the entry of a document that is done."""
        if awaited.former is None:
            self._state.note(entry)
        else:
            # Until its article under the old name is gone: after a kill this document must be done again.
            former = msgspec.structs.replace(awaited.former, file=awaited.file, n=awaited.n, key=REPLACING_KEY)
            self._state.note(former)
            self._renamed.append((former, entry))
        del self._plan.awaited[entry.id]

    def _drop_renamed(self) -> None:
        """Deletes the articles with file names that their documents have no more.

        At the end: on a file system that takes two names for one, the document to which the name belongs now may write
        there until then.
        """
        for former, entry in self._renamed:
            self._shelf.drop(former.id, former.hash, apart=former.apart)
            self._state.note(entry)
        self._renamed.clear()

    def _take(self, item: object) -> None:
        """Takes in an item when all before it are."""
        if isinstance(item, tuple):
            record, outcome = item
            if self._shelf.ordered:
                self._note(record, outcome)
                self._shelf.tick()
            self._settle(record.id, outcome)
        elif isinstance(item, Unchanged):
            self._stay(item)
        elif isinstance(item, Skipped):
            self._note_odd(item)
        elif isinstance(item, FileEnd):
            self._state.end_file(item.file, item.stamp, item.key)
        elif isinstance(item, FileUnchanged):
            self._state.keep_file(item.file)

    def _settle(self, name: str, outcome: Outcome) -> None:
        if name in self._spared:
            self._spared.remove(name)
            outcome = edited_outcome(name, apart=self._is_apart(name))
        self._account.settle(outcome)
        said = _journalled(outcome)
        if said is not None:
            self._journal.add(with_encodable_text(said))
        if self._seen is not None:
            self._seen(name, self._account)

    def _is_apart(self, name: str) -> bool:
        entry = self._state.entry(name)
        return entry is not None and entry.apart

    def _stay(self, item: Unchanged) -> None:
        entry = item.entry
        if item.read is not None:
            # Noted anew: where it was moved from a file whose end is behind us, it is forgotten by now.
            file, n = item.read
            self._state.note(msgspec.structs.replace(entry, file=file, n=n))
        if entry.fate == "written" and not item.edited:
            self._shelf.keep(entry)
            self._shelf.tick()
        self._count_stayed(item)

    def _count_stayed(self, item: Unchanged) -> None:
        entry = item.entry
        if item.edited:
            self._settle(entry.id, edited_outcome(entry.id, apart=entry.apart))
        elif entry.fate == "written":
            self._account.stayed(degraded=entry.told is not None)
            if entry.told is not None:
                self._journal.add(stored_reason(entry).why)
            if self._seen is not None:
                self._seen(entry.id, self._account)
        else:
            self._settle(entry.id, stored_reason(entry).why)

    def _note_odd(self, item: Skipped) -> None:
        if item.file is not None:
            self._state.note_oddity(item.file, item.oddity)
        if isinstance(item.told, Aside):
            self._account.aside += 1
            self._journal.add(item.told)
        else:
            self._settle(item.told.document, item.told)


def _remembered(degraded: Failure | None) -> bytes | None:
    """Why an article is degraded, as the state keeps it."""
    return None if degraded is None else msgspec.json.encode(StoredReason(failure=degraded))


def _journalled(outcome: Outcome) -> Failure | Rejection | None:
    """What the journal says of an outcome."""
    if isinstance(outcome, Written):
        return outcome.degraded
    return outcome.failure if isinstance(outcome, Edited) else outcome


def _shelf(job: Job, target: Output, state: State) -> ArticleStore:
    if job.form == "json":
        log = target.folder / write_log.WRITE_LOG_FILE
        return ArticleFolder(target.articles, state, log, always_read=job.choices.check_hash)
    return ShardStore(
        target.depot,
        target.folder,
        job.form,
        job.limits.shard << 20,
        state,
        target.folder / LOCK_FILE,
        always_read=job.choices.check_hash,
        overwrite_edited=job.choices.overwrite_edited,
    )


def _check(job: Job, target: Output) -> None:
    """Refuses an output that holds articles of another form: whoever reads it would find each twice."""
    for name in islice(target.depot.names(), MAX_NAMES_CHECKED):
        is_shard = SHARD_NAME.fullmatch(name) is not None
        if is_shard if job.form == "json" else re.fullmatch(r"[^._].*\.json", name):
            raise UsageError(
                f"{job.output} holds {'shards' if is_shard else 'a file for each article'}, such as {name}; "
                f"name another folder with -o for --format {job.form}"
            )


def _check_state(state: State, sources: Sequence[DocumentSource], job: Job) -> None:
    form = state.about("form")
    if form is not None and "json" in {form, job.form} and form != job.form:
        raise UsageError(f"{job.output} holds articles as {form}; name another folder with -o for --format {job.form}")
    if job.form != "json" and not job.choices.fresh and state.places():
        if job.choices.first is not None and state.about("extent") != "first":
            raise UsageError(f"{job.output} holds the shards of a whole run; name another folder with -o for --first")
        names = {source.name for source in sources}
        # Some may be gone; where all are, somebody has named the wrong folder.
        if not any(name in names for name in state.file_names()):
            raise UsageError(
                f"{job.output} holds the shards of other sources, which this run would replace; name another folder "
                "with -o, or say --fresh"
            )
    if job.choices.fresh:
        # Now, so that a run that is stopped goes on where it was.
        state.forget()
    state.note_about("form", job.form)
    state.note_about("extent", "all" if job.choices.first is None else "first")
    state.commit()
