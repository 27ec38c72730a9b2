"""An article store that keeps articles in shards: files of many articles, in the order of the documents.

    articles/part-00000.jsonl.zst
    articles/part-00001.jsonl.zst

The order of the documents and the lengths of their JSON alone decide which article is in which shard. So the same
documents give the same bytes, whichever engine processes them and however often the run was stopped.

A shard in progress is a file of lines in the folder of the run. Articles are appended in order. When it is large
enough, another process compresses it, and the shard appears in the output, complete. Articles of an earlier run that
have not changed are copied from its shards; a shard of which no article has changed is not touched. A shard that is
replaced is kept until the run ends, since later shards may begin with its last articles.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.errors import ContractError
from pipeline.runs.counters import LeftOutEntry
from pipeline.runs.output.article_store import ArticleCondition
from pipeline.runs.output.article_writer import ArticleWriter, InMemoryWriter
from pipeline.runs.output.compress_shard import SHARD_SUFFIXES, ShardCompression, ShardFormat
from pipeline.runs.output.manual_edits import ArticleId, article_hash, file_hash
from pipeline.runs.output.shard_lines import ShardError, ShardLines
from pipeline.runs.output.shard_names import PARTIAL_SHARD, RUN_FOLDER_SHARD, SHARD_NAME, is_published
from pipeline.runs.output.storage_backend import StorageBackend
from pipeline.runs.state import State
from pipeline.runs.state_entries import DocumentEntry, ShardFile

FOREIGN_FOLDER = "replaced"
"""The folder, in that of the run, for shards that were in the output although no run is known to have written them."""
FOREIGN_REASON = "was where a shard goes, and no run is known to have written it; delete it if nobody edited it"
MAX_NAMED_ARTICLES = 5
"""Edited articles that the error message names."""


class ShardStore:
    """Shards in one format, of about `size` bytes each before compression.

    Shards in progress, and those that were replaced, are in the folder of the run.
    """

    ordered = True

    def __init__(
        self,
        backend: StorageBackend,
        run_folder: Path,
        form: ShardFormat,
        size: int,
        state: State,
        lock: Path | None = None,
        *,
        always_read: bool = False,
        overwrite_edited: bool = False,
    ) -> None:
        """Opens the shards of earlier runs.

        `always_read` compares the hash of each shard, even if its size and time have not changed. `overwrite_edited`
        replaces shards that were edited by hand; otherwise they raise `ShardError`.
        """
        self.writer: ArticleWriter = InMemoryWriter()
        self._backend = backend
        self._folder = run_folder
        self._previous = run_folder / "previous"
        self._in_progress = run_folder / "open"
        self._foreign = run_folder / FOREIGN_FOLDER
        self._always_read = always_read
        self._overwrite_edited = overwrite_edited
        self._lock = lock
        self._form: ShardFormat = form
        self._max_bytes = size
        self._state = state
        self._compression: tuple[ShardCompression, ShardFile] | None = None
        self._old = ShardLines(backend, run_folder)
        self._published: dict[int, ShardFile] = {}
        """The shards in the output, by their numbers."""
        self._known_names: set[str] = set()
        """The names of all shards that runs are known to have written."""
        self._open_old_shards()
        self._shard = 0
        self._kept_foreign: Path | None = None
        self._begin_shard()

    def inspect(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        """Checks whether the article's shard is there."""
        return "whole" if entry.shard_file in self._old else "gone", entry

    def expected_hash(  # the arguments are those of `ArticleStore`
        self,
        document: str,  # noqa: ARG002
        entry: DocumentEntry | None,  # noqa: ARG002
        condition: ArticleCondition,  # noqa: ARG002
        *,
        apart: bool = False,  # noqa: ARG002
    ) -> bytes | None:
        """Returns None: shards are checked as a whole."""
        return None

    def current_hash(self, entry: DocumentEntry) -> bytes | None:  # noqa: ARG002 -- as in `ArticleStore`
        """Returns None: no article has a file of its own."""
        return None

    def add(self, entry: DocumentEntry, body: bytes | None) -> DocumentEntry:
        """Appends an article."""
        assert body is not None  # noqa: S101 -- `InMemoryWriter` returns it
        self._begin_lines()
        entry = msgspec.structs.replace(entry, shard_file=self._shard_file, line=self._count)
        self._append(body)
        return entry

    def keep(self, entry: DocumentEntry) -> None:
        """Appends an article of an earlier run."""
        if self._same is not None and (entry.shard_file, entry.line) == (self._same.number, self._count):
            self._count += 1
            self._size += entry.size
            return
        body = self._old.line(entry)
        self._begin_lines()
        self._state.move_document(entry.id, self._shard_file, self._count)
        self._append(body)

    def remove(  # the arguments are those of `ArticleStore`
        self,
        document: str,  # noqa: ARG002
        expected_hash: bytes | None = None,  # noqa: ARG002
        *,
        apart: bool = False,  # noqa: ARG002
    ) -> bool:
        """No-op: an article that is not added is in no shard."""
        return True

    def tick(self) -> None:
        """Ends a shard that is large enough, and publishes one that is compressed."""
        if self._size >= self._max_bytes:
            self._end_shard()
        if self._compression is not None and self._compression[0].ended():
            self._finish_compression()

    def finish(self) -> list[LeftOutEntry]:
        """Ends the last shard, and deletes shards of an earlier run that this run does not have.

        Returns the shards that were set aside because no run is known to have written them.
        """
        if self._count:
            self._end_shard()
        self._finish_compression()
        # Before the state forgets that runs have written them.
        for file in list(self._backend.names()):
            name = SHARD_NAME.fullmatch(file)
            if PARTIAL_SHARD.fullmatch(file):
                self._backend.remove(file)
            elif name and (int(name[1]) >= self._shard or name[2] != SHARD_SUFFIXES[self._form]):
                self._set_foreign_aside(file)
                self._backend.remove(file)
        self._state.forget_shard_files(
            each.number for each in self._state.shard_files() if not self._is_of_this_run(each)
        )
        self._state.commit()
        self.close()
        for folder in (self._previous, self._in_progress):
            shutil.rmtree(folder, ignore_errors=True)
        kept = sorted(self._foreign.iterdir()) if self._foreign.is_dir() else []
        return [LeftOutEntry(f"{self._folder.name}/{FOREIGN_FOLDER}/{path.name}", FOREIGN_REASON, 1) for path in kept]

    def close(self) -> None:
        """Closes all files. Articles that are in the state are still there when the run is resumed."""
        if self._compression is not None:
            self._compression[0].stop()
            self._compression = None
        if self._lines is not None:
            self._lines.close()
        self._old.close()

    # Shards of earlier runs

    def _open_old_shards(self) -> None:
        lost = []
        edited = []
        for each in self._state.shard_files():
            if not is_published(each) and not RUN_FOLDER_SHARD.fullmatch(each.path):
                # No run writes such a path, so the file is not touched.
                lost.append(each.number)
                continue
            if each.sealed and is_published(each):
                self._known_names.add(each.path)
            elif not each.sealed and each.documents:
                # A run was killed during or after its compression.
                self._known_names |= {f"part-{each.shard:05}{suffix}" for suffix in SHARD_SUFFIXES.values()}
            if self._is_edited(each):
                edited.append(each)
                continue
            was_moved = not self._exists(each)
            shard_file = self._set_aside(each) if was_moved or not each.sealed else each
            if not self._is_complete(shard_file):
                lost.append(shard_file.number)
                continue
            self._old.add(shard_file)
            if shard_file.path == self._name(shard_file.shard):
                self._published[shard_file.shard] = shard_file
        if edited and not self._overwrite_edited:
            raise ShardError(self._edited_message(edited))
        self._state.forget_shard_files([*lost, *(each.number for each in edited)])
        self._state.commit()

    def _is_edited(self, shard_file: ShardFile) -> bool:
        """Whether a shard was changed after it was written."""
        if not shard_file.sealed or not is_published(shard_file):
            return False
        if (size := self._backend.size(shard_file.path)) is None:
            return False
        if not shard_file.hash:
            # An earlier version of the pipeline noted only the size.
            return size != shard_file.size
        stamp = self._backend.stamp(shard_file.path)
        if (size, stamp) == (shard_file.size, shard_file.stamp) and not self._always_read:
            return False
        if size != shard_file.size or file_hash(self._backend.local_copy(shard_file.path)) != shard_file.hash:
            return True
        self._state.save_shard_file(msgspec.structs.replace(shard_file, stamp=stamp))
        return False

    def _edited_message(self, edited: list[ShardFile]) -> str:
        """Names edited shards, and the articles in them that differ if these are known."""
        names = [name for shard_file in edited for name in self._edited_articles(shard_file)]
        more = f" and {len(names) - MAX_NAMED_ARTICLES:,} more" if len(names) > MAX_NAMED_ARTICLES else ""
        articles = f" (articles that differ: {', '.join(names[:MAX_NAMED_ARTICLES])}{more})" if names else ""
        shards = ", ".join(each.path for each in edited)
        return (
            f"edited after it was written: {shards}{articles}; nothing was changed. Move it away to have its articles "
            "made again, or replace it with --overwrite-edited; to edit single articles, use --format json"
        )

    def _edited_articles(self, shard_file: ShardFile) -> Iterator[str]:
        """Yields the ids of the articles in a shard that are not those that were written."""
        try:
            for line in self._old.lines(shard_file):
                name = msgspec.json.decode(line, type=ArticleId).id
                entry = self._state.document(name)
                if entry is None or (entry.hash and entry.hash != article_hash(line)):
                    yield repr(name)
        except (ContractError, ValueError, OSError):
            # The rest cannot be read; the message names the shard.
            return

    def _name(self, shard: int) -> str:
        return f"part-{shard:05}{SHARD_SUFFIXES[self._form]}"

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _is_of_this_run(self, shard_file: ShardFile) -> bool:
        """Whether a file is a published shard of this run."""
        return shard_file.sealed and shard_file.path == self._name(shard_file.shard) and shard_file.shard < self._shard

    def _exists(self, shard_file: ShardFile) -> bool:
        if is_published(shard_file):
            return self._backend.size(shard_file.path) is not None
        return (self._folder / shard_file.path).exists()

    def _is_complete(self, shard_file: ShardFile) -> bool:
        if is_published(shard_file):
            return self._backend.size(shard_file.path) == shard_file.size
        try:
            size = (self._folder / shard_file.path).stat().st_size
        except OSError:
            return False
        return size == shard_file.size if shard_file.sealed else size >= self._state.bytes_in(shard_file.number)

    def _set_aside(self, shard_file: ShardFile) -> ShardFile:
        """Moves a file to a path that no new file takes, unless it is there already, and notes that."""
        aside = self._previous / f"{shard_file.number}{SHARD_SUFFIXES[self._form] if shard_file.sealed else '.jsonl'}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        if is_published(shard_file):
            self._backend.set_aside(shard_file.path, aside)
        elif (self._folder / shard_file.path).exists():
            (self._folder / shard_file.path).replace(aside)
        moved = msgspec.structs.replace(shard_file, path=self._relative(aside))
        self._state.save_shard_file(moved)
        # Before another file takes the name, or it would be taken for this one.
        self._state.commit()
        return moved

    # The shard in progress

    def _begin_shard(self) -> None:
        self._size = self._count = self._shard_file = 0
        self._lines: BinaryIO | None = None
        """The file of lines; None while all articles so far are the first ones of `_same`."""
        self._same = self._published.get(self._shard)
        """The published shard with this number, while it may stay as it is."""

    def _begin_lines(self) -> None:
        """Begins the file of lines, because the shard differs from the published one. Copies the articles so far."""
        if self._lines is not None:
            return
        path = self._in_progress / f"{self._shard:05}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._shard_file = self._state.begin_shard_file(self._shard, self._relative(path))
        # Not buffered: what the state says is written must not be lost if this process is killed.
        path.unlink(missing_ok=True)
        self._lines = path.open("xb", buffering=0)
        if self._same is not None and self._count:
            for line in self._old.first(self._same, self._count):
                _write(self._lines, line)
            self._state.move_first_documents(self._count, self._same.number, self._shard_file)
        self._same = None

    def _append(self, body: bytes) -> None:
        assert self._lines is not None  # noqa: S101 -- see `_begin_lines`
        _write(self._lines, body)
        self._count += 1
        self._size += len(body)

    def _end_shard(self) -> None:
        if self._same is None or self._count != self._same.documents:
            self._begin_lines()
            self._compress()
        self._shard += 1
        self._begin_shard()

    def _compress(self) -> None:
        assert self._lines is not None  # noqa: S101 -- see `_begin_lines`
        self._finish_compression()
        self._lines.close()
        name = self._name(self._shard)
        if (earlier := self._published.pop(self._shard, None)) is None:
            self._kept_foreign = self._set_foreign_aside(name)
        elif self._state.bytes_in(earlier.number):
            self._old.add(self._set_aside(earlier))
        else:
            # No later shard needs its articles: it may be overwritten.
            self._state.forget_shard_files([earlier.number])
        path = self._relative(self._in_progress / f"{self._shard:05}.jsonl")
        shard_file = ShardFile(self._shard_file, self._shard, sealed=False, path=path, size=0, documents=self._count)
        # Before it is written, so that it is known to be a run's.
        self._known_names.add(name)
        self._state.save_shard_file(shard_file)
        self._state.commit()
        compression = ShardCompression(self._folder / path, name, self._form, self._backend, self._lock)
        self._compression = compression, shard_file

    def _finish_compression(self) -> None:
        if self._compression is None:
            return
        compression, shard_file = self._compression
        shard_hash = compression.wait()
        self._compression = None
        name = self._name(shard_file.shard)
        size, stamp = self._backend.size(name) or 0, self._backend.stamp(name)
        published = msgspec.structs.replace(shard_file, sealed=True, path=name, size=size, hash=shard_hash, stamp=stamp)
        self._state.save_shard_file(published)
        self._state.commit()
        if self._kept_foreign is not None and file_hash(self._kept_foreign) == shard_hash:
            self._kept_foreign.unlink()
        self._kept_foreign = None
        (self._folder / shard_file.path).unlink()

    def _set_foreign_aside(self, name: str) -> Path | None:
        """Keeps a shard that no run is known to have written. Returns its new path; None if there is no such shard.

        The state may have been deleted. Then nobody knows whether the shard was edited.
        """
        if name in self._known_names or self._overwrite_edited or self._backend.size(name) is None:
            return None
        kept, n = self._foreign / name, 1
        while kept.exists():
            kept, n = self._foreign / f"{n}-{name}", n + 1
        kept.parent.mkdir(parents=True, exist_ok=True)
        self._backend.set_aside(name, kept)
        return kept


def _write(file: BinaryIO, line: bytes) -> None:
    """Writes a whole line or raises `OSError`: an almost full disk takes a part of it without an error."""
    rest = memoryview(line)
    while rest:
        rest = rest[file.write(rest) :]
