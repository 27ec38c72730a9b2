"""How fast a run goes at present, and how long the rest may take."""

from collections import deque
from typing import NamedTuple

WINDOW_SECONDS = 30.0
"""Seconds that a speed is taken over: long enough to be calm, short enough to be of now."""

MIN_SAMPLE_SECONDS = 1.0
"""Seconds between two moments that are kept, and the shortest time that a speed is told of."""

MIN_ESTIMATE_SECONDS = 5.0
"""Seconds before the time left is told: of a shorter time it jumps about."""


class ProgressSample(NamedTuple):
    """How far a run was at some time."""

    time: float
    unchanged: int
    read: int
    done: int


class SpeedEstimator:
    """Speeds over the last half a minute in which documents were worked on.

    A run that is taken up again races through what is done already. Nothing follows from that for what comes behind
    it, so the window starts anew where such a race ends, and nothing is told during it.
    """

    def __init__(self, start: float) -> None:
        self._latest = ProgressSample(start, 0, 0, 0)
        self._kept = deque([self._latest])
        # Workers load, and queues fill, in the first second: it is not like the others.
        self._settling = True

    def note(self, time: float, *, unchanged: int, read: int, done: int) -> None:
        """Takes down how far the run is; as often as one likes."""
        self._latest = latest = ProgressSample(time, unchanged, read, done)
        last = self._kept[-1]
        if time - last.time < MIN_SAMPLE_SECONDS:
            return
        racing = done <= last.done and unchanged > last.unchanged
        # The second in which a race ends is partly of the race.
        if racing or self._settling:
            self._kept.clear()
        self._settling = racing
        self._kept.append(latest)
        while len(self._kept) > 1 and self._kept[1].time <= time - WINDOW_SECONDS:
            self._kept.popleft()

    def speed(self) -> float | None:
        """Bytes of documents a second; none where it is not known."""
        span = self._span()
        return None if span < MIN_SAMPLE_SECONDS else max(self._latest.done - self._kept[0].done, 0) / span

    def left(self, total: int) -> float | None:
        """Seconds until `total` is read; none where nobody can know."""
        span, rest = self._span(), total - self._latest.read
        read = self._latest.read - self._kept[0].read
        return None if span < MIN_ESTIMATE_SECONDS or read <= 0 or rest <= 0 else rest * span / read

    def _span(self) -> float:
        return 0.0 if self._settling else self._latest.time - self._kept[0].time
