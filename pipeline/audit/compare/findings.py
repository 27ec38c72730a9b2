"""What rules found in one of two articles only: edits, labels, notes and annotations, told by their place."""

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
    """One finding: what makes it the same as one of the other article, and what is told about it."""

    what: FindingKind
    stage: str
    rule: str
    key: Hashable
    confidence: float | None
    item: Any
    place: int | None
    """Where it is said to stand: an edit in the source, or where there are two of them in the new text."""


class ComparedArticle:
    """One of the two articles, with what is derived from it when first asked for."""

    def __init__(self, article: Article, texts: tuple[str, ...]) -> None:
        self.article = article
        self.texts = texts

    @property
    def source(self) -> str:
        """The source text."""
        return self.texts[0]

    @cached_property
    def passages(self) -> tuple[provenance.Rewrite, ...]:
        """What became of the source."""
        return provenance.rewrites(self.article.provenance.changes)


def compared_edits(
    reading: ComparedArticle, place: Callable[[int, int], tuple[int, int]] | None
) -> Iterator[ComparedFinding]:
    """The edits, told by their place in the source, or by `place` of their passage where there are two sources."""
    if place is None:
        spans = ((step, start) for step, start, _ in provenance.edits_in_source(reading.article.provenance.changes))
    else:
        spans = ((step, place(p.start, p.end)[0]) for p in reading.passages for step in p.steps)
    for step, at in spans:
        edit = step.edit
        key = (step.stage, edit.rule, at, edit.old, edit.new)
        yield ComparedFinding("edit", step.stage, edit.rule, key, edit.confidence, step, at)


def compared_labels(article: Article, place: Callable[[int, int], tuple[int, int]]) -> Iterator[ComparedFinding]:
    """The labels, notes and annotations."""
    for segment in article.segments:
        label = (segment.label, segment.rule, segment.language, place(segment.start, segment.end))
        yield ComparedFinding(
            "label", stage_of(segment.rule), segment.rule, label, segment.confidence, segment, segment.start
        )
    for note in article.notes:
        said = (note.stage, note.rule, note.severity, note.message, note.suggestion)
        yield ComparedFinding(
            "note", note.stage, note.rule, (said, place(note.start, note.end)), None, note, note.start
        )
    for item in article.annotations:
        span = None if item.start is None or item.end is None else place(item.start, item.end)
        layer = (item.layer, item.value, item.rule, span)
        yield ComparedFinding("annotation", stage_of(item.rule), item.rule, layer, item.confidence, item, item.start)


def unmatched(
    olds: Sequence[ComparedFinding], news: Sequence[ComparedFinding]
) -> tuple[list[ComparedFinding], list[ComparedFinding], int]:
    """The findings that only one side has, in order, and how many of both have another confidence."""
    counts = [Counter((f.what, f.key) for f in side) for side in (olds, news)]
    sure = [Counter((f.what, f.key, f.confidence) for f in side) for side in (olds, news)]
    gone, come = counts[0] - counts[1], counts[1] - counts[0]
    unlike = (sure[0] - sure[1]).total() - gone.total()
    return list(_taken(olds, gone)), list(_taken(news, come)), unlike


def _taken(found: Sequence[ComparedFinding], wanted: Counter[Any]) -> Iterator[ComparedFinding]:
    if not wanted:
        return
    for item in found:
        if wanted[item.what, item.key] > 0:
            wanted[item.what, item.key] -= 1
            yield item


def finding_change(found: ComparedFinding, reading: ComparedArticle, side: Side) -> FindingChange:
    """A finding as it is shown, with an example of its context."""
    old = new = value = None
    if found.what == "edit":
        layer, _, edit = found.item
        old, new = edit.old, edit.new
        example = edit_excerpt(reading.texts[layer], edit.start, old, new)
    else:
        value, example = described(found, reading.article.text)
    return FindingChange(
        what=found.what,
        side=side,
        stage=found.stage,
        rule=found.rule,
        value=value,
        start=found.place,
        old=old,
        new=new,
        example=example,
    )


def described(found: ComparedFinding, text: str) -> tuple[str, str]:
    """Value and example of a label, a note or an annotation."""
    item = found.item
    if found.what == "note":
        return item.message, note_excerpt(text, item.start, item.end, item.message, item.suggestion)
    value = f"{item.label} ({item.language})" if found.what == "label" else f"{item.layer}: {item.value}"
    return value, value if item.start is None else label_excerpt(text, item.start, item.end, value)
