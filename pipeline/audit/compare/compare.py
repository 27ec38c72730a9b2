"""Compares two articles of one document: what differs, and which rules caused it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from pipeline.audit.compare import compared_findings, structure
from pipeline.audit.compare.compared_findings import ComparedArticle, ComparedFinding
from pipeline.audit.compare.difference import (
    DIFFERENCE_KINDS,
    Difference,
    DifferenceKind,
    FieldChange,
    FindingChange,
    Hunk,
)
from pipeline.audit.compare.text_diff import DiffSpan, SharedPositions, diff_spans
from pipeline.audit.provenance import LayerEdit, Rewrite, layer_texts
from pipeline.model.arguments import expect_one
from pipeline.model.article import Article
from pipeline.text.excerpts import line_context

__all__ = ["Difference", "FieldChange", "FindingChange", "Hunk", "compare"]

SOURCE_POINTERS = ("/provenance/source/sha256", "/provenance/source/bytes")
"""Fields that describe the source itself, not how it was read."""


def compare(old: Article, new: Article) -> Difference:
    """Compares two articles of one document.

    If both have the same source, edits are the same if stage, rule, old and new text and position in the source are
    equal, even if another rule moved them. Raises `ContractError` if edits do not fit their text.
    """
    expect_one("compare", "old", old, Article)
    expect_one("compare", "new", new, Article)
    if old == new:
        return _difference(new.id, (), (), (), 0, (), sources=False)
    old_side, new_side = ComparedArticle(old, layer_texts(old)), ComparedArticle(new, layer_texts(new))
    one_source = old_side.source == new_side.source
    spans = diff_spans(
        old.text, new.text, (old_side.rewrites, new_side.rewrites) if one_source and old.text != new.text else None
    )
    places = SharedPositions(spans)
    left = [
        *compared_findings.compared_edits(old_side, None if one_source else places.old),
        *compared_findings.compared_labels(old, places.old),
    ]
    right = [
        *compared_findings.compared_edits(new_side, None if one_source else places.new),
        *compared_findings.compared_labels(new, places.new),
    ]
    only_old, only_new, confidence_changes = compared_findings.unmatched(left, right)
    reported = [compared_findings.finding_change(item, old_side, "old") for item in only_old] + [
        compared_findings.finding_change(item, new_side, "new") for item in only_new
    ]
    hunks = tuple(_hunks(spans, old_side, new_side, only_old, only_new))
    changes = structure.structure_changes(old, new, places)
    provenance = (
        *structure.changed_fields(
            old.provenance.source,
            new.provenance.source,
            "/provenance/source",
            ("sha256", "bytes", "bom", "newline", "runs", "undecodable", "converted_by", "origin"),
        ),
        *structure.changed_fields(
            old.provenance.pipeline,
            new.provenance.pipeline,
            "/provenance/pipeline",
            ("version", "settings", "profile", "stages"),
        ),
    )
    sources = old.provenance.source.sha256 != new.provenance.source.sha256
    return _difference(new.id, hunks, changes, reported, confidence_changes, provenance, sources=sources)


def _difference(
    name: str,
    hunks: tuple[Hunk, ...],
    changes: tuple[FieldChange, ...],
    reported: Sequence[FindingChange],
    confidence_changes: int,
    provenance: tuple[FieldChange, ...],
    *,
    sources: bool,
) -> Difference:
    differs: dict[DifferenceKind, bool] = {
        "source": sources,
        "text": bool(hunks),
        "structure": bool(changes) or any(item.what == "annotation" for item in reported),
        "notes": any(item.what == "note" for item in reported),
        "rules": bool(confidence_changes) or any(item.what in {"edit", "label"} for item in reported),
        "provenance": any(
            not (item.new_field or item.old_field or "").startswith(SOURCE_POINTERS) for item in provenance
        ),
    }
    return Difference(
        id=name,
        kinds=tuple(kind for kind in DIFFERENCE_KINDS if differs[kind]),
        text=hunks,
        structure=changes,
        findings=tuple(reported),
        confidences=confidence_changes,
        provenance=provenance,
    )


def _hunks(
    spans: Sequence[DiffSpan],
    old: ComparedArticle,
    new: ComparedArticle,
    only_old: list[ComparedFinding],
    only_new: list[ComparedFinding],
) -> Iterator[Hunk]:
    if not spans:
        return
    rule_finders = [_RuleFinder(article.rewrites, only) for article, only in ((old, only_old), (new, only_new))]
    lines = [0, 0]
    at = [0, 0]
    for span in spans:
        for side, (article, position) in enumerate(((old, span.old_start), (new, span.new_start))):
            # Counts on from the previous difference, so that a long text is read once.
            lines[side] += article.article.text.count("\n", at[side], position)
            at[side] = position
        before, after = line_context(new.article.text, span.new_start, span.new_end)
        rules = rule_finders[0].rules(span.old_start, span.old_end) | rule_finders[1].rules(
            span.new_start, span.new_end
        )
        yield Hunk(
            old_line=lines[0] + 1,
            new_line=lines[1] + 1,
            old_start=span.old_start,
            new_start=span.new_start,
            old=old.article.text[span.old_start : span.old_end],
            new=new.article.text[span.new_start : span.new_end],
            before=before,
            after=after,
            rules=tuple(sorted(rules)),
        )


class _RuleFinder:
    """Finds the rules behind a difference: those with edits in the span that only this article has."""

    def __init__(self, rewrites: Sequence[Rewrite], only: Sequence[ComparedFinding]) -> None:
        wanted: set[LayerEdit] = {item.item for item in only if item.what == "edit"}
        self._rewrites = [
            (p, {step.edit.rule for step in p.edits if step in wanted})
            for p in rewrites
            if any(step in wanted for step in p.edits)
        ]
        self._ends = [p.end for p, _ in self._rewrites]

    def rules(self, start: int, end: int) -> set[str]:
        touching_rules: set[str] = set()
        for i in range(bisect_left(self._ends, start), len(self._ends)):
            rewrite, rules = self._rewrites[i]
            if rewrite.start > end:
                break
            touching_rules |= rules
        return touching_rules
