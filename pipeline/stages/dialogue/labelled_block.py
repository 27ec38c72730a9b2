"""A block and what it is in the structure of the article."""

import msgspec

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate

TURN_PARTS = frozenset({"question", "answer", "aside"})


class LabelledBlock(msgspec.Struct, frozen=True, gc=False):
    """A block and what it is. `part` and `rule` are those of the label that the stage yields for it."""

    block: Block
    part: str
    rule: str
    confidence: float
    """Confidence of the part."""
    start: int
    """Offset in the document at which the block's own words begin, after a label or a number."""
    label: LabelCandidate | None = None
    """The speaker's label at its start."""
    name: str | None = None
    """Name of the speaker; None without a name."""
    label_confidence: float = 0.97
    number: tuple[int, int] | None = None
    """Span in the document of the number before a question."""

    @property
    def turn(self) -> bool:
        """Whether it belongs to a turn."""
        return self.part in TURN_PARTS


def whole_block(block: Block, part: str, rule: str, confidence: float, name: str | None = None) -> LabelledBlock:
    """A block that is one part from its start to its end."""
    return LabelledBlock(block, part, rule, confidence, block.start, None, name)
