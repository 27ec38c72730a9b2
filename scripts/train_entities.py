"""Grows `lost.forest` of `pipeline/stages/entities/`, which says what is an entity. Same sources, same bytes.

    python scripts/train_entities.py PROSE STRUCTURE PROGRAMS [--to pipeline/stages/entities]

PROSE is a folder of clean prose, STRUCTURE the folder of talks and of other documents (docs/data.md), PROGRAMS a folder
of programs and their documentation. `scripts/entities/` damages the prose, and makes sound text with lookalikes. It is
measured on half of the examples, by trees that have seen the other half: of all kinds of examples, of all kinds but
the one they are measured on, and of all but its family. What was right in the other half becomes the confidence
(`reliability.tsv`).

scikit-learn grows the trees; nothing that runs needs it.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression

sys.path.insert(0, str(Path(__file__).parent))
from entities.damage import Example
from entities.examples import examples
from entities.lookalikes import FAMILIES
from entities.sources import Sources
from forest_file import forest_bytes

from pipeline.segmentation.trees import Trees
from pipeline.stages.entities.decision import decisions
from pipeline.stages.entities.facts import document_facts, line_facts
from pipeline.stages.entities.features import has_space_reading, row
from pipeline.stages.entities.lexer import candidates
from pipeline.stages.entities.suspect_lines import suspect_lines

Array = NDArray[Any]

MAX_CANDIDATES = 8
"""Candidates of one example that are learned from: those of one text are much alike."""
TREES, RATE, DEPTH, LEAVES = 180, 0.12, 6, 28
MIN_LEAF, REGULARISATION = 20, 5.0
SOUND_WEIGHT, NATURAL_WEIGHT = 2.0, 1.0
"""What a kind of sound text counts, and all real documents together, where a kind of damage counts 1."""
NATURAL = "natural"
MAX_TESTED, MAX_NATURAL = 200, 1500
"""Examples of a kind that are measured."""
PERCENTS = (50, 60, 70, 80, 85, 90, 93, 95, 96, 97, 98, 99)


class Readings(msgspec.Struct, frozen=True):
    """The readings of candidates, a row each."""

    features: Array
    right: Array
    kinds: Array
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
    parser.add_argument("--quick", action="store_true", help="leave no kinds out")
    options = parser.parse_args()
    sources = Sources.read(options.prose, options.structure, options.programs, random.Random(options.seed))
    made = list(examples(sources, options.seed))
    readings = readings_of(made, random.Random(options.seed))
    print(f"{len(readings.right)} readings, {readings.right.sum()} of them right", flush=True)
    (options.to / "lost.forest").write_bytes(grown(readings, np.arange(len(readings.right))))
    tested = tested_examples(made)
    seen = measured(tested, Trees.read(grown(readings, np.flatnonzero(readings.half == 0))))
    left_out = [] if options.quick else [measured_without(tested, readings, same) for same in (str, family_of)]
    report([seen, *left_out])
    header = "# probability that the trees give, and the confidence from it on\n"
    (options.to / "reliability.tsv").write_text(header + reliability(seen), "utf-8")


def kind_of(example: Example) -> str:
    """The kind of an example; all sound documents that are used as they are have one."""
    return NATURAL if ":" in example.kind or example.kind == "prose" else example.kind


def family_of(kind: str) -> str:
    """The family of a kind of sound text: what makes it in one way or another. A kind of damage is one itself."""
    return kind.split("-", maxsplit=1)[0] if kind in FAMILIES else kind


def readings_of(made: Sequence[Example], rng: random.Random) -> Readings:
    """The readings of the candidates of all examples."""
    rows: list[list[int]] = []
    right, kinds, halves = [], [], []
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
                    kinds.append(kind_of(example))
                    halves.append(place % 2)
    return Readings(*map(np.array, (rows, right, kinds, halves)))


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


# --- measuring


class Measure(msgspec.Struct, frozen=True):
    """What became of one example."""

    kind: str
    truths: int
    found: int
    spans: int
    """Entities that were found with the right span."""
    false: int
    candidates: int
    exact: bool
    """Whether every entity was found with its span, and nothing else."""
    chances: tuple[tuple[float, bool], ...]
    """The probability of each candidate that was taken, and whether it is an entity."""


def tested_examples(made: Sequence[Example]) -> dict[str, list[Example]]:
    """Examples of the second half by kind, some of each."""
    tested: dict[str, list[Example]] = {}
    for example in made[1::2]:
        mine = tested.setdefault(kind_of(example), [])
        if len(mine) < (MAX_NATURAL if kind_of(example) == NATURAL else MAX_TESTED):
            mine.append(example)
    return tested


def measured(tested: dict[str, list[Example]], trees: Trees) -> list[Measure]:
    """What the trees make of the examples."""
    return [measure(example, trees) for kind in sorted(tested) for example in tested[kind]]


def measure(example: Example, trees: Trees) -> Measure:
    """What the trees make of one example."""
    lexed = [(line, candidates(line, [])) for line in suspect_lines(example.text)]
    truths = {(truth.start, truth.end): truth for truth in example.truths}
    chances: list[tuple[float, bool]] = []
    found = spans = 0
    for (line, _), decided in zip(lexed, decisions(lexed, example.text, trees), strict=True):
        for decision in decided:
            candidate = decision.candidate
            truth = truths.get((line.start + candidate.start, line.start + candidate.end))
            is_entity = truth is not None and truth.new == candidate.new
            chances.append((decision.probability, is_entity))
            found += is_entity
            spans += is_entity and truth is not None and truth.spaced == decision.spaced
    false = len(chances) - found
    total = sum(len(mine) for _, mine in lexed)
    exact = spans == len(truths) and not false
    return Measure(kind_of(example), len(truths), found, spans, false, total, exact, tuple(chances))


def measured_without(
    tested: dict[str, list[Example]], readings: Readings, group_of: Callable[[str], str]
) -> list[Measure]:
    """The same by trees that have seen the first half without the group of the kind."""
    found = []
    groups = np.array([group_of(kind) for kind in readings.kinds])
    for group in sorted(set(groups)):
        kinds = {kind: part for kind, part in tested.items() if group_of(kind) == group}
        kept = np.flatnonzero((readings.half == 0) & (groups != group))
        found += measured(kinds, Trees.read(grown(readings, kept)))
        print(f"without {group}", flush=True)
    return found


def report(parts: Sequence[Sequence[Measure]]) -> None:
    """Prints entities found, spans that are right, false repairs and texts restored, the same kinds for each part."""
    titles = ("kind seen", "kind left out", "family left out")[: len(parts)]
    print("\n                          " + "".join(f"{title:32s}" for title in titles))
    print("kind              texts   " + "      ".join(["recall  spans  false  exact"] * len(parts)))
    for kind in [*sorted({measure.kind for measure in parts[0]}), "all"]:
        figures = ["   ".join(_figures([m for m in part if kind in (m.kind, "all")])) for part in parts]
        print(f"{kind:17s} {sum(kind in (m.kind, 'all') for m in parts[0]):5d}   {'      '.join(figures)}")


def _figures(measures: Sequence[Measure]) -> tuple[str, ...]:
    truths, found, spans, false = (
        sum(getattr(m, name) for m in measures) for name in ("truths", "found", "spans", "false")
    )
    recall = f"{found / truths:.3f}" if truths else "    –"
    right = f"{spans / found:.3f}" if found else "    –"
    return recall, right, f"{false:4d}", f"{sum(m.exact for m in measures) / len(measures):.3f}"


def reliability(measures: Sequence[Measure]) -> str:
    """Probabilities and how many of the decisions are right from each on, as lines of `reliability.tsv`.

    Isotonic regression (Zadrozny and Elkan, "Transforming Classifier Scores", 2002), every text counting once.
    """
    rows = [(chance, right, 1 / len(m.chances)) for m in measures for chance, right in m.chances]
    chance, right, weight = (np.array(column) for column in zip(*rows, strict=True))
    curve = IsotonicRegression(out_of_bounds="clip").fit(chance, right, sample_weight=weight)
    lines, last = [], 0
    for at in range(0, 1000, 5):
        percent = max((p for p in PERCENTS if p / 100 <= float(curve.predict([at / 1000])[0])), default=PERCENTS[0])
        if percent != last:
            lines.append(f"{at / 1000}\t{percent / 100:.2f}")
            last = percent
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
