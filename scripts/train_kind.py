"""Grows `kind.forest` of `pipeline/stages/kind/`, which tells the kind of a document. Same sources, same bytes.

    python scripts/train_kind.py STRUCTURE CASES [--to pipeline/stages/kind]

STRUCTURE and CASES are folders of annotated documents (docs/data.md). Beside them it learns from documents that it
makes of their talks. It is measured with whole families of sources left out, every family counting once for each of
its kinds, and prints that beside the figures of the sources that it has seen. What was right of the families left out
becomes the confidence (`reliability.tsv`).

scikit-learn grows the trees; nothing that runs needs it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

sys.path.insert(0, str(Path(__file__).parent))
from calibration import Judged, fitted, left_out, reliability_table
from forest_file import forest_bytes_of_classes
from structure.kind_data import KindRow, kind_rows

from pipeline.segmentation.trees import Trees
from pipeline.stages.kind.stage import KINDS_OF_TEXT

Array = NDArray[Any]

FOLDS = 8
MADE_WEIGHT = 3.0
"""How much the made documents of a kind and language count, in families of real sources."""
TREES, RATE, DEPTH, LEAVES = 25, 0.2, 3, 8
MIN_LEAF, REGULARISATION, FEATURE_SHARE = 25, 30.0, 0.2
WORST = 20


def main() -> None:
    """Reads, learns, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("structure", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--to", type=Path, default=Path("pipeline/stages/kind"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows = kind_rows(options.structure, options.cases, options.seed)
    unseen = scores_left_out(rows)
    forest = grown(rows)
    seen = scores_of(forest, rows)
    real = [i for i, row in enumerate(rows) if row.made_of is None]
    report("families left out", rows, unseen, real)
    report("families seen", rows, seen, real)
    judged = judged_kinds(rows, unseen, real)
    print(kind_table(judged, judged_kinds(rows, seen, real)))
    print_worst(rows, unseen, real)
    (options.to / "kind.forest").write_bytes(forest)
    header = "margin between the two best scores in thousandths of log odds, and the confidence from it on"
    (options.to / "reliability.tsv").write_text(fitted(judged).lines(header, 0), "utf-8")


# --- learning


def weights(rows: Sequence[KindRow]) -> Array:
    """The weight of each row: all rows of one family and kind together count as much as those of any other."""
    counts = Counter((row.family, row.kind) for row in rows)
    found = [(1.0 if row.made_of is None else MADE_WEIGHT) / counts[row.family, row.kind] for row in rows]
    return np.array(found) * len(rows) / sum(found)


def grown(rows: Sequence[KindRow]) -> bytes:
    """The trees of all kinds, as they are written."""
    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=RATE, max_leaf_nodes=LEAVES, max_depth=DEPTH, min_samples_leaf=MIN_LEAF,
        l2_regularization=REGULARISATION, max_features=FEATURE_SHARE, early_stopping=False, random_state=0,
    )  # fmt: skip
    features = np.array([row.features for row in rows], dtype=np.int32)
    kinds = np.array([KINDS_OF_TEXT.index(row.kind) for row in rows])
    model.fit(features, kinds, sample_weight=weights(rows))
    return forest_bytes_of_classes(model, len(KINDS_OF_TEXT))


def scores_of(forest: bytes, rows: Sequence[KindRow]) -> Array:
    """The scores of each row by kind, as they are where the stage runs."""
    trees = Trees.read(forest)
    return np.array([trees.scores_of_classes(row.features, len(KINDS_OF_TEXT)) for row in rows])


# --- measuring


