"""Damaged states: a run continues, or reports the damage and the next run continues; no article is lost."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from pipeline.errors import PipelineError
from runs.test_plan import Runs

EDITED = "quay.json"


def written(folder: Path) -> Runs:
    """An output whose state knows a failure, a part that was left out and an article that is now edited."""
    runs = Runs(folder)
    runs.write("quay.txt", "The quay is wet.\n")
    runs.write("wire/pier.txt", "The pier quot;groans quot;.\n")
    runs.table("dump.jsonl", **{f"d{n}": f"Boat {n}." for n in range(30)}, empty="")
    dump = runs.raw / "dump.jsonl"
    dump.write_text(dump.read_text("utf-8") + "no row\n", "utf-8")
    runs.run()
    path = runs.output / EDITED
    path.write_text(path.read_text("utf-8").replace("wet", "dry"), "utf-8")
    return runs


def cases(data: bytes, seed: int, flips: int | None) -> Iterator[tuple[str, bytes]]:
    """Yields damaged states and what is wrong with each: all single bits, or a sample."""
    page = 4096
    for at in range(0, len(data), page):
        yield f"cut at {at}", data[:at]
        yield f"zeros at {at}", data[:at] + bytes(page) + data[at + page :]
        yield f"page {at} twice", data[:at] + data[at - page : at] + data[at + page :] if at else data[page:]
    yield "cut within a page", data[:-100]
    yield "text", b"no database at all\n" * 99
    yield "longer", data + b"\0" * 5_000
    bits = range(len(data) * 8)
    for bit in bits if flips is None else sorted(random.Random(seed).sample(bits, flips)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", bytes(changed)


def foreign(path: Path, statements: str) -> bytes:
    """A database with other contents."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(statements)
    data = path.read_bytes()
    path.unlink()
    return data


class Trial:
    """An output with a sound state, and runs over it with other states."""

    def __init__(self, folder: Path) -> None:
        self.runs = written(folder)
        self.output = self.runs.output
        self.state = self.output / "_run" / "state.sqlite"
        self.data = self.state.read_bytes()
        self.expected = self.articles()
        self._kept = folder / "kept"
        shutil.copytree(self.output, self._kept)

    def articles(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.output).as_posix(): path.read_bytes()
            for path in self.output.rglob("*.json")
            if "_run" not in path.parts
        }

    def reset(self) -> None:
        shutil.rmtree(self.output)
        shutil.copytree(self._kept, self.output)

    def fault(self, damage: Callable[[Path], object], *, was_killed: bool) -> str | None:
        """Returns what goes wrong with this damage, or nothing."""
        self.reset()
        if was_killed:
            self.state.with_name("state.sqlite-closed").unlink()
        damage(self.state)
        errors = []
        for _ in range(2):
            try:
                self.runs.run()
                break
            except PipelineError as error:
                errors.append(str(error))
        else:
            return f"no run goes on: {errors}"
        if self.articles() != self.expected:
            return "articles are lost or changed"
        try:
            done = self.runs.run()
        except PipelineError as error:
            return f"the next run fails: {error}"
        if done:
            return f"the next run does again {done}"
        return None if self.articles() == self.expected else "the next run changes articles"
