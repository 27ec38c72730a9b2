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


def forest_bytes_of_classes(model: HistGradientBoostingClassifier, classes: int) -> bytes:
    """The same for a model of several classes, whose trees come in turn.

    The score before any tree is part of the leaves of the first tree of each class.
    """
    nodes, counts = [], []
    baseline = model._baseline_prediction.ravel()  # noqa: SLF001
    for of_class in range(classes):
        for number, predictors in enumerate(model._predictors):  # noqa: SLF001
            before = float(baseline[of_class]) if number == 0 else 0.0
            tree = predictors[of_class].nodes
            counts.append(len(tree))
            for place, node in enumerate(tree):
                if node["is_leaf"]:
                    nodes.append((0, 0, place, place, round((node["value"] + before) * UNITS_PER_NAT)))
                else:
                    threshold = math.floor(node["num_threshold"])
                    nodes.append((node["feature_idx"], threshold, node["left"], node["right"], 0))
    head = np.array([len(counts), len(nodes), 0], "<i4")
    return head.tobytes() + np.array(nodes, NODE_DTYPE).tobytes() + np.array(counts, "<u2").tobytes()