def scores_left_out(rows: Sequence[KindRow]) -> Array:
    """The scores of real rows from trees that have seen neither their family nor what was made of it."""
    sizes = Counter(row.family for row in rows if row.made_of is None)
    loads, fold_of = [0] * FOLDS, {}
    for family, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        fold_of[family] = loads.index(min(loads))
        loads[fold_of[family]] += size
    scores = np.zeros((len(rows), len(KINDS_OF_TEXT)), dtype=np.int64)
    for fold in range(FOLDS):
        kept = [row for row in rows if fold_of.get(row.made_of or row.family) != fold]
        tested = [i for i, row in enumerate(rows) if row.made_of is None and fold_of[row.family] == fold]
        scores[tested] = scores_of(grown(kept), [rows[i] for i in tested])
    return scores


def shares(rows: Sequence[KindRow], real: Sequence[int]) -> dict[int, float]:
    """The weight of each real row in a figure: one for each family and kind."""
    counts = Counter((rows[i].family, rows[i].kind) for i in real)
    return {i: 1 / counts[rows[i].family, rows[i].kind] for i in real}


def report(title: str, rows: Sequence[KindRow], scores: Array, real: Sequence[int]) -> None:
    """Prints the confusion matrix, in families and in documents."""
    told = [KINDS_OF_TEXT[best] for best in scores.argmax(axis=1)]
    share = shares(rows, real)
    right = sum(share[i] for i in real if told[i] == rows[i].kind)
    documents = sum(told[i] == rows[i].kind for i in real)
    print(f"\n{title}: right {right / sum(share.values()):.3f} of families, {documents / len(real):.3f} of documents")
    print("kind      families documents  recall  precision   " + " ".join(f"{kind[:9]:>9s}" for kind in KINDS_OF_TEXT))
    for kind in KINDS_OF_TEXT:
        mine = [i for i in real if rows[i].kind == kind]
        row = {other: sum(share[i] for i in mine if told[i] == other) for other in KINDS_OF_TEXT}
        said = sum(share[i] for i in real if told[i] == kind)
        figures = " ".join(f"{row[other]:9.2f}" for other in KINDS_OF_TEXT)
        total = sum(row.values())
        precision = row[kind] / said if said else 0.0
        print(f"{kind:9s} {total:8.0f} {len(mine):9d} {row[kind] / total:7.2f} {precision:10.2f}   {figures}")


def margins(scores: Array) -> Array:
    """The margin between the best and the second score of each row."""
    ordered = np.sort(scores, axis=1)
    found: Array = ordered[:, -1] - ordered[:, -2]
    return found


def judged_kinds(rows: Sequence[KindRow], scores: Array, real: Sequence[int]) -> list[Judged]:
    """What documents are called; the evidence is the margin. Every family counts once for each of its kinds."""
    share = shares(rows, real)
    margin = margins(scores)
    told = [KINDS_OF_TEXT[best] for best in scores.argmax(axis=1)]
    return [Judged(rows[i].family, int(margin[i]), told[i] == rows[i].kind, share[i]) for i in real]


def kind_table(unseen: Sequence[Judged], seen: Sequence[Judged]) -> str:
    """What the confidences of kinds are worth, for families left out and in the fold."""
    curve = fitted(unseen)
    columns = [
        ("families left out", unseen, left_out(unseen)),
        ("in the fold", seen, [curve.confidence(one.evidence) for one in seen]),
    ]
    return "\n".join(reliability_table("documents", columns))


def print_worst(rows: Sequence[KindRow], scores: Array, real: Sequence[int]) -> None:
    """Prints the wrong documents with the largest margins, one a family and kind."""
    margin = margins(scores)
    seen: set[tuple[str, str, str]] = set()
    wrong = [i for i in real if KINDS_OF_TEXT[scores[i].argmax()] != rows[i].kind]
    print("\nworst of families left out")
    for i in sorted(wrong, key=lambda i: -margin[i]):
        row, told = rows[i], KINDS_OF_TEXT[scores[i].argmax()]
        if (row.family, row.kind, told) not in seen and len(seen) < WORST:
            seen.add((row.family, row.kind, told))
            print(f"  {row.kind:9s} told as {told:9s} margin {margin[i]:6d}  {row.family}  {row.id}")


if __name__ == "__main__":
    main()
