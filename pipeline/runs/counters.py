"""Counts the documents of a run: each one read is written, failed, rejected, unchanged or edited by hand."""

import msgspec

from pipeline.runs.article_counts import ContentFigures, ContentTotals
from pipeline.runs.outcome import Edited, Failure, Outcome, Rejection


class LeftOutEntry(msgspec.Struct, frozen=True):
    """A line of `left-out.jsonl`: a file or a part of one that holds no document, and why.

    `count` is the number of parts that were left out for this reason.
    """

    name: str
    reason: str
    count: int


class Totals(msgspec.Struct, frozen=True):
    """How many documents were read, and what became of them.

    `edited` articles were changed by hand and kept as they are. `degraded` counts written and unchanged articles that
    lack the findings of a stage that failed.
    """

    documents: int
    written: int
    failed: int
    rejected: int
    unchanged: int
    edited: int = 0
    degraded: int = 0

    @property
    def complete(self) -> bool:
        """Whether every document that was read has an outcome."""
        return self.documents == self.written + self.failed + self.rejected + self.unchanged + self.edited


class Counters:
    """The counters of a run. They hold no document ids, so their size does not grow with the run."""

    def __init__(self) -> None:
        self.documents = self.written = self.failed = self.rejected = self.unchanged = self.edited = 0
        self.degraded = 0
        self.left_out = 0
        """Files and parts of files without a document."""
        self.bytes_read = 0
        """How much of the source files was read, in bytes (estimated for compressed files)."""
        self.content = ContentTotals()
        """What the written articles hold."""

    def count_read(self, documents: int = 1) -> None:
        """Counts documents that were read. Each must get an outcome later."""
        self.documents += documents

    def count_outcome(self, outcome: Outcome) -> None:
        """Counts the outcome of one document."""
        if isinstance(outcome, Edited):
            self.edited += 1
        elif isinstance(outcome, Failure):
            self.failed += 1
        elif isinstance(outcome, Rejection):
            self.rejected += 1
        else:
            self.written += 1
            self.degraded += outcome.degraded is not None

    def count_unchanged(self, documents: int = 1, *, degraded: bool = False) -> None:
        """Counts documents that an earlier run finished and that have not changed."""
        self.unchanged += documents
        if degraded:
            self.degraded += documents

    @property
    def finished(self) -> int:
        """The number of documents with a known outcome."""
        return self.written + self.failed + self.rejected + self.unchanged + self.edited

    @property
    def totals(self) -> Totals:
        """The counts of documents so far."""
        return Totals(
            self.documents,
            self.written,
            self.failed,
            self.rejected,
            self.unchanged,
            edited=self.edited,
            degraded=self.degraded,
        )

    @property
    def figures(self) -> ContentFigures:
        """What the written articles hold."""
        return self.content.figures
