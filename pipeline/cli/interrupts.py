"""An interrupt is not lost where Python cannot raise it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import ClassVar

RAISE_AGAIN_SECONDS = 0.05
"""Seconds after which an interrupt is raised again."""


class Terminated(KeyboardInterrupt):
    """The system asks the run to end, as the keyboard does."""

    number: ClassVar = signal.SIGTERM


@contextmanager
def deliver_interrupts() -> Iterator[None]:
    """Raises an interrupt once more that came within a `__del__` or a callback of the garbage collector.

    Python only prints it there and goes on. The library `regex` runs thousands of these while it compiles patterns.
    """
    before = sys.unraisablehook

    def hook(found: "sys.UnraisableHookArgs") -> None:
        if not issubclass(found.exc_type, KeyboardInterrupt):
            before(found)
            return
        again = Timer(RAISE_AGAIN_SECONDS, signal.raise_signal, [getattr(found.exc_type, "number", signal.SIGINT)])
        again.daemon = True
        again.start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
