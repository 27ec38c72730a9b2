"""An interrupt that comes where Python cannot raise it ends the command all the same."""

import signal
import time

import pytest

from pipeline.cli.interrupts import Terminated, deliver_interrupts


class _Interrupted:
    """Is interrupted while it is deleted, as the many small objects of a library may be."""

    def __init__(self, kind: type[KeyboardInterrupt]) -> None:
        self._kind = kind

    def __del__(self) -> None:
        raise self._kind


def test_an_interrupt_within_a_finalizer_is_raised_again() -> None:
    def work() -> None:
        with deliver_interrupts():
            _Interrupted(KeyboardInterrupt)
            time.sleep(10)

    with pytest.raises(KeyboardInterrupt):
        work()


def test_so_is_a_request_of_the_system() -> None:
    came = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    try:
        with deliver_interrupts():
            _Interrupted(Terminated)
            deadline = time.monotonic() + 10
            while not came and time.monotonic() < deadline:
                time.sleep(0.01)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert came == [signal.SIGTERM]
