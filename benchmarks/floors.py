"""Floors of quality: how right the project's own annotated samples are read, and that no change lowers it.

`floors.json` holds the scores of every document. A figure is the sum of one score over all documents. `python -m
benchmarks.floors` measures again, fails when a figure is lower than in the file, and names the documents that changed.
`--update` writes the file after an improvement; it refuses to lower a figure unless `--lower` says that this is meant.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks.accuracy import repairs, sample_scores
from benchmarks.structure import checks, rows
from pipeline.core.pipeline import Pipeline
from pipeline.readers.input_files import InputFile, find_files

ROOT = Path(__file__).parent.parent
FILE = Path(__file__).with_name("floors.json")


class Score(msgspec.Struct, frozen=True, array_like=True):
    """How many of how many are right."""

    right: int
    total: int

    def __str__(self) -> str:
        return f"{self.right} of {self.total}"

    def is_below(self, other: "Score") -> bool:
        """Whether a smaller share is right, compared without rounding."""
        return self.right * max(other.total, 1) < other.right * max(self.total, 1)


NOT_SCORED = Score(0, 0)

Scores = Mapping[str, Mapping[str, Score]]
"""For each document, its score in each figure that it counts for."""


class Change(NamedTuple):
    """A figure that is not what it was, and the documents in which it changed."""

    figure: str
    before: Score
    after: Score
    documents: tuple[str, ...]

    def __str__(self) -> str:
        fell = self.after.is_below(self.before)
        lines = [f"{self.figure}: {'fell' if fell else 'changed'} from {self.before} to {self.after}"]
        return "\n".join([*lines, *(f"    {line}" for line in self.documents)])


# --- measuring


class Task(NamedTuple):
    """One document to measure: its name in the file, and the set that it belongs to."""

    kind: str
    document: str


def measure() -> dict[str, dict[str, Score]]:
    """The scores of all annotated documents of the project, one process for each processor."""
    with ProcessPoolExecutor() as pool:
        results = pool.map(scores_of, tasks := list(_tasks()))
        return {f"{task.kind}/{task.document}": scores for task, scores in zip(tasks, results, strict=True)}


def _tasks() -> Iterator[Task]:
    for kind in ("samples", "clean"):
        for document in sorted(_sample_files()):
            yield Task(kind, document)
    for document in sorted(_annotations()):
        yield Task("structure", document)


def scores_of(task: Task) -> dict[str, Score]:
    """The scores of one document, in the figures of its set."""
    match task.kind:
        case "samples":
            return _damaged_sample(task.document)
        case "clean":
            return _clean_text(task.document)
        case _:
            return _structure(task.document)


def _damaged_sample(document: str) -> dict[str, Score]:
    """A damaged sample against the right text and the right structure."""
    file = _sample_files()[document]
    wanted, made, false, fields, right = sample_scores(_pipeline(), file, ROOT / "seeds" / document)
    return {
        "repairs that are made": Score(made, wanted),
        "repairs that are right": Score(made, made + false),
        "fields that are right": Score(right, fields),
    }


def _clean_text(document: str) -> dict[str, Score]:
    """The right text as input: no line of it may change."""
    data = (ROOT / "seeds" / f"{document}.txt").read_bytes()
    text = data.decode("utf-8")
    changed = {line for line, _, _ in repairs(text, _pipeline().process(data, id=document).text)}
    lines = text.count("\n") + 1
    return {"clean lines that stay": Score(lines - len(changed), lines)}


def _structure(document: str) -> dict[str, Score]:
    """An annotated layout: each field that the annotation gives is right or wrong."""
    row = _annotations()[document]
    article = _pipeline().process((ROOT / "seeds" / "structure" / row["file"]).read_bytes(), id=document)
    return {f"{row['group']}: {field}": Score(int(right), 1) for field, right in checks(row, article).items()}


@cache
def _pipeline() -> Pipeline:
    return Pipeline()


@cache
def _sample_files() -> dict[str, InputFile]:
    return {file.id: file for file in find_files([ROOT / "raw"])[0]}


@cache
def _annotations() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows(ROOT / "seeds" / "structure")}


# --- comparing


def figures(scores: Scores) -> dict[str, Score]:
    """The sum of every figure over all documents, in the order in which they first come."""
    right, total = Counter[str](), Counter[str]()
    for document in scores.values():
        for figure, score in document.items():
            right[figure] += score.right
            total[figure] += score.total
    return {figure: Score(right[figure], total[figure]) for figure in total}


def changes(floors: Scores, measured: Scores) -> list[Change]:
    """Every figure that is not what it was, with the documents that are the reason.

    Figures are compared over the documents that both have: a new sample that is hard lowers no figure.
    """
    common = floors.keys() & measured.keys()
    before = figures({name: scores for name, scores in floors.items() if name in common})
    after = figures({name: scores for name, scores in measured.items() if name in common})
    found = []
    for figure in {**before, **after}:
        documents = [
            f"{name}: {old.get(figure, 'not scored')} -> {new.get(figure, 'not scored')}"
            for name, old in floors.items()
            if (new := measured.get(name)) is not None and old.get(figure) != new.get(figure)
        ]
        if documents:
            found.append(
                Change(figure, before.get(figure, NOT_SCORED), after.get(figure, NOT_SCORED), tuple(documents))
            )
    return found


def uncovered(floors: Scores, measured: Scores) -> list[str]:
    """The documents that only one of the two has."""
    added = [f"{name}: not in {FILE.name}" for name in measured if name not in floors]
    return added + [f"{name}: no longer among the samples" for name in floors if name not in measured]


# --- the file and the command


class _File(msgspec.Struct, frozen=True):
    documents: dict[str, dict[str, Score]]


def load(path: Path = FILE) -> dict[str, dict[str, Score]]:
    """The scores in the file."""
    return msgspec.json.decode(path.read_bytes(), type=_File).documents


def dump(scores: Scores) -> str:
    """The content of the file: the figures for whoever reads it, and a line for each document."""

    def lines(items: Mapping[str, object]) -> str:
        return ",\n".join(f"  {_json(key)}: {_json(value)}" for key, value in items.items())

    return f'{{\n"figures": {{\n{lines(figures(scores))}\n}},\n"documents": {{\n{lines(scores)}\n}}\n}}\n'


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def check(floors: Scores, measured: Scores) -> tuple[bool, str]:
    """Whether no figure fell and the file knows all documents, and what to print."""
    changed, missing = changes(floors, measured), uncovered(floors, measured)
    fallen = [change for change in changed if change.after.is_below(change.before)]
    if fallen:
        advice = "If this is meant: make floors LOWER=1"
    elif missing or changed:
        advice = "To record this: make floors"
    else:
        advice = f"floors: all {len(figures(floors))} figures of {len(floors)} documents hold"
    return not fallen and not missing, "\n".join([*map(str, fallen or changed), *missing, advice])


def update(floors: Scores, measured: Scores, *, lower: bool) -> tuple[bool, str]:
    """Whether the file may be written, and what to print."""
    changed = changes(floors, measured)
    fallen = [change for change in changed if change.after.is_below(change.before)]
    if fallen and not lower:
        return False, "\n".join([*map(str, fallen), "not written; if lower floors are meant: make floors LOWER=1"])
    return True, "\n".join([*map(str, changed), *uncovered(floors, measured), f"written: {FILE.name}"])


def main() -> int:
    """Checks or updates the floors; 1 if a figure fell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floors", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the figures that are measured now")
    parser.add_argument("--lower", action="store_true", help="also write those that fell")
    options = parser.parse_args()
    floors, measured = load() if FILE.exists() else {}, measure()
    if not options.update:
        passed, message = check(floors, measured)
    else:
        passed, message = update(floors, measured, lower=options.lower)
        if passed:
            FILE.write_text(dump(measured), "utf-8")
    print(message)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
