"""Grows the forest of `pipeline/stages/dialogue/turn_starts.forest`, which tells where turns start.

    python scripts/train_turn_starts.py FOLDER [--folds] [--keep FOLDS | --kept FOLDS] [--examples CACHE] [--to FILE]

FOLDER holds annotated documents of many sources (`truth.jsonl.gz`, `negatives.jsonl.gz` and the documents). It learns
from them and from their talks re-dressed in other layouts (`structure/redress.py`). The same folder and seed give the
same bytes. Whole families of sources, and families of layouts, are left out in turn. What the trees say of them becomes
the confidence of a turn (`turn_starts-reliability.tsv`), and the table for `docs/benchmarks.md` is printed. With
`--folds` it only measures: figures in and out of the fold are printed side by side, and nothing is written.

scikit-learn grows the trees; nothing that runs needs it.
"""

import argparse
import json
import math
import pickle
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

sys.path.insert(0, str(Path(__file__).parent))
from forest_file import forest_bytes
from structure.examples import ANONYMOUS, Example, aligned, real_examples, redressed_examples, wanted_turns
from talk_weights import facts_of, learned_weights, left_out_scores
from turn_confidence import turn_curve, turn_table, usual_candidates

from pipeline.segmentation.trees import MAX_DEPTH, UNITS_PER_NAT, Trees
from pipeline.stages.dialogue.turn_starts import MIN_PROBABILITY, MIN_TALK_PROBABILITY, MIN_TURNS, known_labels

Array = NDArray[Any]

FOLDS = 8
TALKS_PER_SOURCE, OTHERS_PER_SOURCE = 14, 14
REDRESSED_TALKS, REDRESSED_OTHERS = 2200, 1000
MAX_ROWS = 300
"""Candidates of a document that are learned from: a long one says the same again and again."""
OTHER_WEIGHT, REDRESSED_WEIGHT = 0.8, 0.5
FAMILY_POWER, ROWS_POWER = 0.7, 0.7
"""A document counts less the more its family has, and a candidate less the more its document has."""
TREES, RATE, LEAVES, MIN_LEAF, L2, FEATURES_PER_SPLIT = 120, 0.1, 24, 30, 5.0, 0.4
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(4, 13))
TALK_PROBABILITIES = (0.0, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8)


class Table(NamedTuple):
    """Rows of features with what is right and how much each counts."""

    features: Array
    right: Array
    weights: Array


def table(examples: Sequence[Example], seed: int) -> Table:
    """The rows of some documents."""
    chance = np.random.RandomState(seed)
    sizes = Counter(example.family for example in examples)
    features, right, weights = [], [], []
    for example in examples:
        rows = np.flatnonzero(example.counts)
        if not len(rows):
            continue
        if len(rows) > MAX_ROWS:
            rows = np.sort(chance.choice(rows, MAX_ROWS, replace=False))
        weight = (REDRESSED_WEIGHT if example.layout else 1.0) * (1.0 if example.is_talk else OTHER_WEIGHT)
        weight /= sizes[example.family] ** FAMILY_POWER * max(len(rows), 20) ** ROWS_POWER
        features.append(example.features[rows])
        right.append(example.right[rows])
        weights.append(np.full(len(rows), weight))
    joined = np.concatenate(weights)
    return Table(np.vstack(features), np.concatenate(right), joined * len(joined) / joined.sum())


def grow(examples: Sequence[Example], seed: int = 0) -> bytes:
    """A forest, as it is written."""
    rows = table(examples, seed)
    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=RATE, max_leaf_nodes=LEAVES, max_depth=MAX_DEPTH, min_samples_leaf=MIN_LEAF,
        l2_regularization=L2, max_features=FEATURES_PER_SPLIT, early_stopping=False, random_state=seed,
    )  # fmt: skip
    model.fit(rows.features, rows.right, sample_weight=rows.weights)
    return forest_bytes(model)


def probabilities(forest: bytes, example: Example) -> Array:
    """The probability of each candidate, as the stage computes it."""
    if not len(example.features):
        return np.zeros(0)
    scores = np.array(Trees.read(forest).scores(example.features.tolist()), float)
    result: Array = 1 / (1 + np.exp(-scores / UNITS_PER_NAT))
    return result


# --- measuring


def picked(example: Example, likely: Array, lowest: float) -> list[int]:
    """The places at which turns start, if the document is a talk."""
    best: dict[int, int] = {}
    chosen = set(np.flatnonzero(likely >= lowest).tolist())
    for i in sorted(chosen | known_labels(example.labels, likely.tolist(), chosen)):
        place = example.place[i]
        if place not in best or likely[i] > likely[best[place]]:
            best[place] = int(i)
    found: list[int] = []
    last = ""
    for place in sorted(best):
        label = example.labels[best[place]]
        if not (label and label not in ANONYMOUS and label == last):
            found.append(place)
        last = label
    return found if len(found) >= MIN_TURNS else []


class Figures(NamedTuple):
    """Means over families: F1, precision, recall of turn starts, share of documents of which both are .95 or more."""

    f1: float
    precision: float
    recall: float
    whole: float
    clean: float
    """Share of the documents without a talk in which none is found."""
    by_family: Mapping[str, tuple[float, float]]
    by_group: Mapping[str, tuple[int, int]]


