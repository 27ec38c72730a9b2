"""Writes an export to its target, completely or not at all, and only one export at a time.

An export is written to a hidden folder next to its target. A complete file or new folder is then renamed to the target;
if the target is an existing folder, the files are moved into it one by one, sorted by name. A killed export leaves the
hidden folder behind; the next export to the same target deletes it. Exports to a bucket are written to a temporary
folder and uploaded when they are complete.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError
from pipeline.exporters.exporter import Exporter
from pipeline.model.article import Article
from pipeline.storage import RemotePath
from pipeline.storage.atomic import is_replaceable, write_atomic
from pipeline.storage.file_locks import acquire, open_lock_file, read_owner, write_owner
from pipeline.storage.file_names import MAX_NAME_BYTES
from pipeline.storage.links import path_inside

MAX_SHOWN_NAME_BYTES: Final = MAX_NAME_BYTES - 50
"""Longest target name, in bytes, that is repeated in the names of the lock and the hidden folder."""


def write_local(exporter: Exporter, articles: Iterable[Article], target: Path) -> None:
    """Writes articles to a local file or folder, or leaves it unchanged.

    Raises `UsageError` for an invalid target or if another export is writing to it, and `OSError`.
    """
    if not is_replaceable(target):
        # A pipe or a device cannot be replaced, only written to.
        exporter.write(articles, target)
        return
    # Keep a symbolic link and replace its target.
    where = target.resolve() if target.is_symlink() else target
    if not where.name:
        where = where.resolve()
    where.parent.mkdir(parents=True, exist_ok=True)
    with locked(where), _hidden_folder(where) as folder:
        made = folder / where.name
        # Exporters check whether the target is a folder, a file or missing.
        if where.is_dir():
            made.mkdir()
        elif where.exists():
            made.touch()
        try:
            exporter.write(articles, made)
        except UsageError as error:
            # Name the target in the message, not the temporary file.
            raise UsageError(str(error).replace(str(made), str(target))) from error
        except OSError as error:
            raise _with_target_name(error, made, target) from error
        _move_into_place(made, where)


def write_remote(exporter: Exporter, articles: Iterable[Article], target: RemotePath) -> None:
    """Writes to a temporary folder and uploads the file, or the files of the folder, to `target`.

    Each object is written completely or not at all. Raises `UsageError` for an invalid target, before any article is
    read, and `OSError`.
    """
    if target.on_web:
        raise UsageError(f"cannot write to {target}; use a path or a bucket (s3://, gs://, az://)")
    if target.name in {".", ".."}:
        raise UsageError(f"{target} is not a valid object name")
    # Fail early if the bucket does not exist. Listing can be forbidden where writing is allowed, so ignore errors.
    with suppress(OSError):
        target.exists()
    with tempfile.TemporaryDirectory(prefix="pipeline-export-") as folder:
        local = Path(folder) / (target.name or "articles")
        try:
            exporter.write(articles, local)
        except UsageError as error:
            # Name the target in the message, not the temporary file.
            raise UsageError(str(error).replace(str(local), str(target))) from error
        if not local.is_dir():
            if target.is_called_folder:
                raise UsageError(
                    f"{target} ends in a slash, but format {exporter.name!r} writes one file; give a file name"
                )
            target.upload(local)
            return
        for path in sorted(local.rglob("*")):
            if path.is_file():
                (target / path.relative_to(local).as_posix()).upload(path)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Locks `target` for the block. Raises `UsageError` if another export is writing to it.

    The lock is a hidden file, deleted at the end; the lock of a killed export is taken over. On file systems without
    locks other exports are not kept out, and the last one wins.
    """
    path = _working_folder(target) / f".{_short_name(target.name)}.export-lock"
    file = _open_locked(path, target)
    try:
        yield
    finally:
        # Delete it before releasing it, or another export could lock a file that is about to be deleted.
        with suppress(OSError):
            path.unlink()
        os.close(file)


def _open_locked(path: Path, target: Path) -> int:
    while True:
        file = open_lock_file(path, "an export")
        try:
            if not acquire(file):
                other = read_owner(file)
                who = "" if other is None else f" (process {other})"
                raise UsageError(f"another export{who} is writing to {target}; wait for it, or choose another target")
            # The previous export can delete the file between opening and locking it.
            with suppress(FileNotFoundError):
                if sys.platform == "win32" or os.path.samestat(path.stat(), os.fstat(file)):
                    write_owner(file)
                    return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


@contextmanager
def _hidden_folder(target: Path) -> Iterator[Path]:
    """A hidden folder, deleted at the end; also deletes those of killed exports."""
    around = _working_folder(target)
    prefix = f".{_short_name(target.name)}.export-part-"
    with os.scandir(around) as entries:
        left = [Path(entry.path) for entry in entries if entry.name.startswith(prefix)]
    for leftover in left:
        shutil.rmtree(leftover, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=around))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _working_folder(target: Path) -> Path:
    """Where the lock and the hidden folder go: in the target if it is a folder (the same disk), or next to it."""
    return target if target.is_dir() else target.parent


def _move_into_place(made: Path, target: Path) -> None:
    """Moves the complete export to its target."""
    if not made.exists():
        # An exporter that writes one file per article had no articles.
        return
    if not made.is_dir():
        os.replace(made, target)
        return
    if not target.exists():
        made.rename(target)
        return
    files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    for name in files:
        if (target / name).is_dir():
            raise UsageError(f"cannot write an article to {target / name}, which is a folder; choose another target")
    for name in files:
        place = path_inside(target, name.as_posix())
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            write_atomic(place, (made / name).read_bytes())
        else:
            os.replace(made / name, place)


def _with_target_name(error: OSError, made: Path, target: Path) -> OSError:
    """The same error with the name of the target."""
    if error.filename is None:
        return OSError(str(error).replace(str(made), str(target))) if error.errno is None else error
    return OSError(error.errno, error.strerror, str(error.filename).replace(str(made), str(target)))


def _short_name(name: str) -> str:
    """The name, or its hash if it is too long, so that no two targets share one."""
    data = name.encode("utf-8", "surrogateescape")
    return name if len(data) <= MAX_SHOWN_NAME_BYTES else sha256(data).hexdigest()[:32]
