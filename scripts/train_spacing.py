"""Grows the forests of `pipeline/segmentation/`, which tell where a space is missing. Same sources, same bytes.

    python scripts/train_spacing.py CORPUS.txt.xz... --public FOLDER [--to pipeline/segmentation] [--folds FOLDER]

It learns from the blocks of the corpora that `build_lexicon.held_out` names, clean and with spaces taken out, read with
word data that was counted without them; and from the development half of the public benchmark (`clean`, `r01`, `r03`,
`r10`), whose real joins (`noise.json`) are left out. Five-fold by document it says how sure each score is
(`reliability.tsv`), and with `--folds` it keeps the forests of each fold, for `benchmarks/spacing.py --folds`.

scikit-learn grows the trees; nothing that runs needs it.
"""

import argparse
import gzip
import itertools
import json
import math
import multiprocessing
import random
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parent))
from build_lexicon import held_out, lines_of
from forest_file import forest_bytes

from pipeline.lexicon import english
from pipeline.segmentation.candidates import SpaceCandidate, space_candidates
from pipeline.segmentation.counts import DocumentCounts
from pipeline.segmentation.features import CandidateFeatures
from pipeline.segmentation.score import second_pass_features
from pipeline.segmentation.trees import MAX_DEPTH, UNITS_PER_NAT, Trees

Array = NDArray[Any]

LEVELS = ("clean", "r01", "r03", "r10")
WEIGHTS = {"clean": 3.0, "r01": 2.0, "r03": 1.0, "r10": 0.6}
"""How much a gap counts, by the share of spaces that its document has lost: most texts have lost few."""
SYNTHETIC, PUBLIC = 0.5, 1.5
RATES = ((0.002, "r01"), (0.005, "r01"), (0.01, "r01"), (0.03, "r03"), (0.1, "r10"))
"""The share of spaces that a made document loses. A real article has often lost no more than two in a thousand."""
SIZES = (1, 1, 4, 12, 40)
"""Lines of a document that is made of a corpus."""
DAMAGED = 2
"""Damaged forms of each."""
FOLDS = 5
SMALL = frozenset(
    (  # noqa: SIM905
        "the a an of in on at to for from by with and or but as is are was were be been has have had that which who "
        "this these those their its our his her they we he she it will would can could should may not than then so "
        "if when while into over under about between"
    ).split()
)


class Text(NamedTuple):
    """A document as it came and as it should be, line by line."""

    id: str
    level: str
    given: list[str]
    right: list[str]


class Rows(NamedTuple):
    """The gaps of some documents: whose they are, what is said of each, whether a space is missing there."""

    documents: list[tuple[str, str, DocumentCounts, int]]
    """Level, id, evidence and number of gaps of each document."""
    features: list[tuple[int, ...]]
    wanted: list[bool]
    noise: list[bool]


def damaged(line: str, rate: float, chance: random.Random) -> str:
    """A line without some of its spaces, more often beside capitals, commas, dashes and small words."""
    words = line.split(" ")
    found = [words[0]]
    for left, right in itertools.pairwise(words):
        likely = left[-1:] in ",-–—" or right[:1].isupper() or right[:1] in "-–—"
        likely = likely or left.lower() in SMALL or right.lower() in SMALL
        if chance.random() < rate * 0.75 * (1.8 if likely else 1.0):
            found[-1] += right
        else:
            found.append(right)
    return " ".join(found)


def synthetic(paths: Iterable[Path], seed: int) -> Iterator[Text]:
    """Documents of the held-out lines, each clean and damaged."""
    chance = random.Random(seed)
    for path in paths:
        lines = [
            re.sub(r"\s+", " ", line.strip()) for number, line in enumerate(lines_of(path)) if held_out(path, number)
        ]
        lines = [line for line in lines if len(line) > 20]
        start = 0
        while start < len(lines):
            right = lines[start : start + chance.choice(SIZES)]
            name = f"{path.name}:{start}"
            yield Text(name, "clean", right, right)
            for rate, level in chance.sample(RATES, DAMAGED):
                yield Text(name, level, [damaged(line, rate, chance) for line in right], right)
            start += len(right)


def public(folder: Path) -> Iterator[Text]:
    """The documents of the development half of the public benchmark."""
    for level in LEVELS:
        with gzip.open(folder / f"{level}.dev.jsonl.gz", "rt", encoding="utf-8") as rows:
            for row in rows:
                told = json.loads(row)
                yield Text(told["id"], level, told["corrupt"], told["correct"])


def spaces(line: str) -> set[int]:
    """The blanks of a line, as numbers of characters before each."""
    count, found = 0, set()
    for character in line.strip():
        if character.isspace():
            found.add(count)
        else:
            count += 1
    return found


