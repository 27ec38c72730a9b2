"""How right the output is: on the samples, against the right text and structure; on public data, by its own scorers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import msgspec

from pipeline.config.settings import Input
from pipeline.core.pipeline import Pipeline
from pipeline.errors import DocumentError
from pipeline.model.record import Record
from pipeline.model.restore import source_text
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile, find_files
from pipeline.text.edits import apply

Place = tuple[int, str, str]


def report(root: Path, public: Path) -> None:
    """Prints what was repaired, missed and harmed, the fields that are right, and what public scorers say."""
    print("\naccuracy on the samples: repairs wanted, made, false; fields of the structure, right")
    totals = [0, 0, 0, 0, 0]
    pipeline = Pipeline()
    files, _ = find_files([root / "raw"])
    for file in files:
        row = sample_scores(pipeline, file, root / "seeds" / file.id)
        totals = [a + b for a, b in zip(totals, row, strict=True)]
        print(f"  {file.id:24s} {row[0]:5d} {row[1]:5d} {row[2]:5d}   {row[3]:6d} {row[4]:6d}")
    print(f"  {'all':24s} {totals[0]:5d} {totals[1]:5d} {totals[2]:5d}   {totals[3]:6d} {totals[4]:6d}")
    for title, script, arguments in _public(public) if public.exists() else ():
        print(f"\n{title}")
        done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)
        print("  " + (done.stdout + done.stderr).strip().replace("\n", "\n  "))


def sample_scores(pipeline: Pipeline, file: InputFile, seed: Path) -> list[int]:
    """Of one sample: repairs wanted, made and false; fields of the structure, and how many of them are right."""
    (record,) = records([file], Input())
    if not isinstance(record, Record):
        raise DocumentError(file.id, record.reason)
    article = pipeline.process(record.data, id=record.id, origin=record.origin)
    given = source_text(article)
    for change in article.provenance.changes:
        if change.stage == "decoding":
            given = apply(given, change.edits)
    right = seed.with_name(f"{seed.name}.txt").read_bytes().decode("utf-8")
    wanted, made = repairs(given, right), repairs(given, article.text)
    want = dict(_leaves(json.loads(seed.with_name(f"{seed.name}.json").read_text("utf-8"))))
    got = dict(_leaves(json.loads(msgspec.json.encode(article))))
    want.pop("/id")
    same = sum(got.get(key) == value for key, value in want.items())
    return [len(wanted), len(wanted & made), len(made - wanted), len(want), same]


def repairs(before: str, after: str) -> set[Place]:
    """The replacements that lead from one text to another, line by line where both have as many lines."""
    a, b = before.split("\n"), after.split("\n")
    if len(a) != len(b):
        a, b = [before], [after]
    found = set()
    for i, (old, new) in enumerate(zip(a, b, strict=True)):
        if old != new:
            for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
                if kind != "equal":
                    found.add((i, f"{start}:{old[start:end]}", new[new_start:new_end]))
    return found


def _leaves(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{pointer}/{key}")
    elif isinstance(value, list):
        yield f"{pointer}#", len(value)
        for i, inner in enumerate(value):
            yield from _leaves(inner, f"{pointer}/{i}")
    else:
        yield pointer, value


def _public(folder: Path) -> Iterator[tuple[str, str, list[str]]]:
    """The scorers of the public data, where it is there: a title, the script, its arguments."""
    bench, cases, seeds = folder / "bench", folder / "cases", folder / "seeds"
    if (seeds / "check.py").exists():
        for raw in sorted(seeds.glob("*.txt")):
            beside = [str(raw), str(raw.with_suffix(".expected.json")), str(raw.with_suffix(".fixes.json"))]
            yield f"a real article: {raw.stem}", str(seeds / "check.py"), beside
    if (cases / "score.py").exists():
        yield "real documents: dialogue and credits", str(cases / "score.py"), []
    if (bench / "entities" / "score.py").exists():
        yield "damaged entities", str(bench / "entities" / "score.py"), []
    if (bench / "spacing" / "score.py").exists():
        sets = [str(path) for path in sorted((bench / "spacing").glob("*.jsonl.gz"))]
        yield "missing spaces", str(bench / "spacing" / "score.py"), [*sets, str(bench / "spacing" / "hard.json")]
