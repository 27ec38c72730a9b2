"""A run that is killed at any moment and resumed gives the same bytes as a run without kills."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from installed import InstalledPackages
from ordeal import SMALL, Running, account, lines, litter, log_entries, processed, put, talk, texts, tree, until
from sampling import only

import pipeline
from pipeline.cli import main
from pipeline.runs.output import compress_shard

Start = Callable[..., Running]

COUNT = 100
LONG = 18
"""Times a text is repeated: several shards of a MiB are filled."""


def many(raw: Path, count: int = COUNT) -> Path:
    """Documents in two files; one article is degraded, some documents are rejected."""
    words = {17: "REFUSE", 40: "LEAVE", 80: "REFUSE"}
    rows = [(f"n{n}", talk(n, words.get(n, "")) * LONG) for n in range(count)]
    lines(raw / "a.jsonl", rows[: count // 2])
    lines(raw / "b.jsonl", rows[count // 2 :])
    return raw


def arguments(raw: Path, output: Path, form: str, workers: int, *, pause: float = 0.006) -> list[object]:
    return [
        raw, "-o", output, "-q", "--format", form, "--workers", workers, "--set", SMALL, "--set", "run.shard=1",
        "--set", f"stages.poison.pause={pause}", "--set", f"stages.poison.log={output.parent / 'log'}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "workers", "times_killed"),
    only([("json", 2, 3), ("jsonl", 3, 2), ("jsonl", 3, 3), ("parquet", 1, 3)], [("jsonl", 3, 2)]),
)
def test_a_run_killed_many_times_gives_the_same_bytes(
    tmp_path: Path, running: Start, form: str, workers: int, times_killed: int
) -> None:
    raw = many(tmp_path / "raw")
    log, output = tmp_path / "log", tmp_path / "out"
    chance = random.Random(form)
    kills = 0
    while kills < times_killed:
        run = running(*arguments(raw, output, form, workers))
        seen = sum(processed(log).values())
        # In the middle of the work, and just before and behind it.
        enough = seen + chance.choice([0, 1, 10, 25])
        while run.process.poll() is None and processed(log).total() < enough:
            time.sleep(0.01)
        if run.process.poll() is not None:
            break
        run.kill()
        kills += 1
    code, _, stderr = running(*arguments(raw, output, form, workers)).end()
    assert (code, stderr.count("\n")) == (1, 1), stderr
    assert account(output)["documents"] == COUNT
    times = processed(log)
    assert len(times) == COUNT
    # Those under way at a kill, and those of which it was not yet noted that they were done.
    assert times.total() - COUNT <= kills * workers * 70
    undisturbed = tmp_path / "other" / "out"
    undisturbed.parent.mkdir()
    # One stage setting differs by its folder otherwise, and with it the hash of the settings.
    other = arguments(raw, output, form, 2)
    other[2] = undisturbed
    assert running(*other).end()[0] == 1
    assert tree(output) == tree(undisturbed)
    assert litter(output) == []
    log.unlink()
    assert running(*arguments(raw, output, form, workers)).end()[0] == 1
    assert processed(log) == {}
    ends = {"documents": COUNT, "written": 0, "failed": 0, "rejected": 2, "unchanged": COUNT - 2}
    assert account(output) == ends | {"degraded": 1}


@pytest.mark.parametrize("form", only(["json", "jsonl"], []))
def test_sources_may_change_between_kills(tmp_path: Path, running: Start, form: str) -> None:
    raw = many(tmp_path / "raw", 60)
    log, output = tmp_path / "log", tmp_path / "out"
    run = running(*arguments(raw, output, form, 2))
    until(lambda: sum(processed(log).values()) >= 20)
    run.kill()
    lines(raw / "a.jsonl", [(f"n{n}", talk(n + 1) * LONG) for n in range(5, 50)])
    (raw / "b.jsonl").unlink()
    run = running(*arguments(raw, output, form, 2))
    until(lambda: sum(processed(log).values()) >= 30)
    run.kill()
    many(raw, 64)
    assert running(*arguments(raw, output, form, 2)).end()[0] == 1
    undisturbed = arguments(raw, output, form, 2)
    undisturbed[2] = tmp_path / "other"
    assert running(*undisturbed).end()[0] == 1
    assert tree(output) == tree(tmp_path / "other")


# Ended by whoever may


@pytest.mark.parametrize(
    ("number", "code", "form"),
    only([(signal.SIGINT, 130, "json"), (signal.SIGTERM, 143, "jsonl")], [(signal.SIGTERM, 143, "jsonl")]),
)
def test_sigterm_ends_a_run_with_advice_and_leaves_no_process(
    tmp_path: Path, running: Start, number: int, code: int, form: str
) -> None:
    """Ctrl-C goes to all processes of the group."""
    raw = many(tmp_path / "raw", 60)
    log, output = tmp_path / "log", tmp_path / "out"
    run = running(*arguments(raw, output, form, 2))
    until(lambda: sum(processed(log).values()) >= 15)
    (os.killpg if number == signal.SIGINT else os.kill)(run.process.pid, number)
    ended, _, stderr = run.end()
    assert ended == code
    assert "pipeline: stopped: " in stderr
    assert "rerun the same command to resume" in stderr
    assert "Traceback" not in stderr
    until(lambda: run.processes() == [])
    assert account_so_far(output)["written"] >= 1
    assert running(*arguments(raw, output, form, 2)).end()[0] == 1
    # What was done is not done again: but for what was under way, or had to wait for others.
    assert processed(log).total() <= 60 + 45
    assert litter(output) == []
    assert len(list(pipeline.read(output))) == 59


def account_so_far(output: Path) -> dict[str, int]:
    import json

    run_record = json.loads((output / "_run" / "run.json").read_text("utf-8"))
    assert run_record["finished"] is False
    documents: dict[str, int] = run_record["documents"]
    return documents


def test_a_second_sigterm_changes_nothing(tmp_path: Path, running: Start) -> None:
    raw = texts(tmp_path / "raw", {"x": "SLEEP"})
    output = tmp_path / "out"
    run = running(raw, "-o", output, "--set", SMALL, "-q")
    until(lambda: len(list(output.glob("d*.json"))) == 8)
    for _ in range(3):
        os.killpg(run.process.pid, signal.SIGINT)
    code, _, stderr = run.end()
    assert code in {130, -signal.SIGINT}
    assert "Traceback" not in stderr
    until(lambda: run.processes() == [])


@pytest.mark.parametrize("wait", only([0.0, 0.1, 0.25, 0.4], [0.25]))
def test_sigterm_before_a_run_begins_ends_it(tmp_path: Path, running: Start, wait: float) -> None:
    raw = texts(tmp_path / "raw", {})
    run = running(raw, "-o", tmp_path / "out", "--set", SMALL, "-q")
    with suppress(subprocess.TimeoutExpired):
        run.process.wait(wait)
    if run.process.poll() is None:
        os.killpg(run.process.pid, signal.SIGINT)
    _, _, stderr = run.end()
    # The run itself may be interrupted while it is imported; the processes that it starts are not disturbed.
    assert 'File "<string>"' not in stderr
    until(lambda: run.processes() == [])
    assert running(raw, "-o", tmp_path / "out", "--set", SMALL, "-q").end()[0] == 0


# Killed parts


def test_hanging_workers_end_with_a_killed_run(tmp_path: Path, running: Start) -> None:
    """One blocks the interpreter; the next run need not wait for it."""
    raw = texts(tmp_path / "raw", {"x": "REGEX", "y": "SLEEP"})
    command = [raw, "-o", tmp_path / "out", "-q", "--workers", 2, "--set", SMALL, "--set", "run.seconds=900"]
    run = running(*command)
    until(lambda: len(list((tmp_path / "out").glob("d*.json"))) == 8)
    run.kill()
    until(lambda: run.processes() == [])
    for name in "xy":
        (raw / f"{name}.txt").write_text(talk(3), "utf-8")
    assert running(*command).end()[0] == 0


@pytest.mark.parametrize("kind", only(["worker", "server"], ["server"]))
def test_a_run_survives_the_end_of_its_processes(tmp_path: Path, running: Start, kind: str) -> None:
    """A worker that has a document, and the fork server."""
    raw = many(tmp_path / "raw", 90)
    log, output = tmp_path / "log", tmp_path / "out"
    run = running(*arguments(raw, output, "json", 2))
    until(lambda: sum(processed(log).values()) >= 10)
    os.kill(until(lambda: run.processes(kind))[0], signal.SIGKILL)
    code, _, stderr = run.end()
    assert "Traceback" not in stderr
    assert code == 1
    ends = {"documents": 90, "written": 88, "failed": 0, "rejected": 2, "unchanged": 0}
    assert account(output) == ends | {"degraded": 1}
    assert [entry["document"] for entry in log_entries(output)] == ["n40"]


def test_a_run_whose_shard_compression_is_always_killed_can_be_resumed(
    tmp_path: Path, packages: InstalledPackages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(packages)
    raw = many(tmp_path / "raw")
    output = tmp_path / "out"
    command = ["run", *map(str, arguments(raw, output, "jsonl", 2, pause=0))]
    start = vars(compress_shard)["start_process"]

    def killed(process: Any) -> Any:
        number = start(process)
        process.kill()
        return number

    with monkeypatch.context() as patch:
        patch.setattr(compress_shard, "start_process", killed)
        patch.setattr(compress_shard, "COMPRESSION_RETRY_SECONDS", 0.0)
        assert main(command) == 1
    stderr = capsys.readouterr().err
    assert f"ended with exit code -9, {compress_shard.MAX_COMPRESSION_TRIES} times" in stderr
    assert "rerun the same command to resume" in stderr
    assert list(output.glob("part-*")) == []
    assert main(command) == 1
    assert account(output)["documents"] == COUNT
    assert len(list(pipeline.read(output))) == COUNT - 2
    assert litter(output) == []


# Two at once


def test_a_second_run_into_one_folder_is_refused_while_the_first_is_alive(tmp_path: Path, running: Start) -> None:
    raw = texts(tmp_path / "raw", {"x": "SLEEP"})
    command = [raw, "-o", tmp_path / "out", "-q", "--set", SMALL]
    first = running(*command)
    until(lambda: len(list((tmp_path / "out").glob("d*.json"))) == 8)
    code, out, stderr = running(*command).end()
    assert (code, out) == (2, "")
    assert stderr == (
        f"pipeline: error: another run (process {first.process.pid}) is writing to {tmp_path / 'out'}; wait for it, or "
        "name another folder with -o\n"
    )
    assert first.process.poll() is None
    assert running(raw / "d001.txt", "-o", tmp_path / "elsewhere", "-q", "--set", SMALL).end()[0] == 0


@pytest.mark.parametrize("count", only([2, 4], [2]))
def test_of_runs_that_begin_together_all_but_one_are_refused(tmp_path: Path, running: Start, count: int) -> None:
    raw = many(tmp_path / "raw", 40)
    runs = [running(*arguments(raw, tmp_path / "out", "jsonl", 1, pause=0.05)) for _ in range(count)]
    codes = sorted(run.end()[0] for run in runs)
    # One that came when the first had ended had nothing to do.
    assert codes[0] == 0
    assert set(codes) <= {0, 2}
    assert set(processed(tmp_path / "log").values()) == {1}
    assert account(tmp_path / "out")["documents"] == 40
    assert len(list(pipeline.read(tmp_path / "out"))) == 39