def rows_of(texts: Iterable[Text], noise: frozenset[tuple[str, int, int]]) -> Rows:
    """The gaps of `texts`."""
    rows = Rows([], [], [], [])
    for text in texts:
        given = "\n".join(text.given)
        evidence = DocumentCounts(given)
        gaps = list(space_candidates(given, evidence))
        if not gaps:
            continue
        rows.documents.append((text.level, text.id, evidence, len(gaps)))
        starts = [0]
        for line in text.given:
            starts.append(starts[-1] + len(line) + 1)
        wanted = [spaces(right) - spaces(left) for left, right in zip(text.given, text.right, strict=True)]
        for gap in gaps:
            number = next(i for i in range(len(text.given)) if gap.at < starts[i + 1])
            before = len("".join(given[starts[number] : gap.at].split()))
            rows.features.append(gap.features)
            rows.wanted.append(before in wanted[number])
            rows.noise.append((text.id, number, before) in noise)
    return rows


def with_lexicon(folder: str) -> None:
    """Reads word data of another folder, in a process of its own."""
    words = english.Lexicon(Path(folder))
    english.lexicon = lambda: words  # type: ignore[assignment]


def fold_of(name: str) -> int:
    """The fold of a document: all its damaged forms are in one."""
    return zlib.crc32(name.encode()) % FOLDS


class Table(NamedTuple):
    """`Rows` as arrays."""

    features: Array
    wanted: Array
    weights: Array
    folds: Array


def table(rows: Rows, weight: float) -> Table:
    """The arrays of some rows; real joins of the sources weigh nothing."""
    levels = np.array([WEIGHTS[level] for level, _, _, count in rows.documents for _ in range(count)])
    folds = np.array([fold_of(name) for _, name, _, count in rows.documents for _ in range(count)])
    return Table(
        np.array(rows.features, dtype=np.int32), np.array(rows.wanted), levels * weight * ~np.array(rows.noise), folds
    )


def grow(features: Array, wanted: Array, weights: Array, options: argparse.Namespace) -> bytes:
    """A forest, as it is written. What the second is told of the first and of other joins can only raise a score."""
    kept = weights > 0
    rising = [0] * features.shape[1]
    if len(rising) > len(CandidateFeatures._fields):
        rising[len(CandidateFeatures._fields) :] = [1, 1, 1]
    model = HistGradientBoostingClassifier(
        max_iter=options.trees, learning_rate=options.rate, max_leaf_nodes=options.leaves, max_depth=options.depth,
        min_samples_leaf=20, l2_regularization=1.0, early_stopping=False, random_state=0,
        monotonic_cst=rising,
    )  # fmt: skip
    model.fit(features[kept], wanted[kept], sample_weight=weights[kept])
    return forest_bytes(model)


def second_features(rows: Rows, scores: Sequence[int]) -> Array:
    """What the second forest is told."""
    found: list[list[int]] = []
    at = 0
    for _, _, evidence, count in rows.documents:
        gaps = [SpaceCandidate(at=0, inner=False, features=features) for features in rows.features[at : at + count]]
        found += second_pass_features(scores[at : at + count], gaps, evidence)
        at += count
    return np.array(found, dtype=np.int32)


def scores_of(forest: bytes, features: Array) -> Array:
    """The scores that a forest gives, as it gives them where it runs."""
    read = Trees.read(forest)
    parts = [read.scores(features[at : at + 4096].tolist()) for at in range(0, len(features), 4096)]
    return np.array([score for part in parts for score in part], dtype=np.int32)


def reliability(scores: Array, wanted: Array) -> str:
    """Scores and the share of gaps that are right from each on, as lines of `reliability.tsv`.

    A logistic curve over the scores (Platt, "Probabilistic Outputs for Support Vector Machines", 1999): whole numbers
    of percent, so that the tables of two machines are the same.
    """
    curve = LogisticRegression(C=1e6).fit(scores[:, None] / UNITS_PER_NAT, wanted)
    slope, start = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    lines, last = [], -1
    for score in range(-8000, 9001, 10):
        share = min(99, max(1, round(100 / (1 + math.exp(-(slope * score / UNITS_PER_NAT + start))))))
        if share != last:
            lines.append(f"{score}\t{share / 100:.2f}")
            last = share
    return "\n".join(lines) + "\n"


