"""Decision trees over whole numbers."""

import numpy as np

from pipeline.segmentation.features import CandidateFeatures
from pipeline.segmentation.trees import NODE_DTYPE, Trees, load_trees

STUMPS = (
    np.array([2, 4, 7], "<i4").tobytes()
    + np.array([(0, 5, 1, 2, 0), (0, 0, 1, 1, -10), (0, 0, 2, 2, 20), (0, 0, 0, 0, 3)], NODE_DTYPE).tobytes()
    + np.array([3, 1], "<u2").tobytes()
)
"""Two trees: one asks whether the first feature is at most 5, one is a single leaf; 7 is said beforehand."""


def test_a_score_is_the_sum_of_the_leaves() -> None:
    """A feature up to the threshold goes left."""
    assert Trees.read(STUMPS).scores([[5], [6], [-100]]) == [0, 30, 0]


def test_rows_are_scored_alike_alone_and_together() -> None:
    """Rows do not influence each other."""
    rows = [[seed * place % 91 - 45 for place in range(len(CandidateFeatures._fields))] for seed in range(1, 9)]
    forest = load_trees("first", "pipeline.segmentation")
    assert forest.scores(rows) == [forest.scores([row])[0] for row in rows]
