"""Limit the time of a call, so that a stage that never ends is found."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

MAX_SECONDS_PER_TEXT = 20.0
"""Seconds that a stage may take for one small text before it counts as endless."""

REPEAT_SECONDS = 1.0
"""Seconds after which a stage that caught the exception is stopped again."""


class TooLongError(BaseException):
    """Stops a stage. It is not an `Exception`, so that neither the stage nor a search for a smaller text catches it."""


class TooMuchWorkError(BaseException):
    """Like `TooLongError`, for a limit in processor time."""


def limited(seconds: float) -> AbstractContextManager[None]:
    """Raise `TooLongError` inside the block after this many seconds.

    Works in the main thread of a Unix system only; elsewhere there is no limit.
    """
    return _stopping("ITIMER_REAL", "SIGALRM", seconds, TooLongError)


def limited_work(seconds: float) -> AbstractContextManager[None]:
    """Raise `TooMuchWorkError` inside the block after this many seconds of processor time."""
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
    remaining, interval = signal.setitimer(timer, seconds, REPEAT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, handler)
        if remaining:
            # Restore a timer that was running before, such as the one of pytest-timeout.
            signal.setitimer(timer, max(0.001, remaining - (time.monotonic() - began)), interval)
