"""Whichever module of the package is imported first, its imports go round in no circle."""

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "pipeline"

IMPORT_EACH = """
import gc, importlib, sys, traceback
from importlib.machinery import SourceFileLoader

gc.disable()  # what is dropped below would otherwise be looked through again and again
codes, get_code = {}, SourceFileLoader.get_code


def read_once(loader, name):
    if name not in codes:
        codes[name] = get_code(loader, name)
    return codes[name]


SourceFileLoader.get_code = read_once
failed = False
for name in sys.argv[1:]:
    for loaded in [each for each in sys.modules if each.partition(".")[0] == "pipeline"]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except BaseException:
        failed = True
        print(f"import {name}", file=sys.stderr)
        traceback.print_exc()
sys.exit(failed)
"""


def test_each_module_imports_on_its_own() -> None:
    """A circular import shows only from the side that nobody imports first.

    One process imports all of them and forgets the package in between: an interpreter for each takes minutes.
    """
    names = [
        ".".join(("pipeline", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for path in sorted(PACKAGE.rglob("*.py"))
    ]
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH, *names], capture_output=True, text=True, check=False, cwd=PACKAGE.parent
    )
    assert done.returncode == 0, done.stderr
