"""What `train_turn_starts.py` writes beside the trees: whether turns make a document a talk.

The weights of `pipeline/stages/dialogue/talk_score.py` are those of a logistic regression over documents in which the
trees of another fold find turns. In its figures, families are left out twice: the trees have not seen the family, and
neither has the regression.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from structure.examples import Example
from turn_confidence import accepted_turns

from pipeline.segmentation.trees import UNITS_PER_NAT
from pipeline.stages.dialogue.talk_score import TalkFacts, talk_facts
from pipeline.stages.dialogue.turn_start_features import TurnStartFeatures

Array = NDArray[Any]

REGULARISATION = 0.1
REDRESSED_WEIGHT, FAMILY_POWER = 0.3, 0.7
"""What a re-dressed document counts, and the power of the documents of a family by which one counts less."""
REMARK = "Weights of the facts of `talk_score.py`, in thousandths of log odds; by scripts/train_turn_starts.py."


class Weights(NamedTuple):
    """A base and a weight for each fact, in thousandths of log odds."""

    base: int
    facts: tuple[int, ...]

    def score(self, facts: TalkFacts) -> int:
        """The log odds, in thousandths, that turns with these facts are those of a talk."""
        return self.base + sum(weight * value for weight, value in zip(self.facts, facts, strict=True))

    def lines(self) -> str:
        """The lines of `talk_weights.tsv`."""
        named = zip(("base", *TalkFacts._fields), (self.base, *self.facts), strict=True)
        return "".join([f"# {REMARK}\n", *(f"{name}\t{weight}\n" for name, weight in named)])


def facts_of(examples: Sequence[Example], likely: Mapping[str, Array]) -> dict[str, TalkFacts]:
    """The facts of each document in which turns are found, by its name."""
    facts: dict[str, TalkFacts] = {}
    for example in examples:
        if example.name not in likely:
            continue
        probabilities = likely[example.name]
        turns = sorted(accepted_turns(example, probabilities), key=lambda i: example.place[i])
        if turns:
            rows = [TurnStartFeatures._make(row) for row in example.features[turns].tolist()]
            labels = [example.labels[i] for i in turns]
            facts[example.name] = talk_facts(rows, probabilities[turns].tolist(), labels)
    return facts


def learned_weights(examples: Sequence[Example], facts: Mapping[str, TalkFacts]) -> Weights:
    """The weights for some documents."""
    kept = [example for example in examples if example.name in facts]
    sizes = Counter((example.family, bool(example.layout)) for example in kept)
    weights = [
        (REDRESSED_WEIGHT if example.layout else 1.0) / sizes[example.family, bool(example.layout)] ** FAMILY_POWER
        for example in kept
    ]
    values = np.array([facts[example.name] for example in kept], float)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    model = LogisticRegression(C=REGULARISATION, max_iter=5000)
    model.fit((values - mean) / spread, [example.is_talk for example in kept], sample_weight=weights)
    steps = model.coef_[0] / spread
    base = model.intercept_[0] - float(steps @ mean)
    return Weights(round(UNITS_PER_NAT * float(base)), tuple(round(UNITS_PER_NAT * float(step)) for step in steps))


def left_out_scores(
    examples: Sequence[Example], facts: Mapping[str, TalkFacts], fold_of: Callable[[Example], int], folds: int
) -> dict[str, int]:
    """The score of each document by weights that have not seen its family."""
    scores: dict[str, int] = {}
    for fold in range(folds):
        weights = learned_weights([example for example in examples if fold_of(example) != fold], facts)
        for example in examples:
            if fold_of(example) == fold and example.name in facts:
                scores[example.name] = weights.score(facts[example.name])
    return scores
