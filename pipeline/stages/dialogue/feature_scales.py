"""Whole numbers for features: logarithms, shares and the like, the same on every machine."""

import math
from collections.abc import Iterable

MAX_TABLED = 5000
"""Numbers whose logarithm is looked up."""
LOGS = tuple(round(100 * math.log1p(value)) for value in range(MAX_TABLED + 1))


def log(value: int) -> int:
    """A hundred times the natural logarithm of one more than a value."""
    return LOGS[value] if value <= MAX_TABLED else round(100 * math.log1p(value))


def share(part: float, whole: float) -> int:
    """A part as hundredths of a whole; 0 of nothing."""
    return round(100 * part / whole) if whole else 0


def entropy(counts: Iterable[int]) -> int:
    """The entropy of counts, in hundredths of a nat."""
    values = [count for count in counts if count]
    total = sum(values)
    return round(-100 * sum(value / total * math.log(value / total) for value in values)) if total else 0


def median(values: list[int]) -> int:
    """The upper median; sorts the values."""
    values.sort()
    return values[len(values) // 2]
