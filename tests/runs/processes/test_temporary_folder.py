"""A folder for temporary files is deleted, however its owner ends."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pipeline.runs.processes import temporary_folder

MAKE_AND_DIE = """
import os, signal
from pipeline.runs.processes import temporary_folder
(temporary_folder.make() / "copy").write_bytes(bytes(1000))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def killed(tmp_path: Path) -> Path:
    """The folder of a process that was killed."""
    before = set(tmp_path.iterdir())
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = subprocess.run([sys.executable, "-c", MAKE_AND_DIE], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = set(tmp_path.iterdir()) - before
    return left


def test_the_folder_of_a_killed_process_is_deleted_by_the_next(tmp_path: Path) -> None:
    assert (killed(tmp_path) / "copy").exists()
    made = temporary_folder.make()
    assert list(tmp_path.iterdir()) == [made]
    temporary_folder.remove(made)
    assert list(tmp_path.iterdir()) == []


def test_folders_with_an_owner_and_other_files_are_kept(tmp_path: Path) -> None:
    (tmp_path / "pipeline-of-somebody").mkdir()
    (tmp_path / "pipeline-file").touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / temporary_folder.OWNER_LOCK_FILE).touch()
    (tmp_path / "pipeline-link").symlink_to(elsewhere)
    first = temporary_folder.make()
    second = temporary_folder.make()
    assert (first / temporary_folder.OWNER_LOCK_FILE).exists()
    assert (elsewhere / temporary_folder.OWNER_LOCK_FILE).exists()
    assert len(list(tmp_path.iterdir())) == 6
    temporary_folder.remove(first)
    temporary_folder.remove(second)
