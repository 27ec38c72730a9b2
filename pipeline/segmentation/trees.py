"""Gradient-boosted decision trees over whole numbers, grown by the training scripts in `scripts/`.

The method is Friedman's ("Greedy Function Approximation: A Gradient Boosting Machine", 2001). Features, thresholds and
leaf values are whole numbers, so a score is the same on every machine. All trees are walked at once with numpy.
"""

import math
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNITS_PER_NAT = 1000
"""Scores are log odds in thousandths."""
MAX_DEPTH = 6
"""Steps from a root to its deepest leaf."""
NODE_DTYPE = [("feature", "u1"), ("threshold", "<i2"), ("left", "u1"), ("right", "u1"), ("value", "<i2")]
"""One node in a file."""
HEADER_BYTES = 12
"""Number of trees, number of nodes and base score, four bytes each."""


class Trees(msgspec.Struct, frozen=True):
    """The nodes of all trees, one tree after the other.

    Each node has the feature it asks for, the threshold up to which the walk goes left, and its two children. A leaf is
    its own child and adds its value; `base` is the score before any tree.
    """

    features: "NDArray[np.int32]"
    thresholds: "NDArray[np.int32]"
    children: "NDArray[np.int32]"
    values: "NDArray[np.int32]"
    roots: "NDArray[np.int32]"
    base: int
    depth: int = MAX_DEPTH
    """Steps from a root to the deepest leaf of these trees."""

    @classmethod
    def read(cls, data: bytes) -> "Trees":
        """The trees in the bytes of a `.forest` file."""
        import numpy as np

        trees, nodes, base = np.frombuffer(data, "<i4", 3)
        size = int(nodes)
        table = np.frombuffer(data, NODE_DTYPE, size, HEADER_BYTES)
        counts = np.frombuffer(data, "<u2", int(trees), HEADER_BYTES + size * np.dtype(NODE_DTYPE).itemsize)
        roots = np.concatenate(([0], np.cumsum(counts[:-1]))).astype(np.int32)
        offset = np.repeat(roots, counts)
        children = np.stack((table["left"] + offset, table["right"] + offset), axis=1).astype(np.int32).ravel()
        return cls(
            table["feature"].astype(np.int32),
            table["threshold"].astype(np.int32),
            children,
            table["value"].astype(np.int32),
            roots,
            int(base),
            _depth(children, roots),
        )

    def scores(self, rows: "Sequence[Sequence[int]] | NDArray[np.int32]") -> list[int]:
        """The score of each row of features, in thousandths of log odds."""
        totals: list[int] = (self._leaf_values(rows).sum(axis=1) + self.base).tolist()
        return totals

    def scores_of_classes(self, row: Sequence[int], classes: int) -> list[int]:
        """The score of each class for one row, where the trees of the classes follow each other, as many for each."""
        totals: list[int] = (self._leaf_values([row]).reshape(classes, -1).sum(axis=1) + self.base).tolist()
        return totals

    def _leaf_values(self, rows: "Sequence[Sequence[int]] | NDArray[np.int32]") -> "NDArray[np.int32]":
        """The value of the leaf that each row reaches in each tree; a line a row."""
        import numpy as np

        table = np.asarray(rows, dtype=np.int32)
        count, width = table.shape
        flat = table.ravel()
        node = np.tile(self.roots, count)
        first = np.repeat(np.arange(count, dtype=np.int32) * width, len(self.roots))
        for _ in range(self.depth):
            right = flat.take(first + self.features.take(node)) > self.thresholds.take(node)
            node = self.children.take(2 * node + right)
        values: NDArray[np.int32] = self.values.take(node).reshape(count, -1)
        return values


def probability_of(score: int) -> float:
    """The probability of a score in thousandths of log odds."""
    return 1 / (1 + math.exp(-score / UNITS_PER_NAT))


def _depth(children: "NDArray[np.int32]", roots: "NDArray[np.int32]") -> int:
    """Steps until every path has reached a leaf; a leaf is its own child."""
    import numpy as np

    level, depth = roots, 0
    while depth < MAX_DEPTH:
        below = np.unique(np.concatenate((children.take(2 * level), children.take(2 * level + 1))))
        if np.array_equal(below, level):
            break
        level, depth = below, depth + 1
    return depth


@cache
def load_trees(name: str, package: str) -> Trees:
    """The trees of `{name}.forest` in a package, read once per process."""
    return Trees.read((resources.files(package) / f"{name}.forest").read_bytes())
