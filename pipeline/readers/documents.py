"""All documents in some files, whatever they are packed in."""

import io
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import BinaryIO, cast

import msgspec

from pipeline.config.settings import Input
from pipeline.errors import UsageError
from pipeline.model.record import HasOrigin, LeftOut, ReaderError, Record, Unreadable
from pipeline.readers import other_files
from pipeline.readers.byte_source import HEAD, ByteSource, Place
from pipeline.readers.connection import Connection
from pipeline.readers.input_files import File
from pipeline.readers.limits import Budget
from pipeline.readers.open_file import opened
from pipeline.readers.reader import Reader
from pipeline.readers.registry import COMPRESSIONS, Registry, choice, who_could
from pipeline.readers.unique_ids import Ids
from pipeline.storage.disk_space import Unsized
from pipeline.storage.faults import StoreError
from pipeline.text.encodings.signatures import binary_kind

Document = Record | Unreadable | LeftOut


def records(files: Iterable[File], options: Input, readers: Registry | None = None) -> Iterator[Document]:
    """The documents of `files`, in order, one at a time, each file and member read by the reader that claims it.

    A record whose id an earlier one had is given as `Unreadable`.
    """
    readers = readers or choice(form=options.format)
    return told_apart(of_file(file, options, readers) for file in files)


def told_apart(files: Iterable[Iterable[Document]]) -> Iterator[Document]:
    """The documents of some files; a record whose id an earlier one had is given as `Unreadable`."""
    with Ids() as ids:
        for found in files:
            for each in found:
                yield double(each) if isinstance(each, Record) and not ids.add(each.id) else each


def double(record: HasOrigin) -> Unreadable:
    """What is said of a record whose id an earlier one had."""
    return Unreadable(record.id, f"{record.where}: an earlier document has this id; {_remedy(record)}")


def first(found: Iterable[Document], most: int | None) -> Iterator[Document]:
    """The first `most` documents of what was found, and what was left out before them; all where it is None."""
    taken = 0
    for each in found:
        if not isinstance(each, LeftOut):
            taken += 1
        yield each
        if taken == most:
            return


def is_document(file: File, options: Input, readers: Registry) -> bool:
    """Whether a file is one document, called as the file is: told from its beginning, as it is for reading it.

    Standard input, which can be read once, is not looked at.
    """
    if file.is_stdin:
        return False
    try:
        with opened_file(file) as stream:
            blob = ByteSource(Place(file.name), stream, path=file.path, named=file.named)
            reader = readers.of(blob)
            while reader is not None and reader.name in COMPRESSIONS and blob.head:
                blob = cast("ByteSource", next(iter(reader.read(blob, options))))
                reader = readers.of(blob)
            # An empty file fails as the document that it should be.
            return not blob.head or bool(getattr(reader, "is_document", False))
    except OSError:
        return False


def of_file(
    file: File, options: Input, readers: Registry, opened: Callable[[File], BinaryIO] | None = None
) -> Generator[Document, None, None]:
    """The documents of one file, in order, whatever ids they have. `opened` opens it, by default as `opened_file` does.

    Raises `MemoryError`: what a process can do then, it can only do for the file as a whole.
    """
    place = Place(file.name)
    try:
        with (opened or opened_file)(file) as stream:
            budget = Budget(options.limits)
            blob = ByteSource(place, stream, path=file.path, named=file.named, budget=budget)
            for found in _blob(blob, options, readers):
                cut_off = isinstance(found, Unreadable) and isinstance(stream, Connection) and stream.broken
                yield msgspec.structs.replace(found, passing=True) if cut_off else found
    except OSError as error:
        # A store says itself what to do.
        remedy = "" if isinstance(error, StoreError) else "; check its permissions and run again"
        yield Unreadable(place.id, f"cannot be read: {error.strerror or error}{remedy}", passing=True)
    except MemoryError:
        raise
    except Exception as error:
        # A mistake of ours, at a file that nobody thought of: it costs this one and no other.
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        yield Unreadable(place.id, f"reading it raised {told}; that is a mistake of the pipeline, report it")


