"""Explains an article: every edit, label and note with its line and the meaning of its rule.

The structs are what `pipeline explain --json` prints; keys are only ever added.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pipeline.audit.decisions import Decisions, decisions
from pipeline.audit.provenance import Fragment, Rewrite, edits_in_source, fragments, layer_texts, rewrites
from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import rule_meanings
from pipeline.model.arguments import expect, expect_one, expect_texts
from pipeline.model.article import Article
from pipeline.model.evidence import Evidence
from pipeline.model.restore import SourceMap
from pipeline.text.edits import Confidence
from pipeline.text.excerpts import edit_excerpt

Meaning = Annotated[str | None, Meta(description="What the rule means; null if its stage is not installed.")]
Line = Annotated[int, Meta(ge=1, description="Line of `text`, from 1.")]
LastLine = Annotated[int, Meta(ge=1, description="The line on which it ends.")]


class ExplainedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the text, and the part of the source that became it."""

    line: Line
    start: Annotated[int, Meta(description="Offset of its first character in `text`.")]
    end: Annotated[int, Meta(description="Offset after its last character, before the line break.")]
    stretches: Annotated[
        tuple[Fragment, ...],
        Meta(
            description="The line and its line break in pieces. Over all lines, pieces that are not old join to the "
            "text, pieces that are not new to the source text."
        ),
    ]
    source_line: Annotated[int, Meta(ge=1, description="Line of the source text on which it starts, from 1.")]
    source_start: Annotated[int, Meta(description="Offset of its first character in the source text.")]
    source_end: Annotated[int, Meta(description="Offset after it and its line break in the source text.")]
    byte_start: Annotated[int, Meta(description="Offset of its first byte in the source.")]
    byte_end: Annotated[int, Meta(description="Byte offset after it and its line break in the source.")]

    @property
    def text(self) -> str:
        """The line with its line break."""
        return "".join(fragment.text for fragment in self.stretches if fragment.kind != "old")

    @property
    def source(self) -> str:
        """The same line in the source."""
        return "".join(fragment.text for fragment in self.stretches if fragment.kind != "new")


class ExplainedEdit(msgspec.Struct, frozen=True, kw_only=True):
    """An edit, with its position in the text and in the source."""

    line: Line
    stage: str
    rule: str
    meaning: Meaning
    confidence: Confidence
    old: Annotated[str, Meta(description="The text that was replaced.")]
    new: Annotated[str, Meta(description="The replacement.")]
    context: Annotated[str, Meta(description="The edit in the text that its stage was given, marked as wdiff does.")]
    start: Annotated[int, Meta(description="Offset in `text` of the start of its result.")]
    end: Annotated[int, Meta(description="Offset in `text` of the end of its result.")]
    source_start: Annotated[int, Meta(description="Offset in the source text of the start of what it replaced.")]
    source_end: Annotated[int, Meta(description="Offset in the source text of the end of what it replaced.")]
    joined: Annotated[
        bool,
        Meta(description="Whether it overlaps edits of other stages; `start` and `end` then span all of them."),
    ]


class ExplainedLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled segment of the text."""

    line: Line
    last_line: LastLine
    stage: str
    rule: str
    meaning: Meaning
    confidence: Confidence
    label: str
    language: str
    field: str | None
    start: int
    end: int
    text: str
    evidence: Annotated[
        tuple[str, ...],
        Meta(description="What the markup of the page said of all of it, such as `bold` or `heading 3`."),
    ] = ()


class ExplainedNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note on a span of the text."""

    line: Line
    last_line: LastLine
    stage: str
    rule: str
    meaning: Meaning
    severity: Literal["info", "warning", "error"]
    message: str
    start: int
    end: int
    text: str
    suggestion: str | None


class ExplainedAnnotation(msgspec.Struct, frozen=True, kw_only=True):
    """An annotation by a plugin; lines and offsets are null if it is about the whole document."""

    line: int | None
    last_line: int | None
    stage: str
    rule: str
    meaning: Meaning
    confidence: Confidence
    layer: str
    value: str
    start: int | None
    end: int | None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """An explained article. Lists each edit, segment, note and annotation once."""

    id: str
    language: str
    lines: tuple[ExplainedLine, ...]
    edits: tuple[ExplainedEdit, ...]
    labels: tuple[ExplainedLabel, ...]
    notes: tuple[ExplainedNote, ...]
    annotations: tuple[ExplainedAnnotation, ...]
    decisions: Annotated[
        Decisions | None,
        Meta(description="Why turns and sides were decided so; null if that was not asked for, or cannot be told."),
    ] = None


