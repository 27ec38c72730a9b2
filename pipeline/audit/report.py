"""What rules found over many articles: how often, in how many articles, with a few examples.

The dry run and the comparison of two outputs count with `FindingTotals`; the comparison and `explain` narrow with
`RuleFilter`. Both print each rule as `rule, count, articles, examples`.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from pipeline.audit.examples import Example, ExampleCollector
from pipeline.model.article import Article

FindingKind = Literal["edit", "label", "note", "annotation"]


class RuleKey(NamedTuple):
    """A rule and the kind of finding it made: one rule can make edits and, where it is less sure, notes."""

    kind: FindingKind
    stage: str
    rule: str


class RuleFilter(NamedTuple):
    """The rule, the stage, or both that the user asked for; `None` matches all."""

    rule: str | None = None
    stage: str | None = None

    def matches(self, rule: str, stage: str) -> bool:
        """Whether a finding of this rule and stage was asked for."""
        return self.rule in {None, rule} and self.stage in {None, stage}

    @property
    def matches_all(self) -> bool:
        """Whether neither a rule nor a stage was named."""
        return self.rule is None and self.stage is None


ALL_RULES = RuleFilter()


class RuleReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule did, over all articles."""

    stage: str
    rule: str
    count: Annotated[int, Meta(description="How often it fired.")]
    articles: Annotated[int, Meta(description="Number of articles in which it fired.")]
    examples: Annotated[tuple[Example, ...], Meta(description="A few different findings, in context.")]


class LabelReport(msgspec.Struct, frozen=True, kw_only=True):
    """How many segments have one label, over all articles."""

    label: str
    count: Annotated[int, Meta(description="Number of segments.")]
    articles: Annotated[int, Meta(description="Number of articles that have such a segment.")]


Key = TypeVar("Key", RuleKey, str)


class FindingTotals(Generic[Key]):
    """Counts findings by key, over articles that are added one at a time and not kept.

    A key is a `RuleKey`, or the label of a segment.
    """

    def __init__(self, *, examples: int = 3) -> None:
        self._counts: Counter[Key] = Counter()
        self._articles: Counter[Key] = Counter()
        self._examples = ExampleCollector(examples)

    def add_article(self, findings: Iterable[Key]) -> None:
        """Counts all findings of one article."""
        counts = Counter(findings)
        self._counts += counts
        self._articles.update(counts.keys())

    def wants_example(self, key: Key, form: Hashable, document: str) -> bool:
        """Whether another example is needed; `form` is what it shows, without its context."""
        return self._examples.wants(key, form, document)

    def add_example(self, key: Key, form: Hashable, example: Example) -> None:
        """Keeps the example if another one is needed."""
        self._examples.keep(key, form, example)

    def count(self, key: Key) -> int:
        """Number of findings."""
        return self._counts[key]

    def articles(self, key: Key) -> int:
        """Number of articles that have such a finding."""
        return self._articles[key]

    def examples(self, key: Key) -> tuple[Example, ...]:
        """The examples that were kept."""
        return self._examples.of(key)

    def ranked(self) -> list[Key]:
        """All keys: first those in most articles, then those with most findings, then by name."""
        return sorted(self._counts, key=lambda key: (-self._articles[key], -self._counts[key], key))


def rule_reports(totals: FindingTotals[RuleKey], kind: FindingKind) -> tuple[RuleReport, ...]:
    """The rules that made findings of this kind, in the order of `ranked`."""
    return tuple(
        RuleReport(
            stage=key.stage,
            rule=key.rule,
            count=totals.count(key),
            articles=totals.articles(key),
            examples=totals.examples(key),
        )
        for key in totals.ranked()
        if key.kind == kind
    )


def label_reports(totals: FindingTotals[str]) -> tuple[LabelReport, ...]:
    """The labels in the order of `ranked`."""
    return tuple(
        LabelReport(label=label, count=totals.count(label), articles=totals.articles(label))
        for label in totals.ranked()
    )


def rule_keys(article: Article) -> Iterator[RuleKey]:
    """The key of each finding that an article records: edits, segments, notes, annotations."""
    for change in article.provenance.changes:
        for edit in change.edits:
            yield RuleKey("edit", change.stage, edit.rule)
    for segment in article.segments:
        yield RuleKey("label", stage_of(segment.rule), segment.rule)
    for note in article.notes:
        yield RuleKey("note", note.stage, note.rule)
    for annotation in article.annotations:
        yield RuleKey("annotation", stage_of(annotation.rule), annotation.rule)


def stage_of(rule: str) -> str:
    """The stage of a rule: the part of its name before the dot."""
    return rule.partition(".")[0]
