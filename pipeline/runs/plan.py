"""Plans a run: which documents to process, and which an earlier run has done and have not changed.

A source whose size and time are those of the earlier run is not read. Otherwise each of its documents is compared by a
hash of everything that decides what its article holds, and only documents that differ are processed again.
"""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from pipeline.config.settings import Run
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers import html
from pipeline.readers.documents import UniqueIds, duplicate_id
from pipeline.runs.cache_keys import key_of_article
from pipeline.runs.counters import Counters, LeftOutEntry
from pipeline.runs.output.article_store import ArticleCondition, ArticleStore
from pipeline.runs.plan_items import (
    DocumentSource,
    DoneItem,
    FileEnd,
    FileUnchanged,
    Pending,
    PlanItem,
    Skipped,
    Unchanged,
    skipped_item,
    stored_reason,
    stored_skipped_item,
)
from pipeline.runs.records import AnyRecord, Waiting, record_key
from pipeline.runs.state import State
from pipeline.runs.state_entries import REPLACING_KEY, STALE_KEY, DocumentEntry, FileEntry
from pipeline.storage.file_names import FileNames

ARTICLE_TO_SOURCE_RATIO = 3
"""How many times longer an article is than its source, for progress estimates."""


class RerunOptions(msgspec.Struct, frozen=True):
    """What to do about documents that an earlier run has done; the options of `pipeline run`.

    Attributes:
        fresh: Process all documents again.
        retry_failed: Process failed and degraded documents again.
        check_hash: Read each source again, even if its size and time have not changed.
        first: Process only the first so many documents.
        overwrite_edited: Replace articles that were edited by hand.

    """

    fresh: bool = False
    retry_failed: bool = False
    check_hash: bool = False
    first: int | None = None
    overwrite_edited: bool = False


