"""Finds the files at and below the paths and URLs that the user names."""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeAlias

import msgspec

from pipeline.errors import UsageError
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers.byte_source import without_suffix
from pipeline.storage import RemotePath, WebAccess, is_url

STDIN = "-"
IS_LINK = "is a symbolic link; name it, or follow all with --follow-symlinks"
IS_SPECIAL = "is a pipe, a socket or a device; name it to read it"

FoundItem: TypeAlias = "InputFile | Unreadable | LeftOut"
FolderIdentity: TypeAlias = tuple[int, int]
"""The device and inode of a folder: the same for all paths that lead to it."""


class InputFile(msgspec.Struct, frozen=True):
    """A file to read: `name` is its path below the input root, with `/`.

    `at` is its path on this machine, `remote` its location in a bucket or on the web; without both it is standard
    input. `named` says whether the user named it rather than a folder above it. `within` is the folder below which no
    link is followed on the way to it; None if links are followed.
    """

    at: str | Path | None
    name: str
    named: bool = False
    remote: RemotePath | None = None
    within: str | None = None

    def __post_init__(self) -> None:
        """Keeps the path as a string: there may be a million files, and a `Path` takes four times as much."""
        if isinstance(self.at, Path):
            msgspec.structs.force_setattr(self, "at", str(self.at))

    @property
    def path(self) -> Path | None:
        """The local path."""
        return None if self.at is None else Path(self.at)

    @property
    def id(self) -> str:
        """The id of the document if the file is one: the name without its suffix."""
        return without_suffix(self.name)

    @property
    def is_stdin(self) -> bool:
        """Whether it is standard input, which can be read only once."""
        return self.at is None and self.remote is None

    @property
    def where(self) -> str:
        """Where it is, for a message."""
        return str(self.at or self.remote or STDIN)

    @property
    def size(self) -> int | None:
        """Its size in bytes, if known without reading it."""
        if self.remote is not None:
            return self.remote.size
        status = self._status()
        return None if status is None else status.st_size

    @property
    def stamp(self) -> str | None:
        """A stamp that changes when the file does, as far as that shows without reading it."""
        if self.remote is not None:
            return None if self.remote.stamp is None else f"{self.remote.size}-{self.remote.stamp}"
        status = self._status()
        return None if status is None else f"{status.st_size}-{status.st_mtime_ns}"

    def _status(self) -> os.stat_result | None:
        """The file's status; None for standard input, a pipe, or a file that no longer exists."""
        try:
            status = None if self.at is None else os.stat(self.at)
        except OSError:
            return None
        return status if status is not None and stat.S_ISREG(status.st_mode) else None


def _every(_: InputFile) -> bool:
    return True


def find_files(
    inputs: Sequence[str | Path],
    *,
    include: Sequence[str] = ("*",),
    leave_out: str | Path | None = None,
    is_document: Callable[[InputFile], bool] = _every,
    access: WebAccess = WebAccess(),  # noqa: B008 -- it is frozen
    follow_symlinks: bool = False,
) -> tuple[list[InputFile], list[Unreadable | LeftOut]]:
    """Returns the files at and below `inputs`, sorted by name, and what is unreadable or left out.

    `-` is standard input. A URL names an object or a folder of them; a folder gives the same files as a local copy of
    it would. Below a folder, names that begin with `.` or `_` and the folder `leave_out` are skipped; `include` are
    patterns for names below the folder. A file that the user names is always included. Links and special files below a
    folder are left out; with `follow_symlinks` links are followed, each linked folder once. If several files would give
    the same id, `is_document` is asked whether each is a document, because a table or an archive may have the name of
    the text next to it.

    Raises `UsageError` for a missing path, for a path that is named twice, and for two documents with the same id.
    """
    items: list[FoundItem] = []
    spared = RemotePath(leave_out) if isinstance(leave_out, str) and is_url(leave_out) else None
    for source in inputs:
        path = Path(source)
        if not str(source):
            raise UsageError("a name is empty; name a file or a folder of raw documents")
        if isinstance(source, str) and is_url(source):
            items.extend(_stored(RemotePath(source, access=access), include, spared))
        elif str(path) == STDIN:
            if any(isinstance(item, InputFile) and item.is_stdin for item in items):
                raise UsageError("- is named twice; standard input can be read once")
            items.append(InputFile(None, "stdin", named=True))
        elif path.is_dir():
            spared_here = None if leave_out is None or spared is not None else _identity(leave_out)
            items.extend(_Walk(path, include, spared_here, follow=follow_symlinks).found())
        elif path.exists():
            items.append(_named(path, path.name, asked_for=True))
        else:
            raise UsageError(f"{path} does not exist; name a file or a folder of raw documents")
    files = sorted((item for item in items if isinstance(item, InputFile)), key=lambda file: (file.name, file.where))
    _refuse_doubles(files, is_document)
    return files, [item for item in items if not isinstance(item, InputFile)]


