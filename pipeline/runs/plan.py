"""What is to be done: every document of the sources, or what an earlier run made of it where nothing has changed.

A file whose size and time are those of then is not read again. Where they differ, each of its documents is compared by
a hash of all that goes into its article, and only those that differ are done again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from typing import Literal, Protocol, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.config.settings import Run
from pipeline.core.pipeline import Pipeline
from pipeline.model.article import VERSION
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers import html
from pipeline.readers.documents import UniqueIds, duplicate_id
from pipeline.runs.cache_keys import key_of_article
from pipeline.runs.counters import Aside, Counters
from pipeline.runs.outcome import Failure, Rejection, encodable
from pipeline.runs.records import AnyRecord, SourceItem, Waiting, record_key
from pipeline.runs.state import REPLACING_KEY, STALE_KEY, DocumentEntry, FileEntry, SkippedEntry, State, damaged_error
from pipeline.storage.file_names import FileNames
from pipeline.version import __version__

T = TypeVar("T")

ARTICLE_TO_SOURCE_RATIO = 3
"""How many times as long an article is as its source."""
LIBRARIES = ("beautifulsoup4", "ftfy", "jieba", "lxml", "regex", "trafilatura")
"""Packages of which another version may make another article of the same document."""


class DocumentSource(msgspec.Struct, frozen=True):
    """Something that holds documents: its name, a stamp that changes when it does, and what reads it.

    A source without a stamp is always read. `size` is that of the source in bytes, where it is known.
    """

    name: str
    read: Callable[[], Iterator[SourceItem]]
    stamp: Callable[[], str | None] = lambda: None
    size: int = 0


class StoredReason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a document was not written or is degraded, as it is kept.

    `limits` are those under which it took its worker with it.
    """

    failure: Failure | None = None
    rejection: Rejection | None = None
    limits: str | None = None

    @property
    def why(self) -> Failure | Rejection:
        """The one or the other."""
        told = self.failure or self.rejection
        assert told is not None  # noqa: S101 -- whoever noted it said why
        return told


class Unchanged(msgspec.Struct, frozen=True):
    """A document that has not changed, and where it was read now: which one of which file; None where it was not.

    Where its article was `edited` by hand it stays as well, whether it has changed or not.
    """

    entry: DocumentEntry
    read: tuple[int, int] | None
    edited: bool = False


class Skipped(msgspec.Struct, frozen=True):
    """What is no sound document, to be noted for a file where it has a number."""

    file: int | None
    oddity: SkippedEntry
    told: Failure | Aside


class FileEnd(msgspec.Struct, frozen=True):
    """All documents of a file stand before this."""

    file: int
    stamp: str | None
    key: bytes


class FileUnchanged(msgspec.Struct, frozen=True):
    """All documents of a file that has not changed stand before this."""

    file: int


DoneItem: TypeAlias = Unchanged | Skipped | FileEnd | FileUnchanged
PlanItem: TypeAlias = AnyRecord | Waiting | DoneItem


class Pending(msgspec.Struct, frozen=True):
    """A document under way: which one of which file it is, and the hash of all that goes into its article.

    `replaces` says whether an article lies there that was made of an earlier form of it, `earlier` how that is known
    again (see `by_hand.may_replace`). `former` is the entry of an article that an earlier run wrote under a file name
    that is not this document's any more.
    """

    file: int
    n: int
    key: bytes
    replaces: bool = False
    earlier: bytes | None = None
    former: DocumentEntry | None = None


ArticleCondition: TypeAlias = Literal["whole", "gone", "edited", "replaced", "unsure"]
"""How an article that was written is found: as it was, not at all, edited by hand, or as a run that was killed left it.

"unsure" is an article at which a run was killed that kept no log of what it wrote.
"""


