"""Runs that are killed, crash, run out of disk space or are very long. `docs/reliability.md` has figures."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from installed import InstalledPackages
from ordeal import RECIPE, ROOT, SMALL, Running, account, lines, litter, log_entries, processed, put, talk, tree

import pipeline
from soak.part import Figures, Part, check

KILLS = 50
LONG_RUN = 100_000
SETTLED = 20_000
"""Documents after which memory should not grow any more."""
GROWTH = 1.08


class Soak:
    """A folder to work in, with the stage installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        (folder / "packages").mkdir()
        self.packages = InstalledPackages(folder / "packages")
        put(self.packages)

    def start(self, raw: Path, output: Path, *more: object, form: str = "json", recipe: str = SMALL) -> Running:
        """A run of two workers."""
        settings = ["-q", "--format", form, "--workers", 2, "--set", recipe]
        return Running(self.packages.folder, raw, "-o", output, *settings, *more)

    def logged(self) -> list[object]:
        return ["--set", f"stages.poison.log={self.log}"]

    def documents(self, name: str, texts: Iterator[tuple[str, str]]) -> Path:
        raw = self.folder / name
        rows = list(texts)
        for n, at in enumerate(range(0, len(rows), 5000)):
            lines(raw / f"{n:03}.jsonl", rows[at : at + 5000])
        return raw


