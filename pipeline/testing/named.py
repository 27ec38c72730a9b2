"""Import modules from the folders that the user named, although these are not on the path.

What lies beside them is not found by this: in a folder of scraped files it may have any name, and other modules import
what need not be there.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _Named(MetaPathFinder):
    """Finds modules by their names, each in its folder."""

    def __init__(self) -> None:
        self.folders: dict[str, str] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module, if it is one of them."""
        folder = self.folders.get(fullname) if path is None else None
        return None if folder is None else PathFinder.find_spec(fullname, [folder], target)


_NAMED = _Named()


def find_in(folders: Mapping[str, str]) -> None:
    """Finds each of these modules in its folder from here on."""
    _NAMED.folders |= folders
    if _NAMED not in sys.meta_path:
        sys.meta_path.insert(0, _NAMED)


def named() -> dict[str, str]:
    """These modules and their folders."""
    return dict(_NAMED.folders)
