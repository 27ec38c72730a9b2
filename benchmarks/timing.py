"""How long work takes, as the figures of these tables count it."""

import time
from collections.abc import Callable


def best(work: Callable[[], object], rounds: int) -> float:
    """Nanoseconds of the fastest of some rounds, after one that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return min(times)
