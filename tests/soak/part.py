"""The type of a part of the soak, and how it fails."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Figures: TypeAlias = dict[str, str]
"""What was measured: each figure by what it is the figure of."""
Part: TypeAlias = Callable[[Path], Figures]
"""A test that is too long for `make test`; it gets an empty folder to work in and calls `check`."""


def check(holds: bool, otherwise: str) -> None:
    """Ends the soak with a message unless `holds`."""
    if not holds:
        sys.exit(f"soak: {otherwise}")
