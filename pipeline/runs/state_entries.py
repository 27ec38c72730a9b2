"""The rows of a run's state."""

from typing import Any, Literal, TypeAlias

import msgspec

from pipeline.errors import PipelineError

Status: TypeAlias = Literal["written", "failed", "rejected"]
STATUSES: tuple[Status, ...] = ("written", "failed", "rejected")
"""The database holds the index."""

SkipKind: TypeAlias = Literal["unreadable", "double", "left-out"]
SKIP_KINDS: tuple[SkipKind, ...] = ("unreadable", "double", "left-out")
"""The database holds the index."""

REPLACING_KEY = b""
"""The key of an article that a run has begun to replace: after a kill the old or the new one may be there."""
STALE_KEY = b"\0"
"""The key of an article that is to be made again, whatever it was made from."""


class StateError(PipelineError):
    """The state cannot be read or written; the message says why and what to do."""


class DamagedStateError(StateError):
    """The state was damaged during the run, or in a way that no check at its start finds."""


def damaged_error(what: str) -> DamagedStateError:
    """Returns the error for damage that is found during a run."""
    return DamagedStateError(f"the state of earlier runs is damaged ({what}); all articles are kept")


class DamagedState(msgspec.Struct, frozen=True):
    """A damaged state that was set aside when a run began: its new name, and what is wrong with it."""

    name: str
    reason: str


class DocumentEntry(msgspec.Struct, frozen=True):
    """A document that a run has done.

    Attributes:
        id: The document's id.
        file: The number of its source.
        n: The index of the document in its source.
        key: A hash of everything that decides what its article holds (`cache_keys.key_of_article`).
        status: What became of it.
        size: The length of the article's JSON in bytes.
        shard_file: The number of the shard file that holds the article; 0 if the article has a file of its own.
        line: The line in the shard file. Without one, 1 if the name of the article's file ends with a hash.
        reason: The JSON of a `StoredReason`: why it failed, was rejected or is degraded.
        hash: The hash of the article; empty if it is not known.
        stamp: Changes when the article's file changes: a time in nanoseconds, or a hash of an object's tag.

    """

    id: str
    file: int
    n: int
    key: bytes
    status: Status
    size: int = 0
    shard_file: int = 0
    line: int = 0
    reason: bytes | None = None
    hash: bytes = b""
    stamp: int = 0

    @property
    def apart(self) -> bool:
        """Whether the article has a file of its own whose name ends with a hash."""
        return self.shard_file == 0 and self.line == 1


class SkippedEntry(msgspec.Struct, frozen=True):
    """What a source holds besides documents that were processed; `reason` is JSON."""

    n: int
    kind: SkipKind
    reason: bytes


class FileEntry(msgspec.Struct, frozen=True):
    """A source that was read before.

    Attributes:
        file: Its number.
        stamp: Changes when the source changes.
        key: A hash of the settings under which it was read (`cache_keys.reading_key`); None if it was not read to its
            end.

    """

    file: int
    stamp: str | None
    key: bytes | None


class ShardFile(msgspec.Struct, frozen=True):
    """A file with one article per line: a published shard, or a shard in progress.

    Attributes:
        number: The number of the file.
        shard: The number of the shard.
        sealed: Whether it is complete.
        path: The name of a published shard, or a path relative to the folder of the run.
        size: The size in bytes once it is complete.
        documents: How many articles it holds.
        hash: The hash of a complete shard; empty if it is not known.
        stamp: Changes when the file changes, as in `DocumentEntry`.

    """

    number: int
    shard: int
    sealed: bool
    path: str
    size: int
    documents: int
    hash: bytes = b""
    stamp: int = 0


def document_key(document: str) -> bytes:
    """Returns the primary key of a document.

    It is bytes because of lone surrogates, which SQLite refuses: such a document fails, but must not fail the run.
    """
    return document.encode("utf-8", "surrogatepass")


def document_entry(row: tuple[Any, ...]) -> DocumentEntry:
    """Converts a row of the database. Raises `DamagedStateError`."""
    name, file, n, key, status, size, shard_file, line, reason, body_hash, stamp = row
    try:
        return DocumentEntry(
            name.decode("utf-8", "surrogatepass"),
            file,
            n,
            key,
            STATUSES[status],
            size,
            shard_file,
            line,
            reason,
            body_hash,
            stamp,
        )
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise damaged_error(f"a document: {error}") from error
