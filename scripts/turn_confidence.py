"""What `train_turn_starts.py` writes beside the trees: how sure an accepted turn is, and what is usual."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from calibration import Judged, as_probability, fitted, left_out, reliability_table
from numpy.typing import NDArray
from structure.examples import Example

from pipeline.stages.dialogue.selected_turns import confidence
from pipeline.stages.dialogue.turn_confidence import log_odds
from pipeline.stages.dialogue.turn_start_features import FORM_NUMBERS, TurnStartFeatures
from pipeline.stages.dialogue.turn_starts import MIN_TURNS, known_labels, least_probability

Array = NDArray[Any]
CURVE_REMARK = (
    "log odds of the mean probability of a label's turns in thousandths, and the confidence from it on. Made by "
    "scripts/train_turn_starts.py."
)
MEDIANS_REMARK = (
    "For each feature its median over turns with a label, other labels, turns without a label, other paragraphs. Made "
    "by scripts/train_turn_starts.py."
)


def judged_turns(
    examples: Sequence[Example], likely: Callable[[Example], Array], is_talk: Callable[[Example], bool]
) -> list[Judged]:
    """The turns that would be accepted, with the probability that decides the confidence of their label.

    `is_talk` says for which documents the stage accepts any.

    Documents of a family count the same, and in a document its turns. A document without a talk in which one is found
    counts as one of its family, with all turns wrong.
    """
    sizes = Counter(example.family for example in examples)
    return [
        one
        for example in examples
        if is_talk(example)
        for one in _turns_of(example, likely(example), sizes[example.family])
    ]


def _turns_of(example: Example, likely: Array, documents: int) -> Iterator[Judged]:
    chosen = accepted_turns(example, likely)
    by_label: dict[str, list[float]] = defaultdict(list)
    for i in chosen:
        by_label[example.labels[i] or str(i)].append(float(likely[i]))
    means = {label: sum(values) / len(values) for label, values in by_label.items()}
    for i in chosen:
        mean = confidence(means[example.labels[i] or str(i)])
        yield Judged(example.family, log_odds(mean), bool(example.right[i]), 1 / len(chosen) / documents)


def accepted_turns(example: Example, likely: Array) -> list[int]:
    """The candidates that the stage would take for turns, if it took the document for a talk."""
    rows = [TurnStartFeatures._make(row) for row in example.features.tolist()]
    chosen = {
        i
        for i, row in enumerate(rows)
        if likely[i] >= least_probability(row, labelled=bool(example.labels[i]))
    }  # fmt: skip
    chosen |= known_labels(example.labels, likely.tolist(), chosen)
    best: dict[int, int] = {}
    for i in sorted(chosen):
        place = example.place[i]
        if place not in best or likely[i] > likely[best[place]]:
            best[place] = i
    return list(best.values()) if len(best) >= MIN_TURNS else []


def turn_curve(examples: Sequence[Example], outside: Mapping[str, Array], is_talk: Callable[[Example], bool]) -> str:
    """The lines of `turn_starts-reliability.tsv`, from the probabilities out of the fold."""
    real = [example for example in examples if not example.layout and example.name in outside]
    return fitted(judged_turns(real, lambda example: outside[example.name], is_talk)).lines(CURVE_REMARK)


def turn_table(
    examples: Sequence[Example],
    outside: Mapping[str, Array],
    inside: Mapping[str, Array],
    is_talk: Callable[[Example], bool],
) -> str:
    """What confidences are worth: out of family before and after the curve, and in the fold."""
    real = [example for example in examples if not example.layout]
    out = judged_turns([one for one in real if one.name in outside], lambda example: outside[example.name], is_talk)
    seen = judged_turns([one for one in real if one.name in inside], lambda example: inside[example.name], is_talk)
    curve = fitted(out)
    return "\n".join(
        reliability_table(
            "turns",
            [
                ("uncalibrated", out, [as_probability(one.evidence) for one in out]),
                ("out of family", out, left_out(out)),
                ("in the fold", seen, [curve.confidence(one.evidence) for one in seen]),
            ],
        )
    )


def usual_candidates(features: Array, right: Array, weights: Array) -> str:
    """The lines of `turn_starts-medians.tsv`."""
    labelled = features[:, TurnStartFeatures._fields.index("form")] != FORM_NUMBERS["paragraph"]
    groups = [kind & of_kind for kind in (labelled, ~labelled) for of_kind in (right, ~right)]
    lines = [f"# {MEDIANS_REMARK}\n"]
    for at, name in enumerate(TurnStartFeatures._fields):
        medians = [weighted_median(features[kept, at], weights[kept]) for kept in groups]
        lines.append("\t".join([name, *map(str, medians)]) + "\n")
    return "".join(lines)


def weighted_median(values: Array, weights: Array) -> int:
    """The value up to which half of the weight is."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return int(values[order][np.searchsorted(reached, reached[-1] / 2)])
