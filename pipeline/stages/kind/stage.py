"""The stage `kind`: says what kind of document a text is, with one label of the whole document.

It runs after `dialogue`, whose labels tell how many turns and speakers there are and who asks. What it measures is in
`features`; boosted trees, one group for each kind, weigh it. `scripts/train_kind.py` grows them, and says how often
a kind was right on sources that the trees had not seen, which becomes the confidence (`reliability.tsv`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.document import Document, Label
from pipeline.model.stage import KIND_VALUES, Finding, Rule
from pipeline.segmentation.calibration import calibrated
from pipeline.segmentation.trees import load_trees
from pipeline.stages.kind.features import features_of
from pipeline.stages.kind.rules import RULES

KINDS_OF_TEXT = tuple(sorted(KIND_VALUES))
"""The kinds in the order of their trees in `kind.forest`."""


@dataclass(frozen=True)
class Kind:
    """Tells interviews, press conferences, panels, podcasts, meetings, lists of questions, plays and the rest apart."""

    name: ClassVar[str] = "kind"
    after: ClassVar[frozenset[str]] = frozenset({"languages", "credits", "dialogue"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"kind"})
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Labels the document."""
        value, confidence = kind_of(features_of(document))
        yield Label.whole("kind", value, f"kind.{value}", confidence)


def kind_of(features: list[int]) -> tuple[str, float]:
    """The most likely kind, and how sure that is; `features` are those of `features_of`."""
    scores = load_trees("kind", __package__).scores_of_classes(features, len(KINDS_OF_TEXT))
    best = max(range(len(KINDS_OF_TEXT)), key=scores.__getitem__)
    margin = scores[best] - max(score for i, score in enumerate(scores) if i != best)
    return KINDS_OF_TEXT[best], calibrated(__package__, "reliability.tsv", margin)
