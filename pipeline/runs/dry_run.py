"""A run that writes nothing: what each rule would do to the documents, with examples.

The structs are what `pipeline run --dry-run --json` prints; keys are only ever added.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from pipeline.audit.examples import Example, Examples
from pipeline.audit.provenance import texts
from pipeline.core.pipeline import Pipeline
from pipeline.export.json_folder import encode
from pipeline.model.article import Article
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.runs.counters import LeftOutEntry, Counters
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
from pipeline.text.excerpts import noted, replaced


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


class RuleCount(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule did, over all articles."""

    stage: str
    rule: str
    count: Annotated[int, Meta(description="How often it fired.")]
    articles: Annotated[int, Meta(description="In how many articles.")]
    examples: Annotated[tuple[Example, ...], Meta(description="A few different ones, in context.")]


class LabelCount(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the text is called what."""

    label: str
    count: Annotated[int, Meta(description="How many segments.")]
    articles: Annotated[int, Meta(description="In how many articles.")]


class DryRunReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run would do."""

    documents: DryRunTotals
    edits: Annotated[tuple[RuleCount, ...], Meta(description="Rules that edit, those in most articles first.")]
    labels: Annotated[tuple[LabelCount, ...], Meta(description="Kinds of segments, those in most articles first.")]
    notes: Annotated[tuple[RuleCount, ...], Meta(description="Rules that note, those in most articles first.")]
    failures: tuple[Failure, ...]
    rejections: tuple[Rejection, ...]


class CountedRule(NamedTuple):
    """A rule that edits, or notes; a kind of segment has neither stage nor rule."""

    what: str
    stage: str
    rule: str


class DryRun:
    """Counts while documents are processed; it keeps no article."""

    def __init__(self, account: Counters | None = None, *, examples: int = 3) -> None:
        self.account = Counters() if account is None else account
        self.failures: list[Failure] = []
        self.rejections: list[Rejection] = []
        self.left_out: list[LeftOutEntry] = []
        self._count: Counter[CountedRule] = Counter()
        self._articles: Counter[CountedRule] = Counter()
        self._specimens = Examples(examples)

    def add(self, article: Article, failure: Failure | None = None) -> None:
        """Counts what the rules did to one article; `failure` says why it is degraded."""
        self.account.count_outcome(Written(0, degraded=failure))
        if failure is not None:
            self.failures.append(failure)
        self.account.tally.add(article)
        counts: Counter[CountedRule] = Counter()
        layers: tuple[str, ...] = ()
        for layer, change in enumerate(article.provenance.changes):
            for edit in change.edits:
                key = CountedRule("edit", change.stage, edit.rule)
                counts[key] += 1
                if self._specimens.wants(key, (edit.old, edit.new), article.id):
                    layers = layers or texts(article)
                    shown = replaced(layers[layer], edit.start, edit.old, edit.new)
                    self._specimens.keep(key, (edit.old, edit.new), Example(article.id, None, shown))
        for segment in article.segments:
            counts[CountedRule("label", "", segment.label)] += 1
        for note in article.notes:
            key = CountedRule("note", note.stage, note.rule)
            counts[key] += 1
            if self._specimens.wants(key, note.message, article.id):
                shown = noted(article.text, note.start, note.end, note.message, note.suggestion)
                self._specimens.keep(key, note.message, Example(article.id, None, shown))
        self._count += counts
        self._articles.update(counts.keys())

    def leave(self, entry: Failure | Rejection | LeftOutEntry) -> None:
        """Notes what becomes no article."""
        if isinstance(entry, LeftOutEntry):
            self.account.left_out += 1
            self.left_out.append(entry)
            return
        self.account.count_outcome(entry)
        if isinstance(entry, Failure):
            self.failures.append(entry)
        else:
            self.rejections.append(entry)

    def forecast(self) -> DryRunReport:
        """All that was counted."""
        totals = self.account.totals
        labels = (
            LabelCount(label=k.rule, count=self._count[k], articles=self._articles[k]) for k in self._keys("label")
        )
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
            edits=self._firings("edit"),
            labels=tuple(labels),
            notes=self._firings("note"),
            failures=tuple(self.failures),
            rejections=tuple(self.rejections),
        )

    def _keys(self, what: str) -> list[CountedRule]:
        found = [key for key in self._count if key.what == what]
        return sorted(found, key=lambda key: (-self._articles[key], -self._count[key], key))

    def _firings(self, what: str) -> tuple[RuleCount, ...]:
        return tuple(
            RuleCount(
                stage=key.stage,
                rule=key.rule,
                count=self._count[key],
                articles=self._articles[key],
                examples=self._specimens.of(key),
            )
            for key in self._keys(what)
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
            aside = LeftOutEntry(record.name, record.reason, record.count)
            rehearsal.leave(aside)
            if heard is not None:
                heard(aside)
            continue
        rehearsal.account.count_read()
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
            encode(made)
        except UnicodeEncodeError:
            return Failure(record.id, None, with_location(record, LONE_SURROGATE))
    return made
