"""The executor protocol, and the window that returns outcomes in the order of the documents."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from pipeline.errors import PipelineError
from pipeline.runs.events import NoEvents, RunEvents
from pipeline.runs.outcome import Outcome, Written
from pipeline.runs.records import AnyRecord, Waiting

MAX_WINDOW_DOCUMENTS = 20_000
"""Documents that may be in progress, or done and waiting for an earlier one."""
MAX_WINDOW_BYTES = 1 << 26
"""Bytes of their sources, and of their articles if the executor returns those."""
WAIT_SECONDS = 0.5
"""How long the window waits for outcomes before it reports `on_wait`."""
SLOW_SOURCE_SECONDS = 0.05
"""If a source takes longer for one document, the documents read so far are sent without waiting for more."""


class ExecutorError(PipelineError):
    """No worker can work, and no document is to blame. Rerun to resume."""


class DocumentTask(msgspec.Struct, frozen=True):
    """A document to process.

    Attributes:
        n: The number of the document in the run.
        record: The document.
        expected_hash: What may be replaced in the output (see `manual_edits.may_replace`).

    """

    n: int
    record: AnyRecord
    expected_hash: bytes | None = None


class Executor(Protocol):
    """Takes documents in chunks and returns their outcomes in any order."""

    chunk: int
    """The largest number of documents in a chunk."""
    chunk_bytes: int
    """The largest size in bytes of a chunk with more than one document."""

    def wants_more(self) -> bool:
        """Whether a worker may soon be idle."""
        ...

    def take(self, tasks: list[DocumentTask]) -> None:
        """Adds documents to process."""
        ...

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        """Returns outcomes with the numbers of their tasks. Waits at most `timeout` seconds.

        Raises `OSError` if articles cannot be written any more, `ExecutorError` if no worker can work.
        """
        ...


class WindowSlot(msgspec.Struct):
    """A slot in the window: a document in progress or done, or an item that passes through."""

    item: object
    outcome: Outcome | None = None
    size: int = 0
    passes: bool = False


def process_in_order(
    items: Iterable[object],
    executor: Executor,
    events: RunEvents | None = None,
    expected_hash: Callable[[str], bytes | None] | None = None,
) -> Iterator[object]:
    """Yields `(record, outcome)` for each record, in the order of `items`. Other items pass through.

    At an item `Waiting` the documents read so far are sent, and outcomes are collected.

    The yielded records have no data any more. The window is limited, so memory does not grow with the number of items.
    `events` gets `on_send`, `on_outcome` and `on_wait`. `expected_hash` returns that of a task, given the document's
    id. Raises what `Executor.done` raises.
    """
    return OrderedWindow(items, executor, events, expected_hash).run()


class OrderedWindow:
    """The items that were taken and not yet returned. The arguments are those of `process_in_order`."""

    def __init__(
        self,
        items: Iterable[object],
        executor: Executor,
        events: RunEvents | None = None,
        expected_hash: Callable[[str], bytes | None] | None = None,
    ) -> None:
        self._items = iter(items)
        self._executor = executor
        self._events: RunEvents = events or NoEvents()
        self._expected_hash = expected_hash or (lambda _: None)
        self._window: deque[WindowSlot] = deque()
        self._in_progress: dict[int, WindowSlot] = {}
        self._bytes = 0
        self._chunk: list[DocumentTask] = []
        self._chunk_bytes = 0
        self._next_number = 0
        self._ended = False

    def left(self) -> Iterator[object]:
        """Yields what `run` would still yield, as far as it is known: for a run that has to stop."""
        for slot in self._window:
            if slot.passes:
                yield slot.item
            elif slot.outcome is not None:
                yield slot.item, slot.outcome

    def run(self) -> Iterator[object]:
        """Processes all items; see `process_in_order`."""
        while True:
            while self._window and (self._window[0].passes or self._window[0].outcome is not None):
                slot = self._window.popleft()
                self._bytes -= slot.size
                yield slot.item if slot.passes else (slot.item, slot.outcome)
            if self._ended and not self._window:
                return
            while self._executor.wants_more() and self._fill():
                self._send()
            if self._window and self._window[0].passes:
                continue
            if self._full or self._ended:
                self._send()
            if not self._in_progress:
                continue
            idle = self._executor.wants_more() and not (self._full or self._ended)
            for n, outcome in self._executor.done(0 if idle else WAIT_SECONDS):
                self._add_outcome(n, outcome)
            self._events.on_wait()

    @property
    def _full(self) -> bool:
        return len(self._window) >= MAX_WINDOW_DOCUMENTS or self._bytes >= MAX_WINDOW_BYTES

    def _fill(self) -> bool:
        """Takes items until a chunk is complete. Returns whether there is a chunk to send."""
        while not (self._full or self._ended):
            began = time.monotonic()
            try:
                item = next(self._items)
            except StopIteration:
                self._ended = True
                break
            if isinstance(item, Waiting):
                self._events.on_wait()
                return bool(self._chunk)
            if not isinstance(item, AnyRecord):
                self._window.append(WindowSlot(item, passes=True))
                if self._window[0].passes:
                    return False
                continue
            self._add_task(item)
            is_complete = len(self._chunk) >= self._executor.chunk or self._chunk_bytes >= self._executor.chunk_bytes
            if is_complete or time.monotonic() - began > SLOW_SOURCE_SECONDS:
                return True
        return bool(self._chunk)

    def _add_task(self, record: AnyRecord) -> None:
        slot = WindowSlot(record, size=record.weight)
        self._window.append(slot)
        self._in_progress[self._next_number] = slot
        self._chunk.append(DocumentTask(self._next_number, record, self._expected_hash(record.id)))
        self._next_number += 1
        self._chunk_bytes += slot.size
        self._bytes += slot.size

    def _send(self) -> None:
        if self._chunk:
            self._events.on_send()
            self._executor.take(self._chunk)
            self._chunk, self._chunk_bytes = [], 0

    def _add_outcome(self, n: int, outcome: Outcome) -> None:
        slot = self._in_progress.pop(n)
        size = len(outcome.body or b"") if isinstance(outcome, Written) else 0
        self._bytes += size - slot.size
        slot.outcome, slot.size = outcome, size
        assert isinstance(slot.item, AnyRecord)  # noqa: S101 -- only records have numbers
        self._events.on_outcome(slot.item, outcome)
        # A document that waits for an earlier one must not keep its text in memory.
        slot.item = slot.item.without_data()
