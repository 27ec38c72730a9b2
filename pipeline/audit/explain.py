"""Why an article is as it is: every edit, label and note at its line, with what its rule means.

The structs are what `pipeline explain --json` prints; keys are only ever added.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pipeline.audit.provenance import Fragment, Rewrite, edits_in_source, fragments, layer_texts, rewrites
from pipeline.core.meanings import meanings
from pipeline.model.arguments import expect_one, expect_texts
from pipeline.model.article import Article
from pipeline.model.restore import SourceMap
from pipeline.text.edits import Confidence
from pipeline.text.excerpts import edit_excerpt

Meaning = Annotated[str | None, Meta(description="What the rule means; null where its stage is not installed here.")]
Line = Annotated[int, Meta(ge=1, description="Line of `text`, from 1.")]
LastLine = Annotated[int, Meta(ge=1, description="The line on which it ends.")]


class ExplainedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the text, and what of the source became it."""

    line: Line
    start: Annotated[int, Meta(description="Code point of `text` at which it begins.")]
    end: Annotated[int, Meta(description="Code point behind its last one; its line end is not counted.")]
    stretches: Annotated[
        tuple[Fragment, ...],
        Meta(
            description="The line and its line end in pieces. Those of all lines give the text without the old ones, "
            "the source text without the new ones."
        ),
    ]
    source_line: Annotated[int, Meta(ge=1, description="Line of the source text on which it begins, from 1.")]
    source_start: Annotated[int, Meta(description="Code point of the source text.")]
    source_end: Annotated[int, Meta(description="Code point of the source text behind it and its line end.")]
    byte_start: Annotated[int, Meta(description="Byte of the source.")]
    byte_end: Annotated[int, Meta(description="Byte of the source behind it and its line end.")]

    @property
    def text(self) -> str:
        """The line with its line end."""
        return "".join(stretch.text for stretch in self.stretches if stretch.kind != "old")

    @property
    def source(self) -> str:
        """What it was in the source."""
        return "".join(stretch.text for stretch in self.stretches if stretch.kind != "new")


class ExplainedEdit(msgspec.Struct, frozen=True, kw_only=True):
    """An edit, mapped to the text and to the source."""

    line: Line
    stage: str
    rule: str
    meaning: Meaning
    confidence: Confidence
    old: Annotated[str, Meta(description="What its stage found.")]
    new: Annotated[str, Meta(description="What it put there.")]
    context: Annotated[str, Meta(description="It in the text that its stage was given, marked as wdiff does.")]
    start: Annotated[int, Meta(description="Code point of `text` where what became of it begins.")]
    end: Annotated[int, Meta(description="Code point of `text` behind that.")]
    source_start: Annotated[int, Meta(description="Code point of the source text where what it replaced begins.")]
    source_end: Annotated[int, Meta(description="Code point of the source text behind that.")]
    joined: Annotated[
        bool,
        Meta(description="Whether edits of other stages meet it; `start` and `end` are then those of all together."),
    ]


class ExplainedLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A segment of the text."""

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


class ExplainedNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note."""

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
    """What a plugin found; lines and places are null where it speaks of the whole document."""

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
    """An article, explained. Each edit, segment, note and annotation stands in it once."""

    id: str
    language: str
    lines: tuple[ExplainedLine, ...]
    edits: tuple[ExplainedEdit, ...]
    labels: tuple[ExplainedLabel, ...]
    notes: tuple[ExplainedNote, ...]
    annotations: tuple[ExplainedAnnotation, ...]


def explain(article: Article, known: Mapping[str, str] | None = None) -> Explanation:
    """Every edit, label and note of an article, each with its line and what its rule means.

    An edit is mapped through the layers behind it into the text. Where edits of several stages meet, all of them stand
    where their common result does. `known` maps rules to meanings, by default those of the built-in and installed
    stages that made the article. Raises `ContractError` where edits or runs do not fit the text.
    """
    expect_one("explain", "article", article, Article)
    expect_texts("explain", "known", known)  # type: ignore[arg-type]
    if known is None:
        known = meanings(stage.name for stage in article.provenance.pipeline.stages)
    layers = layer_texts(article)
    found = rewrites(article.provenance.changes)
    starts = [0]
    starts += [i + 1 for i, char in enumerate(article.text) if char == "\n"]

    def line_of(position: int) -> int:
        return bisect_right(starts, position)

    def last_line_of(start: int, end: int) -> int:
        return line_of(end - 1 if end > start else end)

    return Explanation(
        id=article.id,
        language=article.language,
        lines=tuple(_lines(article, layers[0], found, starts)),
        edits=tuple(_edits(article, layers, found, known, starts)),
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
            )
            for item in article.segments
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
    )


def _edits(
    article: Article,
    layers: tuple[str, ...],
    found: tuple[Rewrite, ...],
    known: Mapping[str, str],
    starts: list[int],
) -> Iterator[ExplainedEdit]:
    """In the order of the text; those that meet, in the order of their stages."""
    changes = article.provenance.changes
    sources = {
        (step.layer, step.edit.start, step.edit.end): (start, end) for step, start, end in edits_in_source(changes)
    }
    for passage in found:
        for layer, stage, edit in passage.steps:
            source_start, source_end = sources[layer, edit.start, edit.end]
            yield ExplainedEdit(
                line=bisect_right(starts, passage.start),
                stage=stage,
                rule=edit.rule,
                meaning=known.get(edit.rule),
                confidence=edit.confidence,
                old=edit.old,
                new=edit.new,
                context=edit_excerpt(layers[layer], edit.start, edit.old, edit.new),
                start=passage.start,
                end=passage.end,
                source_start=source_start,
                source_end=source_end,
                joined=len(passage.steps) > 1,
            )


def _lines(article: Article, source: str, found: tuple[Rewrite, ...], starts: list[int]) -> Iterator[ExplainedLine]:
    """The lines of the text. What was deleted stands on the line of its place, line ends and all."""
    lines: list[list[Fragment]] = [[]]
    for stretch, _ in fragments(article.text, source, found):
        if stretch.kind == "old":
            lines[-1].append(stretch)
            continue
        for i, piece in enumerate(stretch.text.split("\n")):
            if i:
                lines[-1].append(Fragment(stretch.kind, "\n"))
                lines.append([])
            if piece:
                lines[-1].append(Fragment(stretch.kind, piece))
    ends, at = [], 0
    for line in lines:
        at += sum(len(stretch.text) for stretch in line if stretch.kind != "new")
        ends.append(at)
    places = SourceMap(article)
    at_bytes = [places.byte(place) for place in (0, *ends)]
    source_line = 1
    for i, line in enumerate(lines):
        start = ends[i - 1] if i else 0
        last = i + 1 == len(lines)
        yield ExplainedLine(
            line=i + 1,
            start=starts[i],
            end=len(article.text) if last else starts[i + 1] - 1,
            stretches=tuple(line),
            source_line=source_line,
            source_start=start,
            source_end=ends[i],
            byte_start=at_bytes[i],
            byte_end=at_bytes[i + 1],
        )
        source_line += source.count("\n", start, ends[i])
