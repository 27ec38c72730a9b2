"""A document that crashes, hangs or uses too much memory is reported, and all others are processed."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from installed import InstalledPackages
from ordeal import PACKAGE, RECIPE, SMALL, account, lines, litter, log_entries, processed, put, talk, texts, tree, until
from sampling import only

import pipeline
from pipeline.cli import main
from pipeline.runs.executors import process_pool
from pipeline.runs.executors.executor import DocumentTask
from pipeline.runs.executors.pool_worker import PoolWorker

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def work(tmp_path: Path, packages: InstalledPackages) -> Path:
    """A folder with the stage installed."""
    put(packages)
    return tmp_path


def go(work: Path, *more: str, recipe: str = SMALL, workers: int = 2) -> int:
    """A run over `raw` into `out`."""
    return main(
        ["run", str(work / "raw"), "-o", str(work / "out"), "-q", "--workers", str(workers), "--set", recipe, *more]
    )


def ids(output: Path) -> list[str]:
    return [article.id for article in pipeline.read(output)]


SOUND = [f"d{n:03}" for n in range(8)]

CRASHES = {
    "segfault": ("SEGFAULT", "it was ended by SIGSEGV at line "),
    "abort": ("ABORT", "it was ended by SIGABRT at line "),
    "kill": (
        "KILL",
        "it was ended by SIGKILL, as the system does when memory is short; run again when there is more, "
        "or leave it out",
    ),
    "exit": ("EXIT", "it ended with exit code 3; leave it out"),
}


def test_a_document_that_crashes_its_worker_fails_alone(work: Path, capfd: Any) -> None:
    """With the stage and its package, if the process could still report where it was."""
    texts(work / "raw", {f"x-{name}": word for name, (word, _) in CRASHES.items()})
    assert go(work, recipe=RECIPE) == 1
    assert ids(work / "out") == SOUND
    found = {entry["document"]: entry for entry in log_entries(work / "out")}
    assert sorted(found) == sorted(f"x-{name}" for name in CRASHES)
    for name, (_, end) in CRASHES.items():
        entry = found[f"x-{name}"]
        assert entry["kind"] == "crash"
        assert entry["reason"].startswith("crashed its worker process twice")
        assert end in entry["reason"]
        assert entry["reason"].endswith("leave it out")
        # Nobody knows whether it was the document or a machine that was short of memory.
        assert entry.get("passing", False) is (name == "kill")
        if name in {"segfault", "abort"}:
            assert (entry["stage"], entry["package"]) == ("poison", PACKAGE)
    assert account(work / "out") == {"documents": 12, "written": 8, "failed": 4, "rejected": 0, "unchanged": 0}
    assert litter(work / "out") == []
    messages = [line for line in capfd.readouterr().err.splitlines() if line.startswith("x-segfault: ")]
    assert len(messages) == 1


@pytest.mark.parametrize("form", only(["json", "jsonl", "parquet"], ["jsonl"]))
def test_a_failed_document_does_not_change_other_articles(work: Path, form: str) -> None:
    """Not even their order."""
    rows = [(f"n{n}", talk(n)) for n in range(60)]
    lines(work / "raw" / "a.jsonl", [*rows[:30], ("bad", "SEGFAULT"), *rows[30:]])
    assert go(work, "--format", form) == 1
    with_it = {name: data for name, data in tree(work / "out").items() if not name.startswith("_run/")}
    if form != "json":
        assert ids(work / "out") == [name for name, _ in rows]
    # The same rows, so that each stands on the line on which it stood.
    lines(work / "raw" / "a.jsonl", [*rows[:30], ("bad", ""), *rows[30:]])
    assert main(["run", str(work / "raw"), "-o", str(work / "other"), "-q", "--set", SMALL, "--format", form]) == 1
    assert with_it == {name: data for name, data in tree(work / "other").items() if not name.startswith("_run/")}


def test_a_hanging_document_is_stopped_even_if_it_blocks_the_interpreter(work: Path) -> None:
    texts(work / "raw", {"x-regex": "REGEX", "x-sleep": "SLEEP"})
    assert go(work, "--set", "run.seconds=2") == 1
    assert ids(work / "out") == SOUND
    regex, sleep = log_entries(work / "out")
    for entry in (regex, sleep):
        assert (entry["stage"], entry["package"], entry["kind"]) == ("poison", PACKAGE, "time")
        assert entry["reason"].startswith("took longer than 2 s, twice")
        assert entry["reason"].endswith("; raise [run] seconds, or leave it out")
    assert " of poison_stages.py" in sleep["reason"]
    assert account(work / "out")["failed"] == 2


def test_a_document_that_runs_out_of_memory_is_reported_with_its_stage(work: Path) -> None:
    texts(work / "raw", {"x-eat": "EAT", "x-forget": "FORGET"})
    assert go(work, "--set", "run.memory=512") == 1
    assert ids(work / "out") == SOUND
    for entry in log_entries(work / "out"):
        assert (entry["stage"], entry["package"], entry["kind"]) == ("poison", PACKAGE, "memory")
        assert entry["reason"] == "needs more than 512 MiB of memory; raise [run] memory, or leave it out"


def test_a_document_that_kills_only_its_first_worker_is_written(work: Path) -> None:
    """The system may have killed the worker because memory was short, and not because of the document."""
    texts(work / "raw", {"x-once": "KILL ONCE"})
    assert go(work, "--set", f"stages.poison.marks={work}") == 0
    assert ids(work / "out") == [*SOUND, "x-once"]
    assert log_entries(work / "out") == []


def test_a_stage_that_exits_raises_or_prints_harms_no_other_document(work: Path, capfd: Any) -> None:
    texts(work / "raw", {"x-interrupt": "INTERRUPT", "x-leave": "LEAVE", "x-refuse": "REFUSE", "x-shout": "SHOUT"})
    assert go(work) == 1
    assert ids(work / "out") == [*SOUND, "x-leave", "x-shout"]
    interrupt, leave = log_entries(work / "out")
    assert (interrupt["document"], interrupt["kind"]) == ("x-interrupt", "crash")
    assert (leave["document"], leave["stage"], leave["package"]) == ("x-leave", "poison", PACKAGE)
    assert "SystemExit" in leave["reason"]
    assert leave["kind"] == "degraded"
    ends = {"documents": 12, "written": 10, "failed": 1, "rejected": 1, "unchanged": 0}
    assert account(work / "out") == ends | {"degraded": 1}


def test_processes_left_by_a_stage_do_not_block_runs(work: Path) -> None:
    """A thread of the worker, and a child process that survives its worker."""
    texts(work / "raw", {"x-child": "CHILD", "y-crash": "CHILD SEGFAULT", "z-thread": "THREAD"})
    try:
        assert go(work, "--set", f"stages.poison.marks={work}") == 1
        assert ids(work / "out") == [*SOUND, "x-child", "z-thread"]
        assert go(work, "--set", f"stages.poison.marks={work}") == 1
        assert account(work / "out")["unchanged"] == 10
        # They sleep for an hour, and nobody has waited for that.
        # At least three: y-crash is tried twice, and so may x-child be, where it was not reported before the crash.
        for child in until(lambda: len(found := list(work.glob("child-*"))) >= 3 and found):
            os.kill(int(child.name.removeprefix("child-")), 0)
    finally:
        for left in work.glob("child-*"):
            os.kill(int(left.name.removeprefix("child-")), 9)


def test_failures_caused_by_the_machine_are_retried(work: Path) -> None:
    """A system short of memory sends SIGKILL; the next run retries these documents."""
    log = work / "log"
    texts(work / "raw", {"x-crash": "SEGFAULT", "x-kill": "KILL"})
    for first in (True, False):
        assert go(work, "--set", f"stages.poison.log={log}") == 1
        assert processed(log)["x-kill"] == 2
        assert processed(log)["x-crash"] == (2 if first else 0)
        log.unlink()
    assert account(work / "out") == {"documents": 10, "written": 0, "failed": 2, "rejected": 0, "unchanged": 8}


def test_a_full_disk_in_a_stage_is_retried(work: Path) -> None:
    """Also in a finder, whose failures usually lose only its findings."""
    log = work / "log"
    texts(work / "raw", {"x-full": "FULL"})
    for _ in range(2):
        assert go(work, "--set", f"stages.poison.log={log}") == 1
        (failure,) = log_entries(work / "out")
        assert (failure["document"], failure["stage"], failure["passing"]) == ("x-full", "poison", True)
        assert "No space left on device" in failure["reason"]
        assert processed(log)["x-full"] == 1
        log.unlink()


def test_a_worker_stopped_between_two_documents_is_replaced(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends no messages, and has not begun a document."""
    lines(work / "raw" / "a.jsonl", [(f"n{n:03}", talk(n)) for n in range(30)])
    stopped: list[int] = []
    send = PoolWorker.send

    def stop_and_send(self: PoolWorker, tasks: list[DocumentTask]) -> None:
        if not stopped:
            assert self.process.pid is not None
            stopped.append(self.process.pid)
            os.kill(self.process.pid, signal.SIGSTOP)
        send(self, tasks)

    monkeypatch.setattr(PoolWorker, "send", stop_and_send)
    assert go(work, "--set", "run.seconds=2", workers=1) == 0
    assert len(stopped) == 1
    assert len(ids(work / "out")) == 30


