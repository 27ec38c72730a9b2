"""All tests of `make test` and those that are too long for it, with four times as many examples for each law."""

import os
import subprocess
import sys
from pathlib import Path

from ordeal import ROOT

from soak.part import Figures, Part, check


def long_tests(folder: Path) -> Figures:
    """Every test passes, also the marked ones."""
    report = folder / "report"
    with report.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder",
             "-m", "soak or not soak", "--hypothesis-profile", "thorough"],
            cwd=ROOT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""}, check=False, stdout=file, stderr=file,
        )  # fmt: skip
    told = report.read_text("utf-8", "replace")
    check(done.returncode == 0, told[-8000:])
    return {"tests": told.rpartition(" passed")[0].split()[-1]}


PARTS: tuple[Part, ...] = (long_tests,)
