"""What a whole run costs beside the work itself: the engine, more workers, shards, going on, memory.

The documents are the samples in which one word or Chinese character of four is another one, so that no two are alike;
the many are tiny. Each run is a command of its own, from its start to its end. The work is the same documents one after
the other in one process that does nothing else: read, processed, and each written to its file.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.exports import altered

LOOKED = 0.5
"""Seconds between two looks at the memory of all processes."""

WORK = """
import sys
from pathlib import Path
from pipeline import Pipeline
from pipeline.runs.article_counts import ContentTotals
from pipeline.runs.output.article_writer import FilePerArticle, write_article
from pipeline.runs.outcome import process_record
from pipeline.config.settings import Input
from pipeline.readers.input_files import find
from pipeline.readers.documents import records
pipeline, writer, totals = Pipeline(), FilePerArticle(Path(sys.argv[2])), ContentTotals()
for record in records(find([sys.argv[1]])[0], Input()):
    totals.add(write_article(record, process_record(record, pipeline), writer).counts)
"""


def report(root: Path, count: int = 4_000, many: int = 1_000_000) -> None:
    """Prints both tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dump = folder / "dump.jsonl"
        _dump(dump, ({"id": f"{n % 100:02d}/{n:06d}", "text": text} for n, text in enumerate(altered(root, count))))
        size = dump.stat().st_size / 1e6
        print(f"\nruns of {count:,} documents, {size:.1f} MB of JSON lines, on {os.cpu_count()} processors")
        print(f"  {'':34s} {'s':>8s} {'docs/s':>8s} {'MB at the peak':>15s}")
        work = _told("one process, nothing else", count, [sys.executable, "-c", WORK, str(dump), str(folder / "work")])
        ones = _run("run, 1 worker", count, dump, folder / "one", "--workers", "1")
        twos = _run("run, 2 workers", count, dump, folder / "two", "--workers", "2")
        print(f"  the engine adds {ones / work - 1:.1%} to the work; 2 workers are {ones / twos:.2f} times 1")
        _run("the same again, nothing to do", count, dump, folder / "two", "--workers", "2")
        for form in ("jsonl", "parquet"):
            _run(f"run --format {form}, 2 workers", count, dump, folder / form, "--workers", "2", "--format", form)
        shutil.rmtree(folder / "two")
        dump.unlink()

        tiny = folder / "tiny.jsonl"
        _dump(tiny, _tiny(many))
        print(f"\nruns of {many:,} tiny documents, in shards of lines")
        target = folder / "many"
        _run("run, 2 workers", many, tiny, target, "--format", "jsonl")
        _run("the same again, nothing to do", many, tiny, target, "--format", "jsonl")
        _run("again, each compared by its hash", many, tiny, target, "--format", "jsonl", "--check-hash")
        state = (target / "_run" / "state.sqlite").stat().st_size
        print(f"  the state takes {state / many:.0f} bytes a document")


def _dump(path: Path, rows: Iterator[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _tiny(count: int) -> Iterator[dict[str, str]]:
    chance = random.Random(count)
    for number in range(count):
        yield {"id": f"n{number}", "text": f"Daily Post: Why {chance.random()}?\nIda Moss: “{number}” 是水门的号码。\n"}


def _run(what: str, count: int, dump: Path, target: Path, *options: str) -> float:
    return _told(what, count, [sys.executable, "-m", "pipeline", "run", str(dump), "-o", str(target), "-q", *options])


def _told(what: str, count: int, command: list[str]) -> float:
    """Runs a command, prints its line, and gives the seconds it took."""
    began, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(command, start_new_session=True)
    while True:
        try:
            if process.wait(LOOKED):
                raise SystemExit(f"{what}: exit code {process.returncode}")
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, memory(process.pid))
    took = time.perf_counter() - began
    print(f"  {what:34s} {took:8.1f} {count / took:8.0f} {peak:15.0f}", flush=True)
    return took


def memory(session: int) -> float:
    """Megabytes that all processes of a session have together, what they share counted once."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                told = re.search(r"^Pss:\s+(\d+)", (folder / "smaps_rollup").read_text(), re.MULTILINE)
                total += int(told[1]) if told else 0
        except OSError:
            # It has ended since.
            continue
    return total / 1024
