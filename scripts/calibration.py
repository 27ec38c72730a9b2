"""How sure decisions are: a curve from the evidence to the share that is right, and tables that check it.

The curve is logistic (Platt, "Probabilistic Outputs for Support Vector Machines", 1999), fitted to decisions about
families of sources that the trees had not seen. What a table shows is left out twice: the trees have not seen the
family, and neither has the curve. Every family counts once.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.segmentation.trees import UNITS_PER_NAT

Array = NDArray[Any]

FOLDS = 8
STEP, MOST_EVIDENCE = 10, 12_000
"""Thousandths of log odds between values of the evidence that the curve tells apart, and the largest of them."""
BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)


class Judged(NamedTuple):
    """A decision: the family of its document, the evidence for it, whether it was right, and how much it counts."""

    family: str
    evidence: int
    """Thousandths of log odds."""
    right: bool
    weight: float


class Curve(NamedTuple):
    """A logistic curve: the log odds of being right without evidence, and for each unit of evidence."""

    start: float
    slope: float

    def confidence(self, evidence: float) -> float:
        """The share that is right, at an evidence in thousandths of log odds; two digits, from 0.01 to 0.99."""
        odds = self.start + self.slope * evidence / UNITS_PER_NAT
        return min(99, max(1, round(100 / (1 + math.exp(-odds))))) / 100

    def lines(self, remark: str, least: int = -MOST_EVIDENCE) -> str:
        """The file that `pipeline.segmentation.calibration` reads: each evidence from which the confidence changes.

        `least` is the least evidence there is.
        """
        found = [f"# {remark}\n"]
        last = None
        for at in range(least, MOST_EVIDENCE, STEP):
            said = self.confidence(at)
            if said != last:
                found.append(f"{at}\t{said:.2f}\n")
                last = said
        return "".join(found)


def fitted(judged: Sequence[Judged]) -> Curve:
    """The curve of some decisions."""
    model = LogisticRegression(C=1e6).fit(
        np.array([[one.evidence / UNITS_PER_NAT] for one in judged]),
        np.array([one.right for one in judged]),
        sample_weight=_weights(judged),
    )
    return Curve(float(model.intercept_[0]), float(model.coef_[0, 0]))


def _weights(judged: Sequence[Judged]) -> Array:
    weights = np.array([one.weight for one in judged])
    scaled: Array = weights * len(weights) / weights.sum()
    return scaled


def left_out(judged: Sequence[Judged]) -> list[float]:
    """The confidence of each decision by a curve that has not seen its family."""
    number = {family: i % FOLDS for i, family in enumerate(sorted({one.family for one in judged}))}
    curves = [fitted([one for one in judged if number[one.family] != fold]) for fold in range(FOLDS)]
    return [curves[number[one.family]].confidence(one.evidence) for one in judged]


def as_probability(evidence: int) -> float:
    """The probability that an evidence is by itself, as it was stated before there was a curve."""
    return 1 / (1 + math.exp(-evidence / UNITS_PER_NAT))


class Band(NamedTuple):
    """Decisions with about the same confidence."""

    least: float
    most: float
    decisions: int
    weight: float
    said: float
    right: float


def bands(judged: Sequence[Judged], said: Sequence[float]) -> list[Band]:
    """The decisions in steps of confidence, without empty steps."""
    values, weights = np.array(said), np.array([one.weight for one in judged])
    right = np.array([one.right for one in judged], float)
    found = []
    for least, most in itertools.pairwise(BANDS):
        inside = (values >= least) & (values < most)
        if inside.any():
            total = float(weights[inside].sum())
            mean = float(np.average(values[inside], weights=weights[inside]))
            share = float(np.average(right[inside], weights=weights[inside]))
            found.append(Band(least, most, int(inside.sum()), total, mean, share))
    return found


def calibration_error(found: Sequence[Band]) -> float:
    """Expected calibration error: how far what is said is from what is right, mean over the decisions as they count."""
    return sum(band.weight * abs(band.said - band.right) for band in found) / sum(band.weight for band in found)


def reliability_table(what: str, columns: Sequence[tuple[str, Sequence[Judged], Sequence[float]]]) -> Iterator[str]:
    """A table for `docs/benchmarks.md`: for each column and step of confidence the number, what is said, what is right.

    `what` are the decisions, `turns` or `speakers`. The last row has all of them, and the calibration error.
    """
    heads = "".join(f" {name}: {what} | said | right |" for name, _, _ in columns)
    yield f"| confidence |{heads}"
    yield "|---|" + "--:|" * (3 * len(columns))
    found = [{(band.least, band.most): band for band in bands(judged, said)} for _, judged, said in columns]
    for least, most in itertools.pairwise(BANDS):
        cells = [of_column.get((least, most)) for of_column in found]
        if any(cells):
            shown = "".join(f" {c.decisions:,} | {c.said:.2f} | {c.right:.2f} |" if c else " 0 | | |" for c in cells)
            yield f"| {least:.2f} to {min(most, 1.0):.2f} |{shown}"
    totals = ""
    for of_column in found:
        weight = sum(band.weight for band in of_column.values())
        said, right = (sum(b.weight * v for b, v in zip(of_column.values(), values, strict=True)) / weight for values in
                       ([b.said for b in of_column.values()], [b.right for b in of_column.values()]))  # fmt: skip
        totals += f" {sum(band.decisions for band in of_column.values()):,} | {said:.3f} | {right:.3f} |"
    yield f"| all |{totals}"
    errors = "".join(f" {calibration_error(list(of_column.values())):.3f} | | |" for of_column in found)
    yield f"| expected calibration error |{errors}"
