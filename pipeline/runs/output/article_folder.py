"""Where the articles of a run lie, as a folder with a file for each; `shards.py` beside this is the other kind."""

import os
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.runs.counters import Aside
from pipeline.runs.output import manual_edits, write_log
from pipeline.runs.output.article_writer import ArticleWriter, FilePerArticle
from pipeline.runs.plan import ArticleCondition
from pipeline.runs.state import REPLACING_KEY, STALE_KEY, DocumentEntry, State
from pipeline.storage import Store
from pipeline.storage.file_names import file_name
from pipeline.storage.links import first_link


class ArticleStore(Protocol):
    """Knows which articles are there, and is told in the order of the documents which ones are to be."""

    delivery: ArticleWriter
    """What each worker does with an article."""
    ordered: bool
    """Whether an article is there only once those before it are, too; else it is as soon as its worker says so."""

    def look(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        """How the article of a document that was written is found; and its entry, with the stamp that it has now."""
        ...

    def earlier(
        self, name: str, entry: DocumentEntry | None, sight: ArticleCondition, *, apart: bool = False
    ) -> bytes | None:
        """By what the article that lies there is known again when it is to be replaced, for `by_hand.may_replace`.

        `entry` is None for a document of which no article is known. `apart` says that the name of its file has a hash.
        """
        ...

    def own(self, entry: DocumentEntry) -> bytes | None:
        """The hash of what lies where the article was written; None if that is nothing, or of another document."""
        ...

    def add(self, entry: DocumentEntry, body: bytes | None) -> DocumentEntry:
        """Takes an article in; gives its entry with the place where it lies now."""
        ...

    def keep(self, entry: DocumentEntry) -> None:
        """Is told of an article that stays."""
        ...

    def drop(self, name: str, earlier: bytes | None = None, *, apart: bool = False) -> bool:
        """Is told that the article of a document is no more: it fails now, or is turned down.

        `earlier` and `apart` are as above. False where it was edited by hand, and so is left there.
        """
        ...

    def tick(self) -> None:
        """Is called now and then."""
        ...

    def finish(self) -> list[Aside]:
        """Puts at their place all that were taken in: there are no others. Gives what is to be said of other files."""
        ...

    def close(self) -> None:
        """Lets go of everything, however the run ended."""
        ...


class ArticleFolder:
    """A JSON file for each article, which its worker writes. Files of other articles stay there."""

    ordered = False

    def __init__(self, folder: Path | Store, state: State, log: Path, *, always_read: bool = False) -> None:
        self.delivery: ArticleWriter = FilePerArticle(folder, log)
        self._killed_wrote = write_log.begin(log)
        """Hashes of articles that a run wrote which was killed; None where no run kept a log."""
        self._folder = folder
        self._state = state
        self._always_read = always_read
        """Whether each file is read, even if its size and time are as they were."""
        self._listed: set[int] | None = None

    def look(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        """Whether the file is as it was: by size and time, or where these differ by its hash."""
        name = file_name(entry.id, apart=entry.apart)
        if isinstance(self._folder, Store):
            listed = self._objects(self._folder)
            if hash((name, entry.size, entry.stamp)) in listed:
                return "whole", entry
            return self._compared(entry, *self._got(self._folder, name)) if hash(name) in listed else ("gone", entry)
        try:
            # A million of them are asked for, and a `Path` costs more than the answer.
            found = os.stat(f"{self._folder}/{name}")
            if (found.st_size, found.st_mtime_ns) == (entry.size, entry.stamp) and not self._always_read:
                return "whole", entry
            there = manual_edits.read_regular_file(self._folder / name)
        except PermissionError:
            return "edited", entry
        except OSError:
            return "gone", entry
        return ("gone", entry) if there is None else self._compared(entry, *there)

    def _compared(self, entry: DocumentEntry, data: bytes, stamp: int) -> tuple[ArticleCondition, DocumentEntry]:
        """How a file is found that holds these bytes."""
        if not data:
            return "gone", entry
        found = manual_edits.article_hash(data)
        # A run of an earlier version noted the size alone.
        if found == entry.hash or (not entry.hash and len(data) == entry.size and entry.key != REPLACING_KEY):
            if (found, stamp) != (entry.hash, entry.stamp):
                self._state.note_written(entry.id, found, stamp)
            return "whole", msgspec.structs.replace(entry, hash=found, stamp=stamp)
        if entry.key != REPLACING_KEY:
            return "edited", entry
        if self._killed_wrote is None:
            return "unsure", entry
        if found in self._killed_wrote:
            return "replaced", msgspec.structs.replace(entry, hash=found, stamp=stamp)
        # So that this is known when the log is gone.
        return "edited", msgspec.structs.replace(entry, key=STALE_KEY)

    def own(self, entry: DocumentEntry) -> bytes | None:
        """The hash of what lies where the article was written, unless it is an article of another document."""
        name = file_name(entry.id, apart=entry.apart)
        try:
            if isinstance(self._folder, Store):
                data = self._folder.get(name)
            else:
                found = manual_edits.read_regular_file(self._folder / name)
                if found is None:
                    return None
                data, _ = found
        except FileNotFoundError:
            return None
        except PermissionError:
            # Whoever wrote it did not want it to be read: no run does so.
            return manual_edits.NO_ARTICLE_HASH
        return None if manual_edits.is_of_another(data, entry.id) else manual_edits.article_hash(data)

    def earlier(
        self, name: str, entry: DocumentEntry | None, sight: ArticleCondition, *, apart: bool = False
    ) -> bytes | None:
        """The hash of what was found there."""
        if isinstance(self._folder, Store) and (
            sight == "whole"
            or (sight == "gone" and hash(file_name(name, apart=apart)) not in self._objects(self._folder))
        ):
            # The list of the bucket says so; a worker need not ask again.
            return None
        if entry is not None and sight in {"whole", "replaced"}:
            return entry.hash
        return manual_edits.INTERRUPTED_WRITER if sight == "unsure" else manual_edits.UNKNOWN_WRITER

    def _objects(self, store: Store) -> set[int]:
        """What is in the bucket, asked once for all: a request for each would take longer than to do it again.

        Of each object its name, and its name with size and stamp.
        """
        if self._listed is None:
            self._listed = set()
            for found in store.listing():
                self._listed |= {
                    hash(found.name),
                    hash((found.name, found.size, manual_edits.object_stamp(found.stamp))),
                }
        return self._listed

    def _got(self, store: Store, name: str) -> tuple[bytes, int]:
        """An object and its stamp, which is asked for first: where somebody changes it in between, it is read again."""
        found = store.entry(name)
        return store.get(name), manual_edits.object_stamp(None if found is None else found.stamp)

    def add(self, entry: DocumentEntry, body: bytes | None) -> DocumentEntry:  # noqa: ARG002 -- the worker wrote it
        """The worker has written it."""
        return entry

    def keep(self, entry: DocumentEntry) -> None:
        """It lies where it lies."""

    def drop(self, name: str, earlier: bytes | None = None, *, apart: bool = False) -> bool:
        """Takes the file away: it was made of what the document is no more."""
        path = file_name(name, apart=apart)
        if isinstance(self._folder, Path) and first_link(self._folder, path) is not None:
            # It is not in this output.
            return False
        if earlier is not None and not self._may_drop(path, earlier):
            return False
        if isinstance(self._folder, Store):
            self._folder.delete(path)
        else:
            (self._folder / path).unlink(missing_ok=True)
        return True

    def _may_drop(self, path: str, earlier: bytes) -> bool:
        try:
            if isinstance(self._folder, Store):
                return manual_edits.may_replace(self._folder.get(path), earlier)
            found = manual_edits.read_regular_file(self._folder / path)
        except FileNotFoundError:
            return True
        except PermissionError:
            return False
        return found is None or manual_edits.may_replace(found[0], earlier)

    def tick(self) -> None:
        """There is nothing to do."""

    def finish(self) -> list[Aside]:
        """All is at its place."""
        return []

    def close(self) -> None:
        """There is nothing open."""
