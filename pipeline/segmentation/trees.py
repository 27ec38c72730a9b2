"""Boosted decision trees over whole numbers, grown by `scripts/train_spacing.py`.

The method is Friedman's ("Greedy Function Approximation: A Gradient Boosting Machine", 2001). Features, thresholds and
what the leaves say are whole numbers, so that a score is the same on every machine. All trees are walked at once.
"""

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
"""The deepest that a leaf lies."""


class Trees(msgspec.Struct, frozen=True):
    """The nodes of all trees, tree after tree: which feature each asks for, up to where it goes left, and its children.

    A leaf is its own child; `values` are what leaves say. `base` is said before any tree is asked.
    """

    features: "NDArray[np.int32]"
    thresholds: "NDArray[np.int32]"
    children: "NDArray[np.int32]"
    values: "NDArray[np.int32]"
    roots: "NDArray[np.int32]"
    base: int

    @classmethod
    def read(cls, data: bytes) -> "Trees":
        """The forest that `written` wrote."""
        import numpy as np

        trees, nodes, base = np.frombuffer(data, "<i4", 3)
        size = int(nodes)
        table = np.frombuffer(data, NODE_DTYPE, size, 12)
        counts = np.frombuffer(data, "<u2", int(trees), 12 + size * np.dtype(NODE_DTYPE).itemsize)
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
        )

    def scores(self, rows: Sequence[Sequence[int]]) -> list[int]:
        """The score of each row of features."""
        import numpy as np

        table = np.array(rows, dtype=np.int32)
        count, width = table.shape
        flat = table.ravel()
        node = np.tile(self.roots, count)
        first = np.repeat(np.arange(count, dtype=np.int32) * width, len(self.roots))
        for _ in range(MAX_DEPTH):
            right = flat.take(first + self.features.take(node)) > self.thresholds.take(node)
            node = self.children.take(2 * node + right)
        found: list[int] = (self.values.take(node).reshape(count, -1).sum(axis=1) + self.base).tolist()
        return found


NODE_DTYPE = [("feature", "u1"), ("threshold", "<i2"), ("left", "u1"), ("right", "u1"), ("value", "<i2")]
"""One node as it lies in a file."""


@cache
def load_trees(name: str) -> Trees:
    """A forest of this package, read once per process."""
    return Trees.read((resources.files(__package__) / f"{name}.forest").read_bytes())