def measured(
    examples: Iterable[Example], likely: Callable[[Example], Array], lowest: float, is_talk: Callable[[Example], bool],
    family_of: Callable[[Example], str] = lambda example: example.family,
) -> Figures:  # fmt: skip
    """The figures of some documents."""
    sums: dict[tuple[str, str], Array] = defaultdict(lambda: np.zeros(5))
    clean: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for example in examples:
        found = picked(example, likely(example), lowest) if is_talk(example) else []
        if not example.is_talk:
            clean[example.group][0] += not found
            clean[example.group][1] += 1
            continue
        wanted = wanted_turns(example.turns)
        hits = len(aligned(wanted, [example.keys[place] for place in found]))
        precision, recall = hits / max(1, len(found)), hits / max(1, len(wanted))
        whole = precision >= 0.95 and recall >= 0.95
        sums[family_of(example), example.source] += [hits, len(found), len(wanted), whole, 1]
    families: dict[str, list[Array]] = defaultdict(list)
    for (family, _), (hits, found_turns, wanted_count, whole, documents) in sums.items():
        precision, recall = hits / max(1, found_turns), hits / max(1, wanted_count)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        families[family].append(np.array([f1, precision, recall, whole / documents]))
    means = {family: np.mean(values, axis=0) for family, values in families.items()}
    overall = np.mean(list(means.values()), axis=0) if means else np.zeros(4)
    total = sum(count for _, count in clean.values())
    return Figures(
        float(overall[0]),
        float(overall[1]),
        float(overall[2]),
        float(overall[3]),
        sum(none for none, _ in clean.values()) / max(1, total),
        {family: (float(values[0]), float(values[3])) for family, values in means.items()},
        {group: (none, count) for group, (none, count) in clean.items()},
    )


def shown(name: str, figures: Figures) -> str:
    """One line of the table."""
    return (
        f"{name:34s} F1 {figures.f1:.3f} P {figures.precision:.3f} R {figures.recall:.3f} "
        f"whole {figures.whole:.3f} clean {figures.clean:.3f}"
    )


def dealt(names: Iterable[str], seed: int) -> dict[str, int]:
    """A fold for each name."""
    order = sorted(set(names))
    np.random.RandomState(seed).shuffle(order)
    return {name: i % FOLDS for i, name in enumerate(order)}


class LeftOut(NamedTuple):
    """The probabilities of the candidates of each document, by its name, from trees that have not seen its family.

    `inside` are those of trees that have seen it, for the documents as published.
    """

    outside: Mapping[str, Array]
    inside: Mapping[str, Array]


def leave_out(examples: Sequence[Example], seed: int, out: Path | None) -> LeftOut:
    """Grows the trees of each fold, and asks them; `out` keeps the trees and what they say."""
    fold_of, layouts = folds_of(examples, seed)
    outside: dict[str, Array] = {}
    inside: dict[str, Array] = {}
    for fold in range(FOLDS):
        learned = [
            example
            for example in examples
            if fold_of[example.family] != fold and layouts.get(example.layout, -1) != fold
        ]
        forest = grow(learned, seed)
        if out is not None:
            (out / f"{fold}.forest").write_bytes(forest)
        for example in examples:
            held = fold_of[example.family] == fold
            held_layout = not (example.layout and example.is_talk) or layouts[example.layout] == fold
            if held and held_layout:
                outside[example.name] = probabilities(forest, example)
            elif fold == 0 and not held and not example.layout:
                inside[example.name] = probabilities(forest, example)
        print(f"fold {fold}: {len(learned):,} documents", file=sys.stderr, flush=True)
    if out is not None:
        (out / "folds.json").write_text(json.dumps(fold_of), "utf-8")
        (out / "probabilities.pickle").write_bytes(pickle.dumps(outside))
    return LeftOut(outside, inside)


def folds_of(examples: Sequence[Example], seed: int) -> tuple[dict[str, int], dict[str, int]]:
    """The fold of each family, and that of each family of layouts."""
    talks = dealt((example.family for example in examples if not example.layout and example.is_talk), seed)
    others = dealt((example.family for example in examples if not example.is_talk), seed)
    layouts = dealt((example.layout for example in examples if example.layout and example.is_talk), seed)
    return talks | others, layouts


def kept_folds(examples: Sequence[Example], folder: Path) -> LeftOut:
    """What `leave_out` kept in a folder."""
    outside = pickle.loads((folder / "probabilities.pickle").read_bytes())
    fold_of = json.loads((folder / "folds.json").read_text("utf-8"))
    forest = (folder / "0.forest").read_bytes()
    seen = [example for example in examples if not example.layout and fold_of[example.family] != 0]
    return LeftOut(outside, {example.name: probabilities(forest, example) for example in seen})


def talk_scores(examples: Sequence[Example], likely: Mapping[str, Array], seed: int) -> dict[str, int]:
    """How surely each document is a talk, by weights that have not seen its family."""
    fold_of, _ = folds_of(examples, seed)
    return left_out_scores(examples, facts_of(examples, likely), lambda example: fold_of[example.family], FOLDS)


