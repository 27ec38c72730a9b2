"""From evidence to confidence: the share of decisions with so much evidence that were right, on sources left out.

The curves are tables beside the stages, fitted by the training scripts in `scripts/` (`scripts/calibration.py`).
"""

from bisect import bisect_right
from functools import cache

from pipeline.lexicon.lists import table


def calibrated(package: str, name: str, evidence: float) -> float:
    """The confidence of a decision, by the curve `name` in a package.

    `evidence` is in thousandths of log odds. Below the first row the confidence of the first row holds.
    """
    bounds, confidences = _curve(package, name)
    return confidences[max(bisect_right(bounds, evidence) - 1, 0)]


@cache
def _curve(package: str, name: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Evidence in ascending order, and the confidence from each on."""
    cells = table(package, name)
    return tuple(int(row[0]) for row in cells), tuple(float(row[1]) for row in cells)
