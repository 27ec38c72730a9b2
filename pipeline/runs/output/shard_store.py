"""Articles in shards: files of many articles in the order of the documents, each about as large as asked.

    articles/part-00000.jsonl.zst
    articles/part-00001.jsonl.zst

Which article lies in which shard is decided by the order of the documents and the lengths of their JSON alone, so the
same documents give the same bytes, whoever processes them, and however often the run was stopped.

A shard that is being made is a file of lines in the folder of the run, to which each article is added when its turn has
come. Once it is large enough another process packs it, and it appears at its place, whole. Articles of an earlier run
that still hold are copied from where they lie; a shard of which all articles hold is not touched. A shard that another
replaces is kept aside until the run is over, since later ones may begin with its end.
"""

import re
import shutil
import tempfile
from array import array
from collections.abc import Iterator
from errno import ENOSPC
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from pipeline.errors import ContractError, PipelineError
from pipeline.export.load.columnar import parquet
from pipeline.runs.counters import Aside
from pipeline.runs.output.article_writer import ARTICLE_ENCODER, ArticleWriter, InMemoryWriter
from pipeline.runs.output.compress_shard import SHARD_SUFFIXES, ShardCompression, ShardFormat
from pipeline.runs.output.manual_edits import article_hash, file_hash
from pipeline.runs.output.storage_backend import StorageBackend
from pipeline.runs.plan import ArticleCondition
from pipeline.runs.state import DocumentEntry, ShardFile, State
from pipeline.storage.compression import decompressing

SHARD_NAME = re.compile(r"part-(\d{5,})(\.jsonl\.zst|\.parquet)")
RUN_FOLDER_SHARD = re.compile(r"open/\d{5,}\.jsonl|previous/\d+(?:\.jsonl|\.jsonl\.zst|\.parquet)")
"""Paths below the folder of the run that a state may name."""
PARTIAL_SHARD = re.compile(rf"\.{SHARD_NAME.pattern}\.part")
"""What is left of a shard whose packing was killed."""
MAX_OPEN_SHARDS = 8
"""Old files that are kept open."""
FOREIGN_FOLDER = "replaced"
"""Below the folder of the run: shards that were there and that no run is known to have written."""
FOREIGN_REASON = "lay where a shard goes, and no run is known to have written it; delete it if nobody edited it"
MAX_NAMED_ARTICLES = 5
"""Articles of edited shards that are named."""
MAX_COPIES = 200
"""Copies of old files that are kept, each as large as a shard before it is packed."""


def is_at_place(place: ShardFile) -> bool:
    """Whether a file is a shard where it belongs, and does not lie in the folder of the run."""
    return SHARD_NAME.fullmatch(place.path) is not None


class ShardError(PipelineError):
    """A shard of an earlier run is not what it was; the message says what to do."""