def talks_from(scores: Mapping[str, int], probability: float) -> Callable[[Example], bool]:
    """Whether a document is a talk, by its score, from a probability on."""
    least = UNITS_PER_NAT * math.log(probability / (1 - probability)) if probability else -math.inf
    return lambda example: scores.get(example.name, -math.inf) >= least


def measure(examples: Sequence[Example], found: LeftOut, seed: int) -> None:
    """Prints the figures out of the fold beside those in it."""
    outside, inside = found
    real = [example for example in examples if not example.layout]
    of_real = [example for example in real if example.name in outside]
    scores = talk_scores(examples, outside, seed)
    for lowest in THRESHOLDS:
        for least in TALK_PROBABILITIES:
            figures = measured(of_real, lambda e: outside[e.name], lowest, talks_from(scores, least))
            print(shown(f"from {lowest:.2f}, talk {least:.2f}", figures))
    is_talk = talks_from(scores, MIN_TALK_PROBABILITY)
    chosen = measured(of_real, lambda e: outside[e.name], MIN_PROBABILITY, is_talk)
    print(shown("out of family", chosen))
    for family, (f1, whole) in sorted(chosen.by_family.items(), key=lambda item: item[1]):
        print(f"   {family:28s} F1 {f1:.3f} whole {whole:.2f}")
    print("   without a talk:", ", ".join(f"{group} {a}/{b}" for group, (a, b) in sorted(chosen.by_group.items())))
    seen = [example for example in real if example.name in inside]
    in_fold = talks_from(talk_scores(examples, {**outside, **inside}, seed), MIN_TALK_PROBABILITY)
    print(shown("in the fold", measured(seen, lambda e: inside[e.name], MIN_PROBABILITY, in_fold)))
    same = measured(seen, lambda e: outside[e.name], MIN_PROBABILITY, is_talk)
    print(shown("the same documents, out of family", same))
    dressed = [example for example in examples if example.layout and example.name in outside]
    new = measured(dressed, lambda e: outside[e.name], MIN_PROBABILITY, is_talk, lambda e: e.layout)
    print(shown("out of family and layout", new))
    for family, (f1, whole) in sorted(new.by_family.items(), key=lambda item: item[1]):
        print(f"   {family:28s} F1 {f1:.3f} whole {whole:.2f}")


def read_examples(folder: Path, cache: Path | None, seed: int) -> list[Example]:
    """All documents to learn from; `cache` keeps them for the next run."""
    if cache is not None and cache.exists():
        kept: list[Example] = pickle.loads(cache.read_bytes())
        return kept
    examples = [
        *real_examples(folder, TALKS_PER_SOURCE, OTHERS_PER_SOURCE, seed),
        *redressed_examples(folder, REDRESSED_TALKS, REDRESSED_OTHERS, seed),
    ]
    if cache is not None:
        cache.write_bytes(pickle.dumps(examples))
    return examples


def main() -> None:
    """Grows the forest, or measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="annotated documents")
    parser.add_argument("--folds", action="store_true", help="leave families out in turn and print figures")
    parser.add_argument("--examples", type=Path, help="file that keeps what was read for the next run")
    parser.add_argument("--keep", type=Path, help="folder to keep the forests and probabilities of the folds in")
    parser.add_argument("--kept", type=Path, help="folder in which --keep kept them: they are not grown again")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", type=Path, default=Path("pipeline/stages/dialogue/turn_starts.forest"))
    options = parser.parse_args()
    examples = read_examples(options.folder, options.examples, options.seed)
    print(f"{len(examples):,} documents, {sum(len(example.right) for example in examples):,} candidates", flush=True)
    if options.kept is not None:
        found = kept_folds(examples, options.kept)
    else:
        found = leave_out(examples, options.seed, options.keep)
    if options.folds:
        measure(examples, found, options.seed)
    else:
        write(options.to, examples, found, options.seed)
    is_talk = talks_from(talk_scores(examples, found.outside, options.seed), MIN_TALK_PROBABILITY)
    print(turn_table(examples, found.outside, found.inside, is_talk))


def write(forest: Path, examples: Sequence[Example], found: LeftOut, seed: int) -> None:
    """Writes the forest, and beside it when a document is a talk, how sure its turns are, what is usual."""
    forest.write_bytes(grow(examples, seed))
    weights = learned_weights(examples, facts_of(examples, found.outside))
    forest.with_name("talk_weights.tsv").write_text(weights.lines(), "utf-8")
    is_talk = talks_from(talk_scores(examples, found.outside, seed), MIN_TALK_PROBABILITY)
    curve = turn_curve(examples, found.outside, is_talk)
    forest.with_name("turn_starts-reliability.tsv").write_text(curve, "utf-8")
    rows = table(examples, seed)
    usual = usual_candidates(rows.features, rows.right, rows.weights)
    forest.with_name("turn_starts-medians.tsv").write_text(usual, "utf-8")


if __name__ == "__main__":
    main()
