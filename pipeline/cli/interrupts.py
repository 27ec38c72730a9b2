"""Delivers interrupts that Python would drop."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import ClassVar

RAISE_AGAIN_SECONDS = 0.05
"""Seconds until a dropped interrupt is raised again."""


class Terminated(KeyboardInterrupt):
    """SIGTERM, handled like an interrupt from the keyboard."""

    number: ClassVar = signal.SIGTERM


@contextmanager
def deliver_interrupts() -> Iterator[None]:
    """Raises an interrupt again if it came during a `__del__` method or a garbage collector callback.

    Python only prints such an interrupt. The library `regex` runs thousands of them while it compiles patterns.
    """
    previous_hook = sys.unraisablehook

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            previous_hook(unraisable)
            return
        again = Timer(RAISE_AGAIN_SECONDS, signal.raise_signal, [getattr(unraisable.exc_type, "number", signal.SIGINT)])
        again.daemon = True
        again.start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = previous_hook