def test_what_crashed_or_hung_is_remembered_until_something_changes(work: Path) -> None:
    log = work / "log"
    texts(work / "raw", {"x-crash": "SEGFAULT", "x-late": "SLEEP"})
    set_log = ["--set", f"stages.poison.log={log}", "--set", "run.seconds=1.5"]
    assert go(work, *set_log) == 1
    first = log_entries(work / "out")
    assert processed(log)["x-crash"] == processed(log)["x-late"] == 2
    log.unlink()
    assert go(work, *set_log) == 1
    assert processed(log) == {}
    assert log_entries(work / "out") == first
    assert account(work / "out") == {"documents": 10, "written": 0, "failed": 2, "rejected": 0, "unchanged": 8}
    # Other limits: both might do now.
    assert go(work, *set_log[:2], "--set", "run.seconds=1.6") == 1
    assert processed(log) == {"x-crash": 2, "x-late": 2}
    # Another text: that one alone.
    log.unlink()
    (work / "raw" / "x-late.txt").write_text(talk(1), "utf-8")
    assert go(work, *set_log[:2], "--set", "run.seconds=1.6") == 1
    assert processed(log) == {"x-late": 1}
    # On demand.
    log.unlink()
    assert go(work, *set_log[:2], "--set", "run.seconds=1.6", "--retry-failed") == 1
    assert processed(log) == {"x-crash": 2}
    # Other settings: all are done again.
    log.unlink()
    assert go(work, *set_log[:2], "--set", "run.seconds=1.6", "--set", "stages.poison.version=2") == 1
    assert set(processed(log)) == {*SOUND, "x-crash", "x-late"}


