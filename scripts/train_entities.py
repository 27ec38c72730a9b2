"""Grows `lost.forest` of `pipeline/stages/entities/`, which says what is an entity. Same sources, same bytes.

    python scripts/train_entities.py PROSE STRUCTURE PROGRAMS [--to pipeline/stages/entities]

PROSE is a folder of clean prose, STRUCTURE the folder of talks and of other documents (docs/data.md), PROGRAMS a folder
of programs and their documentation. `scripts/entities/` damages the prose, and makes sound text with lookalikes. It is
measured on half of the examples, by trees that have seen the other half: of all kinds of examples, and of all kinds but
the one they are measured on. What was right of kinds left out becomes the confidence (`reliability.tsv`).

scikit-learn grows the trees; nothing that runs needs it.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression

sys.path.insert(0, str(Path(__file__).parent))
from entities.damage import Example
from entities.examples import Sources, examples
from forest_file import forest_bytes

from pipeline.segmentation.trees import Trees
from pipeline.stages.entities.decision import MIN_PROBABILITY, probability
from pipeline.stages.entities.features import document_facts, has_space_reading, line_facts, row
from pipeline.stages.entities.lexer import candidates
from pipeline.stages.entities.suspect_lines import suspect_lines

Array = NDArray[Any]

MAX_CANDIDATES = 8
"""Candidates of one example that are learned from: those of one text are much alike."""
TREES, RATE, DEPTH, LEAVES = 130, 0.15, 6, 24
MIN_LEAF, REGULARISATION = 20, 5.0
SOUND_WEIGHT, NATURAL_WEIGHT = 1.5, 1.0
"""What a kind of sound text counts, and all real documents together, where a kind of damage counts 1."""
NATURAL = "natural"
PERCENTS = (50, 60, 70, 80, 85, 90, 93, 95, 96, 97, 98, 99)


class Readings(msgspec.Struct, frozen=True):
    """The readings of candidates, a row each."""

    features: Array
    right: Array
    kinds: Array
    candidates: Array
    """A number for each candidate, the same for its two readings."""
    half: Array
    """0 or 1; readings of one example are in one half."""


def main() -> None:
    """Reads, learns, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prose", type=Path)
    parser.add_argument("structure", type=Path)
    parser.add_argument("programs", type=Path)
    parser.add_argument("--to", type=Path, default=Path("pipeline/stages/entities"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="leave no kinds out, and keep the reliability")
    options = parser.parse_args()
    sources = Sources.read(options.prose, options.structure, options.programs, random.Random(options.seed))
    readings = readings_of(list(examples(sources, options.seed)), random.Random(options.seed))
    print(f"{len(readings.right)} readings, {readings.right.sum()} of them right", flush=True)
    (options.to / "lost.forest").write_bytes(grown(readings, np.arange(len(readings.right))))
    seen = scores_of(grown(readings, np.flatnonzero(readings.half == 0)), readings)
    unseen = seen if options.quick else scores_left_out(readings)
    report(readings, seen, unseen)
    if not options.quick:
        header = "# probability that the trees give, and the confidence from it on\n"
        (options.to / "reliability.tsv").write_text(header + reliability(readings, unseen), "utf-8")


def readings_of(made: Sequence[Example], rng: random.Random) -> Readings:
    """The readings of the candidates of all examples."""
    rows: list[list[int]] = []
    right, kinds, numbers, halves = [], [], [], []
    count = 0
    for place, example in enumerate(made):
        lexed = [(line, candidates(line, [])) for line in suspect_lines(example.text)]
        total = sum(len(found) for _, found in lexed)
        if not total:
            continue
        truths = {(truth.start, truth.end): truth for truth in example.truths}
        document = document_facts(lexed, example.text)
        chosen = set(rng.sample(range(total), min(total, MAX_CANDIDATES)))
        number = -1
        for line, found in lexed:
            facts = line_facts(line, found)
            for i, candidate in enumerate(found):
                number += 1
                if number not in chosen:
                    continue
                truth = truths.get((line.start + candidate.start, line.start + candidate.end))
                is_entity = truth is not None and truth.new == candidate.new
                for spaced in (False, True) if has_space_reading(line, candidate) else (False,):
                    rows.append(row(line, facts, document, found, i, spaced=spaced))
                    right.append(is_entity and truth is not None and truth.spaced == spaced)
                    kinds.append(NATURAL if ":" in example.kind or example.kind == "prose" else example.kind)
                    numbers.append(count)
                    halves.append(place % 2)
                count += 1
    return Readings(*map(np.array, (rows, right, kinds, numbers, halves)))


# --- learning


def weights(readings: Readings, chosen: Array) -> Array:
    """The weight of each reading: the readings of a kind together count as much as those of any other of its sort."""
    kinds, found = readings.kinds[chosen], np.ones(len(chosen))
    for kind in sorted(set(kinds)):
        mine = kinds == kind
        is_damage = readings.right[readings.kinds == kind].any()
        total = 1.0 if is_damage else NATURAL_WEIGHT if kind == NATURAL else SOUND_WEIGHT
        found[mine] = total / mine.sum()
    weighed: Array = found * len(chosen) / found.sum()
    return weighed


def grown(readings: Readings, chosen: Array) -> bytes:
    """The trees that the chosen readings make, as they are written."""
    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=RATE, max_leaf_nodes=LEAVES, max_depth=DEPTH, min_samples_leaf=MIN_LEAF,
        l2_regularization=REGULARISATION, early_stopping=False, random_state=0,
    )  # fmt: skip
    model.fit(readings.features[chosen], readings.right[chosen], sample_weight=weights(readings, chosen))
    return forest_bytes(model)


