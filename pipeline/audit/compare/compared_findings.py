"""Findings that only one of two articles has: edits, labels, notes and annotations, compared by their position."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from pipeline.audit import provenance
from pipeline.audit.compare.difference import FindingChange
from pipeline.audit.examples import Side
from pipeline.audit.report import FindingKind, stage_of
from pipeline.model.article import Article
from pipeline.text.excerpts import edit_excerpt, label_excerpt, note_excerpt


class ComparedFinding(NamedTuple):
    """One finding of an article; findings of two articles are the same if their `key` is equal."""

    what: FindingKind
    stage: str
    rule: str
    key: Hashable
    confidence: float | None
    item: Any
    place: int | None
    """Its offset as reported: for an edit in the source text, or in the new text if the sources differ."""


class ComparedArticle:
    """One of the two articles, with data derived on first use."""

    def __init__(self, article: Article, texts: tuple[str, ...]) -> None:
        self.article = article
        self.layer_texts = texts

    @property
    def source(self) -> str:
        """The source text."""
        return self.layer_texts[0]

    @cached_property
    def rewrites(self) -> tuple[provenance.Rewrite, ...]:
        """All changes from the source text to the text."""
        return provenance.rewrites(self.article.provenance.changes)


def compared_edits(
    article: ComparedArticle, place: Callable[[int, int], tuple[int, int]] | None
) -> Iterator[ComparedFinding]:
    """The edits, keyed by their position in the source, or mapped by `place` if the articles have different sources."""
    if place is None:
        spans = ((step, start) for step, start, _ in provenance.edits_in_source(article.article.provenance.changes))
    else:
        spans = ((step, place(p.start, p.end)[0]) for p in article.rewrites for step in p.edits)
    for step, at in spans:
        edit = step.edit
        key = (step.stage, edit.rule, at, edit.old, edit.new)
        yield ComparedFinding("edit", step.stage, edit.rule, key, edit.confidence, step, at)


def compared_labels(article: Article, place: Callable[[int, int], tuple[int, int]]) -> Iterator[ComparedFinding]:
    """The labels, notes and annotations, with positions mapped by `place`."""
    for segment in article.segments:
        label = (segment.label, segment.rule, segment.language, place(segment.start, segment.end))
        yield ComparedFinding(
            "label", stage_of(segment.rule), segment.rule, label, segment.confidence, segment, segment.start
        )
    for note in article.notes:
        content = (note.stage, note.rule, note.severity, note.message, note.suggestion)
        yield ComparedFinding(
            "note", note.stage, note.rule, (content, place(note.start, note.end)), None, note, note.start
        )
    for item in article.annotations:
        span = None if item.start is None or item.end is None else place(item.start, item.end)
        layer = (item.layer, item.value, item.rule, span)
        yield ComparedFinding("annotation", stage_of(item.rule), item.rule, layer, item.confidence, item, item.start)


def unmatched(
    olds: Sequence[ComparedFinding], news: Sequence[ComparedFinding]
) -> tuple[list[ComparedFinding], list[ComparedFinding], int]:
    """Findings that only the old, and only the new article has, and the number in both with a different confidence."""
    counts = [Counter((f.what, f.key) for f in side) for side in (olds, news)]
    sure = [Counter((f.what, f.key, f.confidence) for f in side) for side in (olds, news)]
    gone, come = counts[0] - counts[1], counts[1] - counts[0]
    unlike = (sure[0] - sure[1]).total() - gone.total()
    return list(_select(olds, gone)), list(_select(news, come)), unlike


def _select(findings: Sequence[ComparedFinding], counts: Counter[Any]) -> Iterator[ComparedFinding]:
    if not counts:
        return
    for item in findings:
        if counts[item.what, item.key] > 0:
            counts[item.what, item.key] -= 1
            yield item


def finding_change(finding: ComparedFinding, article: ComparedArticle, side: Side) -> FindingChange:
    """A finding as it is reported, with its context."""
    old = new = value = None
    if finding.what == "edit":
        layer, _, edit = finding.item
        old, new = edit.old, edit.new
        example = edit_excerpt(article.layer_texts[layer], edit.start, old, new)
    else:
        value, example = value_and_context(finding, article.article.text)
    return FindingChange(
        what=finding.what,
        side=side,
        stage=finding.stage,
        rule=finding.rule,
        value=value,
        start=finding.place,
        old=old,
        new=new,
        example=example,
    )


def value_and_context(finding: ComparedFinding, text: str) -> tuple[str, str]:
    """Value and context of a label, a note or an annotation."""
    item = finding.item
    if finding.what == "note":
        return item.message, note_excerpt(text, item.start, item.end, item.message, item.suggestion)
    value = f"{item.label} ({item.language})" if finding.what == "label" else f"{item.layer}: {item.value}"
    return value, value if item.start is None else label_excerpt(text, item.start, item.end, value)