def test_many_crashes_in_a_row_are_all_named(work: Path) -> None:
    """More crashes than workers may die without a document to blame."""
    lines(work / "raw" / "a.jsonl", [(f"n{n:02}", "SEGFAULT" if n % 3 else talk(n)) for n in range(24)])
    assert go(work) == 1
    assert len(log_entries(work / "out")) == 16
    assert [entry["document"] for entry in log_entries(work / "out")] == [f"n{n:02}" for n in range(24) if n % 3]
    assert len(ids(work / "out")) == 8


def test_a_stage_that_workers_cannot_import_ends_the_run_with_the_reason(
    work: Path, packages: InstalledPackages, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts(work / "raw", {})
    (module,) = packages.folder.glob("poison_stages.py")
    module.write_text(f"import os\nif os.getpid() != {os.getpid()}:\n    raise RuntimeError('not here')\n"
                      + module.read_text("utf-8"), "utf-8")  # fmt: skip
    assert go(work) == 1
    stderr = capsys.readouterr().err
    assert "pipeline: error: a worker process cannot start: RuntimeError: not here; fix what the recipe names" in stderr


def test_a_memory_limit_too_low_for_any_document_ends_the_run_with_advice(work: Path, capsys: Captured) -> None:
    """And does not blame each document, if the limit is the lowest that can be set."""
    texts(work / "raw", {}, count=3)
    code = go(work, "--set", "run.memory=64", recipe=RECIPE)
    account(work / "out")
    assert code in {0, 1}
    if code:
        assert "memory" in capsys.readouterr().err


@pytest.mark.parametrize("size", only([200_000, 5_000_000], [200_000]))
def test_documents_of_megabytes_are_processed(work: Path, size: int) -> None:
    (work / "raw").mkdir()
    for n in range(2):
        (work / "raw" / f"long{n}.txt").write_text(talk(n) * (size // len(talk(n).encode())), "utf-8")
    texts(work / "raw", {})
    assert go(work) == 0
    assert ids(work / "out") == [*SOUND, "long0", "long1"]


@pytest.mark.parametrize("count", only([1_000, 20_000], [1_000]))
def test_many_tiny_documents_are_processed(work: Path, count: int) -> None:
    lines(work / "raw" / "a.jsonl", [(f"n{n}", f"Ferry {n} has left.") for n in range(count)])
    assert go(work, "--format", "jsonl") == 0
    assert account(work / "out")["written"] == count
    assert threading.active_count() < 10


def test_a_worker_is_replaced_before_its_memory_grows(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that a stage leaks is freed, and no document is processed twice."""
    started: list[int] = []
    start = process_pool.ProcessPool._start

    def counted(self: process_pool.ProcessPool) -> None:
        started.append(1)
        start(self)

    monkeypatch.setattr(process_pool.ProcessPool, "_start", counted)
    monkeypatch.setattr(process_pool, "WORKER_LIFE_BYTES", 10_000)
    lines(work / "raw" / "a.jsonl", [(f"n{n:03}", talk(n) * 8) for n in range(200)])
    log = work / "log"
    assert go(work, "--set", f"stages.poison.log={log}", workers=1) == 0
    assert len(started) > 3
    assert set(processed(log).values()) == {1}
    assert len(processed(log)) == len(ids(work / "out")) >= 200
