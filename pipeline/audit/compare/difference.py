"""What differs between two articles of one document, as `pipeline diff --json` prints it. Keys are only ever added."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pipeline.audit.examples import Side
from pipeline.audit.report import FindingKind

DifferenceKind = Literal["source", "text", "structure", "notes", "rules", "provenance"]
DIFFERENCE_KINDS: tuple[DifferenceKind, ...] = ("source", "text", "structure", "notes", "rules", "provenance")


class Hunk(msgspec.Struct, frozen=True, kw_only=True):
    """A smallest stretch in which the texts differ."""

    old_line: Annotated[int, Meta(description="Line of the old text, from 1.")]
    new_line: Annotated[int, Meta(description="Line of the new text, from 1.")]
    old_start: Annotated[int, Meta(description="Code point of the old text.")]
    new_start: Annotated[int, Meta(description="Code point of the new text.")]
    old: Annotated[str, Meta(description="What the old text has there.")]
    new: Annotated[str, Meta(description="What the new text has there.")]
    before: Annotated[str, Meta(description="What stands before it on its line, shortened.")]
    after: Annotated[str, Meta(description="What stands behind it on its line, shortened.")]
    rules: Annotated[tuple[str, ...], Meta(description="Rules whose edits there are in one of the articles only.")]


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the structure, or of the provenance, that is not the same."""

    what: Literal["added", "removed", "changed"]
    part: Annotated[str, Meta(description="What it is: `title.text`, `heading`, `exchange`, `answer.paragraph`.")]
    old_field: Annotated[str | None, Meta(description="JSON Pointer into the old article, or null.")]
    new_field: Annotated[str | None, Meta(description="JSON Pointer into the new article, or null.")]
    old: Annotated[str | None, Meta(description="The old value: text as it is, turns a line each, others as JSON.")]
    new: Annotated[str | None, Meta(description="The new value, in the same form.")]


class FindingChange(msgspec.Struct, frozen=True, kw_only=True):
    """An edit, label, note or annotation that only one of the articles has."""

    what: FindingKind
    side: Annotated[Side, Meta(description="Which article has it.")]
    stage: str
    rule: str
    value: Annotated[
        str | None, Meta(description="The label, the note's message, the annotation's layer and value; null for edits.")
    ]
    start: Annotated[int | None, Meta(description="Code point of that article's text; of the source for an edit.")]
    old: Annotated[str | None, Meta(description="What an edit replaced.")]
    new: Annotated[str | None, Meta(description="What it put there.")]
    example: Annotated[str, Meta(description="It in its context, on one line.")]


class Difference(msgspec.Struct, frozen=True, kw_only=True, tag="article", tag_field="type"):
    """All that differs between two articles of one document."""

    id: str
    kinds: Annotated[
        tuple[DifferenceKind, ...], Meta(description="In what they differ; empty where they are the same.")
    ]
    text: Annotated[tuple[Hunk, ...], Meta(description="Where the texts differ, in their order.")]
    structure: Annotated[
        tuple[FieldChange, ...],
        Meta(description="Fields that differ by more than what the text's hunks say of their words."),
    ]
    findings: Annotated[tuple[FindingChange, ...], Meta(description="What rules found in one of them only.")]
    confidences: Annotated[int, Meta(description="How many findings of both have another confidence.")]
    provenance: Annotated[
        tuple[FieldChange, ...], Meta(description="What differs of the source, the version and the settings.")
    ]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.kinds
