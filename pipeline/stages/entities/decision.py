"""Decide for each candidate whether it is an entity, and whether the space before it stands for its ampersand.

Boosted trees weigh the features of each reading. `scripts/train_entities.py` grows them on clean text that it damages
and on sound text with lookalikes, and measures them on kinds of damage that they have not seen.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

import msgspec

from pipeline.lexicon.lists import table
from pipeline.segmentation.trees import UNITS_PER_NAT, load_trees
from pipeline.stages.entities.features import document_facts, has_space_reading, line_facts, row
from pipeline.stages.entities.lexer import Candidate
from pipeline.stages.entities.suspect_lines import SuspectLine

MIN_PROBABILITY = 0.8
"""A false repair is worse than a miss: a candidate must be four times as likely an entity as not."""


class Decision(msgspec.Struct, frozen=True):
    """A candidate that is an entity."""

    candidate: Candidate
    spaced: bool
    """Whether the space before it stands for its ampersand."""
    confidence: float


def decisions(lines: Sequence[tuple[SuspectLine, Sequence[Candidate]]], text: str) -> list[list[Decision]]:
    """The entities of each line among its candidates."""
    if not any(found for _, found in lines):
        return [[] for _ in lines]
    document = document_facts(lines, text)
    rows: list[list[int]] = []
    for line, found in lines:
        facts = line_facts(line, found)
        for i, candidate in enumerate(found):
            rows.append(row(line, facts, document, found, i, spaced=False))
            if has_space_reading(line, candidate):
                rows.append(row(line, facts, document, found, i, spaced=True))
    scores = iter(load_trees("lost", __package__).scores(rows))
    decided = []
    for line, found in lines:
        entities = []
        for candidate in found:
            plain = probability(next(scores))
            spaced = probability(next(scores)) if has_space_reading(line, candidate) else 0.0
            total = min(1.0, plain + spaced)
            if total >= MIN_PROBABILITY:
                entities.append(Decision(candidate, spaced > plain, confidence_of(total)))
        decided.append(entities)
    return decided


def probability(score: int) -> float:
    """The probability of a score in thousandths of log odds."""
    return 1 / (1 + math.exp(-max(-20.0, min(20.0, score / UNITS_PER_NAT))))


def confidence_of(chance: float) -> float:
    """How often a decision of this probability was right for kinds of damage that the trees had not seen."""
    bounds, confidences = _reliability()
    return confidences[max(0, bisect_right(bounds, chance) - 1)]


@cache
def _reliability() -> tuple[tuple[float, ...], tuple[float, ...]]:
    cells = table(__package__, "reliability.tsv")
    return tuple(float(cell[0]) for cell in cells), tuple(float(cell[1]) for cell in cells)
