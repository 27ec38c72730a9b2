"""Reads all documents in some files, in whatever archives they are."""

import io
import sqlite3
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from types import TracebackType
from typing import BinaryIO, cast

import msgspec

from pipeline.config.settings import Input
from pipeline.errors import UsageError
from pipeline.model.record import HasOrigin, LeftOut, ReaderError, Record, Unreadable
from pipeline.readers.budget import Budget
from pipeline.readers.byte_source import HEAD_BYTES, ByteSource, Location, RemoteStream
from pipeline.readers.input_files import InputFile
from pipeline.readers.open_file import open_local_file
from pipeline.readers.reader import Reader
from pipeline.readers.registry import COMPRESSION_READERS, Registry, installed_reader_hint, select_readers
from pipeline.readers.text import kind_of_suffix
from pipeline.storage.disk_space import UnsizedStream
from pipeline.storage.errors import StoreError
from pipeline.text.encodings.signatures import binary_kind

ReadResult = Record | Unreadable | LeftOut


def records(files: Iterable[InputFile], options: Input, readers: Registry | None = None) -> Iterator[ReadResult]:
    """Yields the documents of `files` in order. Each file and member is read by the reader that claims it.

    A record whose id was already used comes as an `Unreadable`.
    """
    readers = readers or select_readers(form=options.format)
    return with_unique_ids(file_documents(file, options, readers) for file in files)


def with_unique_ids(files: Iterable[Iterable[ReadResult]]) -> Iterator[ReadResult]:
    """Yields the documents of some files; a record whose id was already used comes as an `Unreadable`."""
    with UniqueIds() as ids:
        for documents in files:
            for each in documents:
                yield duplicate_id(each) if isinstance(each, Record) and not ids.add(each.id) else each


def duplicate_id(record: HasOrigin) -> Unreadable:
    """The failure of a record whose id was already used."""
    return Unreadable(record.id, f"{record.where}: an earlier document has this id; {_remedy(record)}")


def first_documents(documents: Iterable[ReadResult], most: int | None) -> Iterator[ReadResult]:
    """Yields the first `most` documents, and what was left out before them; all if `most` is None."""
    count = 0
    for each in documents:
        if not isinstance(each, LeftOut):
            count += 1
        yield each
        if count == most:
            return


def is_document(file: InputFile, options: Input, readers: Registry) -> bool:
    """Whether a file is one document with the file's id, judged by its beginning.

    Standard input is not inspected, because it can be read only once.
    """
    if file.is_stdin:
        return False
    try:
        with open_input(file) as stream:
            source = ByteSource(Location(file.name), stream, path=file.path, named=file.named)
            reader = readers.of(source)
            while reader is not None and reader.name in COMPRESSION_READERS and source.head:
                source = cast("ByteSource", next(iter(reader.read(source, options))))
                reader = readers.of(source)
            # An empty file fails as the document that it should have been.
            return not source.head or bool(getattr(reader, "is_document", False))
    except OSError:
        return False


def file_documents(
    file: InputFile, options: Input, readers: Registry, opened: Callable[[InputFile], BinaryIO] | None = None
) -> Generator[ReadResult, None, None]:
    """Yields the documents of one file in order, without a check of their ids. `opened` opens it; default `open_input`.

    Raises `MemoryError`, which only the caller can handle, for the file as a whole.
    """
    location = Location(file.name)
    try:
        with (opened or open_input)(file) as stream:
            budget = Budget(options.limits)
            source = ByteSource(location, stream, path=file.path, named=file.named, budget=budget)
            for document in _read_source(source, options, readers):
                cut_off = isinstance(document, Unreadable) and isinstance(stream, RemoteStream) and stream.broken
                yield msgspec.structs.replace(document, passing=True) if cut_off else document
    except OSError as error:
        # The message of a store already says what to do.
        remedy = "" if isinstance(error, StoreError) else "; check its permissions and run again"
        yield Unreadable(location.id, f"cannot be read: {error.strerror or error}{remedy}", passing=True)
    except MemoryError:
        raise
    except Exception as error:
        # A bug in the pipeline, of whatever kind: it must not cost any other file.
        summary = f"{type(error).__name__}: {error}".splitlines()[0]
        yield Unreadable(location.id, f"reading it raised {summary}; this is a bug in the pipeline, report it")


def open_input(file: InputFile, wrapped: Callable[[BinaryIO], BinaryIO] | None = None) -> BinaryIO:
    """Opens a file, standard input or an object of a store. `wrapped` wraps the stream of a store.

    Raises `OSError`.
    """
    if file.remote is not None:
        try:
            stream = file.remote.open()
            # Asked before it is wrapped, because the wrapper may not show it.
            unsized = isinstance(stream, UnsizedStream)
            return cast("BinaryIO", RemoteStream(stream if wrapped is None else wrapped(stream), unsized=unsized))
        except UsageError as error:
            # Other files may have been read already; credentials that fail only now must not lose them.
            raise StoreError(str(error)) from None
    if file.at is None:
        if sys.stdin is None:
            raise OSError("standard input is closed")
        # closefd=False: standard input is not ours to close.
        return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False), HEAD_BYTES)
    return open_local_file(file)


