"""Shared memory in which a child process says what it works on, so that the parent knows it even after a crash."""

import time
from typing import Any, Final

IDLE: Final = -1.0


class Heartbeat:
    """Three numbers that a child process and its parent both see.

    The child may be killed at any moment, so the number of an item is set only after its start time.
    """

    def __init__(self, context: Any) -> None:  # noqa: ANN401 -- a context of `multiprocessing`, of either kind
        self._values = context.RawArray("d", [IDLE, 0.0, 0.0])

    @property
    def item(self) -> int | None:
        """The number of the item that the child works on; None while it is idle."""
        number = self._values[0]
        return None if number == IDLE else int(number)

    @property
    def started(self) -> float:
        """When the child began that item, in seconds of the monotonic clock."""
        return float(self._values[1])

    @property
    def seconds_before(self) -> float:
        """How many seconds the child spent on earlier items of the same file."""
        return float(self._values[2])

    def begin(self, item: int) -> None:
        """The child begins an item."""
        self._values[1] = time.monotonic()
        self._values[0] = item

    def idle(self) -> None:
        """The child works on nothing, or waits for input."""
        self._values[0] = IDLE

    def add_elapsed(self) -> None:
        """Adds the time since `started` to `seconds_before`."""
        self._values[2] += time.monotonic() - self._values[1]

    def reset_elapsed(self) -> None:
        """The child begins another file."""
        self._values[2] = 0.0

    def resume(self, item: int | None, waited: float) -> None:
        """The child goes on with an item after it waited for input for so many seconds, which do not count."""
        self._values[1] += waited
        self._values[0] = IDLE if item is None else item
