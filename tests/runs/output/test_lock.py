"""Two runs do not write to the same output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ordeal import GUARD

from pipeline.errors import UsageError
from pipeline.runs.output import lock
from pipeline.runs.output.lock import hold_lock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")

HOLD = "import sys\nfrom pathlib import Path\nfrom pipeline.runs.output.lock import hold_lock, hold_share\n"
PARENT = f"""{HOLD}
with hold_lock(Path(sys.argv[1]), 'the output'):
    print('held', flush=True)
    sys.stdin.read()
"""
WORKER = HOLD + "print(hold_share(Path(sys.argv[1])), flush=True)\nsys.stdin.read()\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "output" / "_run" / "lock"


def started(code: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_run_is_refused_with_the_id_of_the_first(path: Path) -> None:
    with (
        hold_lock(path, "the output"),
        pytest.raises(UsageError, match=rf"another run \(process {os.getpid()}\) is writing to the output;"),
    ):
        hold_lock(path, "the output").__enter__()


def test_the_next_run_may_begin_when_the_first_is_over(path: Path) -> None:
    for _ in range(2):
        with hold_lock(path, "the output"):
            pass


def test_a_run_of_another_process_blocks_this_one(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with started(PARENT, path) as other:
        assert first_line(other) == "held"
        with pytest.raises(UsageError, match=str(other.pid)):
            hold_lock(path, "the output").__enter__()
        other.kill()
    with hold_lock(path, "the output"):
        pass


def test_a_run_waits_for_the_workers_of_a_killed_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be writing an article."""
    monkeypatch.setattr(lock, "MAX_WAIT_SECONDS", GUARD)
    path.parent.mkdir(parents=True)
    with started(PARENT, path) as parent:
        assert first_line(parent) == "held"
        worker = started(WORKER, path)
        assert first_line(worker) == "True"
        parent.kill()
        parent.wait()
        # It ends as soon as nobody holds the other end, as a worker does.
        assert worker.stdin is not None
        worker.stdin.close()
        with hold_lock(path, "the output"):
            assert worker.wait() == 0
        assert worker.stdout is not None
        worker.stdout.close()


def test_workers_that_do_not_end_block_the_next_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "MAX_WAIT_SECONDS", 0.1)
    path.parent.mkdir(parents=True)
    with started(PARENT, path) as parent:
        assert first_line(parent) == "held"
        with started(WORKER, path) as worker:
            assert first_line(worker) == "True"
            parent.kill()
            parent.wait()
            with pytest.raises(UsageError, match="another run"):
                hold_lock(path, "the output").__enter__()
            worker.kill()


def test_a_worker_gets_no_share_after_another_run_has_begun(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch()
    import fcntl

    with path.open("rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with started(WORKER, path) as worker:
            assert first_line(worker) == "False"
            worker.kill()
