"""Which spaces are missing in a text, and how sure that is.

Two sets of trees decide. The first sees each candidate alone. The second also knows how many other missing spaces the
first has found in the document, which is one of the best signs: where one space was lost, others were.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache

import msgspec

from pipeline.lexicon.lists import table
from pipeline.segmentation.candidates import SpaceCandidate, space_candidates
from pipeline.segmentation.counts import DocumentCounts, document_counts
from pipeline.segmentation.lattice import lattice_cache
from pipeline.segmentation.lattice_edges import edge_cache
from pipeline.segmentation.trees import Trees, load_trees

MIN_FIRST_SCORE = -3000
"""First score under which the second trees never found a missing space, and are not asked."""
FIRST_SCORE_STEP = 10
"""The second trees see the first score in steps of so many thousandths."""
RATE_SCALE, RATE_SMOOTHING = 10_000, 50
"""The rate of missing spaces is given per `RATE_SCALE` tokens, as if each text had `RATE_SMOOTHING` tokens more."""


class MissingSpace(msgspec.Struct, frozen=True, gc=False):
    """A space may be missing before code point `at` of the text; `inner` if letters, figures or dashes meet there."""

    at: int
    inner: bool
    confidence: float


@lru_cache(maxsize=2)
def missing_spaces(text: str, user_words: frozenset[str] = frozenset()) -> tuple[MissingSpace, ...]:
    """The spaces that may be missing in a text, in order. `user_words` are words of the user in small letters."""
    counts = document_counts(text, user_words)
    if not counts.suspects:
        return ()
    edge_cache.age()
    lattice_cache.age()
    candidates = list(space_candidates(text, counts))
    first, second = load_trees("first", __package__), load_trees("second", __package__)
    scores = score_candidates(candidates, counts, first, second)
    return tuple(
        MissingSpace(candidate.at, candidate.inner, confidence(score))
        for candidate, score in zip(candidates, scores, strict=True)
    )


def score_candidates(
    candidates: Sequence[SpaceCandidate], counts: DocumentCounts, first: Trees, second: Trees
) -> list[int]:
    """The log odds, in thousandths, that a space is missing at each candidate."""
    if not candidates:
        return []
    scores = first.scores([candidate.features for candidate in candidates])
    open_cases = [number for number, score in enumerate(scores) if score >= MIN_FIRST_SCORE]
    if open_cases:
        rows = second_pass_features(scores, candidates, counts)
        for number, score in zip(open_cases, second.scores([rows[number] for number in open_cases]), strict=True):
            scores[number] = score
    return scores


def second_pass_features(
    scores: Sequence[int], candidates: Sequence[SpaceCandidate], counts: DocumentCounts
) -> list[list[int]]:
    """The features of each candidate for the second trees: its own, its first score, and the other missing spaces."""
    missing = sum(score > 0 for score in scores)
    rows = []
    for score, candidate in zip(scores, candidates, strict=True):
        others = missing - (score > 0)
        rate = RATE_SCALE * others // (counts.size + RATE_SMOOTHING)
        rows.append([*candidate.features, score // FIRST_SCORE_STEP, others, rate])
    return rows


def confidence(score: int) -> float:
    """The share of candidates with such a score at which a space was missing, measured out of fold."""
    bounds, shares = _reliability()
    return shares[bisect_right(bounds, score)]


@cache
def _reliability() -> tuple[list[int], list[float]]:
    """Scores, and the confidence up to each and beyond the last."""
    reliability = table(__package__, "reliability.tsv")
    return [int(bound) for bound, _ in reliability[1:]], [float(share) for _, share in reliability]