def _stored(url: RemotePath, include: Sequence[str], spared: RemotePath | None) -> Iterator[FoundItem]:
    """Yields the object at a URL, or the objects below it. Raises `UsageError` if there are none."""
    try:
        entry = url.entry()
        if entry is not None:
            if not url.name:
                raise UsageError(f"{url} names no file of its server; name one")
            yield InputFile(None, url.name, named=True, remote=url.known(entry))
            return
        empty = True
        for entry in () if url.on_web else url.below():
            empty = False
            if any(part.startswith((".", "_")) for part in entry.name.split("/")):
                continue
            remote = (url / entry.name).known(entry)
            is_spared = spared is not None and spared.holds(remote)
            if not is_spared and any(fnmatchcase(entry.name, pattern) for pattern in include):
                yield InputFile(None, entry.name, remote=remote)
    except OSError as error:
        yield Unreadable(str(url), f"cannot be {'read' if url.on_web else 'listed'}: {error}")
        return
    if empty:
        raise UsageError(f"{url} does not exist; name an object, or a folder of them")


class _Walk:
    """Walks a folder without recursion, so that folders may be nested to any depth."""

    def __init__(self, top: Path, include: Sequence[str], spared: FolderIdentity | None, *, follow: bool) -> None:
        self._top = str(top)
        self._include = include
        self._spared = spared
        self._follow = follow
        self._linked: set[FolderIdentity] = set()
        """Folders that links led to, so that each is read only once.

        Ten folders with links to each other could otherwise be walked in millions of orders.
        """

    def found(self) -> Iterator[FoundItem]:
        """Yields files, folders that cannot be listed, and what is left out."""
        levels = [self._level(self._top, "", self._above() if self._follow else None)]
        while levels:
            entries, prefix, above = levels[-1]
            entry = next(entries, None)
            if entry is None:
                levels.pop()
                continue
            if isinstance(entry, Unreadable):
                yield entry
                continue
            name = prefix + entry.name
            if entry.name.startswith((".", "_")):
                continue
            is_folder = _is_folder(entry)
            if entry.is_symlink() and not self._follow:
                if is_folder or self._wants(name):
                    yield LeftOut(_shown(name), IS_LINK)
            elif is_folder:
                if self._enters(entry, above):
                    below = _FolderChain(_identity(entry.path), above) if self._follow else None
                    levels.append(self._level(entry.path, f"{name}/", below))
            elif self._wants(name):
                yield LeftOut(_shown(name), IS_SPECIAL) if _is_special(entry) else self._file(entry, name)

    def _level(
        self, folder: str, prefix: str, above: "_FolderChain | None"
    ) -> "tuple[Iterator[os.DirEntry[str] | Unreadable], str, _FolderChain | None]":
        try:
            with os.scandir(folder) as listing:
                return iter(sorted(listing, key=lambda entry: entry.name)), prefix, above
        except OSError as error:
            reason = f"{error.strerror}; run again to take it in"
            if error.errno == errno.ENAMETOOLONG:
                reason = "its path is longer than this system allows; move it to a folder further up"
            name = prefix.rstrip("/") or str(folder)
            return iter([Unreadable(_shown(name), f"cannot be listed: {reason}")]), prefix, above

    def _wants(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._include)

    def _above(self) -> "_FolderChain":
        return _FolderChain(_identity(self._top), None)

    def _enters(self, entry: os.DirEntry[str], above: "_FolderChain | None") -> bool:
        """Whether to read a folder: not the one to skip, not a parent of itself, and by a link only once."""
        if not self._follow:
            return self._spared is None or entry.inode() != self._spared[1] or _identity(entry.path) != self._spared
        identity = _identity(entry.path)
        if identity is None:
            # It is too deep, or gone: listing it reports the error.
            return True
        if identity == self._spared:
            return False
        # A link to a parent folder would loop.
        while above is not None:
            if above.folder == identity:
                return False
            above = above.above
        if entry.is_symlink():
            if identity in self._linked:
                return False
            self._linked.add(identity)
        return True

    def _file(self, entry: os.DirEntry[str], name: str) -> InputFile | Unreadable:
        return _named(entry.path, name, within=None if self._follow else self._top)


class _FolderChain(msgspec.Struct, frozen=True):
    """A folder and its parents."""

    folder: FolderIdentity | None
    above: "_FolderChain | None"


def _identity(folder: str | Path) -> FolderIdentity | None:
    """The identity of a folder; None if it does not exist."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # For example a link to itself: reading it reports the error, and other files are still read.
        return False


def _is_special(entry: os.DirEntry[str]) -> bool:
    """Whether it is neither a file nor a folder. Opening a broken link reports the error."""
    try:
        # For most entries the listing already has the type; anything else needs another disk access.
        return not entry.is_file() and not stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return False


def _named(
    path: str | Path, name: str, *, asked_for: bool = False, within: str | None = None
) -> InputFile | Unreadable:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return Unreadable(_shown(name), "its name is not UTF-8; rename it")
    return InputFile(path, name, asked_for, within=within)


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _refuse_doubles(files: Sequence[InputFile], is_document: Callable[[InputFile], bool]) -> None:
    alike: dict[str, list[InputFile]] = {}
    # First with one number for each file: this takes little memory for a million files, nearly all with unique names.
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
            clash = f"{first.where} and {second.where} would both be document {name!r}"
            raise UsageError(f"{clash}; rename one or run them separately")
