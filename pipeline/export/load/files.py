"""The files below a folder of output, however deep they lie."""

import os
from collections.abc import Iterator
from pathlib import Path


def below(folder: Path) -> Iterator[tuple[str, OSError | None]]:
    """The files below `folder` by their names below it, and folders that cannot be listed, with the reason.

    Names that begin with `_` or `.` are about the run, and passed over with all that is in them. Links to files are
    files; links to folders are not followed. No order is kept, and no depth is too deep.
    """
    waiting = [""]
    while waiting:
        inner = waiting.pop()
        try:
            with os.scandir(folder / inner if inner else folder) as entries:
                found = list(entries)
        except OSError as error:
            yield inner or ".", error
            continue
        for entry in found:
            if entry.name.startswith(("_", ".")):
                continue
            name = f"{inner}/{entry.name}" if inner else entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            elif _is_file(entry):
                yield name, None


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        # A link that leads nowhere, or to itself.
        return False
