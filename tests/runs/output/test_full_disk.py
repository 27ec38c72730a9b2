"""If the disk is full or read-only, a run says so, keeps what it has done, and can be resumed."""

import io
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from installed import InstalledPackages
from ordeal import ROOT, SMALL, account, lines, litter, processed, put, talk, tree
from sampling import only

import pipeline
from pipeline.cli import main
from pipeline.runs.output import shard_store
from pipeline.runs.state import State
from pipeline.runs.state_entries import StateError

Captured = pytest.CaptureFixture[str]


class Disk:
    """A small file system in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mount(self, options: str) -> None:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.path)],
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")

    def again(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small file system, if one can be mounted."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system, and only on Linux is it done so")
    path = tmp_path / "disk"
    path.mkdir()
    disk = Disk(path)
    disk.mount("size=1200k")
    yield disk
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def raw(tmp_path: Path, packages: InstalledPackages) -> Path:
    """Documents of about 5 kB, whose articles take twice as much."""
    put(packages)
    lines(tmp_path / "raw" / "a.jsonl", [(f"n{n}", talk(n) * 12) for n in range(150)])
    return tmp_path / "raw"


def command(raw: Path, output: Path, form: str) -> list[str]:
    # Slow enough for what was done to be noted before the disk is full.
    return [
        "run", str(raw), "-o", str(output), "-q", "--format", form, "--workers", "2", "--set", SMALL,
        "--set", "stages.poison.pause=0.008",
        "--set", "run.shard=1", "--set", f"stages.poison.log={raw.parent / 'log'}",
    ]  # fmt: skip


@pytest.mark.parametrize("form", only(["json", "jsonl", "parquet"], ["jsonl"]))
def test_a_run_that_fills_the_disk_can_be_resumed(disk: Disk, raw: Path, form: str, capsys: Captured) -> None:
    output = disk.path / "out"
    assert main(command(raw, output, form)) == 1
    stderr = capsys.readouterr().err
    assert "pipeline: error: " in stderr
    assert "No space left on device" in stderr or "disk is full" in stderr
    assert stderr.endswith("rerun the same command to resume\n")
    assert "Traceback" not in stderr
    # Once more while it is full: nothing is lost by that.
    assert main(command(raw, output, form)) == 1
    assert "Traceback" not in capsys.readouterr().err
    for article in pipeline.read(output):
        assert article.text == talk(int(article.id[1:])) * 12
    before = processed(raw.parent / "log").total()
    disk.again("size=64m")
    assert main(command(raw, output, form)) == 0
    again = processed(raw.parent / "log").total() - before
    # Some were done before, and are not done again.
    assert again < 150
    assert account(output)["written"] + account(output)["unchanged"] == 150
    assert main(command(raw, raw.parent / "other", form)) == 0
    assert tree(output) == tree(raw.parent / "other")
    assert litter(output) == []


def test_an_output_without_write_permission_is_reported(disk: Disk, raw: Path, capsys: Captured) -> None:
    disk.again("ro")
    assert main(command(raw, disk.path / "out", "json")) == 1
    stderr = capsys.readouterr().err
    assert f"pipeline: error: {disk.path / 'out'} cannot be written: Read-only file system" in stderr
    assert "Traceback" not in stderr


def test_an_output_that_loses_write_permission_is_reported_and_kept(disk: Disk, raw: Path, capsys: Captured) -> None:
    disk.again("size=64m")
    assert main(command(raw, disk.path / "out", "jsonl")) == 0
    before = tree(disk.path / "out")
    disk.again("ro")
    assert main(command(raw, disk.path / "out", "jsonl")) == 1
    assert "Read-only file system" in capsys.readouterr().err
    assert tree(disk.path / "out") == before
    disk.again("rw")
    assert main(command(raw, disk.path / "out", "jsonl")) == 0
    assert account(disk.path / "out")["unchanged"] == 150


@pytest.mark.parametrize("most", only([300_001, 700_123], [300_001]))
def test_a_file_size_limit_is_handled_like_a_full_disk(raw: Path, most: int) -> None:
    """If the disk becomes full within an article, the system writes a part of it without an error."""
    output = raw.parent / "out"
    (packages,) = {path for path in sys.path if (Path(path) / "poison_stages.py").exists()}
    run = [sys.executable, "-m", "pipeline", *command(raw, output, "jsonl")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([packages, str(ROOT)])}
    limit: Callable[[], None] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # noqa: E731
    done = subprocess.run(run, env=environment, preexec_fn=limit, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "File too large" in done.stderr or "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    assert main(command(raw, output, "jsonl")) == 0
    assert main(command(raw, raw.parent / "other", "jsonl")) == 0
    assert tree(output) == tree(raw.parent / "other")


def test_a_line_is_written_completely_by_partial_writes() -> None:
    class Slow(io.BytesIO):
        def write(self, data: object) -> int:
            return super().write(bytes(data)[:3])  # type: ignore[call-overload]

    file = Slow()
    shard_store._write(file, b"a line of some length\n")
    assert file.getvalue() == b"a line of some length\n"


def test_the_state_is_not_set_aside_because_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.sqlite"
    with State(path) as state:
        state.set_metadata("form", "json")
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def opened(_: State, **__: object) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(State, "_open", opened)
        with pytest.raises(StateError, match="disk is full; free some disk space"), State(path):
            pass
    with State(path) as state:
        assert state.get_metadata("form") == "json"
