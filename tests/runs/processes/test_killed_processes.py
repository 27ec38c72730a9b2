"""Each process of a run is killed at each step: the counters add up, and no document is missing.

Steps are events, not moments. A stage whose module patches the worker that imports it kills at steps of a worker. The
tests patch single functions to kill at steps of the run itself.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import forkserver, reduction, resource_tracker
from pathlib import Path
from typing import Any

import pytest
from installed import InstalledPackages
from ordeal import account, lines, litter, log_entries, talk, tree
from sampling import only

from pipeline.cli import main
from pipeline.runs.executors import pool_worker, process_pool
from pipeline.runs.output import compress_shard
from pipeline.runs.processes import start
from pipeline.runs.processes.start import ensure_fork_server
from pipeline.runs.reading_process import supervisor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a worker outlives what forked it")

STAGE = '''\
import multiprocessing
import os
import signal
import struct
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import ClassVar

from pipeline.runs.executors import worker
from pipeline.runs.processes import child_main

PLAN, TRACKER, MARKS = {plan!r}


def kill(step, first=None):
    """Kills a process where this is the next step of the plan; calls `first` before that."""
    for n, (when, victim) in enumerate(PLAN):
        mark = f"{{MARKS}}/{{n}}"
        if os.path.exists(mark):
            continue
        if when != step:
            return
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        if first is not None:
            first()
        os.kill({{"worker": os.getpid(), "server": os.getppid(), "tracker": TRACKER}}[victim], signal.SIGKILL)
        if victim == "server":
            # It takes this process with it.
            signal.pause()
        return


def around(step_before, act, step_after):
    def acting(*arguments, **options):
        kill(step_before)
        done = act(*arguments, **options)
        kill(step_after)
        return done

    return acting


class Sending:
    """Connection.send_bytes, of which the first call says that the worker is ready and the others bring reports."""

    sent = 0

    def __call__(self, connection, message):
        self.sent += 1
        if self.sent > 1:
            half = struct.pack("!i", len(message)) + message[: len(message) // 2]
            kill("within a report", lambda: os.write(connection.fileno(), half))
        send(connection, message)
        kill("ready" if self.sent == 1 else "reported")


if multiprocessing.parent_process() is not None:
    kill("imported")
    child_main.limit_memory = around("bound", child_main.limit_memory, None)
    worker._process_chunk = around("received", worker._process_chunk, "done")
    send, sending = Connection.send_bytes, Sending()
    Connection.send_bytes = lambda connection, message: sending(connection, message)


@dataclass(frozen=True)
class Killer:
    """Changes nothing."""

    name: ClassVar = "killer"
    after: ClassVar = frozenset()
    needs: ClassVar = frozenset()
    gives: ClassVar = frozenset({{"killer.none"}})
    rules: ClassVar = ()
    protocol: ClassVar = 1

    def find(self, document):
        kill("working")
        kill(f"working at {{document.id}}")
        return iter(())
'''
STEPS = ("imported", "bound", "ready", "received", "working", "within a report", "reported", "done")
COUNT = 40

Plan = Callable[..., None]


@pytest.fixture
def plan(tmp_path: Path, packages: InstalledPackages) -> Plan:
    """Makes documents, and installs the stage with the steps at which it kills processes."""
    rows = [(f"n{n:02}", talk(n) * 9) for n in range(COUNT)]
    lines(tmp_path / "raw" / "a.jsonl", rows)
    packages.put("killer-stages", "1.0", "killer_stages", "", "killer", attribute="Killer")

    def planned(*steps: tuple[str, str]) -> None:
        ensure_fork_server()
        tracker = vars(resource_tracker)["_resource_tracker"]._pid
        marks = tmp_path / "marks"
        marks.mkdir(exist_ok=True)
        for mark in marks.iterdir():
            mark.unlink()
        (packages.folder / "killer_stages.py").write_text(STAGE.format(plan=(steps, tracker, str(marks))), "utf-8")

    return planned


def go(work: Path, output: str = "out", *, form: str = "jsonl", workers: int = 2) -> int:
    return main(
        [
            "run", str(work / "raw"), "-o", str(work / output), "-q", "--workers", str(workers), "--format", form,
            "--set", 'recipe=["killer"]', "--set", "run.shard=1",
        ]
    )  # fmt: skip


def finished(output: Path) -> bool:
    return bool(json.loads((output / "_run" / "run.json").read_text("utf-8"))["finished"])


def check_whole(work: Path, plan: Plan, form: str = "jsonl") -> None:
    """The output equals that of a run without kills."""
    assert account(work / "out") == {"documents": COUNT, "written": COUNT, "failed": 0, "rejected": 0, "unchanged": 0}
    assert finished(work / "out")
    assert litter(work / "out") == []
    assert not (work / "out" / "_run" / "unaccounted.jsonl").exists()
    if form not in UNDISTURBED:
        plan()
        assert go(work, "undisturbed", form=form) == 0
        UNDISTURBED[form] = tree(work / "undisturbed")
    assert tree(work / "out") == UNDISTURBED[form]


UNDISTURBED: dict[str, dict[str, bytes]] = {}
"""The output of a run in which nothing is killed, by its form."""


def kills(work: Path) -> int:
    return len(list((work / "marks").iterdir()))


# In a worker


@pytest.mark.parametrize(
    ("victim", "step"),
    only(
        [(victim, step) for victim in ("worker", "server") for step in STEPS],
        [("worker", "ready"), ("worker", "working"), ("worker", "within a report"), ("server", "working")],
    ),
)
def test_a_process_that_is_killed_at_any_step_costs_no_document(
    tmp_path: Path, plan: Plan, step: str, victim: str
) -> None:
    plan((step, victim))
    assert go(tmp_path) == 0
    assert kills(tmp_path) == 1
    check_whole(tmp_path, plan)


@pytest.mark.filterwarnings("ignore:resource_tracker")
def test_the_resource_tracker_may_be_killed(tmp_path: Path, plan: Plan) -> None:
    plan(("received", "tracker"))
    assert go(tmp_path, form="json") == 0
    assert kills(tmp_path) == 1
    check_whole(tmp_path, plan, "json")


def test_the_fork_server_may_die_with_many_workers(tmp_path: Path, plan: Plan) -> None:
    plan(*[("received", "server")] * (process_pool.MAX_FAILED_STARTS - 1))
    assert go(tmp_path, workers=process_pool.MAX_FAILED_STARTS + 1) == 0
    check_whole(tmp_path, plan)


def test_a_worker_may_die_before_it_begins_an_isolated_document(tmp_path: Path, plan: Plan) -> None:
    """Before, no worker got any work after that."""
    plan(("working", "worker"), ("received", "worker"))
    assert go(tmp_path) == 0
    assert kills(tmp_path) == 2
    check_whole(tmp_path, plan)


def test_a_document_that_always_kills_the_fork_server_fails_alone(tmp_path: Path, plan: Plan) -> None:
    plan(*[("working at n07", "server")] * 100)
    assert go(tmp_path) == 1
    (failure,) = log_entries(tmp_path / "out")
    assert (failure["document"], failure["kind"]) == ("n07", "crash")
    assert failure["reason"].endswith(
        "the process that starts workers ended 3 times while it was worked on; leave it out"
    )
    assert account(tmp_path / "out")["written"] == COUNT - 1
    assert finished(tmp_path / "out")


@pytest.mark.parametrize(
    ("form", "step", "victim"),
    [("json", "imported", "worker"), pytest.param("jsonl", "received", "server", marks=pytest.mark.soak)],
)
def test_a_run_whose_processes_are_always_killed_names_unfinished_documents(
    tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str], form: str, step: str, victim: str
) -> None:
    plan(*[(step, victim)] * 1000)
    assert go(tmp_path, form=form) == 1
    stderr = capsys.readouterr().err
    assert "worker processes end without a document to blame" in stderr
    check_stopped(tmp_path / "out", stderr)
    plan()
    assert go(tmp_path, form=form) == 0
    assert not (tmp_path / "out" / "_run" / "unaccounted.jsonl").exists()
    assert go(tmp_path, "undisturbed", form=form) == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "undisturbed")


def test_a_server_that_seemed_lost_does_not_hide_that_workers_are_killed(
    tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine an exit code may come late. Before, such a run started workers without end."""
    first = iter([True])
    wait_for_exit = start.wait_for_exit
    monkeypatch.setattr(pool_worker, "wait_for_exit", lambda *given: next(first, None) or wait_for_exit(*given))
    plan(*[("imported", "worker")] * 100)
    assert go(tmp_path) == 1
    assert "worker processes end without a document to blame" in capsys.readouterr().err
    assert kills(tmp_path) < 100