class Plan:
    """Yields the items of a run in order.

    Attributes:
        pending: The documents that were yielded and are not done, by their ids.
        limits: The limits of the run, as text.
        ended: Whether all sources were read to their end.

    """

    def __init__(
        self,
        state: State,
        store: ArticleStore,
        counters: Counters,
        *,
        settings: bytes,
        reading: bytes = b"",
        limits: Run | None = None,
        choices: RerunOptions | None = None,
        file_per_article: bool = True,
    ) -> None:
        """`settings` and `reading` are hashes (`cache_keys.settings_key` and `reading_key`)."""
        self.pending: dict[str, Pending] = {}
        self.limits = describe_limits(limits or Run())
        self.ended = False
        self._state = state
        self._store = store
        self._counters = counters
        self._settings = settings
        # Other packages convert web pages, and a source need not tell whether it holds pages.
        self._reading = hashlib.sha256(settings + reading + html.converter().encode()).digest()
        self._choices = choices or RerunOptions()
        self._file_per_article = file_per_article
        self._edited: set[str] = set()
        """The ids of the documents of an unchanged source whose articles were edited by hand."""

    def items(self, sources: Iterable[DocumentSource], lost: Iterable[Unreadable | LeftOut] = ()) -> Iterator[PlanItem]:
        """Yields records to process, and between them what is done already. `lost` are sources that cannot be read."""
        with UniqueIds() as ids, UniqueIds() as name_keys:
            self._file_names = FileNames(ids, name_keys)
            for item in self._all_items(sources, lost, ids):
                if not isinstance(item, FileEnd | FileUnchanged | Waiting) and not _is_left_out(item):
                    self._counters.count_read()
                yield item
                if self._counters.documents == self._choices.first:
                    return
        self.ended = True

    def _all_items(
        self, sources: Iterable[DocumentSource], lost: Iterable[Unreadable | LeftOut], ids: UniqueIds
    ) -> Iterator[PlanItem]:
        for each in lost:
            yield skipped_item(None, 0, each)
        for source in sources:
            before = self._counters.bytes_read
            for item in self._items_of(source, ids):
                # An estimate: a compressed source is smaller than its text.
                estimate = self._counters.bytes_read + _estimated_bytes(item)
                self._counters.bytes_read = min(estimate, before + source.size)
                yield item
            self._counters.bytes_read = before + source.size

    def _items_of(self, source: DocumentSource, ids: UniqueIds) -> Iterator[PlanItem]:
        stamp = source.stamp()
        known = self._state.source(source.name)
        if known is not None and self._is_unchanged(known, stamp, ids):
            yield from self._unchanged_items(known, ids)
            return
        file = self._state.begin_file(source.name)
        is_complete = True
        n = -1
        for item in source.read():
            if isinstance(item, Waiting):
                yield item
                continue
            n += 1
            is_complete = is_complete and not (isinstance(item, Unreadable) and item.passing)
            if not isinstance(item, AnyRecord):
                yield skipped_item(file, n, item)
            elif not ids.add(item.id):
                yield skipped_item(file, n, duplicate_id(item), "double")
            else:
                yield self._plan_record(item, file, n)
        # A source that changed while it was read, or could not be read to its end, is read again next time.
        is_unchanged = is_complete and source.stamp() == stamp
        yield FileEnd(file, stamp if is_unchanged else None, self._reading)

    # Documents that were read

    def _plan_record(self, record: AnyRecord, file: int, n: int) -> AnyRecord | Unchanged:
        if self._file_per_article and self._file_names.take(record.id):
            record = msgspec.structs.replace(record, apart=True)
        key = key_of_article(record_key(record), self._settings)
        entry = self._state.document(record.id)
        if entry is not None and entry.file != file:
            self._state.invalidate_file(entry.file)
        was_written = entry is not None and entry.status == "written"
        condition: ArticleCondition = "gone"
        if entry is not None and self._file_per_article and entry.apart != record.apart:
            return self._plan_renamed(record, entry, Pending(file, n, key))
        if entry is not None and was_written:
            condition, entry = self._inspect(entry)
            if condition == "edited":
                if entry.key not in {key, REPLACING_KEY}:
                    # If the edit is undone, the article will be that of an earlier form of the document.
                    entry = msgspec.structs.replace(entry, key=STALE_KEY)
                return Unchanged(entry, (file, n), edited=True)
        if entry is not None and entry.key == key and self._is_valid(entry, condition):
            return Unchanged(entry, (file, n))
        replaces = entry is not None and was_written and entry.file == file
        written_entry = entry if was_written else None
        expected_hash = self._expected_hash(record, written_entry, condition)
        self.pending[record.id] = Pending(file, n, key, replaces, expected_hash)
        return record

    def _plan_renamed(self, record: AnyRecord, entry: DocumentEntry, pending: Pending) -> AnyRecord | Unchanged:
        """Plans a document whose article has another file name now, because others were read before it.

        It is processed again. On a file system that does not distinguish the two names, the file with the old name may
        already hold the article of the document that the name now belongs to.
        """
        former = None
        if entry.status == "written":
            condition, inspected = self._store.inspect(entry)
            if condition == "whole":
                former = inspected
            elif (current_hash := self._store.current_hash(entry)) is not None:
                if condition == "edited" and not self._choices.overwrite_edited:
                    inspected = msgspec.structs.replace(inspected, key=STALE_KEY)
                    return Unchanged(inspected, (pending.file, pending.n), edited=True)
                former = msgspec.structs.replace(inspected, hash=current_hash)
        expected_hash = self._expected_hash(record, None, "gone")
        self.pending[record.id] = msgspec.structs.replace(pending, expected_hash=expected_hash, former=former)
        return record

    def _expected_hash(
        self, record: AnyRecord, entry: DocumentEntry | None, condition: ArticleCondition
    ) -> bytes | None:
        if self._choices.overwrite_edited:
            return None
        return self._store.expected_hash(record.id, entry, condition, apart=record.apart)

    def _inspect(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        condition, entry = self._store.inspect(entry)
        return "gone" if condition == "edited" and self._choices.overwrite_edited else condition, entry

    # Sources that have not changed

    def _is_unchanged(self, known: FileEntry, stamp: str | None, ids: UniqueIds) -> bool:
        """Whether a source need not be read, because all that is known of it is still valid."""
        choices = self._choices
        if stamp is None or choices.check_hash or (known.stamp, known.key) != (stamp, self._reading):
            return False
        skipped_kinds = {entry.kind for entry in self._state.skipped_entries(known.file)}
        if "double" in skipped_kinds or (skipped_kinds and choices.retry_failed):
            # Other sources decide whether an id is taken.
            return False
        documents = 0
        self._edited.clear()
        for entry in self._state.documents(known.file):
            documents += 1
            if entry.id in ids or not self._keeps_its_name(entry) or not self._is_still_valid(entry):
                return False
        # An unreadable source may be readable now: its permissions are not part of the stamp.
        return documents > 0 or "unreadable" not in skipped_kinds

    def _keeps_its_name(self, entry: DocumentEntry) -> bool:
        """Whether the article of a document keeps its file name.

        This does not see names taken by other documents of the same source. Such a source is read again.
        """
        return not self._file_per_article or self._file_names.is_taken(entry.id) == entry.apart

    def _is_still_valid(self, entry: DocumentEntry) -> bool:
        """Whether the outcome of a document is still valid, given the same source and settings."""
        condition: ArticleCondition = "gone"
        if entry.status == "written":
            condition, _ = self._inspect(entry)
            if condition == "edited":
                self._edited.add(entry.id)
                return True
        if entry.key in {STALE_KEY, REPLACING_KEY}:
            return False
        return self._is_valid(entry, condition)

    def _is_valid(self, entry: DocumentEntry, condition: ArticleCondition) -> bool:
        """Whether an outcome is valid, given the condition of its article ("gone" if it has none)."""
        if entry.status == "written":
            is_degraded = entry.reason is not None
            return condition == "whole" and not (is_degraded and self._choices.retry_failed)
        if entry.status == "rejected":
            return True
        return not self._choices.retry_failed and stored_reason(entry).limits in {None, self.limits}

    def _unchanged_items(self, known: FileEntry, ids: UniqueIds) -> Iterator[DoneItem]:
        """Yields all that is known of a source, in order."""
        skipped_entries = self._state.skipped_entries(known.file)
        skipped = next(skipped_entries, None)
        for entry in self._state.documents(known.file):
            while skipped is not None and skipped.n < entry.n:
                yield stored_skipped_item(skipped)
                skipped = next(skipped_entries, None)
            ids.add(entry.id)
            if self._file_per_article:
                self._file_names.take(entry.id)
            yield Unchanged(entry, None, edited=entry.id in self._edited)
        while skipped is not None:
            yield stored_skipped_item(skipped)
            skipped = next(skipped_entries, None)
        yield FileUnchanged(known.file)


def describe_limits(limits: Run) -> str:
    """Returns the limits that a document can exceed, as text."""
    return f"{limits.seconds:g} s, {limits.memory} MiB"


def _estimated_bytes(item: PlanItem) -> int:
    """Returns about how many bytes of its source an item had."""
    if isinstance(item, AnyRecord):
        return item.weight
    if isinstance(item, Unchanged) and item.position is not None:
        # Only the article's size is known.
        return item.entry.size // ARTICLE_TO_SOURCE_RATIO
    return 0


def _is_left_out(item: object) -> bool:
    return isinstance(item, Skipped) and isinstance(item.log_entry, LeftOutEntry)
