"""Writes files whole or not at all: to a temporary file beside the target, flushed to disk, then renamed."""

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
    """Yields a temporary path to write to; the file there replaces `path` when the block succeeds.

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
    """Yields a file to write to; it replaces `path` when the block succeeds, otherwise nothing of it is left."""
    # "x": never overwrite a file that another process created meanwhile.
    with atomic_path(path) as part, part.open("xb") as file:
        yield file
        file.flush()


def resolve_target(path: Path) -> Path:
    """The path to replace for a target that the user named: for a symbolic link, the file that it points to.

    Raises `UsageError` if the target is a folder.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file")
    return path.resolve() if path.is_symlink() else path


def is_replaceable(path: Path) -> bool:
    """Whether the target can be replaced; a pipe or a device can only be written to."""
    return not path.exists() or path.is_file() or path.is_dir()


def write_atomic(path: Path, data: bytes) -> int:
    """Writes `data` to `path` atomically and returns the file's modification time in nanoseconds.

    Raises `OSError`; an earlier file is then unchanged.
    """
    with open_atomic(path) as file:
        file.write(data)
        file.flush()
        # Taken before the rename, which keeps it: any later change of the file changes the time, too.
        return os.fstat(file.fileno()).st_mtime_ns
