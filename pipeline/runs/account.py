"""The account of a run: every document that went in comes out as written, failed, rejected or unchanged."""

from collections import Counter

import msgspec

from pipeline.article import Article


class Failure(msgspec.Struct, frozen=True):
    """A document that failed: which, in which stage (null before any), why, and whose stage it was if not ours."""

    document: str
    stage: str | None
    reason: str
    package: str | None = None


class Rejection(msgspec.Struct, frozen=True):
    """A document that a filter turned down."""

    document: str
    rule: str
    reason: str


class Aside(msgspec.Struct, frozen=True):
    """What holds no document and was left aside: a file or a part of one, why, and how many of its parts are so."""

    name: str
    reason: str
    count: int


class Totals(msgspec.Struct, frozen=True):
    """How many documents went in, and what became of them."""

    documents: int
    written: int
    failed: int
    rejected: int
    unchanged: int

    @property
    def complete(self) -> bool:
        """Whether no document is missing."""
        return self.documents == self.written + self.failed + self.rejected + self.unchanged


class Figures(msgspec.Struct, frozen=True):
    """What the written articles hold, added up."""

    bytes: int
    exchanges: int
    turns: int
    edits: int
    notes: int


class Account:
    """Counts while a run goes on."""

    def __init__(self) -> None:
        self.documents = self.written = 0
        self.failures: list[Failure] = []
        self.rejections: list[Rejection] = []
        self.aside: list[Aside] = []
        self.edits_by_rule: Counter[str] = Counter()
        self.notes_by_rule: Counter[str] = Counter()
        self._bytes = self._exchanges = self._turns = 0

    def left_out(self, name: str, reason: str, count: int) -> None:
        """Notes what holds no document: it does not count as one, and is told all the same."""
        self.aside.append(Aside(name, reason, count))

    def wrote(self, article: Article) -> None:
        """Notes an article that lies on the disk."""
        self.written += 1
        self._bytes += article.provenance.source.bytes
        for exchange in article.exchanges:
            self._exchanges += 1
            self._turns += len(exchange.questions) + len(exchange.answers) + len(exchange.asides)
        for change in article.provenance.changes:
            self.edits_by_rule.update(edit.rule for edit in change.edits)
        self.notes_by_rule.update(note.rule for note in article.notes)

    @property
    def totals(self) -> Totals:
        """The account so far."""
        return Totals(self.documents, self.written, len(self.failures), len(self.rejections), 0)

    @property
    def figures(self) -> Figures:
        """What the written articles hold."""
        return Figures(
            self._bytes,
            self._exchanges,
            self._turns,
            self.edits_by_rule.total(),
            self.notes_by_rule.total(),
        )
