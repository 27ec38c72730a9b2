"""Events of a run as functions, for tests that watch a few of them."""

from collections.abc import Callable
from typing import Any

from pipeline.runs.counters import Counters
from pipeline.runs.events import LogEntry, NoEvents
from pipeline.runs.outcome import Outcome
from pipeline.runs.records import AnyRecord


class Callbacks(NoEvents):
    """Calls a function at each event."""

    def __init__(
        self,
        *,
        log_entry: Callable[[LogEntry], Any] = lambda _: None,
        document: Callable[[str, Counters], Any] = lambda _, __: None,
        wait: Callable[[], Any] = lambda: None,
        outcome: Callable[[AnyRecord, Outcome], Any] = lambda _, __: None,
    ) -> None:
        self._log_entry = log_entry
        self._document = document
        self._wait = wait
        self._outcome = outcome

    def on_log_entry(self, entry: LogEntry) -> None:
        self._log_entry(entry)

    def on_document(self, document: str, counters: Counters) -> None:
        self._document(document, counters)

    def on_wait(self) -> None:
        self._wait()

    def on_outcome(self, record: AnyRecord, outcome: Outcome) -> None:
        self._outcome(record, outcome)
