"""Runs the named parts, or all, and prints what each measured."""

import sys
import tempfile
import time
from pathlib import Path

from soak import attacks, damaged_files, damaged_states, fuzz, growth, killed, long_tests, runs
from soak.part import Part

MODULES = (long_tests, runs, killed, fuzz, damaged_files, damaged_states, growth, attacks)
PARTS: dict[str, Part] = {part.__name__: part for module in MODULES for part in module.PARTS}


def main() -> None:
    """Runs the parts in turn; the first one that fails ends the process."""
    if unknown := [name for name in sys.argv[1:] if name not in PARTS]:
        sys.exit(f"soak: no part is called {unknown[0]!r}; the parts are {', '.join(PARTS)}")
    for name in sys.argv[1:] or PARTS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as folder:
            figures = PARTS[name](Path(folder))
        print(f"{name}  ({time.monotonic() - began:.0f} s)")
        for what, figure in figures.items():
            print(f"  {figure:>10}  {what}")
        sys.stdout.flush()


main()
