"""What `make test` leaves out of a long test, for `make soak` to do."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


def only(values: Iterable[Any], kept: Iterable[Any]) -> list[Any]:
    """The parameters of a test: `make test` runs it with those that are `kept`, `make soak` with all."""
    everything, chosen = list(values), list(kept)
    assert all(value in everything for value in chosen), "one that is kept is not among all"
    return [value if value in chosen else _later(value) for value in everything]


def _later(value: Any) -> Any:
    values = value if isinstance(value, tuple) else (value,)
    return pytest.param(*values, marks=pytest.mark.soak)


def examples(thorough: int) -> int:
    """How many examples a law is tried with, where `make soak` tries it with `thorough` many."""
    return max(1, thorough * settings().max_examples // 100)
