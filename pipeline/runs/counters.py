"""The account of a run: each document that went in is written, failed, rejected, unchanged, or its article edited."""

from collections import Counter

import msgspec

from pipeline.model.article import Article
from pipeline.runs.outcome import Edited, Failure, Outcome, Rejection


class Aside(msgspec.Struct, frozen=True):
    """What holds no document and was left out: a file or a part of one, why, and how many of its parts are so."""

    name: str
    reason: str
    count: int


class Totals(msgspec.Struct, frozen=True):
    """How many documents went in, and what became of them.

    `edited` are those whose articles somebody edited, so that they were left as they are. `degraded` are those of the
    written and the unchanged ones whose article lacks what a finder that failed would find.
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
        """Whether no document is missing."""
        return self.documents == self.written + self.failed + self.rejected + self.unchanged + self.edited


class ContentFigures(msgspec.Struct, frozen=True):
    """What the written articles hold, added up.

    `without_exchange` and `with_warnings` count articles: those in which no exchange was found, and those with a note
    of severity `warning` or `error`.
    """

    bytes: int
    exchanges: int
    turns: int
    edits: int
    notes: int
    without_exchange: int = 0
    with_warnings: int = 0


class ContentTotals(msgspec.Struct):
    """What some articles hold, while it is being added up."""

    bytes: int = 0
    exchanges: int = 0
    turns: int = 0
    without_exchange: int = 0
    with_warnings: int = 0
    edits_by_rule: Counter[str] = msgspec.field(default_factory=Counter)
    notes_by_rule: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, article: Article) -> None:
        """One more article."""
        self.bytes += article.provenance.source.bytes
        before = self.exchanges
        for exchange in article.exchanges:
            self.exchanges += 1
            self.turns += len(exchange.questions) + len(exchange.answers) + len(exchange.asides)
        self.without_exchange += self.exchanges == before
        self.with_warnings += any(note.severity != "info" for note in article.notes)
        for change in article.provenance.changes:
            self.edits_by_rule.update(edit.rule for edit in change.edits)
        self.notes_by_rule.update(note.rule for note in article.notes)

    def include(self, other: "ContentTotals") -> None:
        """All that another one holds."""
        self.bytes += other.bytes
        self.exchanges += other.exchanges
        self.turns += other.turns
        self.without_exchange += other.without_exchange
        self.with_warnings += other.with_warnings
        self.edits_by_rule.update(other.edits_by_rule)
        self.notes_by_rule.update(other.notes_by_rule)

    @property
    def figures(self) -> ContentFigures:
        """The sums."""
        return ContentFigures(
            self.bytes,
            self.exchanges,
            self.turns,
            self.edits_by_rule.total(),
            self.notes_by_rule.total(),
            self.without_exchange,
            self.with_warnings,
        )


class Counters:
    """Counts while a run goes on; it keeps no document's name, so it takes as much memory for many as for few."""

    def __init__(self) -> None:
        self.documents = self.written = self.failed = self.rejected = self.unchanged = self.edited = self.aside = 0
        self.degraded = 0
        self.bytes_read = 0
        """How far the sources are read, in bytes of their files, as well as it can be told."""
        self.tally = ContentTotals()

    def taken(self, documents: int = 1) -> None:
        """Notes documents that were read; what becomes of them is noted by itself, or one is missing."""
        self.documents += documents

    def settle(self, outcome: Outcome) -> None:
        """Notes what became of one document."""
        if isinstance(outcome, Edited):
            self.edited += 1
        elif isinstance(outcome, Failure):
            self.failed += 1
        elif isinstance(outcome, Rejection):
            self.rejected += 1
        else:
            self.written += 1
            self.degraded += outcome.degraded is not None

    def stayed(self, documents: int = 1, *, degraded: bool = False) -> None:
        """Notes documents that were done by an earlier run and have not changed."""
        self.unchanged += documents
        if degraded:
            self.degraded += documents

    @property
    def settled(self) -> int:
        """Of how many documents it is known what became of them."""
        return self.written + self.failed + self.rejected + self.unchanged + self.edited

    @property
    def totals(self) -> Totals:
        """The account so far."""
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
        return self.tally.figures
