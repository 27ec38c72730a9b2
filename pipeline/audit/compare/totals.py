"""Totals over many comparisons: how many articles differ, and which rules fired more or less often."""

from collections import Counter
from typing import Annotated

import msgspec
from msgspec import Meta

from pipeline.audit.compare.difference import DIFFERENCE_KINDS, Difference, DifferenceKind
from pipeline.audit.examples import Example, Side
from pipeline.audit.report import ALL_RULES, FindingKind, FindingTotals, RuleFilter, RuleKey, rule_keys
from pipeline.model.article import Article


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in two outputs, over all articles that are in both."""

    what: Annotated[FindingKind, Meta(description="What kind of finding.")]
    stage: str
    rule: str
    old: Annotated[int, Meta(description="How often it fired in the old output.")]
    new: Annotated[int, Meta(description="How often it fired in the new output.")]
    gone: Annotated[int, Meta(description="Findings that only the old output has.")]
    come: Annotated[int, Meta(description="Findings that only the new output has.")]
    articles: Annotated[int, Meta(description="Number of articles in which its findings differ.")]
    examples: Annotated[tuple[Example, ...], Meta(description="A few different findings, in context.")]


class UnmatchedArticle(msgspec.Struct, frozen=True, kw_only=True, tag="only", tag_field="type"):
    """An article that is in one output only."""

    id: str
    side: Annotated[Side, Meta(description="The output that has it.")]


class DifferenceCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many articles differ in one way; an article may differ in several."""

    kind: DifferenceKind
    articles: int


class DiffSummary(msgspec.Struct, frozen=True, kw_only=True, tag="summary", tag_field="type"):
    """Totals over all articles."""

    compared: Annotated[int, Meta(description="Articles that are in both outputs and could be read.")]
    same: Annotated[int, Meta(description="Of these, articles that are identical.")]
    only_provenance: Annotated[int, Meta(description="Of these, articles that differ only in version or settings.")]
    only_old: Annotated[int, Meta(description="Articles that only the old output has.")]
    only_new: Annotated[int, Meta(description="Articles that only the new output has.")]
    broken: Annotated[int, Meta(description="Files and records that are not valid articles; listed on standard error.")]
    kinds: Annotated[
        tuple[DifferenceCount, ...], Meta(description="Number of articles that differ, by kind of difference.")
    ]
    rules: Annotated[
        tuple[RuleChange, ...], Meta(description="Rules whose findings differ, those in most articles first.")
    ]


class DiffTotals:
    """Counts differences, one pair of articles at a time; keeps no article."""

    def __init__(self, rule_filter: RuleFilter = ALL_RULES, *, examples: int = 3) -> None:
        self._filter = rule_filter
        self.compared = self.same = self.only_provenance = self.broken = 0
        self.unmatched: Counter[Side] = Counter()
        self._kinds: Counter[DifferenceKind] = Counter()
        self._fired: dict[Side, Counter[RuleKey]] = {"old": Counter(), "new": Counter()}
        self._differing: dict[Side, Counter[RuleKey]] = {"old": Counter(), "new": Counter()}
        self._totals: FindingTotals[RuleKey] = FindingTotals(examples=examples)

    def add(self, old: Article, new: Article, difference: Difference) -> None:
        """Counts the differences of two articles."""
        self.compared += 1
        self.same += difference.same
        self.only_provenance += difference.kinds == ("provenance",)
        self._kinds.update(difference.kinds)
        self._fired["old"].update(rule_keys(old))
        self._fired["new"].update(rule_keys(new))
        findings = [
            (RuleKey(finding.what, finding.stage, finding.rule), finding)
            for finding in difference.findings
            if self._filter.matches(finding.rule, finding.stage)
        ]
        self._totals.add_article(key for key, _ in findings)
        for key, finding in findings:
            self._differing[finding.side][key] += 1
            form = (finding.side, finding.value, finding.old, finding.new)
            self._totals.add_example(key, form, Example(difference.id, finding.side, finding.example))

    def add_unmatched(self, article_id: str, side: Side) -> UnmatchedArticle:
        """Counts an article that is in one output only."""
        self.unmatched[side] += 1
        return UnmatchedArticle(id=article_id, side=side)

    def rules(self) -> set[tuple[str, str]]:
        """Stage and name of every rule that fired anywhere."""
        return {(key.stage, key.rule) for fired_of in self._fired.values() for key in fired_of}

    def summary(self) -> DiffSummary:
        """The totals so far."""
        return DiffSummary(
            compared=self.compared,
            same=self.same,
            only_provenance=self.only_provenance,
            only_old=self.unmatched["old"],
            only_new=self.unmatched["new"],
            broken=self.broken,
            kinds=tuple(DifferenceCount(kind=kind, articles=self._kinds[kind]) for kind in DIFFERENCE_KINDS),
            rules=tuple(self._rule_change(key) for key in self._totals.ranked()),
        )

    def _rule_change(self, key: RuleKey) -> RuleChange:
        return RuleChange(
            what=key.kind,
            stage=key.stage,
            rule=key.rule,
            old=self._fired["old"][key],
            new=self._fired["new"][key],
            gone=self._differing["old"][key],
            come=self._differing["new"][key],
            articles=self._totals.articles(key),
            examples=self._totals.examples(key),
        )
