"""Exports to this machine: one at a time to a target, and there whole or not at all.

An export is written to a hidden folder beside its target and put in its place once it is whole: a file, or a folder
that was not there, by a rename. If the target is a folder that was there, the hidden one lies in it, and the files are
moved one after the other, in the order of their names, once all are written. An export that is killed leaves the hidden
folder, which the next one to the same target deletes.
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
from pipeline.export.exporter import Exporter
from pipeline.model.article import Article
from pipeline.storage import Remote
from pipeline.storage.atomic import replace, replaceable
from pipeline.storage.file_locks import opened, owner, take, write_owner
from pipeline.storage.file_names import LONGEST_NAME
from pipeline.storage.links import inside

MAX_SHOWN_NAME_BYTES: Final = LONGEST_NAME - 50
"""Bytes of a target's name that the names beside it repeat."""


def write_local(sink: Exporter, articles: Iterable[Article], target: Path) -> None:
    """Writes articles to a file or folder of this machine, or leaves all as it was.

    Raises `UsageError` for a target that cannot be, or that another export is writing to, and `OSError`.
    """
    if not replaceable(target):
        # A pipe or a device can only be written to.
        sink.write(articles, target)
        return
    # A link stays one: what it names is replaced.
    where = target.resolve() if target.is_symlink() else target
    if not where.name:
        where = where.resolve()
    where.parent.mkdir(parents=True, exist_ok=True)
    with locked(where), _workplace(where) as folder:
        made = folder / where.name
        # A sink asks what is there: a folder, a file or nothing.
        if where.is_dir():
            made.mkdir()
        elif where.exists():
            made.touch()
        try:
            sink.write(articles, made)
        except UsageError as error:
            # What is said of the file is said of the target.
            raise UsageError(str(error).replace(str(made), str(target))) from error
        except OSError as error:
            raise _of_target(error, made, target) from error
        _put(made, where)


def write_remote(sink: Exporter, articles: Iterable[Article], target: Remote) -> None:
    """Writes to a temporary folder and puts what is there, a file or a folder of files, to `target`.

    An object is there whole or not at all. Raises `UsageError` for a target that cannot be, before an article is read,
    and `OSError`.
    """
    if target.on_web:
        raise UsageError(f"cannot write to {target}; use a path or a bucket (s3://, gs://, az://)")
    if target.name in {".", ".."}:
        raise UsageError(f"{target} is not a valid object name")
    # Who may write need not be allowed to list; a bucket that is not there is known before hours of work.
    with suppress(OSError):
        target.exists()
    with tempfile.TemporaryDirectory(prefix="pipeline-export-") as folder:
        local = Path(folder) / (target.name or "articles")
        try:
            sink.write(articles, local)
        except UsageError as error:
            # What is said of the file is said of the object that it should become.
            raise UsageError(str(error).replace(str(local), str(target))) from error
        if not local.is_dir():
            if target.is_called_folder:
                raise UsageError(
                    f"{target} ends in a slash, but format {sink.name!r} writes one file; give a file name"
                )
            target.upload(local)
            return
        for path in sorted(local.rglob("*")):
            if path.is_file():
                (target / path.relative_to(local).as_posix()).upload(path)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Keeps other exports from `target` in the block. Raises `UsageError` where one is writing to it.

    The lock is a hidden file that is deleted at the end; one that a killed export left is taken over. Where the file
    system has no locks nobody is kept out, and the export that ends last is the one that stays.
    """
    path = _around(target) / f".{_shown(target.name)}.export-lock"
    file = _taken(path, target)
    try:
        yield
    finally:
        # First, or another export could lock a file that is about to go.
        with suppress(OSError):
            path.unlink()
        os.close(file)


def _taken(path: Path, target: Path) -> int:
    while True:
        file = opened(path, "an export")
        try:
            if not take(file):
                other = owner(file)
                who = "" if other is None else f" (process {other})"
                raise UsageError(f"another export{who} is writing to {target}; wait for it, or choose another target")
            # The export before may have deleted the file between the two steps.
            with suppress(FileNotFoundError):
                if sys.platform == "win32" or os.path.samestat(path.stat(), os.fstat(file)):
                    write_owner(file)
                    return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A hidden folder, which is deleted at the end, as are those of exports that were killed."""
    around = _around(target)
    prefix = f".{_shown(target.name)}.export-part-"
    with os.scandir(around) as entries:
        left = [Path(entry.path) for entry in entries if entry.name.startswith(prefix)]
    for each in left:
        shutil.rmtree(each, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=around))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _around(target: Path) -> Path:
    """The folder for what is hidden: that of the target, or a folder that is the target and may be another disk."""
    return target if target.is_dir() else target.parent


def _put(made: Path, target: Path) -> None:
    """Puts what is whole in its place."""
    if not made.exists():
        # A sink that writes a file for each article had none.
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
        place = inside(target, name.as_posix())
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            replace(place, (made / name).read_bytes())
        else:
            os.replace(made / name, place)


def _of_target(error: OSError, made: Path, target: Path) -> OSError:
    """The same error, said of the target."""
    if error.filename is None:
        return OSError(str(error).replace(str(made), str(target))) if error.errno is None else error
    return OSError(error.errno, error.strerror, str(error.filename).replace(str(made), str(target)))


def _shown(name: str) -> str:
    """The name, or where it is long a hash of it, so that no two targets share one."""
    data = name.encode("utf-8", "surrogateescape")
    return name if len(data) <= MAX_SHOWN_NAME_BYTES else sha256(data).hexdigest()[:32]