class ShardStore:
    """Shards in a depot, in one format, of about `size` bytes each before they are packed.

    Those that are being made, and those that were replaced, lie below the folder of the run.
    """

    ordered = True

    def __init__(
        self,
        depot: StorageBackend,
        run_folder: Path,
        form: ShardFormat,
        size: int,
        state: State,
        lock: Path | None = None,
        *,
        always_read: bool = False,
        overwrite_edited: bool = False,
    ) -> None:
        self.delivery: ArticleWriter = InMemoryWriter()
        self._depot = depot
        self._folder = run_folder
        self._aside = run_folder / "previous"
        self._spools = run_folder / "open"
        self._foreign = run_folder / FOREIGN_FOLDER
        self._always_read = always_read
        self._overwrite_edited = overwrite_edited
        self._lock = lock
        self._form: ShardFormat = form
        self._most = size
        self._state = state
        self._sealing: tuple[ShardCompression, ShardFile] | None = None
        self._old = _ShardLines(depot, run_folder)
        self._sealed: dict[int, ShardFile] = {}
        """By their number, the shards that lie where they belong."""
        self._known: set[str] = set()
        """The names of all shards that runs are known to have written."""
        self._set_up()
        self._shard = 0
        self._kept_foreign: Path | None = None
        self._begin()

    def look(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        """Whether the file is there in which the article lies."""
        return "whole" if entry.place in self._old else "gone", entry

    def earlier(  # as a shelf is asked
        self,
        name: str,  # noqa: ARG002
        entry: DocumentEntry | None,  # noqa: ARG002
        sight: ArticleCondition,  # noqa: ARG002
        *,
        apart: bool = False,  # noqa: ARG002
    ) -> bytes | None:
        """Nothing: shards are looked at as wholes."""
        return None

    def own(self, entry: DocumentEntry) -> bytes | None:  # noqa: ARG002 -- as a shelf is asked
        """Nothing: no article has a file of its own."""
        return None

    def add(self, entry: DocumentEntry, body: bytes | None) -> DocumentEntry:
        """Adds an article at the end."""
        assert body is not None  # noqa: S101 -- `InMemoryWriter` gives it
        self._part()
        entry = msgspec.structs.replace(entry, place=self._place, line=self._count)
        self._append(body)
        return entry

    def keep(self, entry: DocumentEntry) -> None:
        """Adds an article of an earlier run at the end."""
        if self._same is not None and (entry.place, entry.line) == (self._same.place, self._count):
            self._count += 1
            self._size += entry.size
            return
        body = self._old.line(entry)
        self._part()
        self._state.move(entry.id, self._place, self._count)
        self._append(body)

    def drop(  # as a shelf is asked
        self,
        name: str,  # noqa: ARG002
        earlier: bytes | None = None,  # noqa: ARG002
        *,
        apart: bool = False,  # noqa: ARG002
    ) -> bool:
        """It is added nowhere, and so in no shard."""
        return True

    def tick(self) -> None:
        """Ends the shard that is large enough, and notes one that is packed."""
        if self._size >= self._most:
            self._end()
        if self._sealing is not None and self._sealing[0].ended():
            self._await()

    def finish(self) -> list[Aside]:
        """Ends the last shard, and takes away what an earlier run left and this one does not have.

        Gives the shards that lie in the folder of the run since none is known to have written them.
        """
        if self._count:
            self._end()
        self._await()
        # Before it is forgotten that they were written by runs.
        for file in list(self._depot.names()):
            name = SHARD_NAME.fullmatch(file)
            if PARTIAL_SHARD.fullmatch(file):
                self._depot.remove(file)
            elif name and (int(name[1]) >= self._shard or name[2] != SHARD_SUFFIXES[self._form]):
                self._keep_foreign(file)
                self._depot.remove(file)
        self._state.lose_places(place.place for place in self._state.places() if not self._belongs(place))
        self._state.commit()
        self.close()
        for folder in (self._aside, self._spools):
            shutil.rmtree(folder, ignore_errors=True)
        kept = sorted(self._foreign.iterdir()) if self._foreign.is_dir() else []
        return [Aside(f"{self._folder.name}/{FOREIGN_FOLDER}/{path.name}", FOREIGN_REASON, 1) for path in kept]

    def close(self) -> None:
        """Lets go of everything; what was taken in and is in the state is there when the run goes on."""
        if self._sealing is not None:
            self._sealing[0].stop()
            self._sealing = None
        if self._spool is not None:
            self._spool.close()
        self._old.close()

    # What is there from before

    def _set_up(self) -> None:
        lost = []
        edited = []
        for found in self._state.places():
            if not is_at_place(found) and not RUN_FOLDER_SHARD.fullmatch(found.path):
                # No run has said so: what lies there is not moved.
                lost.append(found.place)
                continue
            if found.sealed and is_at_place(found):
                self._known.add(found.path)
            elif not found.sealed and found.documents:
                # A run was killed while it packed it, or had done so.
                self._known |= {f"part-{found.shard:05}{suffix}" for suffix in SHARD_SUFFIXES.values()}
            if self._is_edited(found):
                edited.append(found)
                continue
            was_moved = not self._is_there(found)
            place = self._put_aside(found) if was_moved or not found.sealed else found
            if not self._is_whole(place):
                lost.append(place.place)
                continue
            self._old.add(place)
            if place.path == self._name(place.shard):
                self._sealed[place.shard] = place
        if edited and not self._overwrite_edited:
            raise ShardError(self._told_of(edited))
        self._state.lose_places([*lost, *(place.place for place in edited)])
        self._state.commit()

    def _is_edited(self, place: ShardFile) -> bool:
        """Whether a shard was changed after it was written."""
        if not place.sealed or not is_at_place(place) or (size := self._depot.size(place.path)) is None:
            return False
        if not place.hash:
            # An earlier version noted its size alone.
            return size != place.size
        stamp = self._depot.stamp(place.path)
        if (size, stamp) == (place.size, place.stamp) and not self._always_read:
            return False
        if size != place.size or file_hash(self._depot.fetched(place.path)) != place.hash:
            return True
        self._state.note_place(msgspec.structs.replace(place, stamp=stamp))
        return False

    def _told_of(self, edited: list[ShardFile]) -> str:
        """What is said of shards that were edited, and of the articles in them that differ where these are known."""
        names = [name for place in edited for name in self._edited_in(place)]
        more = f" and {len(names) - MAX_NAMED_ARTICLES:,} more" if len(names) > MAX_NAMED_ARTICLES else ""
        articles = f" (articles that differ: {', '.join(names[:MAX_NAMED_ARTICLES])}{more})" if names else ""
        shards = ", ".join(place.path for place in edited)
        return (
            f"edited after it was written: {shards}{articles}; nothing was changed. Move it away to have its articles "
            "made again, or replace it with --overwrite-edited; to edit single articles, use --format json"
        )

    def _edited_in(self, place: ShardFile) -> Iterator[str]:
        """The ids of the articles in a shard that are not those that were written."""
        try:
            for line in self._old.lines(place):
                name = msgspec.json.decode(line, type=_Identified).id
                entry = self._state.entry(name)
                if entry is None or (entry.hash and entry.hash != article_hash(line)):
                    yield repr(name)
        except (ContractError, ValueError, OSError):
            # From here on it cannot be read: the shard itself is named.
            return

    def _name(self, shard: int) -> str:
        return f"part-{shard:05}{SHARD_SUFFIXES[self._form]}"

    def _told(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _belongs(self, place: ShardFile) -> bool:
        """Whether a file is a shard of this run, at its place."""
        return place.sealed and place.path == self._name(place.shard) and place.shard < self._shard

    def _is_there(self, place: ShardFile) -> bool:
        if is_at_place(place):
            return self._depot.size(place.path) is not None
        return (self._folder / place.path).exists()

    def _is_whole(self, place: ShardFile) -> bool:
        if is_at_place(place):
            return self._depot.size(place.path) == place.size
        try:
            size = (self._folder / place.path).stat().st_size
        except OSError:
            return False
        return size == place.size if place.sealed else size >= self._state.bytes_in(place.place)

    def _put_aside(self, place: ShardFile) -> ShardFile:
        """Moves a file to where no new one takes its name, if it is not there already, and notes that."""
        aside = self._aside / f"{place.place}{SHARD_SUFFIXES[self._form] if place.sealed else '.jsonl'}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        if is_at_place(place):
            self._depot.put_aside(place.path, aside)
        elif (self._folder / place.path).exists():
            (self._folder / place.path).replace(aside)
        moved = msgspec.structs.replace(place, path=self._told(aside))
        self._state.note_place(moved)
        # Before another file takes the name, or it would be taken for this one.
        self._state.commit()
        return moved

    # The shard whose turn it is

    def _begin(self) -> None:
        self._size = self._count = self._place = 0
        self._spool: BinaryIO | None = None
        self._same = self._sealed.get(self._shard)
        """The shard that lies here, as long as all that was taken in is how it begins."""

    def _part(self) -> None:
        """From here on the shard is no longer as it was: what was taken in until now is copied."""
        if self._spool is not None:
            return
        path = self._spools / f"{self._shard:05}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._place = self._state.begin_place(self._shard, self._told(path))
        # Without a buffer: what the state is told must not be lost with this process.
        path.unlink(missing_ok=True)
        self._spool = path.open("xb", buffering=0)
        if self._same is not None and self._count:
            for line in self._old.first(self._same, self._count):
                _write(self._spool, line)
            self._state.move_first(self._count, self._same.place, self._place)
        self._same = None

    def _append(self, body: bytes) -> None:
        assert self._spool is not None  # noqa: S101 -- `_part` was called
        _write(self._spool, body)
        self._count += 1
        self._size += len(body)

    def _end(self) -> None:
        if self._same is None or self._count != self._same.documents:
            self._part()
            self._seal()
        self._shard += 1
        self._begin()

    def _seal(self) -> None:
        assert self._spool is not None  # noqa: S101 -- `_part` was called
        self._await()
        self._spool.close()
        name = self._name(self._shard)
        if (earlier := self._sealed.pop(self._shard, None)) is None:
            self._kept_foreign = self._keep_foreign(name)
        elif self._state.bytes_in(earlier.place):
            self._old.add(self._put_aside(earlier))
        else:
            # No later shard begins with its end: it may be replaced where it lies.
            self._state.lose_places([earlier.place])
        path = self._spools / f"{self._shard:05}.jsonl"
        made = ShardFile(self._place, self._shard, sealed=False, path=self._told(path), size=0, documents=self._count)
        # From here on it is known that a run has written what lies there.
        self._known.add(name)
        self._state.note_place(made)
        self._state.commit()
        self._sealing = ShardCompression(path, name, self._form, self._depot, self._lock), made

    def _await(self) -> None:
        if self._sealing is None:
            return
        sealing, made = self._sealing
        found = sealing.wait()
        self._sealing = None
        name = self._name(made.shard)
        size, stamp = self._depot.size(name) or 0, self._depot.stamp(name)
        sealed = msgspec.structs.replace(made, sealed=True, path=name, size=size, hash=found, stamp=stamp)
        self._state.note_place(sealed)
        self._state.commit()
        if self._kept_foreign is not None and file_hash(self._kept_foreign) == found:
            self._kept_foreign.unlink()
        self._kept_foreign = None
        (self._folder / made.path).unlink()

    def _keep_foreign(self, name: str) -> Path | None:
        """Keeps in the folder of the run a shard that no run is known to have written; where, if there is one.

        The state was deleted, perhaps: whether somebody edited it nobody can say.
        """
        if name in self._known or self._overwrite_edited or self._depot.size(name) is None:
            return None
        kept, n = self._foreign / name, 1
        while kept.exists():
            kept, n = self._foreign / f"{n}-{name}", n + 1
        kept.parent.mkdir(parents=True, exist_ok=True)
        self._depot.put_aside(name, kept)
        return kept


class _Identified(msgspec.Struct, frozen=True):
    """The part of an article that says which it is."""

    id: str


def _write(file: BinaryIO, line: bytes) -> None:
    """Writes all of it, or raises `OSError`: a disk that is almost full takes as much as it can and says nothing."""
    left = memoryview(line)
    while left:
        left = left[file.write(left) :]


class _ShardLines:
    """The articles of an earlier run, as lines, by their places; they are asked for mostly in their order."""

    def __init__(self, depot: StorageBackend, folder: Path) -> None:
        self._depot = depot
        self._folder = folder
        self._places: dict[int, ShardFile] = {}
        self._open: dict[int, tuple[Iterator[bytes], int]] = {}
        self._indexed: dict[int, tuple[BinaryIO, array[int]]] = {}
        """Files in which articles were asked for out of their order: a copy of each, and where its lines end."""

    def __contains__(self, place: int) -> bool:
        return place in self._places

    def add(self, place: ShardFile) -> None:
        """Knows a file, or where it lies now."""
        self._places[place.place] = place

    def line(self, entry: DocumentEntry) -> bytes:
        """The article of a document. Raises `ShardError` where it is not there."""
        place = self._places[entry.place]
        try:
            line = self._found(place, entry.line)
        except (ContractError, ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno == ENOSPC:
                # Of the disk that a copy is on: there is nothing wrong with the shard.
                raise
            raise ShardError(f"{place.path}: {error}; run again with --fresh") from error
        if len(line) != entry.size:
            raise ShardError(f"{place.path} has changed: line {entry.line + 1} is not {entry.id!r}; run with --fresh")
        return line

    def _found(self, place: ShardFile, number: int) -> bytes:
        """A line of a file; empty where there are not so many."""
        if place.place not in self._indexed:
            lines, at = self._open.pop(place.place, (None, 0))
            if lines is None or at <= number:
                lines = self.lines(place) if lines is None else lines
                line = next(islice(lines, number - at, None), b"")
                self._open[place.place] = lines, number + 1
                if len(self._open) > MAX_OPEN_SHARDS:
                    self._open.pop(next(iter(self._open)))
                return line
            # To go through all of it for each line that lies before the last one would take hours.
            self._indexed[place.place] = self._copied(place)
            if len(self._indexed) > MAX_COPIES:
                self._indexed.pop(next(iter(self._indexed)))[0].close()
        copy, ends = self._indexed[place.place]
        if number >= len(ends):
            return b""
        begins = ends[number - 1] if number else 0
        copy.seek(begins)
        return copy.read(ends[number] - begins)

    def _copied(self, place: ShardFile) -> tuple[BinaryIO, "array[int]"]:
        # It has no name, and is gone with this process.
        copy, ends = cast("BinaryIO", tempfile.TemporaryFile(dir=self._folder)), array("Q")  # noqa: SIM115 -- see `close`
        for line in self.lines(place):
            copy.write(line)
            ends.append(copy.tell())
        return copy, ends

    def first(self, place: ShardFile, count: int) -> Iterator[bytes]:
        """The first so many articles of a file. Raises `ShardError` where they are not there."""
        try:
            yield from islice(self.lines(place), count)
        except (ContractError, ValueError) as error:
            raise ShardError(f"{place.path}: {error}; run again with --fresh") from error

    def lines(self, place: ShardFile) -> Iterator[bytes]:
        """All articles of a file."""
        path = self._depot.fetched(place.path) if is_at_place(place) else self._folder / place.path
        if path.name.endswith(".parquet"):
            for _, article in parquet(path, path.name):
                if isinstance(article, ContractError):
                    raise article
                yield ARTICLE_ENCODER.encode(article) + b"\n"
            return
        with path.open("rb") as file, decompressing(file, file.peek(16)) as plain:
            yield from plain

    def close(self) -> None:
        """Closes all files."""
        self._open.clear()
        for copy, _ in self._indexed.values():
            copy.close()
        self._indexed.clear()
