"""Keeps writes inside an output folder: nothing is written or deleted through a symbolic link in it."""

import os
from pathlib import Path

from pipeline.errors import UsageError


def first_link(folder: Path, name: str) -> Path | None:
    """Returns the first folder on the way from `folder` to the file `name` below it that is a symbolic link.

    `folder` itself may be a link, because the user named it.
    """
    at = str(folder)
    for part in name.split("/")[:-1]:
        at = f"{at}/{part}"
        if os.path.islink(at):
            return Path(at)
    return None


def path_inside(folder: Path, name: str) -> Path:
    """Returns the path of the file `name` below `folder`. Raises `UsageError` if there is a symbolic link on it."""
    link = first_link(folder, name)
    if link is not None:
        raise UsageError(f"{link} is a symbolic link, and nothing is written through it; replace it with a folder")
    return folder / name


def make_folders(folder: Path) -> None:
    """Creates a folder and its missing parents, without recursion: ids may have a thousand parts. Raises `OSError`."""
    missing = []
    while not folder.is_dir():
        try:
            folder.mkdir()
        except FileNotFoundError:
            missing.append(folder)
            folder = folder.parent
        except FileExistsError:
            if not folder.is_dir():
                raise
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
