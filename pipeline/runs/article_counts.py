"""Counts of what articles hold: the figures of `run.json` and the columns of `process_batch`."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from pipeline.model.article import Article


class ArticleCounts(msgspec.Struct, frozen=True):
    """What one article holds.

    `bytes` is the length of its source. `turns` counts questions, answers and asides; `edits` and `notes` are counted
    by rule; `warnings` are notes of severity `warning` or `error`.
    """

    bytes: int
    exchanges: int
    turns: int
    edits: Mapping[str, int]
    notes: Mapping[str, int]
    warnings: int

    @classmethod
    def of(cls, article: Article) -> "ArticleCounts":
        """Counts one article."""
        exchanges = list(article.exchanges)
        return cls(
            article.provenance.source.bytes,
            len(exchanges),
            sum(len(each.questions) + len(each.answers) + len(each.asides) for each in exchanges),
            dict(Counter(edit.rule for change in article.provenance.changes for edit in change.edits)),
            dict(Counter(note.rule for note in article.notes)),
            sum(note.severity != "info" for note in article.notes),
        )


class ContentFigures(msgspec.Struct, frozen=True):
    """What all written articles hold together, as `run.json` lists it.

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
    """Adds up the counts of articles."""

    bytes: int = 0
    exchanges: int = 0
    turns: int = 0
    without_exchange: int = 0
    with_warnings: int = 0
    edits_by_rule: Counter[str] = msgspec.field(default_factory=Counter)
    notes_by_rule: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, counts: ArticleCounts) -> None:
        """Adds one article."""
        self.bytes += counts.bytes
        self.exchanges += counts.exchanges
        self.turns += counts.turns
        self.without_exchange += counts.exchanges == 0
        self.with_warnings += counts.warnings > 0
        self.edits_by_rule.update(counts.edits)
        self.notes_by_rule.update(counts.notes)

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
