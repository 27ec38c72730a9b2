"""The speed of a run, and the estimate of the remaining time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.speed import SpeedEstimator

MB = 1_000_000


class Run:
    """A run whose course the test says."""

    def __init__(self) -> None:
        self.pace = SpeedEstimator(0.0)
        self.time = 0.0
        self.unchanged = self.read = self.done = 0

    def go(self, seconds: float, *, rate: int, unchanged: int = 0, every: float = 0.1) -> None:
        """Reads so many bytes a second; where documents are found unchanged, none of them is worked on."""
        for _ in range(round(seconds / every)):
            self.time += every
            self.read += round(rate * every)
            self.unchanged += unchanged
            self.done += 0 if unchanged else round(rate * every)
            self.pace.record(self.time, unchanged=self.unchanged, read=self.read, done=self.done)


def test_the_speed_is_of_the_last_half_a_minute() -> None:
    run = Run()
    run.go(60, rate=8 * MB)
    assert run.pace.speed() == pytest.approx(8 * MB)
    run.go(32, rate=2 * MB)
    assert run.pace.speed() == pytest.approx(2 * MB)
    assert run.pace.left(run.read + 60 * MB) == pytest.approx(30)


def test_no_estimate_is_shown_without_data() -> None:
    """Workers load in the first second; a time left that jumps about is worse than none."""
    run = Run()
    run.go(1.5, rate=MB)
    assert run.pace.speed() is None
    run.go(1, rate=MB)
    assert run.pace.speed() == pytest.approx(MB)
    assert run.pace.left(100 * MB) is None
    run.go(4, rate=MB)
    assert run.pace.left(run.read + 60 * MB) == pytest.approx(60)


def test_unchanged_documents_do_not_affect_the_estimate() -> None:
    run = Run()
    for _ in range(20):
        run.go(1, rate=500 * MB, unchanged=700)
        assert run.pace.speed() is None
        assert run.pace.left(20_000 * MB) is None
    # Ends within a second, so that this one is of both.
    run.go(0.5, rate=500 * MB, unchanged=700)
    for _ in range(40):
        run.go(1, rate=MB)
        left = run.pace.left(run.read + 600 * MB)
        assert left is None or left == pytest.approx(600)
    assert left is not None


def test_unchanged_documents_among_others_are_part_of_the_pace() -> None:
    run = Run()
    for _ in range(40):
        run.go(0.5, rate=4 * MB, unchanged=9)
        run.go(0.5, rate=2 * MB)
    assert run.pace.speed() == pytest.approx(MB, rel=0.1)
    assert run.pace.left(run.read + 90 * MB) == pytest.approx(30, rel=0.1)


def test_slow_document_does_not_set_the_speed_to_zero() -> None:
    run = Run()
    run.go(180, rate=MB, every=60)
    assert run.pace.speed() == pytest.approx(MB)
    assert run.pace.left(run.read + 120 * MB) == pytest.approx(120)


def test_when_all_is_read_no_time_is_left_to_tell() -> None:
    run = Run()
    run.go(20, rate=MB)
    assert run.pace.left(run.read) is None
    assert run.pace.left(run.read - 1) is None


@given(st.lists(st.tuples(st.floats(0, 1e6), *[st.integers(0, 2**50)] * 3), max_size=60))
def test_nothing_it_tells_is_below_nothing(course: list[tuple[float, int, int, int]]) -> None:
    """With any input: times in any order, decreasing counts."""
    pace = SpeedEstimator(0.0)
    for time, unchanged, read, done in course:
        pace.record(time, unchanged=unchanged, read=read, done=done)
        speed, left = pace.speed(), pace.left(2**50)
        assert speed is None or speed >= 0
        assert left is None or left > 0