def kills(folder: Path) -> Figures:
    """A run killed at random moments and resumed gives the same bytes as a run without kills."""
    soak = Soak(folder)
    raw = soak.documents("kills", ((f"n{n}", talk(n, "LEAVE" if n % 500 == 7 else "") * 6) for n in range(3000)))
    chance = random.Random(50)
    killed, twice = 0, 0
    for form, share in (("json", KILLS - 2 * (KILLS // 3)), ("jsonl", KILLS // 3), ("parquet", KILLS // 3)):
        output, more = soak.folder / f"kills-{form}", [*soak.logged(), "--set", "run.shard=4"]
        soak.log.unlink(missing_ok=True)
        done = 0
        for left in range(share, 0, -1):
            run = soak.start(raw, output, *more, form=form)
            # Some of the way that is left, so that all kills find something to do; and some moments before it.
            goal = done + chance.randint(0, max(2 * (3000 - done) // (left + 1), 1))
            while run.process.poll() is None and _size(soak.log) < goal:
                time.sleep(0.01)
            time.sleep(chance.random() * 0.1)
            check(run.process.poll() is None, "a run ended before it was killed")
            run.kill()
            killed += 1
            done = _size(soak.log)
        check(soak.start(raw, output, *more, form=form).end(600)[0] == 1, "the last run failed")
        check(account(output)["documents"] == 3000, "documents are missing")
        twice += processed(soak.log).total() - 3000
        other = soak.folder / f"kills-{form}-undisturbed"
        check(soak.start(raw, other, *more, form=form).end(600)[0] == 1, "the undisturbed run failed")
        check(tree(output) == tree(other), f"other bytes as {form}")
        check(litter(output) == [], "something half written is left")
        for written in (output, other):
            shutil.rmtree(written)
    return {
        "kills": f"{killed}",
        "documents of the three runs": f"{3 * 3000:,}",
        "bytes as of runs that were not killed": "all",
        "documents done twice, a kill": f"{twice / killed:.1f}",
    }


def poison(folder: Path) -> Figures:
    """One document in a thousand segfaults and three hang: each is reported, all others are written."""
    soak = Soak(folder)
    count = 20_000

    def texts() -> Iterator[tuple[str, str]]:
        for n in range(count):
            word = "SEGFAULT" if n % 1000 == 500 else "REGEX" if n in {3003, 9009} else "SLEEP" if n == 17_017 else ""
            yield f"n{n}", talk(n, word)

    raw, output = soak.documents("poison", texts()), soak.folder / "poison-out"
    began = time.monotonic()
    code, _, _ = soak.start(raw, output, "--set", "run.seconds=5", form="jsonl").end(900)
    took = time.monotonic() - began
    check(code == 1, f"exit code {code}")
    bad = [name for name, text in texts() if any(word in text for word in ("SEGFAULT", "REGEX", "SLEEP"))]
    check([entry["document"] for entry in log_entries(output)] == bad, "others failed")
    check(all(entry["stage"] == "poison" for entry in log_entries(output)), "a stage is not named")
    check(account(output)["written"] == count - len(bad), "documents are missing")
    check(sum(1 for _ in pipeline.read(output)) == count - len(bad), "articles are missing")
    began = time.monotonic()
    check(soak.start(raw, output, "--set", "run.seconds=5", form="jsonl").end(900)[0] == 1, "the second run failed")
    return {
        "documents": f"{count:,}",
        "crashed, named": "20",
        "hung, named": "3",
        "written": f"{account(output)['unchanged']:,}",
        "seconds": f"{took:.0f}",
        "seconds of a second run": f"{time.monotonic() - began:.1f}",
    }


def memory(folder: Path) -> Figures:
    """The memory of all processes of a long run together."""
    soak = Soak(folder)
    figures: Figures = {"documents": f"{LONG_RUN:,}"}
    raw = soak.documents("memory", ((f"n{n}", talk(n)) for n in range(LONG_RUN)))
    for form in ("json", "jsonl"):
        output = soak.folder / f"memory-{form}"
        began = time.monotonic()
        # Small shards, so that some are packed before that too.
        run = soak.start(raw, output, "--set", "run.shard=16", form=form, recipe=RECIPE)
        samples: list[tuple[int, int]] = []
        while run.process.poll() is None:
            samples.append((_noted(output), _pss(run)))
            time.sleep(0.5)
        took = time.monotonic() - began
        check(run.end()[0] == 0, "it failed")
        check(account(output)["written"] == LONG_RUN, "documents are missing")
        early = max(size for done, size in samples if done <= SETTLED)
        late = max(size for done, size in samples if done > SETTLED)
        check(late <= early * GROWTH, f"memory grew from {early >> 20} to {late >> 20} MiB as {form}")
        figures[f"{form}: seconds"] = f"{took:.0f}"
        figures[f"{form}: most memory up to document {SETTLED:,}, MiB"] = f"{early / 2**20:.0f}"
        figures[f"{form}: most memory from there on, MiB"] = f"{late / 2**20:.0f}"
        shutil.rmtree(output)
    return figures


def disk(folder: Path) -> Figures:
    """The disk is full again and again, and a little larger each time."""
    soak = Soak(folder)
    place = soak.folder / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False, capture_output=True
    )
    if mounted.returncode:
        return {"left out": "no small file system can be mounted here"}
    figures: Figures = {}
    try:
        raw = soak.documents("disk-raw", ((f"n{n}", talk(n) * 6) for n in range(2000)))
        for form in ("json", "jsonl", "parquet"):
            output, full = place / form, 0
            more = [*soak.logged(), "--set", "run.shard=2"]
            soak.log.unlink(missing_ok=True)
            for size in range(2, 200, 4):
                subprocess.run(["mount", "-o", f"remount,size={size}m", place], check=True)
                code, _, said = soak.start(raw, output, *more, form=form).end(300)
                if code == 0:
                    break
                check("rerun the same command to resume" in said and "Traceback" not in said, said)
                full += 1
            check(account(output)["documents"] == 2000, "documents are missing")
            other = soak.folder / f"disk-{form}"
            check(soak.start(raw, other, *more, form=form).end(300)[0] == 0, "the undisturbed run failed")
            check(tree(output) == tree(other), f"other bytes as {form}")
            figures[f"{form}: times that the disk was full"] = f"{full}"
            again = processed(soak.log).total() - 2 * 2000
            figures[f"{form}: documents done twice, each time"] = f"{again / max(full, 1):.0f}"
            for written in (output, other):
                shutil.rmtree(written)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
    return figures


def histories(folder: Path) -> Figures:
    """Many random histories of changing sources and settings and killed runs."""
    count = 100
    test = [sys.executable, "-m", "pytest", "-q", str(ROOT / "tests" / "runs" / "test_any_history.py")]
    done = subprocess.run(
        test, cwd=ROOT, env={**os.environ, "HISTORIES": str(count)}, check=False, capture_output=True, text=True
    )
    check(done.returncode == 0, done.stdout[-4000:])
    return {"histories": f"{3 * count}", "that end as a run into an empty folder does": "all"}


PARTS: tuple[Part, ...] = (kills, poison, memory, disk, histories)


def _size(log: Path) -> int:
    """How many lines it has."""
    with suppress(FileNotFoundError):
        return log.read_bytes().count(b"\n")
    return 0


def _noted(output: Path) -> int:
    """Returns how many documents the state of the run has."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{output}/_run/state.sqlite?mode=ro", uri=True)) as state,
    ):
        return int(state.execute("SELECT count(*) FROM documents").fetchone()[0])
    return 0


def _pss(run: Running) -> int:
    """Returns the memory of all processes of a run in bytes; shared memory counts once."""
    total = 0
    for number in [run.process.pid, *run.processes()]:
        with suppress(OSError):
            told = Path(f"/proc/{number}/smaps_rollup").read_text("utf-8")
            total += next(int(line.split()[1]) << 10 for line in told.splitlines() if line.startswith("Pss:"))
    return total