class Shelf(Protocol):
    """Where articles lie."""

    def look(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        """How the article of a document that was written is found; and its entry, with the stamp that it has now."""
        ...

    def earlier(
        self, name: str, entry: DocumentEntry | None, sight: ArticleCondition, *, apart: bool = False
    ) -> bytes | None:
        """By what the article that lies there is known again when it is to be replaced."""
        ...

    def own(self, entry: DocumentEntry) -> bytes | None:
        """The hash of what lies where the article was written; None if that is nothing, or of another document."""
        ...


class RerunOptions(msgspec.Struct, frozen=True):
    """What the user says of documents that an earlier run has done."""

    fresh: bool = False
    retry_failed: bool = False
    check_hash: bool = False
    first: int | None = None
    overwrite_edited: bool = False


class Plan:
    """Gives the items of a run in order; `awaited` holds those documents that were given and are not done."""

    def __init__(
        self,
        state: State,
        shelf: Shelf,
        account: Counters,
        *,
        settings: bytes,
        reading: bytes = b"",
        limits: Run | None = None,
        choices: RerunOptions | None = None,
        own_files: bool = True,
    ) -> None:
        """`own_files` says whether each article has a file of its own, called as its id."""
        self.awaited: dict[str, Pending] = {}
        self.limits = describe_limits(limits or Run())
        self.ended = False
        """Whether the sources were taken to their end."""
        self._state = state
        self._shelf = shelf
        self._account = account
        self._settings = settings
        # Pages are converted by other packages; what is said of a whole file does not tell whether it holds one.
        self._reading = hashlib.sha256(settings + reading + html.converter().encode()).digest()
        self._choices = choices or RerunOptions()
        self._own_files = own_files
        self._edited: set[str] = set()
        """The ids of those documents of a file that has not changed whose articles were edited."""

    def items(self, sources: Iterable[DocumentSource], lost: Iterable[Unreadable | LeftOut] = ()) -> Iterator[PlanItem]:
        """Records to process, and between them whatever is settled already."""
        with UniqueIds() as ids, UniqueIds() as keys:
            self._file_names = FileNames(ids, keys)
            for each in self._all(sources, lost, ids):
                if not isinstance(each, FileEnd | FileUnchanged | Waiting) and not _is_aside(each):
                    self._account.taken()
                yield each
                if self._account.documents == self._choices.first:
                    return
        self.ended = True

    def _all(
        self, sources: Iterable[DocumentSource], lost: Iterable[Unreadable | LeftOut], ids: UniqueIds
    ) -> Iterator[PlanItem]:
        for unreadable in lost:
            yield _odd(None, 0, unreadable)
        for source in sources:
            before = self._account.bytes_read
            for item in self._source(source, ids):
                # About: in a packed file a text takes less room, and an article more than its text.
                read = (
                    item.weight if isinstance(item, AnyRecord) else _weight(item) if isinstance(item, Unchanged) else 0
                )
                self._account.bytes_read = min(self._account.bytes_read + read, before + source.size)
                yield item
            self._account.bytes_read = before + source.size

    def _source(self, source: DocumentSource, ids: UniqueIds) -> Iterator[PlanItem]:
        stamp = source.stamp()
        known = self._state.known(source.name)
        if known is not None and self._is_same(known, stamp, ids):
            yield from self._kept(known, ids)
            return
        file = self._state.begin_file(source.name)
        whole = True
        n = -1
        for found in source.read():
            if isinstance(found, Waiting):
                yield found
                continue
            n += 1
            whole = whole and not (isinstance(found, Unreadable) and found.passing)
            if not isinstance(found, AnyRecord):
                yield _odd(file, n, found)
            elif not ids.add(found.id):
                yield _odd(file, n, duplicate_id(found), "double")
            else:
                yield self._document(found, file, n)
        # One that was changed while it was read is read again, and so is one that could not be read to its end.
        yield FileEnd(file, stamp if whole and source.stamp() == stamp else None, self._reading)

    def _document(self, record: AnyRecord, file: int, n: int) -> AnyRecord | Unchanged:
        if self._own_files and self._file_names.take(record.id):
            record = msgspec.structs.replace(record, apart=True)
        key = key_of_article(record_key(record), self._settings)
        entry = self._state.entry(record.id)
        if entry is not None and entry.file != file:
            self._state.spoil_file(entry.file)
        was_written = entry is not None and entry.fate == "written"
        sight: ArticleCondition = "gone"
        if entry is not None and self._own_files and entry.apart != record.apart:
            return self._renamed(record, entry, Pending(file, n, key))
        if entry is not None and was_written:
            sight, entry = self._look(entry)
            if sight == "edited":
                if entry.key not in {key, REPLACING_KEY}:
                    # If somebody undoes the edit, what lies there then is made of an earlier form of the document.
                    entry = msgspec.structs.replace(entry, key=STALE_KEY)
                return Unchanged(entry, (file, n), edited=True)
        if entry is not None and entry.key == key and self._stands_as_seen(entry, sight):
            return Unchanged(entry, (file, n))
        replaces = entry is not None and was_written and entry.file == file
        known = entry if was_written else None
        earlier = self._earlier(record, known, sight)
        self.awaited[record.id] = Pending(file, n, key, replaces, earlier)
        return record

    def _renamed(self, record: AnyRecord, entry: DocumentEntry, awaited: Pending) -> AnyRecord | Unchanged:
        """What to do with a document whose article has another file name now, since others were read before it.

        It is processed again. The article with the old name may have been replaced already by that of the document to
        which the name belongs now, if the file system takes both names for one: then it is not this document's.
        """
        former = None
        if entry.fate == "written":
            sight, found = self._shelf.look(entry)
            if sight == "whole":
                former = found
            elif (own := self._shelf.own(entry)) is not None:
                if sight == "edited" and not self._choices.overwrite_edited:
                    found = msgspec.structs.replace(found, key=STALE_KEY)
                    return Unchanged(found, (awaited.file, awaited.n), edited=True)
                former = msgspec.structs.replace(found, hash=own)
        earlier = self._earlier(record, None, "gone")
        self.awaited[record.id] = msgspec.structs.replace(awaited, earlier=earlier, former=former)
        return record

    def _earlier(self, record: AnyRecord, entry: DocumentEntry | None, sight: ArticleCondition) -> bytes | None:
        if self._choices.overwrite_edited:
            return None
        return self._shelf.earlier(record.id, entry, sight, apart=record.apart)

    def _look(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        sight, entry = self._shelf.look(entry)
        return "gone" if sight == "edited" and self._choices.overwrite_edited else sight, entry

    def _is_same(self, known: FileEntry, stamp: str | None, ids: UniqueIds) -> bool:
        """Whether all that is known of a file still stands."""
        choices = self._choices
        if stamp is None or choices.check_hash or (known.stamp, known.key) != (stamp, self._reading):
            return False
        odd = {oddity.what for oddity in self._state.oddities(known.file)}
        if "double" in odd or (odd and choices.retry_failed):
            # Whether an id is taken depends on other files.
            return False
        documents = 0
        self._edited.clear()
        for entry in self._state.entries(known.file):
            documents += 1
            if entry.id in ids or not self._has_its_name(entry) or not self._stands(entry):
                return False
        # What could not be read at all may be readable now: its permissions are no part of the stamp.
        return documents > 0 or "unreadable" not in odd

    def _has_its_name(self, entry: DocumentEntry) -> bool:
        """Whether the file name that a document got is the one that it gets now.

        What other documents of the same file take away from it is not looked at, so a file with such is read again.
        """
        return not self._own_files or self._file_names.is_taken(entry.id) == entry.apart

    def _stands(self, entry: DocumentEntry) -> bool:
        """Whether what became of a document holds, its source and the settings being the same."""
        sight: ArticleCondition = "gone"
        if entry.fate == "written":
            sight, _ = self._look(entry)
            if sight == "edited":
                self._edited.add(entry.id)
                return True
        if entry.key in {STALE_KEY, REPLACING_KEY}:
            return False
        return self._stands_as_seen(entry, sight)

    def _stands_as_seen(self, entry: DocumentEntry, sight: ArticleCondition) -> bool:
        """The same where it is known whether its article is there; "gone" where it has none."""
        if entry.fate == "written":
            is_degraded = entry.told is not None
            return sight == "whole" and not (is_degraded and self._choices.retry_failed)
        if entry.fate == "rejected":
            return True
        return not self._choices.retry_failed and stored_reason(entry).limits in {None, self.limits}

    def _kept(self, known: FileEntry, ids: UniqueIds) -> Iterator[DoneItem]:
        """All that is known of a file, in its order."""
        oddities = self._state.oddities(known.file)
        oddity = next(oddities, None)
        for entry in self._state.entries(known.file):
            while oddity is not None and oddity.n < entry.n:
                yield _again(oddity)
                oddity = next(oddities, None)
            ids.add(entry.id)
            if self._own_files:
                self._file_names.take(entry.id)
            yield Unchanged(entry, None, edited=entry.id in self._edited)
        while oddity is not None:
            yield _again(oddity)
            oddity = next(oddities, None)
        yield FileUnchanged(known.file)


def settings_key(pipeline: Pipeline, encoding: str | None) -> bytes:
    """A hash of what decides every article of a run beside the document: versions, recipe, settings, profiles."""
    libraries = [_version(name) for name in LIBRARIES]
    told = [VERSION, __version__, libraries, encoding, [[way.version, way.match] for way in pipeline.ways]]
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).digest()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def reading_key(*said: object) -> bytes:
    """A hash of what decides which documents a file holds."""
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).digest()


