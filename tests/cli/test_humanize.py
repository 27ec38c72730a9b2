"""Times and speeds in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.humanize import count_of, duration, estimate, frequency, speed


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (2.34, "2.3 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (41, "41 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (372, "6 min 12 s"),
        (3_599.4, "59 min 59 s"),
        (3_599.6, "1 h 00 min"),
        (11_040, "3 h 04 min"),
        (86_369, "23 h 59 min"),
        (86_399, "1 day 0 h"),
        (183_600, "2 days 3 h"),
    ],
)
def test_a_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (41.4, "41 s"),
        (59.6, "1 min"),
        (700, "12 min"),
        (3_580, "1 h 00 min"),
        (11_040, "3 h 04 min"),
        (183_600, "2 days 3 h"),
    ],
)
def test_estimate_is_rounded_to_its_precision(seconds: float, words: str) -> None:
    assert estimate(seconds) == words


@given(st.floats(0, 1e9))
def test_no_unit_is_full(seconds: float) -> None:
    """`60 s` is `1 min 00 s`, and `24 h` a day."""
    for words in (duration(seconds), estimate(seconds)):
        parts = words.replace(",", "").split()
        amounts = {unit.rstrip("s") or "s": float(number) for number, unit in zip(parts[::2], parts[1::2], strict=True)}
        assert amounts.get("s", 0) < 60
        assert amounts.get("min", 0) < 60
        assert amounts.get("h", 0) < 24


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0, "0 kB/s"),
        (12_400, "12 kB/s"),
        (99_499, "99 kB/s"),
        (99_501, "0.1 MB/s"),
        (1_800_000, "1.8 MB/s"),
        (99_949_000, "99.9 MB/s"),
        (99_951_000, "100 MB/s"),
        (1_234_000_000, "1,234 MB/s"),
    ],
)
def test_a_speed(rate: float, words: str) -> None:
    assert speed(rate) == words


@pytest.mark.parametrize(
    ("often", "words"), [(0.0412, "0.041"), (0.996, "1.0"), (3.14, "3.1"), (9.96, "10"), (51_200, "51,200")]
)
def test_a_frequency(often: float, words: str) -> None:
    assert frequency(often) == words


def test_count_of_one_is_singular() -> None:
    assert [count_of(number, "document") for number in (0, 1, 12_300)] == [
        "0 documents",
        "1 document",
        "12,300 documents",
    ]
