"""What readers add to the whole way, a record, and how much memory a million records take.

The records are interviews of some 22 kB, joined from the clean samples, and tiny ones of a question and an answer. All
formats hold the same ones. The whole way is reading, processing and encoding. Memory is that of a process of its own at
its peak; what it takes before it reads anything is told beside it.
"""

import csv
import itertools
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.timing import best
from pipeline.config.settings import Input
from pipeline.core.pipeline import Pipeline
from pipeline.exporters.json import encode_article
from pipeline.model.record import Record
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile

ARTICLE = 22_000
"""Bytes of an article, as the real ones have on the average."""
FIELDS = ("id", "title", "url", "text")
Fields = dict[str, str]


def report(root: Path, rounds: int, million: int = 1_000_000) -> None:
    """Prints both tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, count, processed, made in (("22 kB", 400, 60, _long(root)), ("tiny", 50_000, 2000, _tiny())):
            rows = list(itertools.islice(made, count))
            print(f"\nreading {count:,} records of {what}: us a record (best of {rounds})")
            print(f"  {'':10s} {'reading':>9s} {'whole way':>10s} {'share':>7s} {'MB':>7s}")
            processing = _processing(rows[:processed], rounds)
            for form, write in WRITERS.items():
                path = write(folder / f"t.{form}", iter(rows))
                took = best(lambda path=path: _read(path), rounds) / count / 1000  # type: ignore[misc]
                size = path.stat().st_size / 1e6
                share = took / (took + processing)
                print(f"  {form:10s} {took:9.1f} {took + processing:10.1f} {share:7.1%} {size:7.1f}")
        print(f"\nmemory at the peak, MB: reading {million:,} tiny records; a whole run over {million // 50:,} of them")
        print(f"  {'':10s} {'before':>9s} {'reading':>10s} {'run':>7s}")
        for form in ("jsonl", "json", "csv", "parquet", "arrow", "sqlite"):
            many = WRITERS[form](folder / f"m.{form}", itertools.islice(_tiny(), million))
            few = WRITERS[form](folder / f"f.{form}", itertools.islice(_tiny(), million // 50))
            before, reading = _memory(READ, many)
            _, run = _memory(RUN, few, folder / f"out-{form}")
            print(f"  {form:10s} {before:9.0f} {reading:10.0f} {run:7.0f}")
            many.unlink()


def _long(root: Path) -> Iterator[Fields]:
    texts = [path.read_text("utf-8") for path in sorted((root / "seeds").glob("*.txt"))]
    whole = itertools.cycle(texts)
    for number in itertools.count(1):
        text = f"{number}\n{next(whole)}"
        while len(text.encode()) < ARTICLE:
            text += "\n" + next(whole)
        yield _record(number, text.encode()[:ARTICLE].decode("utf-8", "ignore"))


def _tiny() -> Iterator[Fields]:
    for number in itertools.count(1):
        yield _record(number, f'Daily Post: Why number {number}?\nIda Moss: "{number}" 是水门的号码。\n')


def _record(number: int, text: str) -> Fields:
    url = f"https://example.org/{number}"
    return dict(zip(FIELDS, (f"n{number}", f"The weir, 第{number}回", url, text), strict=True))


def _jsonl(path: Path, rows: Iterator[Fields]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def _json(path: Path, rows: Iterator[Fields]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for number, row in enumerate(rows):
            file.write((",\n" if number else "") + json.dumps(row, ensure_ascii=False))
        file.write("]")
    return path


def _csv(path: Path, rows: Iterator[Fields]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _parquet(path: Path, rows: Iterator[Fields]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, _schema(), compression="zstd") as writer:
        for batch in _batches(rows):
            writer.write_table(pa.Table.from_pylist(batch, _schema()))
    return path


def _arrow(path: Path, rows: Iterator[Fields]) -> Path:
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, _schema()) as writer:
        for batch in _batches(rows):
            writer.write_table(pa.Table.from_pylist(batch, _schema()))
    return path


def _schema() -> object:
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in FIELDS])


def _batches(rows: Iterator[Fields]) -> Iterator[list[Fields]]:
    while batch := list(itertools.islice(rows, 100_000)):
        yield batch


def _sqlite(path: Path, rows: Iterator[Fields]) -> Path:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE articles (id TEXT, title TEXT, url TEXT, text TEXT)")
        connection.executemany("INSERT INTO articles VALUES (:id, :title, :url, :text)", rows)
        connection.commit()
    return path


WRITERS: dict[str, Callable[[Path, Iterator[Fields]], Path]] = {
    "jsonl": _jsonl,
    "json": _json,
    "csv": _csv,
    "parquet": _parquet,
    "arrow": _arrow,
    "sqlite": _sqlite,
}


def _read(path: Path) -> int:
    return sum(isinstance(record, Record) for record in records([InputFile(path, path.name, named=True)], Input()))


def _processing(rows: list[Fields], rounds: int) -> float:
    """Microseconds that a record takes from its text to the bytes of its article."""
    pipeline = Pipeline()
    others = dict.fromkeys(FIELDS[:-1], "")

    def once() -> None:
        for row in rows:
            encode_article(pipeline.process(row["text"], id=row["id"], metadata={**others, **row, "text": ""}))

    return best(once, rounds) / len(rows) / 1000


PEAK = """
import sys
from pathlib import Path
def peak():
    # What getrusage tells is the parent's, where that was more.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("VmHWM"))
path = Path(sys.argv[1])
"""
READ = """
from pipeline.config.settings import Input
from pipeline.readers.input_files import File
from pipeline.readers.documents import records
from pipeline.model.record import Record
before = peak()
found = sum(isinstance(record, Record) for record in records([File(path, path.name, True)], Input()))
assert found, found
print(before, peak())
"""
RUN = """
from pipeline.cli import main
before = peak()
assert main(["run", str(path), "-q", "-o", sys.argv[2]]) == 0
print(before, peak())
"""


def _memory(code: str, *arguments: Path) -> tuple[float, float]:
    """Megabytes before and at the peak."""
    command = [sys.executable, "-c", PEAK + code, *map(str, arguments)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    before, peak = ran.stdout.split()[-2:]
    return int(before) / 1024, int(peak) / 1024
