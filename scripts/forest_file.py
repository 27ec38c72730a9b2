"""Writes boosted trees of scikit-learn as a `.forest` file, which `pipeline.segmentation.trees` reads."""

import bisect
import math
from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from pipeline.segmentation.trees import NODE_DTYPE, UNITS_PER_NAT


def forest_bytes(model: HistGradientBoostingClassifier, grids: Sequence[Sequence[int]] | None = None) -> bytes:
    """The trees of a model in whole numbers: head (trees, nodes, base), nodes, nodes of each tree.

    With `grids`, the values of each feature in the training data, a threshold is the value of the grid below it.
    """
    nodes, counts = [], []
    for (predictor,) in model._predictors:  # noqa: SLF001
        counts.append(len(predictor.nodes))
        for number, node in enumerate(predictor.nodes):
            if node["is_leaf"]:
                nodes.append((0, 0, number, number, round(node["value"] * UNITS_PER_NAT)))
                continue
            feature, threshold = int(node["feature_idx"]), float(node["num_threshold"])
            grid = grids[feature] if grids is not None else None
            least = math.floor(threshold) if grid is None else grid[bisect.bisect_right(grid, threshold) - 1]
            nodes.append((feature, least, node["left"], node["right"], 0))
    base = round(float(model._baseline_prediction.item()) * UNITS_PER_NAT)  # noqa: SLF001
    head = np.array([len(counts), len(nodes), base], "<i4")
    return head.tobytes() + np.array(nodes, NODE_DTYPE).tobytes() + np.array(counts, "<u2").tobytes()
