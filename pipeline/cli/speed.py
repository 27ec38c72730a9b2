"""Estimates the current speed of a run and the time left."""

from collections import deque
from typing import NamedTuple

WINDOW_SECONDS = 30.0
"""Seconds over which the speed is averaged."""

MIN_SAMPLE_SECONDS = 1.0
"""Seconds between two samples, and the shortest time for which a speed is known."""

MIN_ESTIMATE_SECONDS = 5.0
"""Seconds before the time left is estimated; over a shorter time the estimate is unstable."""


class ProgressSample(NamedTuple):
    """The progress of a run at one time."""

    time: float
    unchanged: int
    read: int
    done: int


class SpeedEstimator:
    """Averages the speed over the last half minute in which documents were processed.

    A resumed run skips unchanged documents quickly, which says nothing about the rest. The window starts again after
    such a phase, and no speed is known during it.
    """

    def __init__(self, start: float) -> None:
        self._latest = ProgressSample(start, 0, 0, 0)
        self._samples = deque([self._latest])
        # In the first second workers load and queues fill, so it is not representative.
        self._restarting = True

    def record(self, time: float, *, unchanged: int, read: int, done: int) -> None:
        """Records the progress of the run; can be called as often as you like."""
        self._latest = latest = ProgressSample(time, unchanged, read, done)
        last = self._samples[-1]
        if time - last.time < MIN_SAMPLE_SECONDS:
            return
        skipping = done <= last.done and unchanged > last.unchanged
        # The sample in which skipping ends is partly skipping.
        if skipping or self._restarting:
            self._samples.clear()
        self._restarting = skipping
        self._samples.append(latest)
        while len(self._samples) > 1 and self._samples[1].time <= time - WINDOW_SECONDS:
            self._samples.popleft()

    def speed(self) -> float | None:
        """Bytes of documents per second, or `None` if unknown."""
        span = self._span()
        return None if span < MIN_SAMPLE_SECONDS else max(self._latest.done - self._samples[0].done, 0) / span

    def left(self, total: int) -> float | None:
        """Seconds until `total` bytes are read, or `None` if unknown."""
        span, rest = self._span(), total - self._latest.read
        read = self._latest.read - self._samples[0].read
        return None if span < MIN_ESTIMATE_SECONDS or read <= 0 or rest <= 0 else rest * span / read

    def _span(self) -> float:
        return 0.0 if self._restarting else self._latest.time - self._samples[0].time