def scores_of(forest: bytes, readings: Readings) -> Array:
    """The probability of each reading, as it is where the stage runs."""
    trees = Trees.read(forest)
    scores: list[int] = []
    for part in np.array_split(readings.features, max(1, len(readings.right) // 5000)):
        scores += trees.scores(part)
    return np.array([probability(score) for score in scores])


# --- measuring


def scores_left_out(readings: Readings) -> Array:
    """The probabilities of the second half, from trees that have seen the first half without the kind."""
    found = np.zeros(len(readings.right))
    for kind in sorted(set(readings.kinds)):
        kept = np.flatnonzero((readings.half == 0) & (readings.kinds != kind))
        tested = np.flatnonzero(readings.kinds == kind)
        part = Readings(*(getattr(readings, name)[tested] for name in Readings.__struct_fields__))
        found[tested] = scores_of(grown(readings, kept), part)
        print(f"without {kind}", flush=True)
    return found


def decided(readings: Readings, chances: Array) -> tuple[Array, Array, Array, Array]:
    """For each candidate of the second half: the probability, whether it is one, whether its span is right, its kind."""
    chance, entity, span, kinds = [], [], [], []
    order = np.flatnonzero(readings.half == 1)
    for mine in np.split(order, np.flatnonzero(np.diff(readings.candidates[order])) + 1):
        chance.append(min(1.0, chances[mine].sum()))
        entity.append(readings.right[mine].any())
        span.append(readings.right[mine[chances[mine].argmax()]])
        kinds.append(readings.kinds[mine[0]])
    return np.array(chance), np.array(entity), np.array(span), np.array(kinds)


def report(readings: Readings, seen: Array, unseen: Array) -> None:
    """Prints recall, spans that are right, and false repairs for each kind: kind seen, and kind left out."""
    print("\n                              kind seen                    kind left out")
    print("kind             candidates   recall  spans  false         recall  spans  false")
    chance, entity, span, kinds = decided(readings, seen)
    other = decided(readings, unseen)[:3:1]
    for kind in [*sorted(set(kinds)), "all"]:
        mine = np.ones(len(kinds), bool) if kind == "all" else kinds == kind
        figures = [_figures(c[mine], e[mine], s[mine]) for c, e, s in ((chance, entity, span), other)]
        print(f"{kind:16s} {mine.sum():10d}   {'         '.join(figures)}")


def _figures(chance: Array, entity: Array, span: Array) -> str:
    made = chance >= MIN_PROBABILITY
    recall = f"{(made & entity).sum() / entity.sum():6.3f}" if entity.any() else "     –"
    spans = f"{(made & span).sum() / (made & entity).sum():6.3f}" if (made & entity).any() else "     –"
    wrong = f"{(made & ~entity).sum() / (~entity).sum():6.4f}" if (~entity).any() else "     –"
    return f"{recall} {spans} {wrong}"


def reliability(readings: Readings, chances: Array) -> str:
    """Probabilities and how many of the decisions are right from each on, as lines of `reliability.tsv`.

    Isotonic regression (Zadrozny and Elkan, "Transforming Classifier Scores", 2002), every kind counting once.
    """
    chance, entity, _, kinds = decided(readings, chances)
    counts = {kind: (kinds == kind).sum() for kind in set(kinds)}
    curve = IsotonicRegression(out_of_bounds="clip").fit(chance, entity, sample_weight=[1 / counts[k] for k in kinds])
    lines, last = [], 0
    for at in [0, *range(MIN_PERCENT, 1000)]:
        percent = max((p for p in PERCENTS if p / 100 <= float(curve.predict([at / 1000])[0])), default=PERCENTS[0])
        if percent != last:
            lines.append(f"{at / 1000}\t{percent / 100:.2f}")
            last = percent
    return "\n".join(lines) + "\n"


MIN_PERCENT = round(MIN_PROBABILITY * 1000)

if __name__ == "__main__":
    main()
