"""How two articles of one document differ, as `pipeline diff --json` prints it. Keys are only ever added."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pipeline.audit.examples import Side
from pipeline.audit.report import FindingKind

DifferenceKind = Literal["source", "text", "structure", "notes", "rules", "provenance"]
DIFFERENCE_KINDS: tuple[DifferenceKind, ...] = ("source", "text", "structure", "notes", "rules", "provenance")


class Hunk(msgspec.Struct, frozen=True, kw_only=True):
    """A minimal span in which the texts differ."""

    old_line: Annotated[int, Meta(description="Line of the old text, from 1.")]
    new_line: Annotated[int, Meta(description="Line of the new text, from 1.")]
    old_start: Annotated[int, Meta(description="Offset in the old text, in characters.")]
    new_start: Annotated[int, Meta(description="Offset in the new text, in characters.")]
    old: Annotated[str, Meta(description="The old text of the span.")]
    new: Annotated[str, Meta(description="The new text of the span.")]
    before: Annotated[str, Meta(description="Text before it on its line, shortened.")]
    after: Annotated[str, Meta(description="Text after it on its line, shortened.")]
    rules: Annotated[tuple[str, ...], Meta(description="Rules whose edits in this span are in one article only.")]


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the structure or of the provenance that differs."""

    what: Literal["added", "removed", "changed"]
    part: Annotated[str, Meta(description="What changed: `title.text`, `heading`, `exchange`, `answer.paragraph`.")]
    old_field: Annotated[str | None, Meta(description="JSON Pointer into the old article, or null.")]
    new_field: Annotated[str | None, Meta(description="JSON Pointer into the new article, or null.")]
    old: Annotated[
        str | None, Meta(description="The old value: text as it is, one line per turn, anything else as JSON.")
    ]
    new: Annotated[str | None, Meta(description="The new value, in the same format.")]


class FindingChange(msgspec.Struct, frozen=True, kw_only=True):
    """An edit, label, note or annotation that only one of the articles has."""

    what: FindingKind
    side: Annotated[Side, Meta(description="Which article has it.")]
    stage: str
    rule: str
    value: Annotated[
        str | None, Meta(description="The label, the note's message, the annotation's layer and value; null for edits.")
    ]
    start: Annotated[int | None, Meta(description="Offset in that article's text; for an edit, in the source text.")]
    old: Annotated[str | None, Meta(description="The text that an edit replaced.")]
    new: Annotated[str | None, Meta(description="The replacement of an edit.")]
    example: Annotated[str, Meta(description="The finding in its context, on one line.")]


class Difference(msgspec.Struct, frozen=True, kw_only=True, tag="article", tag_field="type"):
    """All differences between two articles of one document."""

    id: str
    kinds: Annotated[tuple[DifferenceKind, ...], Meta(description="In what they differ; empty if they are identical.")]
    text: Annotated[tuple[Hunk, ...], Meta(description="Differences of the texts, in their order.")]
    structure: Annotated[
        tuple[FieldChange, ...],
        Meta(description="Fields that differ beyond the differences of the texts."),
    ]
    findings: Annotated[tuple[FindingChange, ...], Meta(description="Findings that only one of them has.")]
    confidences: Annotated[int, Meta(description="Number of findings in both with a different confidence.")]
    provenance: Annotated[tuple[FieldChange, ...], Meta(description="Differences of source, version and settings.")]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.kinds
