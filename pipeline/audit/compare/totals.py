"""Many comparisons added up: how many articles differ in what, and which rules fired more or less often."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from pipeline.audit.compare.difference import DIFFERENCE_KINDS, Difference, DifferenceKind, FindingKind
from pipeline.audit.compare.findings import stage_of
from pipeline.audit.examples import Example, ExampleCollector, Side
from pipeline.model.article import Article


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in two outputs, over all articles that both have."""

    what: Annotated[FindingKind, Meta(description="What it finds.")]
    stage: str
    rule: str
    old: Annotated[int, Meta(description="How often it fired in the old output.")]
    new: Annotated[int, Meta(description="How often it fired in the new output.")]
    gone: Annotated[int, Meta(description="Findings that only the old output has.")]
    come: Annotated[int, Meta(description="Findings that only the new output has.")]
    articles: Annotated[int, Meta(description="Articles in which any of these differ.")]
    examples: Annotated[tuple[Example, ...], Meta(description="A few different ones of them, in context.")]


class UnmatchedArticle(msgspec.Struct, frozen=True, kw_only=True, tag="only", tag_field="type"):
    """An article that one of the outputs lacks."""

    id: str
    side: Annotated[Side, Meta(description="The output that has it.")]


class DifferenceCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many articles differ in one way; an article may differ in several."""

    kind: DifferenceKind
    articles: int


class DiffSummary(msgspec.Struct, frozen=True, kw_only=True, tag="summary", tag_field="type"):
    """All of it, added up."""

    compared: Annotated[int, Meta(description="Articles that both outputs have and that could be read.")]
    same: Annotated[int, Meta(description="Of these, those that do not differ at all.")]
    only_provenance: Annotated[int, Meta(description="Of these, those that differ in version or settings only.")]
    only_old: Annotated[int, Meta(description="Articles that only the old output has.")]
    only_new: Annotated[int, Meta(description="Articles that only the new output has.")]
    broken: Annotated[int, Meta(description="Files and records that are no article; named on standard error.")]
    kinds: Annotated[tuple[DifferenceCount, ...], Meta(description="How many differ in what.")]
    rules: Annotated[tuple[RuleChange, ...], Meta(description="Rules that differ, those in most articles first.")]


class RuleKey(NamedTuple):
    """A rule and what it finds: a rule may make edits and, where it is less sure, notes."""

    what: FindingKind
    stage: str
    rule: str


class RuleFilter(NamedTuple):
    """The rule or the stage to look at; all of them where neither is named."""

    rule: str | None = None
    stage: str | None = None

    def takes(self, rule: str, stage: str) -> bool:
        """Whether a finding of this rule of this stage is one to look at."""
        return self.rule in {None, rule} and self.stage in {None, stage}

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.rule is None and self.stage is None


ALL_RULES = RuleFilter()


class DiffTotals:
    """Counts while outputs are compared; it keeps no article."""

    def __init__(self, chosen: RuleFilter = ALL_RULES, *, examples: int = 3) -> None:
        self._chosen = chosen
        self.compared = self.same = self.only_provenance = self.broken = 0
        self.only: Counter[Side] = Counter()
        self._kinds: Counter[DifferenceKind] = Counter()
        self._fired: dict[Literal["old", "new"], Counter[RuleKey]] = {"old": Counter(), "new": Counter()}
        self._apart: dict[Side, Counter[RuleKey]] = {"old": Counter(), "new": Counter()}
        self._articles: Counter[RuleKey] = Counter()
        self._specimens = ExampleCollector(examples)

    def add(self, old: Article, new: Article, difference: Difference) -> None:
        """Counts two articles and what differs between them."""
        self.compared += 1
        self.same += difference.same
        self.only_provenance += difference.kinds == ("provenance",)
        self._kinds.update(difference.kinds)
        self._fired["old"].update(fired_rules(old))
        self._fired["new"].update(fired_rules(new))
        touched = set()
        for finding in difference.findings:
            key = RuleKey(finding.what, finding.stage, finding.rule)
            if self._chosen.takes(key.rule, key.stage):
                touched.add(key)
                self._apart[finding.side][key] += 1
                form = (finding.side, finding.value, finding.old, finding.new)
                specimen = Example(difference.id, finding.side, finding.example)
                self._specimens.keep(key, form, specimen)
        self._articles.update(touched)

    def add_only(self, name: str, side: Side) -> UnmatchedArticle:
        """Counts an article that one output lacks, and gives what is to be said of it."""
        self.only[side] += 1
        return UnmatchedArticle(id=name, side=side)

    def rules(self) -> set[tuple[str, str]]:
        """Stage and name of every rule that fired anywhere."""
        return {(key.stage, key.rule) for fired_of in self._fired.values() for key in fired_of}

    def summary(self) -> DiffSummary:
        """All that was counted."""
        keys = [*self._apart["old"], *self._apart["new"]]
        ordered = sorted(set(keys), key=lambda key: (-self._articles[key], -self._differ(key), key))
        return DiffSummary(
            compared=self.compared,
            same=self.same,
            only_provenance=self.only_provenance,
            only_old=self.only["old"],
            only_new=self.only["new"],
            broken=self.broken,
            kinds=tuple(DifferenceCount(kind=kind, articles=self._kinds[kind]) for kind in DIFFERENCE_KINDS),
            rules=tuple(self._shift(key) for key in ordered),
        )

    def _differ(self, key: RuleKey) -> int:
        return self._apart["old"][key] + self._apart["new"][key]

    def _shift(self, key: RuleKey) -> RuleChange:
        return RuleChange(
            what=key.what,
            stage=key.stage,
            rule=key.rule,
            old=self._fired["old"][key],
            new=self._fired["new"][key],
            gone=self._apart["old"][key],
            come=self._apart["new"][key],
            articles=self._articles[key],
            examples=self._specimens.of(key),
        )


def fired_rules(article: Article) -> Iterator[RuleKey]:
    """A key for each finding that an article records."""
    for change in article.provenance.changes:
        for edit in change.edits:
            yield RuleKey("edit", change.stage, edit.rule)
    for segment in article.segments:
        yield RuleKey("label", stage_of(segment.rule), segment.rule)
    for note in article.notes:
        yield RuleKey("note", note.stage, note.rule)
    for item in article.annotations:
        yield RuleKey("annotation", stage_of(item.rule), item.rule)
