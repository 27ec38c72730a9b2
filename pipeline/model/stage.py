"""What a stage is: a small frozen dataclass that reads a document and yields findings about its text.

A stage changes nothing itself. One that gives no layer is a repair and yields `Edit` and `Note`; one that gives
layers is a finder and yields `Label`, `Note` and `Reject`. In a recipe all repairs stand before all finders, so a
label never has to survive an edit. This file is the whole contract of a plugin.
"""

from collections.abc import Iterator
from typing import ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from pipeline.model.document import Document, Label
from pipeline.text.edits import Edit

STAGE_PROTOCOL = 1
"""The version of this contract; a stage says which one it was written for."""

BUILT_IN_LAYERS = frozenset({"language", "part", "version"})
"""Layers that the assembly reads. A plugin may give them too; any other layer is named `<stage>.<name>`."""

PART_VALUES = frozenset(
    [
        "title",
        "lead",
        "heading",
        "prose",
        "closing",
        "speaker",
        "question",
        "answer",
        "aside",
        "byline",
        "byline.outlet",
        "byline.reporter",
        "byline.place",
        "byline.date",
        "credit.role",
        "credit.name",
        "notice",
        "disclaimer",
        "label",
        "legend",
        "front-matter",
        "repeat",
        "reference",
    ]
)
"""The values that a label of layer `part` may have."""

Severity = Literal["info", "warning", "error"]


class Rule(msgspec.Struct, frozen=True):
    """One reason for which a stage acts, named `stage.cause`; the name is stable for ever.

    `meaning` is one line for a reader, `acts` texts in which the rule finds something, `spares` texts that look
    alike and must stay untouched by it. Edits and labels under `threshold` are not made; they become notes.
    """

    name: str
    meaning: str
    acts: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()
    threshold: float = 0.5

    def threshold_for(self, document: Document) -> float:
        """The threshold that holds for `document`: that of the settings, else its own; infinite where it is off.

        For a stage that must know which of its edits will be made. Others yield what they find, at any confidence.
        """
        return document.thresholds.get(self.name, self.threshold)


class Note(msgspec.Struct, frozen=True, gc=False):
    """Look here: something worth knowing about `[start, end)` that no stage may change on its own."""

    start: int
    end: int
    rule: str
    severity: Severity
    message: str
    suggestion: str | None = None


class Reject(msgspec.Struct, frozen=True, gc=False):
    """The document is not for us, and why. It is listed, not lost."""

    rule: str
    message: str


Finding = Edit | Label | Note | Reject


@runtime_checkable
class Stage(Protocol):
    """What the runner asks of a stage. Settings are the further fields of the dataclass, each with a default."""

    name: ClassVar[str]
    after: ClassVar[frozenset[str]]
    """Stages that stand before this one where both are in a recipe."""
    needs: ClassVar[frozenset[str]]
    """Layers that some earlier stage must have given."""
    gives: ClassVar[frozenset[str]]
    """Layers that this stage gives; empty for a repair."""
    rules: ClassVar[tuple[Rule, ...]]
    """Every rule the stage may use; a finding under another is refused."""
    protocol: ClassVar[int]

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields what it finds, in any order. Pure: same document, same findings."""
        ...
