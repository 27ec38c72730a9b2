"""The protocol of a stage: a small frozen dataclass that reads a document and yields findings about its text.

A stage changes nothing itself. A repair gives no layer and yields `Edit` and `Note`; a finder gives layers and yields
`Label`, `Note` and `Reject`. A recipe runs all repairs before all finders, so no label has to survive an edit. This
module is all that the author of a plugin needs.
"""

from collections.abc import Iterator
from typing import ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from pipeline.model.document import Document, Label
from pipeline.text.edits import Edit

STAGE_PROTOCOL = 1
"""The version of this protocol. A stage declares the version it was written for."""

BUILT_IN_LAYERS = frozenset({"language", "part", "version"})
"""Layers that articles are assembled from. A plugin may give them, too; it names any other layer `<stage>.<name>`."""

ANNOTATION_LAYERS = frozenset({"kind"})
"""Layers of built-in stages that become annotations. A plugin may give them instead of the built-in stage."""

KIND_VALUES = frozenset({"interview", "press", "panel", "podcast", "meeting", "faq", "play", "none"})
"""The values of labels in the layer `kind`: what kind of document a text is. Its labels are of the whole document."""

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
"""The values of labels in the layer `part`."""

Severity = Literal["info", "warning", "error"]


class Rule(msgspec.Struct, frozen=True):
    """One reason why a stage acts, named `stage.cause`. The name never changes.

    `meaning` is one line of documentation. `acts` are texts in which the rule finds something; `spares` are similar
    texts in which it must find nothing. Edits and labels with a confidence under `threshold` become notes.
    """

    name: str
    meaning: str
    acts: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()
    threshold: float = 0.5

    def threshold_for(self, document: Document) -> float:
        """The threshold for `document`: that of the settings, or the rule's own; infinite if the rule is off.

        Only a stage that must know which of its edits will be made needs it. Others yield all findings, whatever their
        confidence.
        """
        return document.thresholds.get(self.name, self.threshold)


class Note(msgspec.Struct, frozen=True, gc=False):
    """Something about `[start, end)` that a person should look at, and no stage may change."""

    start: int
    end: int
    rule: str
    severity: Severity
    message: str
    suggestion: str | None = None


class Reject(msgspec.Struct, frozen=True, gc=False):
    """The document does not belong in the output, and why. The run lists it."""

    rule: str
    message: str


Finding = Edit | Label | Note | Reject


@runtime_checkable
class Stage(Protocol):
    """What every stage has. Its settings are the other fields of the dataclass, each with a default."""

    name: ClassVar[str]
    after: ClassVar[frozenset[str]]
    """Stages that must run before this one if both are in a recipe."""
    needs: ClassVar[frozenset[str]]
    """Layers that an earlier stage must give."""
    gives: ClassVar[frozenset[str]]
    """Layers that this stage gives; none for a repair."""
    rules: ClassVar[tuple[Rule, ...]]
    """All rules of the stage. A finding with another rule is an error."""
    protocol: ClassVar[int]

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields findings in any order. Must be pure: the same document gives the same findings."""
        ...
