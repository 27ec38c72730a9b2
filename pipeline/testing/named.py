"""Import modules from folders that are not on the path, as in `pipeline stages check folder/stage.py`.

Only the named modules are found there. Other files in the folder are not, because a folder of scraped files may contain
a file named like a module that something else imports.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _Named(MetaPathFinder):
    """Finds each module in the folder that it was registered with."""

    def __init__(self) -> None:
        self.folders: dict[str, str] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a registered module; None for any other."""
        folder = self.folders.get(fullname) if path is None else None
        return None if folder is None else PathFinder.find_spec(fullname, [folder], target)


_NAMED = _Named()


def find_in(folders: Mapping[str, str]) -> None:
    """Register modules by name, each with its folder, so that imports find them."""
    _NAMED.folders |= folders
    if _NAMED not in sys.meta_path:
        sys.meta_path.insert(0, _NAMED)


def named() -> dict[str, str]:
    """The registered modules and their folders."""
    return dict(_NAMED.folders)
