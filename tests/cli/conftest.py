"""Fixtures of the command tests: a folder of raw documents, and the output of a run over it."""

from pathlib import Path

import pytest

from pipeline.cli import main

INTERVIEW = """Lamps for the Lock Keepers

ANNA REUSS: Who lights the lamps at night?

PAVEL DORN: I do, quot;rain or shine quot;, as my father said.

ANNA REUSS: In all weathers?

PAVEL DORN: In all but hail.
"""


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder with two sound documents, one of them with Windows line ends."""
    folder = tmp_path / "raw"
    (folder / "wire").mkdir(parents=True)
    (folder / "lamps.txt").write_bytes(INTERVIEW.encode())
    (folder / "wire" / "locks.txt").write_bytes(b"The lock is shut.\r\nIt opens at noon.\r\n")
    return folder


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A path for the output, which does not exist yet."""
    return tmp_path / "output"


@pytest.fixture
def articles(raw: Path, output: Path) -> Path:
    """The output of a run over `raw`."""
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 0
    return output
