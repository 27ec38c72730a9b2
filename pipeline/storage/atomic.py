"""Files that are there whole or not at all: written beside their place, flushed to the disk, renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import UsageError
from pipeline.storage.file_names import MAX_NAME_BYTES
from pipeline.storage.links import make_folders


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path to write to, beside `path`, which the file there replaces once the block ends well.

    If the block raises, nothing is left and an earlier file stays. A symbolic link at `path` is itself replaced;
    `resolve_target` follows it. For writers that open files by name. Raises `UsageError` if `path` is a folder.
    """
    if path.is_dir() and not path.is_symlink():
        raise UsageError(f"{path} is a folder; name a file")
    make_folders(path.parent)
    part = path.with_name(f".{path.name[:MAX_NAME_BYTES]}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:  # an interrupt, too, must leave no half-written file
        part.unlink(missing_ok=True)
        raise


@contextmanager
def open_atomic(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that is at `path` once the block ends well, and then whole; else nothing of it is left."""
    # A file that is new: what somebody puts there meanwhile is not written to.
    with atomic_path(path) as part, part.open("xb") as file:
        yield file
        file.flush()


def resolve_target(path: Path) -> Path:
    """Where a file is to be put that the user named: where that is a link, it stays, and what it names is replaced.

    Raises `UsageError` where it is a folder.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file")
    return path.resolve() if path.is_symlink() else path


def is_replaceable(path: Path) -> bool:
    """Whether a file can be put there; a pipe or a device can only be written to."""
    return not path.exists() or path.is_file() or path.is_dir()


def write_atomic(path: Path, data: bytes) -> int:
    """Puts `data` at `path` and gives the file's time of change in nanoseconds.

    Raises `OSError`, and then what was there before is still there.
    """
    with open_atomic(path) as file:
        file.write(data)
        file.flush()
        # Before it is renamed, which keeps it: whatever changes the file from then on changes the time, too.
        return os.fstat(file.fileno()).st_mtime_ns