def read_rows(options: argparse.Namespace) -> tuple[Rows, Rows]:
    """The gaps of the corpora, read with word data that has not counted them, and those of the benchmark."""
    noise = frozenset(tuple(place) for place in json.loads((options.public / "noise.json").read_text("utf-8")))
    with tempfile.TemporaryDirectory() as made:
        counted = options.counted or Path(made)
        if not options.counted:
            script = Path(__file__).with_name("build_lexicon.py")
            arguments = [*map(str, options.corpora), "--to", str(counted), "--without-held-out"]
            subprocess.run([sys.executable, str(script), *arguments], check=True)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), with_lexicon, (str(counted),)) as apart:
            waiting = apart.submit(rows_of, list(synthetic(options.corpora, options.seed)), frozenset())
            own = rows_of(public(options.public), noise)
            return waiting.result(), own


class Learnt(NamedTuple):
    """A forest, those of each fold, and what the latter say of the gaps that they have not seen."""

    forest: bytes
    folds: list[bytes]
    scores: Array


def learn(theirs: Table, ours: Table, options: argparse.Namespace) -> Learnt:
    """Grows a forest on the gaps of the corpora and those of the benchmark, and one for each fold of the latter."""

    def grown(part: Array) -> bytes:
        features = np.vstack([theirs.features, ours.features[part]])
        wanted = np.concatenate([theirs.wanted, ours.wanted[part]])
        return grow(features, wanted, np.concatenate([theirs.weights, ours.weights[part]]), options)

    scores = np.zeros(len(ours.wanted), dtype=np.int32)
    folds = []
    for fold in range(FOLDS):
        held = ours.folds == fold
        folds.append(grown(~held))
        scores[held] = scores_of(folds[-1], ours.features[held])
        print(f"fold {fold} is done", flush=True)
    return Learnt(grown(np.ones(len(ours.wanted), dtype=bool)), folds, scores)


def scores_by_halves(table: Table, options: argparse.Namespace) -> Array:
    """What forests say that were grown on the other half of the documents."""
    halves = table.folds % 2
    scores = np.zeros(len(table.wanted), dtype=np.int32)
    for half in (0, 1):
        other = halves != half
        forest = grow(table.features[other], table.wanted[other], table.weights[other], options)
        scores[~other] = scores_of(forest, table.features[~other])
    return scores


def calibrated(own: Rows, ours: Table, scores: Array) -> str:
    """The lines of `reliability.tsv`; prints how many gaps of clean texts are at each confidence."""
    levels = np.array([level for level, _, _, count in own.documents for _ in range(count)])
    usual = ((levels == "r01") | (levels == "r03")) & (ours.weights > 0)
    said = reliability(scores[usual], ours.wanted[usual])
    clean = (levels == "clean") & (ours.weights > 0)
    for share in (50, 60, 70, 80, 90, 95):
        rows = (line.split("\t") for line in said.rstrip().split("\n"))
        least = next(int(score) for score, known in rows if round(100 * float(known)) >= share)
        print(f"{share} %: from {least}; false on clean {int((scores[clean] >= least).sum())}", flush=True)
    return "# Scores of the second forest, and the share of gaps that were right from each on, out of fold.\n" + said


def main() -> None:
    """Makes the rows, grows the forests, writes them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--public", type=Path, required=True, help="folder of the public benchmark")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent.parent / "pipeline" / "spacing")
    parser.add_argument("--folds", type=Path, help="keep the forests of each fold here")
    parser.add_argument("--counted", type=Path, help="word data without the held-out lines; made anew by default")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--trees", type=int, default=150)
    parser.add_argument("--leaves", type=int, default=16)
    parser.add_argument("--depth", type=int, default=MAX_DEPTH)
    parser.add_argument("--rate", type=float, default=0.12)
    options = parser.parse_args()
    made_up, own = read_rows(options)
    print(f"{len(made_up.wanted):,d} gaps of the corpora, {len(own.wanted):,d} of the benchmark", flush=True)
    theirs, ours = table(made_up, SYNTHETIC), table(own, PUBLIC)
    first = learn(theirs, ours, options)
    second = learn(
        theirs._replace(features=second_features(made_up, scores_by_halves(theirs, options).tolist())),
        ours._replace(features=second_features(own, first.scores.tolist())),
        options,
    )
    (options.to / "reliability.tsv").write_text(calibrated(own, ours, second.scores), "utf-8")
    for name, learnt in (("first", first), ("second", second)):
        (options.to / f"{name}.forest").write_bytes(learnt.forest)
        print(f"{name}.forest {len(learnt.forest):9,d} bytes")
        for fold, forest in enumerate(learnt.folds if options.folds else ()):
            (options.folds / str(fold)).mkdir(parents=True, exist_ok=True)
            (options.folds / str(fold) / f"{name}.forest").write_bytes(forest)


if __name__ == "__main__":
    main()
