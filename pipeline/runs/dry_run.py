"""A dry run: counts what each rule would do to the documents, with examples, and writes nothing.

`pipeline run --dry-run --json` prints these structs. Keys are only ever added.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from pipeline.audit.examples import Example
from pipeline.audit.provenance import layer_texts
from pipeline.audit.report import (
    FindingTotals,
    LabelReport,
    RuleKey,
    RuleReport,
    label_reports,
    rule_keys,
    rule_reports,
)
from pipeline.core.pipeline import Pipeline
from pipeline.exporters.json import encode_article
from pipeline.model.article import Article
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.runs.article_counts import ArticleCounts
from pipeline.runs.counters import Counters, LeftOutEntry
from pipeline.runs.events import NoEvents, RunEvents
from pipeline.runs.outcome import (
    LONE_SURROGATE,
    Failure,
    Rejection,
    Written,
    degraded_failure,
    process_record,
    with_location,
)
from pipeline.text.excerpts import edit_excerpt, note_excerpt


class DryRunTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of the documents: `documents` is the sum of the next three.

    `without_exchange` and `with_warnings` count articles that would be written and in which no exchange was found, or
    which have warnings.
    """

    documents: int
    would_be_written: int
    failed: int
    rejected: int
    degraded: Annotated[int, Meta(description="Of those that would be written: a finder failed there.")]
    without_exchange: int = 0
    with_warnings: int = 0


class DryRunReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a run would do."""

    documents: DryRunTotals
    edits: Annotated[tuple[RuleReport, ...], Meta(description="Rules that edit, those in most articles first.")]
    labels: Annotated[tuple[LabelReport, ...], Meta(description="Kinds of segments, those in most articles first.")]
    notes: Annotated[tuple[RuleReport, ...], Meta(description="Rules that note, those in most articles first.")]
    failures: tuple[Failure, ...]
    rejections: tuple[Rejection, ...]


class DryRun:
    """Counts what would be done. It keeps no article."""

    def __init__(self, counters: Counters | None = None, *, examples: int = 3) -> None:
        """`examples` is the number of examples per rule."""
        self.counters = Counters() if counters is None else counters
        self.failures: list[Failure] = []
        self.rejections: list[Rejection] = []
        self.left_out: list[LeftOutEntry] = []
        self._rules: FindingTotals[RuleKey] = FindingTotals(examples=examples)
        self._labels: FindingTotals[str] = FindingTotals()

    def add(self, article: Article, failure: Failure | None = None) -> None:
        """Counts what the rules did to one article. `failure` says why it is degraded."""
        self.counters.count_outcome(Written(0, degraded=failure))
        if failure is not None:
            self.failures.append(failure)
        self.counters.content.add(ArticleCounts.of(article))
        self._rules.add_article(rule_keys(article))
        self._labels.add_article(segment.label for segment in article.segments)
        layers: tuple[str, ...] = ()
        for layer, change in enumerate(article.provenance.changes):
            for edit in change.edits:
                key = RuleKey("edit", change.stage, edit.rule)
                if self._rules.wants_example(key, (edit.old, edit.new), article.id):
                    layers = layers or layer_texts(article)
                    excerpt = edit_excerpt(layers[layer], edit.start, edit.old, edit.new)
                    self._rules.add_example(key, (edit.old, edit.new), Example(article.id, None, excerpt))
        for note in article.notes:
            key = RuleKey("note", note.stage, note.rule)
            if self._rules.wants_example(key, note.message, article.id):
                excerpt = note_excerpt(article.text, note.start, note.end, note.message, note.suggestion)
                self._rules.add_example(key, note.message, Example(article.id, None, excerpt))

    def add_without_article(self, entry: Failure | Rejection | LeftOutEntry) -> None:
        """Counts a document that fails or is rejected, or a part that is left out."""
        if isinstance(entry, LeftOutEntry):
            self.counters.left_out += 1
            self.left_out.append(entry)
            return
        self.counters.count_outcome(entry)
        if isinstance(entry, Failure):
            self.failures.append(entry)
        else:
            self.rejections.append(entry)

    def report(self) -> DryRunReport:
        """Returns everything that was counted."""
        totals = self.counters.totals
        return DryRunReport(
            documents=DryRunTotals(
                documents=totals.documents,
                would_be_written=totals.written,
                failed=totals.failed,
                rejected=totals.rejected,
                degraded=totals.degraded,
                without_exchange=self.counters.figures.without_exchange,
                with_warnings=self.counters.figures.with_warnings,
            ),
            edits=rule_reports(self._rules, "edit"),
            labels=label_reports(self._labels),
            notes=rule_reports(self._rules, "note"),
            failures=tuple(self.failures),
            rejections=tuple(self.rejections),
        )


def simulate_run(
    records: Iterable[Record | Unreadable | LeftOut],
    pipeline: Pipeline,
    *,
    encoding: str | None = None,
    counters: Counters | None = None,
    events: RunEvents | None = None,
) -> DryRun:
    """Processes each record like a run, and writes nothing. `events` gets `on_log_entry` and `on_document`."""
    dry_run = DryRun(counters)
    events = events or NoEvents()
    for record in records:
        if isinstance(record, LeftOut):
            left_out = LeftOutEntry(record.name, record.reason, record.count)
            dry_run.add_without_article(left_out)
            events.on_log_entry(left_out)
            continue
        dry_run.counters.count_read()
        if isinstance(record, Unreadable):
            result: Article | Failure | Rejection = Failure(record.id, None, record.reason)
        else:
            result = _process(record, pipeline, encoding)
        if isinstance(result, Failure | Rejection):
            dry_run.add_without_article(result)
            events.on_log_entry(result)
        else:
            failure = degraded_failure(record, result) if isinstance(record, Record) else None
            dry_run.add(result, failure)
            if failure is not None:
                events.on_log_entry(failure)
        events.on_document(record.id, dry_run.counters)
    return dry_run


def _process(record: Record, pipeline: Pipeline, encoding: str | None) -> Article | Failure | Rejection:
    result = process_record(record, pipeline, encoding)
    if isinstance(result, Article):
        try:
            encode_article(result)
        except UnicodeEncodeError:
            return Failure(record.id, None, with_location(record, LONE_SURROGATE))
    return result
