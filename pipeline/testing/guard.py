"""Limit the time of a call, so that a stage that never ends is found."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

SECONDS = 20.0
"""How long a stage may take for one small text before it counts as one that never ends."""

REPEAT_SECONDS = 1.0
"""Seconds after which a stage that goes on all the same is stopped once more."""


class TooLongError(BaseException):
    """Stops a stage. It is no `Exception`, so that neither the stage nor a search for a smaller text can keep it."""


class TooMuchWorkError(BaseException):
    """The same, where the limit is one of the processor's time."""


def limited(seconds: float) -> AbstractContextManager[None]:
    """Raises `TooLongError` inside the block after so many seconds.

    Only the main thread of a Unix system can be stopped; elsewhere the block takes as long as it takes.
    """
    return _stopping("ITIMER_REAL", "SIGALRM", seconds, TooLongError)


def limited_work(seconds: float) -> AbstractContextManager[None]:
    """Raises `TooMuchWorkError` inside the block after so many seconds of the processor's time."""
    return _stopping("ITIMER_VIRTUAL", "SIGVTALRM", seconds, TooMuchWorkError)


@contextmanager
def _stopping(timer_name: str, signal_name: str, seconds: float, error: type[BaseException]) -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    timer, number = getattr(signal, timer_name), getattr(signal, signal_name)

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise error

    began = time.monotonic()
    handler = signal.signal(number, stop)
    left, every = signal.setitimer(timer, seconds, REPEAT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, handler)
        if left:
            # Somebody else's alarm, of pytest-timeout for one, rings when it would have rung.
            signal.setitimer(timer, max(0.001, left - (time.monotonic() - began)), every)