def _read_source(source: ByteSource, options: Input, readers: Registry) -> Iterator[ReadResult]:
    """Yields the documents in some bytes; an error later on takes none of them back."""
    if not source.head:
        yield from _faulty(source, source.fault or ReaderError("is empty; leave it out"))
        return
    if source.depth > options.limits.depth:
        limit = f"the limit of {options.limits.depth} archives and compressions in each other"
        yield Unreadable(source.id, f"{source.location}: is over {limit}; unpack it, or raise [input.limits] depth")
        return
    try:
        reader = readers.of(source)
    except MemoryError:
        raise
    except Exception as error:
        # Readers of other packages may raise anything when asked whether a file is theirs.
        yield _broken(source, "a reader", error)
        return
    if reader is None and source.fault is not None and binary_kind(source.head) is None:
        # It broke off before its format could be detected.
        yield from _faulty(source, source.fault)
        return
    if reader is None:
        yield _unclaimed(source)
        return
    yield from _read(reader, source, options, readers)


def _read(reader: Reader, source: ByteSource, options: Input, readers: Registry) -> Iterator[ReadResult]:
    try:
        for item in reader.read(source, options):
            if isinstance(item, ByteSource):
                yield from _read_source(item, options, readers)
            else:
                yield item
    except ReaderError as error:
        yield from _faulty(source, error)
    except OSError as error:
        reason = f"{source.location}: cannot be read: {error.strerror or error}; check it and run again"
        yield Unreadable(source.id, reason, passing=True)
    except MemoryError:
        raise
    except Exception as error:
        # A bug in a reader, perhaps of another package, must not cost any other file.
        yield _broken(source, f"the reader {reader.name!r}", error)


def _broken(source: ByteSource, reader: str, error: Exception) -> Unreadable:
    """The failure of a file at which a reader raised an unexpected error."""
    summary = f"{type(error).__name__}: {error}".splitlines()[0]
    return Unreadable(
        source.id, f"{source.location}: {reader} failed on it: {summary}; report it, and leave the file out"
    )


def _faulty(source: ByteSource, error: ReaderError) -> Iterator[Unreadable]:
    if not error.counted:
        error.counted = True
        reason = f"{error}" if source.location.member is None else f"{source.location}: {error}"
        yield Unreadable(source.id, reason, error.passing, error.fields)


def _unclaimed(source: ByteSource) -> Unreadable | LeftOut:
    kind = binary_kind(source.head) or (None if source.named else kind_of_suffix(source.suffix))
    if kind is None and source.is_called_packed:
        reason = f"is named {source.suffix} but does not have that format; fetch it again, or rename it"
        return Unreadable(source.id, reason if source.location.member is None else f"{source.location}: {reason}")
    reason = f"is {kind}" if kind else f"has a format that no reader knows{installed_reader_hint(source.suffix)}"
    return Unreadable(source.id, reason) if source.named else LeftOut(str(source.location), reason)


def _remedy(record: HasOrigin) -> str:
    """Returns what to do about an id that occurs twice. Tables in one folder may each count their rows from 1."""
    other = ", or name another field in [input] id_field" if record.origin.row is not None else ""
    return f"make ids unique{other}"


MOST_IN_MEMORY = 10_000
"""Ids that are kept in memory, about 1 MB. More go to a table on disk, which costs 3 µs each."""


class UniqueIds:
    """A set of ids that moves to the disk when it grows: a run of any length must be able to hold its ids."""

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._few: set[str] = set()
        self._table: sqlite3.Connection | None = None

    def __enter__(self) -> "UniqueIds":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._table is not None:
            self._table.close()

    def add(self, name: str) -> bool:
        """Adds an id, and returns whether it is new."""
        if self._table is None:
            before = len(self._few)
            self._few.add(name)
            if len(self._few) > self._most:
                self._spill()
                return True
            return len(self._few) > before
        # surrogatepass: a document with a lone surrogate in its id fails later, but must not fail the run here.
        key = name.encode("utf-8", "surrogatepass")
        return self._table.execute("INSERT OR IGNORE INTO ids VALUES (?)", (key,)).rowcount == 1

    def __contains__(self, name: str) -> bool:
        if self._table is None:
            return name in self._few
        key = name.encode("utf-8", "surrogatepass")
        return self._table.execute("SELECT 1 FROM ids WHERE id = ?", (key,)).fetchone() is not None

    def _spill(self) -> None:
        # An unnamed temporary file, which is deleted when the process ends, however it ends.
        self._table = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -2000"):
            self._table.execute(f"PRAGMA {pragma}")
        self._table.execute("CREATE TABLE ids (id BLOB PRIMARY KEY) WITHOUT ROWID")
        self._table.execute("BEGIN")
        keys = ((name.encode("utf-8", "surrogatepass"),) for name in sorted(self._few))
        self._table.executemany("INSERT INTO ids VALUES (?)", keys)
        self._few = set()
