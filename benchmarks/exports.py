"""One output in every format: how large it is, how long it takes to write and to read back, and what the search adds.

The articles are made from the samples: each is a sample in which one word or Chinese character of four is another one
of the samples, so that no two are alike, as they would not be. The same seed gives the same articles.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import regex

import pipeline
from pipeline.exporters.tables import ngrams
from pipeline.text.decoding import decode

SEED = 20_250_318
ARTICLES = 2_000
CHANGED = 0.25

WORD = regex.compile(r"\p{Han}|\p{Ll}{4,}")
TARGETS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("json", "folder", {}),
    ("jsonl", "a.jsonl", {}),
    ("jsonl", "a.jsonl.gz", {}),
    ("jsonl", "a.jsonl.zst", {}),
    ("parquet", "a.parquet", {}),
    ("sqlite", "a.sqlite", {}),
    ("duckdb", "a.duckdb", {}),
    ("parquet", "exchanges.parquet", {"rows": "exchanges"}),
    ("parquet", "turns.parquet", {"rows": "turns"}),
    ("csv", "exchanges.csv", {}),
    ("csv", "turns.csv", {"rows": "turns"}),
    ("text", "a.txt", {}),
    ("messages", "chats.jsonl", {}),
)
WHOLE = ("json", "jsonl", "sqlite", "duckdb")
"""Formats that hold whole articles; of Parquet only the table of articles does."""


def report(root: Path, count: int = ARTICLES) -> None:
    """Prints a line a format."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pipeline.export(generated(root, count), folder / "all.jsonl")
        source = sum(article.provenance.source.bytes for article in pipeline.read(folder / "all.jsonl"))
        print(f"\nexports of {count:,} articles, {source / 1e6:.1f} MB of source text; reading included in writing")
        print(f"  {'':32s} {'MB':>8s} {'write, s':>10s} {'read, s':>10s}")
        for to, target, options in TARGETS:
            path = folder / target
            wrote = _seconds(lambda: pipeline.export(pipeline.read(folder / "all.jsonl"), path, to, **options))  # noqa: B023 -- called at once
            read = ""
            if to in WHOLE or target == "a.parquet":
                read = f"{_seconds(lambda: sum(1 for _ in pipeline.read(path))):10.1f}"  # noqa: B023 -- see above
            print(f"  {f'{to}: {target}':32s} {_size(path) / 1e6:8.1f} {wrote:10.1f} {read:>10s}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
        print(f"  {'most memory of all this, MB':32s} {peak:8.0f}")
        print("\nthe search in SQLite: words of up to so many characters are found by typing them; MB of the database")
        for longest in (1, 2, 4, 6, 8):
            with _longest(longest):
                took = _seconds(lambda: pipeline.export(pipeline.read(folder / "all.jsonl"), folder / "b.sqlite"))
            print(f"  {longest:<32d} {_size(folder / 'b.sqlite') / 1e6:8.1f} {took:10.1f}")


def generated(root: Path, count: int) -> Iterator[pipeline.Article]:
    """The articles, processed."""
    for n, text in enumerate(altered(root, count)):
        yield pipeline.process(text, id=f"{n % 100:02d}/{n:06d}")


def altered(root: Path, count: int) -> Iterator[str]:
    """The samples, one after the other and again, each time with other words."""
    chance = random.Random(SEED)
    samples = [decode(path.read_bytes()).text for path in sorted((root / "raw").rglob("*.txt"))]
    known: dict[bool, list[str]] = {True: [], False: []}
    for sample in samples:
        for word in WORD.findall(sample):
            known[word.isascii()].append(word)

    def other(match: "regex.Match[str]") -> str:
        return chance.choice(known[match[0].isascii()]) if chance.random() < CHANGED else match[0]

    for n in range(count):
        yield WORD.sub(other, samples[n % len(samples)])


def _seconds(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def _size(path: Path) -> int:
    return (
        sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else path.stat().st_size
    )


@contextmanager
def _longest(units: int) -> Iterator[None]:
    kept = ngrams.MAX_NGRAM_UNITS
    ngrams.MAX_NGRAM_UNITS = units
    try:
        yield
    finally:
        ngrams.MAX_NGRAM_UNITS = kept