def describe_limits(limits: Run) -> str:
    """The limits that a document can run into."""
    return f"{limits.seconds:g} s, {limits.memory} MiB"


def stored_reason(entry: DocumentEntry) -> StoredReason:
    """Why a document was not written, or is degraded."""
    found = _decoded(entry.told or b"", StoredReason)
    if found.failure is None and found.rejection is None:
        raise damaged_error(f"no reason is there for {entry.id!r}")
    return found


def _odd(
    file: int | None,
    n: int,
    found: Unreadable | LeftOut,
    what: Literal["unreadable", "double"] = "unreadable",
) -> Skipped:
    if isinstance(found, LeftOut):
        aside = Aside(encodable(found.name), found.reason, found.count)
        return Skipped(file, SkippedEntry(n, "left-out", msgspec.json.encode(aside)), aside)
    passing: Literal[True] | UnsetType = True if found.passing else UNSET
    failure = Failure(encodable(found.id), None, encodable(found.reason), passing=passing)
    return Skipped(file, SkippedEntry(n, what, msgspec.json.encode(failure)), failure)


def _again(oddity: SkippedEntry) -> Skipped:
    if oddity.what == "left-out":
        return Skipped(None, oddity, _decoded(oddity.told, Aside))
    return Skipped(None, oddity, _decoded(oddity.told, Failure))


def _decoded(told: bytes, kind: type[T]) -> T:
    """What the state holds as JSON."""
    try:
        return msgspec.json.decode(told, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
        raise damaged_error(str(error)) from error


def _weight(stayed: Unchanged) -> int:
    """About how many bytes the source of a document had of which only the article is known."""
    return 0 if stayed.read is None else stayed.entry.size // ARTICLE_TO_SOURCE_RATIO


def _is_aside(item: object) -> bool:
    return isinstance(item, Skipped) and isinstance(item.told, Aside)