def opened_file(file: File, wrapped: Callable[[BinaryIO], BinaryIO] | None = None) -> BinaryIO:
    """The bytes of a file from its beginning. `wrapped` is laid around those that come from far away.

    Raises `OSError`.
    """
    if file.remote is not None:
        try:
            stream = file.remote.open()
            # Asked of the stream itself: what is laid around it may not tell.
            unsized = isinstance(stream, Unsized)
            return cast("BinaryIO", Connection(stream if wrapped is None else wrapped(stream), unsized=unsized))
        except UsageError as error:
            # Keys that are refused only now, when other files have been read, are no reason to lose those.
            raise StoreError(str(error)) from None
    if file.at is None:
        if sys.stdin is None:
            raise OSError("standard input is closed")
        # Not closed at the end: standard input is not ours.
        return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False), HEAD)
    return opened(file)


def _blob(blob: ByteSource, options: Input, readers: Registry) -> Iterator[Document]:
    """The documents in some bytes; what goes wrong after some of them were given takes none of them away."""
    if not blob.head:
        yield from _faulty(blob, blob.fault or ReaderError("is empty; leave it out"))
        return
    if blob.depth > options.limits.depth:
        limit = f"the limit of {options.limits.depth} archives and compressions in each other"
        yield Unreadable(blob.id, f"{blob.place}: is over {limit}; unpack it, or raise [input.limits] depth")
        return
    try:
        reader = readers.of(blob)
    except MemoryError:
        raise
    except Exception as error:
        yield _broken(blob, "a reader", error)
        return
    if reader is None and blob.fault is not None and binary_kind(blob.head) is None:
        # Too little came to tell what it is.
        yield from _faulty(blob, blob.fault)
        return
    if reader is None:
        yield _unclaimed(blob)
        return
    yield from _read(reader, blob, options, readers)


def _read(reader: Reader, blob: ByteSource, options: Input, readers: Registry) -> Iterator[Document]:
    try:
        for found in reader.read(blob, options):
            if isinstance(found, ByteSource):
                yield from _blob(found, options, readers)
            else:
                yield found
    except ReaderError as error:
        yield from _faulty(blob, error)
    except OSError as error:
        reason = f"{blob.place}: cannot be read: {error.strerror or error}; check it and run again"
        yield Unreadable(blob.id, reason, passing=True)
    except MemoryError:
        raise
    except Exception as error:
        # As with stages: whatever a reader meets that its author did not think of ends this file and no other.
        yield _broken(blob, f"the reader {reader.name!r}", error)


def _broken(blob: ByteSource, reader: str, error: Exception) -> Unreadable:
    """What is said of a file at which a reader raises what its author did not think of."""
    told = f"{type(error).__name__}: {error}".splitlines()[0]
    return Unreadable(blob.id, f"{blob.place}: {reader} broke on it: {told}; report it, and leave the file out")


def _faulty(blob: ByteSource, error: ReaderError) -> Iterator[Unreadable]:
    if not error.counted:
        error.counted = True
        reason = f"{error}" if blob.place.member is None else f"{blob.place}: {error}"
        yield Unreadable(blob.id, reason, error.passing, error.fields)


def _unclaimed(blob: ByteSource) -> Unreadable | LeftOut:
    kind = binary_kind(blob.head) or (None if blob.named else other_files.kind_of(blob.suffix))
    if kind is None and blob.is_called_packed:
        reason = f"is called {blob.suffix} and does not begin like one; get it anew, or rename it for what it is"
        return Unreadable(blob.id, reason if blob.place.member is None else f"{blob.place}: {reason}")
    reason = f"is {kind}" if kind else f"is nothing that any reader knows{who_could(blob.suffix)}"
    return Unreadable(blob.id, reason) if blob.named else LeftOut(str(blob.place), reason)


def _remedy(record: HasOrigin) -> str:
    """What to do about an id that comes twice: tables of one folder may each count their rows from 1."""
    other = ", or name another field in [input] id_field" if record.origin.row is not None else ""
    return f"make ids unique{other}"
