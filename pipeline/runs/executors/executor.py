"""Who processes documents: worker processes of this machine, or a cluster. And how their work comes out in order."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from pipeline.errors import PipelineError
from pipeline.runs.counters import ContentTotals
from pipeline.runs.outcome import Outcome, Written
from pipeline.runs.records import AnyRecord, Waiting

MAX_WINDOW_DOCUMENTS = 20_000
"""Documents that may be under way, or done and waiting for an earlier one."""
MAX_WINDOW_BYTES = 1 << 26
"""Bytes of them: of their sources, and of their articles where those are handed back."""
WAIT_SECONDS = 0.5
"""Seconds after which whoever waits looks around."""
SLOW_SOURCE_SECONDS = 0.05
"""Seconds that a source may take for a document before what is there already is sent."""


class ExecutorError(PipelineError):
    """Nobody can work, and no document is to blame. Nothing is lost: run again to go on."""


class DocumentTask(msgspec.Struct, frozen=True):
    """A document and its number in the run; `earlier` tells what may lie where its article goes, as a delivery asks."""

    n: int
    record: AnyRecord
    earlier: bytes | None = None


class Executor(Protocol):
    """Takes documents in chunks and says, in any order, what became of each."""

    chunk: int
    """The most documents of a chunk."""
    chunk_bytes: int
    """The most bytes of a chunk of more than one."""

    def wants_more(self) -> bool:
        """Whether it would be idle soon."""
        ...

    def take(self, tasks: list[DocumentTask]) -> None:
        """Documents to process."""
        ...

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        """What became of some of them; waits for `timeout` seconds at most.

        Raises `OSError` where articles cannot be written any more, `ExecutorError` where nobody can work.
        """
        ...

    def take_tally(self) -> ContentTotals:
        """What the articles hold that were written since this was asked last."""
        ...


class WindowSlot(msgspec.Struct):
    """A place in the order: a document under way or done, or something that only passes through."""

    item: object
    outcome: Outcome | None = None
    size: int = 0
    passes: bool = False


def process_in_order(
    items: Iterable[object],
    crew: Executor,
    arrived: Callable[[AnyRecord, Outcome], None] | None = None,
    waited: Callable[[], None] | None = None,
    sending: Callable[[], None] | None = None,
    earlier: Callable[[str], bytes | None] | None = None,
) -> Iterator[object]:
    """For each record it and its `Outcome`, in the order of `items`; whatever else is among them passes through.

    Where an item is `Waiting`, what is there already is sent, and what is done is taken in.

    The records that are given back have no data any more. Not many more items are taken than are under way, so memory
    does not grow with their number. `arrived` is called with each outcome as soon as it is known, in any order,
    `waited` now and then, and `sending` before the crew is given documents. `earlier` gives that of the task, by the id
    of its document. Raises as `Executor.done` does.
    """
    return OrderedWindow(items, crew, arrived, waited, sending, earlier).run()


class OrderedWindow:
    """The window of items that were taken and not yet given back; the arguments are those of `process_in_order`."""

    def __init__(
        self,
        items: Iterable[object],
        crew: Executor,
        arrived: Callable[[AnyRecord, Outcome], None] | None = None,
        waited: Callable[[], None] | None = None,
        sending: Callable[[], None] | None = None,
        earlier: Callable[[str], bytes | None] | None = None,
    ) -> None:
        self._items = iter(items)
        self._crew = crew
        self._arrived = arrived
        self._waited = waited
        self._sending = sending
        self._earlier = earlier
        self._window: deque[WindowSlot] = deque()
        self._under_way: dict[int, WindowSlot] = {}
        self._held = 0
        self._chunk: list[DocumentTask] = []
        self._chunk_bytes = 0
        self._number = 0
        self._ended = False

    def left(self) -> Iterator[object]:
        """What `run` would still give back, as far as it is known: for a run that has to stop."""
        for entry in self._window:
            if entry.passes:
                yield entry.item
            elif entry.outcome is not None:
                yield entry.item, entry.outcome

    def run(self) -> Iterator[object]:
        """Does the work of `process_in_order`."""
        while True:
            while self._window and (self._window[0].passes or self._window[0].outcome is not None):
                entry = self._window.popleft()
                self._held -= entry.size
                yield entry.item if entry.passes else (entry.item, entry.outcome)
            if self._ended and not self._window:
                return
            while self._crew.wants_more() and self._fill():
                self._send()
            if self._window and self._window[0].passes:
                continue
            if self._full or self._ended:
                self._send()
            if not self._under_way:
                continue
            idle = self._crew.wants_more() and not (self._full or self._ended)
            for n, outcome in self._crew.done(0 if idle else WAIT_SECONDS):
                self._note(n, outcome)
            if self._waited is not None:
                self._waited()

    @property
    def _full(self) -> bool:
        return len(self._window) >= MAX_WINDOW_DOCUMENTS or self._held >= MAX_WINDOW_BYTES

    def _fill(self) -> bool:
        """Takes items until a chunk is whole; not where there are no more, or what was taken only passes through."""
        while not (self._full or self._ended):
            began = time.monotonic()
            try:
                item = next(self._items)
            except StopIteration:
                self._ended = True
                break
            if isinstance(item, Waiting):
                if self._waited is not None:
                    self._waited()
                return bool(self._chunk)
            if not isinstance(item, AnyRecord):
                self._window.append(WindowSlot(item, passes=True))
                if self._window[0].passes:
                    return False
                continue
            entry = WindowSlot(item, size=item.weight)
            self._window.append(entry)
            self._under_way[self._number] = entry
            earlier = None if self._earlier is None else self._earlier(item.id)
            self._chunk.append(DocumentTask(self._number, item, earlier))
            self._number += 1
            self._chunk_bytes += entry.size
            self._held += entry.size
            enough = len(self._chunk) >= self._crew.chunk or self._chunk_bytes >= self._crew.chunk_bytes
            if enough or time.monotonic() - began > SLOW_SOURCE_SECONDS:
                return True
        return bool(self._chunk)

    def _send(self) -> None:
        if self._chunk:
            if self._sending is not None:
                self._sending()
            self._crew.take(self._chunk)
            self._chunk, self._chunk_bytes = [], 0

    def _note(self, n: int, outcome: Outcome) -> None:
        entry = self._under_way.pop(n)
        size = len(outcome.body or b"") if isinstance(outcome, Written) else 0
        self._held += size - entry.size
        entry.outcome, entry.size = outcome, size
        assert isinstance(entry.item, AnyRecord)  # noqa: S101 -- nothing else is numbered
        if self._arrived is not None:
            self._arrived(entry.item, outcome)
        # Whoever waits for an earlier document should not hold the text of this one as well.
        entry.item = entry.item.without_data()
