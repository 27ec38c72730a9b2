"""Files below the paths that the user names, each with the id that its document will have."""

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from pipeline.errors import UsageError
from pipeline.sources.record import Unreadable


class File(msgspec.Struct, frozen=True):
    """A file to read: `name` is its path below the input root, with `/`."""

    path: Path
    name: str

    @property
    def id(self) -> str:
        """The name without its suffix."""
        head, dot, tail = self.name.rpartition(".")
        return head if dot and head and not head.endswith("/") and "/" not in tail else self.name


def find(
    inputs: Sequence[str | Path], *, include: Sequence[str] = ("*",), leave_out: Path | None = None
) -> tuple[list[File], list[Unreadable]]:
    """The files at and below `inputs`, sorted by name, and the folders that could not be listed.

    Below a folder, names that begin with `.` or `_` and the folder `leave_out` are passed over; `include` are patterns
    for names below the folder. A file that is named itself is always taken.

    Raises `UsageError` for a path that is not there and for two files with one id.
    """
    files: list[File] = []
    lost: list[Unreadable] = []
    for given in map(Path, inputs):
        if given.is_dir():
            for found in _below(given, "", leave_out.resolve() if leave_out else None):
                if isinstance(found, Unreadable):
                    lost.append(found)
                elif any(fnmatchcase(found.name, pattern) for pattern in include):
                    files.append(found)
        elif given.exists():
            files.append(File(given, given.name))
        else:
            raise UsageError(f"{given} is not there; name a file or a folder of raw documents")
    files.sort(key=lambda file: file.name)
    _refuse_doubles(files)
    return files, lost


def _below(folder: Path, prefix: str, leave_out: Path | None) -> Iterator[File | Unreadable]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
            kinds = [(entry, entry.is_dir()) for entry in entries if not entry.name.startswith((".", "_"))]
    except OSError as error:
        yield Unreadable(
            prefix.rstrip("/") or str(folder), f"cannot be listed: {error.strerror}; run again to take it in"
        )
        return
    for entry, is_folder in kinds:
        path = Path(entry.path)
        if not is_folder:
            yield File(path, prefix + entry.name)
        elif leave_out is None or path.resolve() != leave_out:
            yield from _below(path, f"{prefix}{entry.name}/", leave_out)


def _refuse_doubles(files: Sequence[File]) -> None:
    seen: dict[str, File] = {}
    for file in files:
        other = seen.setdefault(file.id, file)
        if other is not file:
            raise UsageError(
                f"{other.path} and {file.path} would both be document {file.id!r}; rename one or run them apart"
            )
