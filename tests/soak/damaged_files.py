"""Damaged files of every format through every reader, in a process with limits of memory and time."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from damaged import damaged_file, sound_files
from ordeal import ROOT

from soak.part import Figures, Part, check

COUNT = 20_000
SEED = 25
AT_ONCE = 500
"""Files for which one process is used: what it holds then is not due to one of them."""
COMMAND = [sys.executable, "-m", "soak.reading_child"]


class Outcome:
    """What became of some files. `found` counts documents by kind; `faults` lists names and what happened."""

    def __init__(self) -> None:
        self.files = 0
        self.refused = 0
        self.found: Counter[str] = Counter()
        self.faults: list[tuple[int, str, str]] = []


def damaged_files(folder: Path) -> Figures:
    """Each is read, or refused with a reason."""
    outcome = read_damaged(folder, range(COUNT), SEED)
    for number, name, what in outcome.faults[:20]:
        print(f"  file {number} ({name}): {what}")
    check(not outcome.faults, f"{len(outcome.faults)} damaged files are neither read nor refused")
    return {
        "damaged files": f"{outcome.files:,}",
        "sound files they were made of": f"{len(sound_files())}",
        "from which documents came": f"{outcome.files - outcome.refused:,}",
        "documents": f"{outcome.found['Record']:,}",
        "reasons why one cannot be read": f"{outcome.found['Unreadable']:,}",
        "tracebacks, hangs and deaths": "none",
    }


PARTS: tuple[Part, ...] = (damaged_files,)


def read_damaged(folder: Path, numbers: range, seed: int) -> Outcome:
    """Reads the damaged files with these numbers."""
    outcome = Outcome()
    for first in range(numbers.start, numbers.stop, AT_ONCE):
        pending = list(range(first, min(first + AT_ONCE, numbers.stop)))
        while pending:
            # A process that dies leaves the rest of its files to the next one.
            with _child() as child:
                pending = pending[_ask(child, folder, pending, seed, outcome) :]
    return outcome


@contextmanager
def _child() -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    with subprocess.Popen(
        COMMAND,
        cwd=ROOT / "tests",
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _ask(child: "subprocess.Popen[str]", folder: Path, numbers: list[int], seed: int, outcome: Outcome) -> int:
    """Returns how many files the process answered or died of."""
    assert child.stdin
    assert child.stdout
    for done, number in enumerate(numbers, 1):
        name, data = damaged_file(number, seed)
        path = folder / name
        path.write_bytes(data)
        outcome.files += 1
        try:
            child.stdin.write(f"{path}\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = ""
        path.unlink()
        if not line:
            code = child.wait()
            outcome.faults.append((number, name, f"the process ended with {code}"))
            return done
        told = json.loads(line)
        outcome.found.update(told["found"])
        outcome.refused += not told["found"].get("Record")
        if told["fault"] is not None:
            outcome.faults.append((number, name, told["fault"]))
    return len(numbers)
