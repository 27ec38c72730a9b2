"""Files below the paths and URLs that the user names, each with the id that its document will have."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from pipeline.errors import UsageError
from pipeline.sources.blob import without_suffix
from pipeline.sources.record import Unreadable
from pipeline.stores import Remote, is_url

STDIN = "-"


class File(msgspec.Struct, frozen=True):
    """A file to read: `name` is its path below the input root, with `/`.

    It lies `at` a path on this machine or at `remote` in a bucket or on the web; without both it is standard input.
    `named` says whether the user named it rather than a folder above it.
    """

    at: str | Path | None
    name: str
    named: bool = False
    remote: Remote | None = None

    def __post_init__(self) -> None:
        """Keeps the path as a string: there may be a million files, and a `Path` takes four times as much."""
        if isinstance(self.at, Path):
            msgspec.structs.force_setattr(self, "at", str(self.at))

    @property
    def path(self) -> Path | None:
        """The path on this machine."""
        return None if self.at is None else Path(self.at)

    @property
    def id(self) -> str:
        """What the document is called if the file is one: the name without its suffix."""
        return without_suffix(self.name)

    @property
    def is_stdin(self) -> bool:
        """Whether it is standard input, which can be read once."""
        return self.at is None and self.remote is None

    @property
    def where(self) -> str:
        """Where it lies, for a message."""
        return str(self.at or self.remote or STDIN)

    @property
    def size(self) -> int | None:
        """Its bytes, where they are known without reading it."""
        if self.remote is not None:
            return self.remote.size
        found = self._looked_at()
        return None if found is None else found.st_size

    @property
    def stamp(self) -> str | None:
        """What is another text where the file was written anew, as far as that shows without reading it."""
        if self.remote is not None:
            return None if self.remote.stamp is None else f"{self.remote.size}-{self.remote.stamp}"
        found = self._looked_at()
        return None if found is None else f"{found.st_size}-{found.st_mtime_ns}"

    def _looked_at(self) -> os.stat_result | None:
        """None for standard input, for a pipe, and for what is not there any more."""
        try:
            found = None if self.at is None else os.stat(self.at)
        except OSError:
            return None
        return found if found is not None and stat.S_ISREG(found.st_mode) else None


def _every(_: File) -> bool:
    return True


def find(
    inputs: Sequence[str | Path],
    *,
    include: Sequence[str] = ("*",),
    leave_out: str | Path | None = None,
    is_document: Callable[[File], bool] = _every,
) -> tuple[list[File], list[Unreadable]]:
    """The files at and below `inputs`, sorted by name, and the folders that could not be listed. `-` is standard input.

    A URL names an object, or a folder of them: the files are those that would be found in a folder with a copy of it.
    Below a folder, names that begin with `.` or `_` and the folder `leave_out` are passed over; `include` are patterns
    for names below the folder. A file that is named itself is always taken. Of files that would give one id
    `is_document` is asked whether each is a document: a table or an archive may be called as the text beside it.

    Raises `UsageError` for a path that is not there, for one that is named twice and for two documents with one id.
    """
    found: list[File | Unreadable] = []
    spared = Remote(leave_out) if isinstance(leave_out, str) and is_url(leave_out) else None
    for said in inputs:
        given = Path(said)
        if not str(said):
            raise UsageError("an empty name is given; name a file or a folder of raw documents")
        if isinstance(said, str) and is_url(said):
            found.extend(_stored(Remote(said), include, spared))
        elif str(given) == STDIN:
            if any(isinstance(item, File) and item.is_stdin for item in found):
                raise UsageError("- is named twice; standard input can be read once")
            found.append(File(None, "stdin", named=True))
        elif given.is_dir():
            spared_here = None if leave_out is None or spared is not None else Path(leave_out)
            passed_over = frozenset(folder.resolve() for folder in (given, spared_here) if folder)
            found.extend(
                item
                for item in _below(given, "", passed_over, set())
                if isinstance(item, Unreadable) or any(fnmatchcase(item.name, pattern) for pattern in include)
            )
        elif given.exists():
            found.append(_named(given, given.name, asked_for=True))
        else:
            raise UsageError(f"{given} is not there; name a file or a folder of raw documents")
    files = sorted((item for item in found if isinstance(item, File)), key=lambda file: (file.name, file.where))
    _refuse_doubles(files, is_document)
    return files, [item for item in found if isinstance(item, Unreadable)]


def _stored(given: Remote, include: Sequence[str], spared: Remote | None) -> Iterator[File | Unreadable]:
    """The object that a URL names, or what lies below it. Raises `UsageError` where nothing does."""
    try:
        entry = given.entry()
        if entry is not None:
            if not given.name:
                raise UsageError(f"{given} names no file of its server; name one")
            yield File(None, given.name, named=True, remote=given.known(entry))
            return
        empty = True
        for entry in () if given.on_web else given.below():
            empty = False
            if any(part.startswith((".", "_")) for part in entry.name.split("/")):
                continue
            remote = (given / entry.name).known(entry)
            if (spared is None or not spared.holds(remote)) and any(fnmatchcase(entry.name, one) for one in include):
                yield File(None, entry.name, remote=remote)
    except OSError as error:
        yield Unreadable(str(given), f"cannot be {'read' if given.on_web else 'listed'}: {error}")
        return
    if empty:
        raise UsageError(f"{given} is not there; name an object, or a folder of them")


def _below(folder: Path, prefix: str, passed_over: frozenset[Path], linked: set[Path]) -> Iterator[File | Unreadable]:
    """What lies below a folder. `linked` are the folders that links led to, each of which is read so only once.

    Ten folders with links to each other could otherwise be walked through in millions of orders.
    """
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        name = prefix.rstrip("/") or str(folder)
        yield Unreadable(_shown(name), f"cannot be listed: {error.strerror}; run again to take it in")
        return
    for entry in entries:
        if entry.name.startswith((".", "_")):
            continue
        if not _is_folder(entry):
            if _is_device(entry):
                yield Unreadable(_shown(prefix + entry.name), "is a pipe or a device, not a file; leave it out")
            else:
                yield _named(entry.path, prefix + entry.name)
        elif (folder_itself := Path(entry.path).resolve()) not in passed_over:
            # A link to a folder above would lead round in circles.
            if entry.is_symlink():
                if folder_itself in linked:
                    continue
                linked.add(folder_itself)
            yield from _below(Path(entry.path), f"{prefix}{entry.name}/", passed_over | {folder_itself}, linked)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # For example a link to itself: reading it says so, and its neighbours are taken in.
        return False


def _is_device(entry: os.DirEntry[str]) -> bool:
    try:
        # Of most entries the folder itself says so; each further question is one to the disk.
        if entry.is_file():
            return False
    except OSError:
        return False
    path = Path(entry.path)
    return path.is_fifo() or path.is_socket() or path.is_char_device()


def _named(path: str | Path, name: str, *, asked_for: bool = False) -> File | Unreadable:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return Unreadable(_shown(name), "its name is no UTF-8; rename it")
    return File(path, name, asked_for)


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _refuse_doubles(files: Sequence[File], is_document: Callable[[File], bool]) -> None:
    alike: dict[str, list[File]] = {}
    # First by a number for each: of a million files that is little, and nearly all are alone.
    seen: set[int] = set()
    again = {number for file in files if (number := hash(file.id)) in seen or seen.add(number)}  # type: ignore[func-returns-value]
    for file in files if again else ():
        if hash(file.id) in again:
            alike.setdefault(file.id, []).append(file)
    for name, group in alike.items():
        places = [file.where for file in group if not file.is_stdin]
        if twice := next((place for at, place in enumerate(places) if place in places[:at]), None):
            raise UsageError(f"{twice} is named twice; name it once")
        documents = [file for file in group if is_document(file)] if len(group) > 1 else []
        if len(documents) > 1:
            first, second, *_ = documents
            told = f"{first.where} and {second.where} would both be document {name!r}"
            raise UsageError(f"{told}; rename one or run them apart")
