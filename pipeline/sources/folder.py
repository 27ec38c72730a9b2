"""Files below the paths that the user names, each with the id that its document will have."""

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import msgspec

from pipeline.errors import UsageError
from pipeline.sources.blob import without_suffix
from pipeline.sources.record import Unreadable

STDIN = "-"
MANY = frozenset(
    {".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow", ".feather"}
    | {".sqlite", ".sqlite3", ".db", ".zip", ".tar", ".tgz", ".warc"}
)
"""Suffixes of files that are no document by themselves: they may be called as one that is beside them."""


class File(msgspec.Struct, frozen=True):
    """A file to read: `name` is its path below the input root, with `/`; without a path it is standard input.

    `named` says whether the user named it rather than a folder above it.
    """

    path: Path | None
    name: str
    named: bool = False

    @property
    def id(self) -> str:
        """What the document is called if the file is one: the name without its suffix."""
        return without_suffix(self.name)


def find(
    inputs: Sequence[str | Path], *, include: Sequence[str] = ("*",), leave_out: Path | None = None
) -> tuple[list[File], list[Unreadable]]:
    """The files at and below `inputs`, sorted by name, and the folders that could not be listed. `-` is standard input.

    Below a folder, names that begin with `.` or `_` and the folder `leave_out` are passed over; `include` are patterns
    for names below the folder. A file that is named itself is always taken.

    Raises `UsageError` for a path that is not there and for two files with one id.
    """
    found: list[File | Unreadable] = []
    for given in map(Path, inputs):
        if str(given) == STDIN:
            found.append(File(None, "stdin", named=True))
        elif given.is_dir():
            passed_over = frozenset(folder.resolve() for folder in (given, leave_out) if folder)
            found.extend(
                item
                for item in _below(given, "", passed_over)
                if isinstance(item, Unreadable) or any(fnmatchcase(item.name, pattern) for pattern in include)
            )
        elif given.exists():
            found.append(_named(given, given.name, asked_for=True))
        else:
            raise UsageError(f"{given} is not there; name a file or a folder of raw documents")
    files = sorted((item for item in found if isinstance(item, File)), key=lambda file: file.name)
    _refuse_doubles(files)
    return files, [item for item in found if isinstance(item, Unreadable)]


def _below(folder: Path, prefix: str, passed_over: frozenset[Path]) -> Iterator[File | Unreadable]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        name = prefix.rstrip("/") or str(folder)
        yield Unreadable(_shown(name), f"cannot be listed: {error.strerror}; run again to take it in")
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith((".", "_")):
            continue
        if not _is_folder(entry):
            if path.is_fifo() or path.is_socket() or path.is_char_device():
                yield Unreadable(_shown(prefix + entry.name), "is a pipe or a device, not a file; leave it out")
            else:
                yield _named(path, prefix + entry.name)
        elif (folder_itself := path.resolve()) not in passed_over:
            # A link to a folder above would lead round in circles.
            yield from _below(path, f"{prefix}{entry.name}/", passed_over | {folder_itself})


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # For example a link to itself: reading it says so, and its neighbours are taken in.
        return False


def _named(path: Path, name: str, *, asked_for: bool = False) -> File | Unreadable:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return Unreadable(_shown(name), "its name is no UTF-8; rename it")
    return File(path, name, asked_for)


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _refuse_doubles(files: Sequence[File]) -> None:
    seen: dict[str, File] = {}
    for file in files:
        if MANY.intersection(suffix.lower() for suffix in PurePosixPath(file.name).suffixes[-2:]):
            continue
        other = seen.setdefault(file.id, file)
        if other is not file:
            raise UsageError(
                f"{other.path} and {file.path} would both be document {file.id!r}; rename one or run them apart"
            )