def explain(
    article: Article, known: Mapping[str, str] | None = None, *, made_by: Pipeline | None = None
) -> Explanation:
    """Explains every edit, label and note of an article: its line, and what its rule means.

    Edits are mapped to the final text; edits of several stages that overlap share the span of their common result.
    `known` maps rule names to meanings; by default it is taken from the built-in and installed stages that made the
    article. `made_by` is the pipeline that made it: with it, the decisions about turns and sides are made again, and
    explained. Raises `ContractError` if edits or byte runs do not fit the text.
    """
    expect_one("explain", "article", article, Article)
    expect_texts("explain", "known", known)  # type: ignore[arg-type]
    if made_by is not None:
        expect("explain", "made_by", made_by, Pipeline, "a pipeline.Pipeline")
    if known is None:
        known = rule_meanings(stage.name for stage in article.provenance.pipeline.stages)
    layers = layer_texts(article)
    source_rewrites = rewrites(article.provenance.changes)
    line_starts = [0]
    line_starts += [i + 1 for i, char in enumerate(article.text) if char == "\n"]

    def line_of(position: int) -> int:
        return bisect_right(line_starts, position)

    def last_line_of(start: int, end: int) -> int:
        return line_of(end - 1 if end > start else end)

    return Explanation(
        id=article.id,
        language=article.language,
        lines=tuple(_lines(article, layers[0], source_rewrites, line_starts)),
        edits=tuple(_edits(article, layers, source_rewrites, known, line_starts)),
        labels=tuple(
            ExplainedLabel(
                line=line_of(item.start),
                last_line=last_line_of(item.start, item.end),
                stage=item.rule.partition(".")[0],
                rule=item.rule,
                meaning=known.get(item.rule),
                confidence=item.confidence,
                label=item.label,
                language=item.language,
                field=item.field,
                start=item.start,
                end=item.end,
                text=article.text[item.start : item.end],
                evidence=evidence,
            )
            for item, evidence in zip(article.segments, _evidence(article), strict=True)
        ),
        notes=tuple(
            ExplainedNote(
                line=line_of(item.start),
                last_line=last_line_of(item.start, item.end),
                stage=item.stage,
                rule=item.rule,
                meaning=known.get(item.rule),
                severity=item.severity,
                message=item.message,
                start=item.start,
                end=item.end,
                text=article.text[item.start : item.end],
                suggestion=item.suggestion,
            )
            for item in article.notes
        ),
        annotations=tuple(
            ExplainedAnnotation(
                line=None if item.start is None else line_of(item.start),
                last_line=None if item.start is None or item.end is None else last_line_of(item.start, item.end),
                stage=item.rule.partition(".")[0],
                rule=item.rule,
                meaning=known.get(item.rule),
                confidence=item.confidence,
                layer=item.layer,
                value=item.value,
                start=item.start,
                end=item.end,
            )
            for item in article.annotations
        ),
        decisions=decisions(article, made_by) if made_by is not None else None,
    )


def _evidence(article: Article) -> Iterator[tuple[str, ...]]:
    """For each segment what the markup said of all of its words."""
    spans = article.provenance.evidence
    around: list[Evidence] = []
    at = 0
    for segment in article.segments:
        if not spans:
            yield ()
            continue
        words = [i for i in range(segment.start, segment.end) if article.text[i].isalnum()]
        first, last = (words[0], words[-1]) if words else (segment.start, segment.end - 1)
        while at < len(spans) and spans[at].start <= first:
            around.append(spans[at])
            at += 1
        around = [item for item in around if item.end > first]
        yield tuple(dict.fromkeys(f"{item.kind} {item.value}".rstrip() for item in around if item.end > last))


def _edits(
    article: Article,
    layers: tuple[str, ...],
    source_rewrites: tuple[Rewrite, ...],
    known: Mapping[str, str],
    line_starts: list[int],
) -> Iterator[ExplainedEdit]:
    """Edits in the order of the text; overlapping ones in the order of their stages."""
    changes = article.provenance.changes
    sources = {
        (made.layer, made.edit.start, made.edit.end): (start, end) for made, start, end in edits_in_source(changes)
    }
    for rewrite in source_rewrites:
        for layer, stage, edit in rewrite.edits:
            source_start, source_end = sources[layer, edit.start, edit.end]
            yield ExplainedEdit(
                line=bisect_right(line_starts, rewrite.start),
                stage=stage,
                rule=edit.rule,
                meaning=known.get(edit.rule),
                confidence=edit.confidence,
                old=edit.old,
                new=edit.new,
                context=edit_excerpt(layers[layer], edit.start, edit.old, edit.new),
                start=rewrite.start,
                end=rewrite.end,
                source_start=source_start,
                source_end=source_end,
                joined=len(rewrite.edits) > 1,
            )


def _lines(
    article: Article, source: str, source_rewrites: tuple[Rewrite, ...], line_starts: list[int]
) -> Iterator[ExplainedLine]:
    """The lines of the text. Deleted text, including its line breaks, belongs to the line where it was."""
    lines: list[list[Fragment]] = [[]]
    for fragment, _ in fragments(article.text, source, source_rewrites):
        if fragment.kind == "old":
            lines[-1].append(fragment)
            continue
        for i, piece in enumerate(fragment.text.split("\n")):
            if i:
                lines[-1].append(Fragment(fragment.kind, "\n"))
                lines.append([])
            if piece:
                lines[-1].append(Fragment(fragment.kind, piece))
    ends, at = [], 0
    for line in lines:
        at += sum(len(fragment.text) for fragment in line if fragment.kind != "new")
        ends.append(at)
    places = SourceMap(article)
    at_bytes = [places.byte(place) for place in (0, *ends)]
    source_line = 1
    for i, line in enumerate(lines):
        start = ends[i - 1] if i else 0
        last = i + 1 == len(lines)
        yield ExplainedLine(
            line=i + 1,
            start=line_starts[i],
            end=len(article.text) if last else line_starts[i + 1] - 1,
            stretches=tuple(line),
            source_line=source_line,
            source_start=start,
            source_end=ends[i],
            byte_start=at_bytes[i],
            byte_end=at_bytes[i + 1],
        )
        source_line += source.count("\n", start, ends[i])