def check_stopped(output: Path, stderr: str) -> None:
    """Each document has an article, or is reported."""
    assert not finished(output)
    documents = json.loads((output / "_run" / "run.json").read_text("utf-8"))["documents"]
    unknown = [
        json.loads(line)["document"] for line in (output / "_run" / "unaccounted.jsonl").read_text("utf-8").splitlines()
    ]
    assert documents["documents"] == documents["written"] + len(unknown) > documents["written"]
    assert f"; not accounted for: {', '.join(unknown[:5])}" in stderr
    assert "Traceback" not in stderr


def test_a_stopped_run_counts_documents_that_were_done_out_of_order(
    tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    """One worker has the first chunk and dies at each start; the other has written all later documents."""
    lines(tmp_path / "raw" / "a.jsonl", [(f"n{n:03}", talk(n) * 100) for n in range(COUNT)])
    plan(*[("working at n000", "server")] * 2, *[("imported", "server")] * 1000)
    assert go(tmp_path, form="json") == 1
    check_stopped(tmp_path / "out", capsys.readouterr().err)
    documents = json.loads((tmp_path / "out" / "_run" / "run.json").read_text("utf-8"))["documents"]
    assert documents["written"] == len(list((tmp_path / "out").glob("n*.json")))


# In the run itself


def server() -> Any:
    return vars(forkserver)["_forkserver"]


def kill_server() -> None:
    """Kills it and waits until it is dead, without collecting its exit code."""
    number = server()._forkserver_pid
    os.kill(number, signal.SIGKILL)
    os.waitid(os.P_PID, number, os.WEXITED | os.WNOWAIT)


def after(number: int, act: Callable[..., Any], then: Callable[[], None]) -> Callable[..., Any]:
    """Returns a function that calls another one after its call with this number."""
    calls = 0

    def acting(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        done = act(*arguments)
        if calls == number:
            then()
        return done

    return acting


@pytest.mark.parametrize("number", only(range(1, 7), [2]))
def test_the_fork_server_may_be_killed_just_after_it_was_checked(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    plan()
    with monkeypatch.context() as patch:
        patch.setattr(server(), "ensure_running", after(number, server().ensure_running, kill_server))
        assert go(tmp_path) == 0
    check_whole(tmp_path, plan)


@pytest.mark.parametrize("number", only([1, 2], [1]))
def test_the_fork_server_may_be_killed_while_it_forks(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    plan()
    with monkeypatch.context() as patch:
        patch.setattr(reduction, "sendfds", after(number, reduction.sendfds, kill_server))
        assert go(tmp_path) == 0
    check_whole(tmp_path, plan)


def test_a_worker_whose_id_was_not_reported_does_no_work(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may still live, since it does not know that the server is dead. Another worker has its documents."""
    plan()
    read, first = forkserver.read_signed, iter([True])

    def lost(file: int) -> Any:
        number = read(file)
        if next(first, False):
            kill_server()
            raise EOFError
        return number

    with monkeypatch.context() as patch:
        patch.setattr(forkserver, "read_signed", lost)
        assert go(tmp_path) == 0
    check_whole(tmp_path, plan)


def test_other_code_may_collect_the_exit_code_of_the_fork_server(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan()
    kill_server()
    os.waitpid(server()._forkserver_pid, 0)
    assert go(tmp_path) == 0
    check_whole(tmp_path, plan)


def test_a_run_ends_with_the_reason_if_no_worker_can_be_started(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan()

    connect, started = forkserver.connect_to_new_process, []

    def refused(fds: list[int]) -> tuple[int, int]:
        started.append(fds)
        if len(started) == 1:
            # The process that reads.
            return connect(fds)
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(process_pool, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(forkserver, "connect_to_new_process", refused)
    assert go(tmp_path) == 1
    stderr = capsys.readouterr().err
    # How many documents were read by then depends on how busy the machine is.
    assert "no worker process can be started: Too many open files; not accounted for: n00" in stderr
    check_stopped(tmp_path / "out", stderr)


def test_a_run_ends_with_the_reason_if_no_reading_process_can_be_started(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan()

    def refused(fds: list[int]) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(supervisor, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(forkserver, "connect_to_new_process", refused)
    assert go(tmp_path) == 1
    stderr = capsys.readouterr().err
    assert "the process that reads files cannot be started: Too many open files (5 times)" in stderr


# What packs shards


@pytest.mark.parametrize("victim", ["packer", "server"])
@pytest.mark.parametrize("form", only(["jsonl", "parquet"], ["jsonl"]))
def test_shard_compression_may_be_killed(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, form: str, victim: str
) -> None:
    plan()
    start, killed = vars(compress_shard)["start_process"], list[Any]()

    def started(process: Any) -> Any:
        number = start(process)
        if not killed:
            killed.append(process)
            process.kill() if victim == "packer" else kill_server()
        return number

    monkeypatch.setattr(compress_shard, "COMPRESSION_RETRY_SECONDS", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(compress_shard, "start_process", started)
        assert go(tmp_path, form=form) == 0
    assert len(killed) == 1
    check_whole(tmp_path, plan, form)
