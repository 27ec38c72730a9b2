"""No process outlives its run and writes to the output of the next run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ordeal import ROOT, until

from pipeline.errors import UsageError
from pipeline.runs.output import lock

PACKS_FOR_EVER = """\
import sys, time
from pathlib import Path
from pipeline.runs.output.storage_backend import FolderBackend
from pipeline.runs.output.compress_shard import ShardCompression

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    lines, name, backend = folder / "lines", "part-00000.jsonl.zst", FolderBackend(folder)
    compression = ShardCompression(lines, name, "jsonl", backend, folder / "lock")
    print(compression._process.pid, flush=True)
    time.sleep(3600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends when it has packed the shard")
def test_shard_compression_ends_with_a_killed_run(tmp_path: Path) -> None:
    """It would replace a shard of the next run."""
    # Nobody ever writes to a pipe of this name, so whoever opens it waits.
    os.mkfifo(tmp_path / "lines")
    (tmp_path / "lock").touch()
    (tmp_path / "packs.py").write_text(PACKS_FOR_EVER, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(
        [sys.executable, tmp_path / "packs.py", tmp_path], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    packer = int(run.stdout.readline())
    until(lambda: (tmp_path / ".part-00000.jsonl.zst.part").exists() or Path(f"/proc/{packer}").exists())
    run.kill()
    run.communicate()
    until(lambda: not Path(f"/proc/{packer}").exists())
    with lock.hold_lock(tmp_path / "lock", "the output"):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not say what a process blocks")
def test_the_fork_server_ignores_ctrl_c_while_it_loads() -> None:
    """Also if it starts the resource tracker, which unblocks the signal."""
    code = (
        "import pathlib, re; from pipeline.runs.processes import start\n"
        "server = start.ensure_fork_server()\n"
        "told = pathlib.Path(f'/proc/{server}/status').read_text()\n"
        "print(int(re.search(r'SigBlk:\\s*(\\w+)', told)[1], 16))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    assert int(done.stdout) >> (signal.SIGINT - 1) & 1


def test_a_run_that_loses_the_lock_to_another_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system releases the whole lock before it gives a share, and another run may come in between."""
    monkeypatch.setattr(lock, "_take", lambda _, *, whole: whole)
    with (
        pytest.raises(UsageError, match="another run is writing"),
        lock.hold_lock(tmp_path / "_run" / "lock", "the output"),
    ):
        pass


def test_a_process_left_by_a_worker_holds_no_share_of_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "_run" / "lock"
    path.parent.mkdir()
    path.touch()
    code = (
        "import os, sys, time; from pathlib import Path; from pipeline.runs.output.lock import hold_share\n"
        f"assert hold_share(Path({str(path)!r}))\n"
        "child = os.fork()\n"
        "if child == 0: time.sleep(3600)\n"
        "print(child, flush=True); os._exit(0)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    child = int(worker.stdout.readline())
    worker.wait()
    try:
        with lock.hold_lock(path, "the output"):
            pass
    finally:
        os.kill(child, 9)
        worker.communicate()
