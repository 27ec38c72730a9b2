"""A run that writes nothing: what each rule would do to the documents, with examples.

The structs are what `pipeline run --dry-run --json` prints; keys are only ever added.
"""

from collections.abc import Callable, Iterable
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
from pipeline.export.json import encode_article
from pipeline.model.article import Article
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.runs.counters import Aside, Counters
from pipeline.runs.outcome import (
    LONE_SURROGATE,
    Failure,
    Rejection,
    Written,
    degraded_failure,
    process_record,
    with_location,
)
from pipeline.runs.run_log import Heard
from pipeline.text.excerpts import edit_excerpt, note_excerpt


class DryRunTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of the documents; nothing is missing where the next three add up to the first.

    Of those that would be written the last two count articles in which no exchange was found, and with warnings.
    """

    documents: int
    would_be_written: int
    failed: int
    rejected: int
    degraded: Annotated[int, Meta(description="Of those that would be written: a finder failed there.")]
    without_exchange: int = 0
    with_warnings: int = 0


class DryRunReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run would do."""

    documents: DryRunTotals
    edits: Annotated[tuple[RuleReport, ...], Meta(description="Rules that edit, those in most articles first.")]
    labels: Annotated[tuple[LabelReport, ...], Meta(description="Kinds of segments, those in most articles first.")]
    notes: Annotated[tuple[RuleReport, ...], Meta(description="Rules that note, those in most articles first.")]
    failures: tuple[Failure, ...]
    rejections: tuple[Rejection, ...]


class DryRun:
    """Counts while documents are processed; it keeps no article."""

    def __init__(self, account: Counters | None = None, *, examples: int = 3) -> None:
        self.account = Counters() if account is None else account
        self.failures: list[Failure] = []
        self.rejections: list[Rejection] = []
        self.aside: list[Aside] = []
        self._rules: FindingTotals[RuleKey] = FindingTotals(examples=examples)
        self._labels: FindingTotals[str] = FindingTotals()

    def add(self, article: Article, failure: Failure | None = None) -> None:
        """Counts what the rules did to one article; `failure` says why it is degraded."""
        self.account.settle(Written(0, degraded=failure))
        if failure is not None:
            self.failures.append(failure)
        self.account.tally.add(article)
        self._rules.add_article(rule_keys(article))
        self._labels.add_article(segment.label for segment in article.segments)
        layers: tuple[str, ...] = ()
        for layer, change in enumerate(article.provenance.changes):
            for edit in change.edits:
                key = RuleKey("edit", change.stage, edit.rule)
                if self._rules.wants_example(key, (edit.old, edit.new), article.id):
                    layers = layers or layer_texts(article)
                    shown = edit_excerpt(layers[layer], edit.start, edit.old, edit.new)
                    self._rules.add_example(key, (edit.old, edit.new), Example(article.id, None, shown))
        for note in article.notes:
            key = RuleKey("note", note.stage, note.rule)
            if self._rules.wants_example(key, note.message, article.id):
                shown = note_excerpt(article.text, note.start, note.end, note.message, note.suggestion)
                self._rules.add_example(key, note.message, Example(article.id, None, shown))

    def leave(self, entry: Failure | Rejection | Aside) -> None:
        """Notes what becomes no article."""
        if isinstance(entry, Aside):
            self.account.aside += 1
            self.aside.append(entry)
            return
        self.account.settle(entry)
        if isinstance(entry, Failure):
            self.failures.append(entry)
        else:
            self.rejections.append(entry)

    def report(self) -> DryRunReport:
        """All that was counted."""
        totals = self.account.totals
        return DryRunReport(
            documents=DryRunTotals(
                documents=totals.documents,
                would_be_written=totals.written,
                failed=totals.failed,
                rejected=totals.rejected,
                degraded=totals.degraded,
                without_exchange=self.account.figures.without_exchange,
                with_warnings=self.account.figures.with_warnings,
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
    account: Counters | None = None,
    heard: Heard | None = None,
    seen: Callable[[str, Counters], None] | None = None,
) -> DryRun:
    """Processes each record as a run does, and writes nothing. `heard` and `seen` are called as by a run."""
    rehearsal = DryRun(account)
    for record in records:
        if isinstance(record, LeftOut):
            aside = Aside(record.name, record.reason, record.count)
            rehearsal.leave(aside)
            if heard is not None:
                heard(aside)
            continue
        rehearsal.account.taken()
        made = (
            Failure(record.id, None, record.reason)
            if isinstance(record, Unreadable)
            else _made(record, pipeline, encoding)
        )
        if isinstance(made, Failure | Rejection):
            rehearsal.leave(made)
            if heard is not None:
                heard(made)
        else:
            failure = degraded_failure(record, made) if isinstance(record, Record) else None
            rehearsal.add(made, failure)
            if failure is not None and heard is not None:
                heard(failure)
        if seen is not None:
            seen(record.id, rehearsal.account)
    return rehearsal


def _made(record: Record, pipeline: Pipeline, encoding: str | None) -> Article | Failure | Rejection:
    made = process_record(record, pipeline, encoding)
    if isinstance(made, Article):
        try:
            encode_article(made)
        except UnicodeEncodeError:
            return Failure(record.id, None, with_location(record, LONE_SURROGATE))
    return made
