"""The sources of a run, and the items that its plan yields."""

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.model.record import LeftOut, Unreadable
from pipeline.runs.counters import LeftOutEntry
from pipeline.runs.outcome import Failure, Rejection, encodable
from pipeline.runs.records import AnyRecord, SourceItem, Waiting
from pipeline.runs.state_entries import DocumentEntry, SkippedEntry, damaged_error

Decoded = TypeVar("Decoded")


class DocumentSource(msgspec.Struct, frozen=True):
    """Something that holds documents, for example a file.

    Attributes:
        name: Its name, unique in the run.
        read: Yields its documents.
        stamp: Returns a text that changes when the source changes; None means that it is always read.
        size: The size in bytes, if it is known.

    """

    name: str
    read: Callable[[], Iterator[SourceItem]]
    stamp: Callable[[], str | None] = lambda: None
    size: int = 0


class StoredReason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a document failed, was rejected or is degraded, as the state keeps it.

    `limits` are the limits of the run, if the document took its worker with it.
    """

    failure: Failure | None = None
    rejection: Rejection | None = None
    limits: str | None = None

    @property
    def log_entry(self) -> Failure | Rejection:
        """The line for the run's lists."""
        entry = self.failure or self.rejection
        assert entry is not None  # noqa: S101 -- `stored_reason` checks it
        return entry


class Unchanged(msgspec.Struct, frozen=True):
    """A document that need not be processed.

    Attributes:
        entry: What the state knows of it.
        position: Its source and its index there, if it was read; None if its source was not read.
        edited: Whether its article was edited by hand. Then it is kept even if the document has changed.

    """

    entry: DocumentEntry
    position: tuple[int, int] | None
    edited: bool = False


class Skipped(msgspec.Struct, frozen=True):
    """An unreadable document, a second document with the same id, or a part of a source that was left out.

    `file` is the number of its source; None if the state need not save it.
    """

    file: int | None
    entry: SkippedEntry
    log_entry: Failure | LeftOutEntry


class FileEnd(msgspec.Struct, frozen=True):
    """All documents of a source came before this item."""

    file: int
    stamp: str | None
    key: bytes


class FileUnchanged(msgspec.Struct, frozen=True):
    """All documents of a source that has not changed came before this item."""

    file: int


DoneItem: TypeAlias = Unchanged | Skipped | FileEnd | FileUnchanged
PlanItem: TypeAlias = AnyRecord | Waiting | DoneItem


class Pending(msgspec.Struct, frozen=True):
    """A document in progress.

    Attributes:
        file: The number of its source.
        n: Its index there.
        key: A hash of everything that decides what its article holds.
        replaces: Whether the output has an article of an earlier form of the document.
        expected_hash: What may be replaced (see `manual_edits.may_replace`).
        former: The entry of its article under a file name that it does not have any more.

    """

    file: int
    n: int
    key: bytes
    replaces: bool = False
    expected_hash: bytes | None = None
    former: DocumentEntry | None = None


def stored_reason(entry: DocumentEntry) -> StoredReason:
    """Returns why a document was not written, or is degraded."""
    reason = _decode(entry.reason or b"", StoredReason)
    if reason.failure is None and reason.rejection is None:
        raise damaged_error(f"{entry.id!r} has no reason")
    return reason


def skipped_item(
    file: int | None, n: int, item: Unreadable | LeftOut, kind: Literal["unreadable", "double"] = "unreadable"
) -> Skipped:
    """Returns the item for something in a source that is not a document."""
    if isinstance(item, LeftOut):
        left_out = LeftOutEntry(encodable(item.name), item.reason, item.count)
        return Skipped(file, SkippedEntry(n, "left-out", msgspec.json.encode(left_out)), left_out)
    passing: Literal[True] | UnsetType = True if item.passing else UNSET
    failure = Failure(encodable(item.id), None, encodable(item.reason), passing=passing)
    return Skipped(file, SkippedEntry(n, kind, msgspec.json.encode(failure)), failure)


def stored_skipped_item(entry: SkippedEntry) -> Skipped:
    """Returns the item for something that an earlier run skipped."""
    if entry.kind == "left-out":
        return Skipped(None, entry, _decode(entry.reason, LeftOutEntry))
    return Skipped(None, entry, _decode(entry.reason, Failure))


def _decode(data: bytes, kind: type[Decoded]) -> Decoded:
    """Decodes JSON from the state."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
        raise damaged_error(str(error)) from error
