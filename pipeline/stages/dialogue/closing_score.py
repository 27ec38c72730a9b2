"""How much each block behind the last turn reads like a closing: a sum of learned weights.

The weights are in `closing_weights.tsv`, learned by `scripts/train_closing.py`.
"""

from collections.abc import Sequence
from functools import cache

import msgspec

from pipeline.lexicon.lists import table
from pipeline.stages.dialogue.closing_features import FEATURES, ClosingFeatures, closing_features, speech_style
from pipeline.stages.dialogue.labelled_block import LabelledBlock


@cache
def _weights() -> tuple[int, tuple[int, ...]]:
    """The base and the weight of each feature, in thousandths of log odds."""
    weights = {name: int(weight) for name, weight in table(__package__, "closing_weights.tsv")}
    return weights["base"], tuple(weights[name] for name in FEATURES)


def score_of(features: ClosingFeatures) -> int:
    """The log odds, in thousandths, that a block with these features is no speech."""
    base, weights = _weights()
    return base + sum(weight for weight, value in zip(weights, msgspec.structs.astuple(features), strict=True) if value)


def closing_scores(body: Sequence[LabelledBlock], start: int, end: int) -> list[int]:
    """The score of each block in `body[start:end]`, in thousandths of log odds."""
    said = [labelled.block for labelled in body[:start] if labelled.part == "answer"]
    style = speech_style(said, [labelled.name for labelled in body if labelled.name])
    return [score_of(closing_features(body[i].block, style, last=i == len(body) - 1)) for i in range(start, end)]
