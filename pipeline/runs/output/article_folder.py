"""An article store with one JSON file per article."""

import os
from pathlib import Path

import msgspec

from pipeline.runs.counters import LeftOutEntry
from pipeline.runs.output import manual_edits, write_log
from pipeline.runs.output.article_store import ArticleCondition
from pipeline.runs.output.article_writer import ArticleWriter, FilePerArticle
from pipeline.runs.state import State
from pipeline.runs.state_entries import REPLACING_KEY, STALE_KEY, DocumentEntry
from pipeline.storage import Store
from pipeline.storage.file_names import file_name
from pipeline.storage.links import first_link


class ArticleFolder:
    """A JSON file per article, written by the workers. Files of articles that are not part of the run stay."""

    ordered = False

    def __init__(self, folder: Path | Store, state: State, log: Path, *, always_read: bool = False) -> None:
        """Opens the folder. `always_read` reads each file, even if its size and time have not changed."""
        self.writer: ArticleWriter = FilePerArticle(folder, log)
        self._hashes_of_killed_run = write_log.begin(log)
        """Hashes of articles that a killed run wrote; None if there is no log of one."""
        self._folder = folder
        self._state = state
        self._always_read = always_read
        self._listing: set[int] | None = None

    def inspect(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        """Compares the file's size and time with those that were noted and, if they differ, its hash."""
        name = file_name(entry.id, apart=entry.apart)
        if isinstance(self._folder, Store):
            objects = self._list_objects(self._folder)
            if hash((name, entry.size, entry.stamp)) in objects:
                return "whole", entry
            if hash(name) not in objects:
                return "gone", entry
            return self._compare(entry, *self._get_object(self._folder, name))
        try:
            # There may be a million of these, and making a `Path` takes longer than the call.
            status = os.stat(f"{self._folder}/{name}")
            if (status.st_size, status.st_mtime_ns) == (entry.size, entry.stamp) and not self._always_read:
                return "whole", entry
            contents = manual_edits.read_regular_file(self._folder / name)
        except PermissionError:
            return "edited", entry
        except OSError:
            return "gone", entry
        return ("gone", entry) if contents is None else self._compare(entry, *contents)

    def _compare(self, entry: DocumentEntry, data: bytes, stamp: int) -> tuple[ArticleCondition, DocumentEntry]:
        """Returns the condition of an article whose file holds `data`."""
        if not data:
            return "gone", entry
        data_hash = manual_edits.article_hash(data)
        # An earlier version of the pipeline noted only the size.
        has_noted_size = not entry.hash and len(data) == entry.size and entry.key != REPLACING_KEY
        if data_hash == entry.hash or has_noted_size:
            if (data_hash, stamp) != (entry.hash, entry.stamp):
                self._state.save_written(entry.id, data_hash, stamp)
            return "whole", msgspec.structs.replace(entry, hash=data_hash, stamp=stamp)
        if entry.key != REPLACING_KEY:
            return "edited", entry
        if self._hashes_of_killed_run is None:
            return "unsure", entry
        if data_hash in self._hashes_of_killed_run:
            return "replaced", msgspec.structs.replace(entry, hash=data_hash, stamp=stamp)
        # The state must know this after the log is deleted.
        return "edited", msgspec.structs.replace(entry, key=STALE_KEY)

    def current_hash(self, entry: DocumentEntry) -> bytes | None:
        """Returns the hash of the file, unless it holds the article of another document."""
        name = file_name(entry.id, apart=entry.apart)
        try:
            if isinstance(self._folder, Store):
                data = self._folder.get(name)
            else:
                contents = manual_edits.read_regular_file(self._folder / name)
                if contents is None:
                    return None
                data, _ = contents
        except FileNotFoundError:
            return None
        except PermissionError:
            # No run makes a file that cannot be read.
            return manual_edits.NO_ARTICLE_HASH
        return None if manual_edits.is_of_another(data, entry.id) else manual_edits.article_hash(data)

    def expected_hash(
        self, document: str, entry: DocumentEntry | None, condition: ArticleCondition, *, apart: bool = False
    ) -> bytes | None:
        """Returns the hash that `inspect` found."""
        if isinstance(self._folder, Store):
            is_free = condition == "gone" and hash(file_name(document, apart=apart)) not in self._list_objects(
                self._folder
            )
            if condition == "whole" or is_free:
                # The listing of the bucket has the answer; a worker need not ask again.
                return None
        if entry is not None and condition in {"whole", "replaced"}:
            return entry.hash
        return manual_edits.INTERRUPTED_WRITER if condition == "unsure" else manual_edits.UNKNOWN_WRITER

    def _list_objects(self, store: Store) -> set[int]:
        """Returns hashes of each object's name, and of its name with size and stamp.

        The bucket is listed once: one request per article would take longer than to process it again.
        """
        if self._listing is None:
            self._listing = set()
            for each in store.listing():
                stamp = manual_edits.object_stamp(each.stamp)
                self._listing |= {hash(each.name), hash((each.name, each.size, stamp))}
        return self._listing

    def _get_object(self, store: Store, name: str) -> tuple[bytes, int]:
        """Returns an object and its stamp. The stamp comes first: if the object changes now, it is read again later."""
        entry = store.entry(name)
        return store.get(name), manual_edits.object_stamp(None if entry is None else entry.stamp)

    def add(self, entry: DocumentEntry, body: bytes | None) -> DocumentEntry:  # noqa: ARG002 -- the worker wrote it
        """No-op: the worker has written it."""
        return entry

    def keep(self, entry: DocumentEntry) -> None:
        """No-op: the file is already in place."""

    def remove(self, document: str, expected_hash: bytes | None = None, *, apart: bool = False) -> bool:
        """Deletes the file, unless it was edited by hand."""
        path = file_name(document, apart=apart)
        if isinstance(self._folder, Path) and first_link(self._folder, path) is not None:
            # The file is outside of this output.
            return False
        if expected_hash is not None and not self._may_remove(path, expected_hash):
            return False
        if isinstance(self._folder, Store):
            self._folder.delete(path)
        else:
            (self._folder / path).unlink(missing_ok=True)
        return True

    def _may_remove(self, path: str, expected_hash: bytes) -> bool:
        try:
            if isinstance(self._folder, Store):
                return manual_edits.may_replace(self._folder.get(path), expected_hash)
            contents = manual_edits.read_regular_file(self._folder / path)
        except FileNotFoundError:
            return True
        except PermissionError:
            return False
        return contents is None or manual_edits.may_replace(contents[0], expected_hash)

    def tick(self) -> None:
        """No-op."""

    def finish(self) -> list[LeftOutEntry]:
        """No-op: all files are in place."""
        return []

    def close(self) -> None:
        """No-op: no file is open."""
