"""Which spaces are missing in a text, and how sure that is.

Two forests decide. The first looks at each gap alone; the second also knows how many other joins the first has found
in the document, which is among the best of all signs: where one space was lost, others were.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources

import msgspec

from pipeline.segmentation.candidates import SpaceCandidate, space_candidates
from pipeline.segmentation.counts import DocumentCounts, document_counts
from pipeline.segmentation.lattice import lattice_cache
from pipeline.segmentation.lattice_edges import edge_cache
from pipeline.segmentation.trees import Trees, load_trees

MIN_FIRST_SCORE = -3000
"""What the first forest says of gaps at which the second has never found a space: it is not asked."""
FIRST_SCORE_STEP = 10
"""The score of the first forest is told to the second in steps of so many thousandths."""


class MissingSpace(msgspec.Struct, frozen=True, gc=False):
    """A space may be missing before code point `at`; `inner` where letters, figures or dashes meet there."""

    at: int
    inner: bool
    confidence: float


def second_pass_features(
    scores: Sequence[int], gaps: Sequence[SpaceCandidate], evidence: DocumentCounts
) -> list[list[int]]:
    """The features of each gap for the second forest: its own, its first score, and the joins elsewhere."""
    joins, size = sum(score > 0 for score in scores), evidence.size
    rows = []
    for score, gap in zip(scores, gaps, strict=True):
        others = joins - (score > 0)
        rows.append([*gap.features, score // FIRST_SCORE_STEP, others, 10_000 * others // (size + 50)])
    return rows


def score_candidates(
    gaps: Sequence[SpaceCandidate], evidence: DocumentCounts, first: Trees, second: Trees
) -> list[int]:
    """The log odds, in thousandths, that a space is missing at each gap."""
    if not gaps:
        return []
    scores = first.scores([gap.features for gap in gaps])
    doubtful = [number for number, score in enumerate(scores) if score >= MIN_FIRST_SCORE]
    if doubtful:
        rows = second_pass_features(scores, gaps, evidence)
        for number, score in zip(doubtful, second.scores([rows[number] for number in doubtful]), strict=True):
            scores[number] = score
    return scores


@lru_cache(maxsize=2)
def missing_spaces(text: str, told: frozenset[str] = frozenset()) -> tuple[MissingSpace, ...]:
    """The spaces that may be missing in a text, in order; `told` are words of the user's own, in small letters."""
    evidence = document_counts(text, told)
    if not evidence.suspects:
        return ()
    edge_cache.age()
    lattice_cache.age()
    gaps = list(space_candidates(text, evidence))
    scores = score_candidates(gaps, evidence, load_trees("first"), load_trees("second"))
    return tuple(MissingSpace(gap.at, gap.inner, confidence(score)) for gap, score in zip(gaps, scores, strict=True))


def confidence(score: int) -> float:
    """The share of gaps with such a score at which a space was missing, on text that nothing was learned from."""
    bounds, shares = _reliability()
    return shares[bisect_right(bounds, score)]


@cache
def _reliability() -> tuple[list[int], list[float]]:
    """Scores, and the confidence up to each and beyond the last."""
    lines = (resources.files(__package__) / "reliability.tsv").read_text("utf-8").split("\n")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [int(bound) for bound, _ in rows[1:]], [float(share) for _, share in rows]
