"""An interrupt that Python cannot raise at once still ends the command."""

import signal

import pytest
from ordeal import until

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
            until(lambda: False)

    with pytest.raises(KeyboardInterrupt):
        work()


def test_so_is_a_request_of_the_system() -> None:
    came = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    try:
        with deliver_interrupts():
            _Interrupted(Terminated)
            until(lambda: came)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert came == [signal.SIGTERM]
