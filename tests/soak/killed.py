"""Runs of which processes are killed: at every step, and at random moments on a busy machine."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ordeal import ROOT, Running, account, litter, log_entries, talk, tree

from soak.part import Figures, Part, check
from soak.runs import Soak

DOCUMENTS = 3000
RUNS = 12
KILLS = 4
"""In each run; more of them one after the other than a run bears without any progress."""
BUSY = 4
"""Processes that keep the machine busy."""


def steps(_: Path) -> Figures:
    """Each process of a run is killed at each of its steps."""
    test = ROOT / "tests" / "runs" / "processes" / "test_killed_processes.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", str(test)],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    check(done.returncode == 0, done.stdout[-4000:])
    return {"runs in which a process was killed at a step": done.stdout.split(" passed")[0].split()[-1]}


def moments(folder: Path) -> Figures:
    """The fork server, the resource tracker, workers and compression are killed at random: the counters add up."""
    soak = Soak(folder)
    raw = soak.documents("raw", ((f"n{n}", talk(n) * 6) for n in range(DOCUMENTS)))
    chance = random.Random(68)
    killed: Counter[str] = Counter()
    ends: Counter[int] = Counter()
    crashed = 0
    with busy():
        for n in range(RUNS):
            form = ("json", "jsonl", "parquet")[n % 3]
            more = ["--set", "run.shard=1"]
            output, other = folder / f"out-{n}", folder / f"undisturbed-{form}"
            run = soak.start(raw, output, *more, form=form)
            kill_some(run, chance, killed)
            code, _, said = run.end(900)
            ends[code] += 1
            check("Traceback" not in said.replace("Exception ignored", ""), said)
            crashed += check_account(output, code, said)
            for _ in range(3):
                if code == 0:
                    break
                code, _, said = soak.start(raw, output, *more, "--retry-failed", form=form).end(900)
            check(code == 0, f"the run did not come to its end: {said}")
            check(account(output)["documents"] == DOCUMENTS, "documents are missing")
            if not other.exists():
                check(soak.start(raw, other, *more, form=form).end(900)[0] == 0, "the undisturbed run failed")
            check(tree(output) == tree(other), f"other bytes as {form}")
            check(litter(output) == [], "something half written is left")
    return {
        "runs beside busy processes": f"{RUNS}",
        "documents of each": f"{DOCUMENTS:,}",
        **{f"times that a {kind} was killed": f"{times}" for kind, times in sorted(killed.items())},
        "runs that came to their end all the same": f"{ends[0]}",
        "documents that lost two workers, named": f"{crashed}",
        "documents missing": "0",
    }


def kill_some(run: Running, chance: random.Random, killed: Counter[str]) -> None:
    """Kills processes of a run at random moments, some just after it began."""
    left = KILLS
    while left and run.process.poll() is None:
        time.sleep(chance.choice([0.0, 0.1, 1.0, 3.0]) * chance.random())
        kind = chance.choice(["server", "tracker", "worker", "worker", "worker"])
        with suppress(ProcessLookupError, FileNotFoundError):
            # Those that are just ending are no longer there when they are asked what they are.
            if found := run.processes(kind):
                os.kill(chance.choice(found), signal.SIGKILL)
                killed[kind] += 1
                left -= 1


def check_account(output: Path, code: int, said: str) -> int:
    """Checks that each document has an article or is reported; returns how many failed."""
    record = json.loads((output / "_run" / "run.json").read_text("utf-8"))
    documents = record["documents"]
    unknown: list[str] = []
    with suppress(FileNotFoundError):
        lines = (output / "_run" / "unaccounted.jsonl").read_text("utf-8").splitlines()
        unknown = [json.loads(line)["document"] for line in lines]
    known = sum(documents[end] for end in ("written", "failed", "rejected", "unchanged"))
    check(documents["documents"] == known + len(unknown), f"documents are missing: {documents}, {len(unknown)} named")
    check(record["finished"] == (not unknown), "a run that knows not all documents says that it came to its end")
    check(not unknown or f"; not accounted for: {unknown[0]}" in said, f"not named: {said}")
    check((code == 0) == (record["finished"] and not documents["failed"]), f"exit code {code}: {documents}")
    failures = log_entries(output)
    check(all(each.get("kind") == "crash" for each in failures), f"failed for another reason: {failures}")
    return len(failures)


@contextmanager
def busy() -> Iterator[None]:
    """Keeps the processors busy in the block."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        yield
    finally:
        for each in started:
            each.kill()
            each.wait()


PARTS: tuple[Part, ...] = (steps, moments)
