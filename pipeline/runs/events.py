"""The events of a run, for callers that show progress or collect failures."""

from typing import Protocol, TypeAlias

from pipeline.runs.counters import Counters, LeftOutEntry
from pipeline.runs.outcome import Failure, Outcome, Rejection
from pipeline.runs.records import AnyRecord

LogEntry: TypeAlias = Failure | Rejection | LeftOutEntry
"""A line of one of the lists in the run's folder."""


class RunEvents(Protocol):
    """Receives the events of a run."""

    def on_log_entry(self, entry: LogEntry) -> None:
        """Something was added to the run's lists: a failed or rejected document, or a part that was left out."""
        ...

    def on_document(self, document: str, counters: Counters) -> None:
        """A document was counted. Documents come in the order of the sources."""
        ...

    def on_wait(self) -> None:
        """Called now and then while the run waits for documents or workers."""
        ...

    def on_send(self) -> None:
        """Documents are about to be sent to the executor."""
        ...

    def on_outcome(self, record: AnyRecord, outcome: Outcome) -> None:
        """The outcome of a document is known. Outcomes come in any order, before `on_document`."""
        ...


class NoEvents:
    """Ignores all events. Subclass it and override the events that you need."""

    def on_log_entry(self, entry: LogEntry) -> None:
        """Does nothing."""

    def on_document(self, document: str, counters: Counters) -> None:
        """Does nothing."""

    def on_wait(self) -> None:
        """Does nothing."""

    def on_send(self) -> None:
        """Does nothing."""

    def on_outcome(self, record: AnyRecord, outcome: Outcome) -> None:
        """Does nothing."""
