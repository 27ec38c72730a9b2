"""A unit and what it is."""

import msgspec

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate

TURN_PARTS = frozenset({"question", "answer", "aside"})


class LabelledBlock(msgspec.Struct, frozen=True, gc=False):
    """A unit and what it is. `label` is the speaker's label before it; `start` is where its own words begin.

    `name` is the speaker's, None where nobody is named; `confidence` is that of the part, `sure` that of the label.
    """

    block: Block
    part: str
    rule: str
    confidence: float
    start: int
    label: LabelCandidate | None = None
    name: str | None = None
    label_confidence: float = 0.97
    number: tuple[int, int] | None = None
    """Span of the number before a question, in the document."""

    @property
    def turn(self) -> bool:
        """Whether it belongs to a turn."""
        return self.part in TURN_PARTS


def whole_block(block: Block, part: str, rule: str, confidence: float, name: str | None = None) -> LabelledBlock:
    """A unit that is one thing from its start to its end."""
    return LabelledBlock(block, part, rule, confidence, block.start, None, name)
