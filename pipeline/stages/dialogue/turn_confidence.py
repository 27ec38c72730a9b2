"""How sure the stage is of a turn and of its side: what is written into the article.

A turn's start has the probability of the trees, a side the contrast of its speaker (`roles`). Decisions are made with
these. What is written says how often decisions like it were right in families of sources that no tree had seen: the
curves `turn_starts-reliability.tsv` and `sides-reliability.tsv`. A turn is right if it starts there and its side is
right, so the two are multiplied. Turns that rules found keep the confidence of their rule.
"""

import math

import msgspec

from pipeline.segmentation.calibration import calibrated
from pipeline.segmentation.trees import UNITS_PER_NAT
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.parse_body import ParsedBody
from pipeline.stages.dialogue.roles import LABELLED_CONFIDENCE, Roles
from pipeline.stages.dialogue.selected_turns import LEAST_CONFIDENCE, MOST_CONFIDENCE

MOST_LOG_ODDS = 20 * UNITS_PER_NAT
"""Log odds that stand for those of a probability of 1."""
CERTAIN = 1.0
SIDED_PARTS = frozenset({"question", "answer"})


def log_odds(probability: float) -> int:
    """A probability as log odds, in thousandths."""
    if not 0 < probability < 1:
        return MOST_LOG_ODDS if probability >= 1 else -MOST_LOG_ODDS
    return round(UNITS_PER_NAT * math.log(probability / (1 - probability)))


def turn_confidence(probability: float) -> float:
    """How likely a turn that was accepted is one; `probability` is the mean of the turns with its label."""
    return calibrated(__package__, "turn_starts-reliability.tsv", log_odds(probability))


def side_confidence(roles: Roles | None, speaker: str) -> float:
    """How likely a labelled speaker has the side that was decided; 1 for asides, and where no label says who speaks."""
    part = roles.parts.get(speaker) if roles is not None else None
    if roles is None or part not in SIDED_PARTS:
        return CERTAIN
    contrast = roles.contrasts.get(speaker)
    if contrast is None:
        return LABELLED_CONFIDENCE
    return calibrated(__package__, "sides-reliability.tsv", contrast if part == "question" else -contrast)


def label_confidence(body: ParsedBody, labelled: LabelledBlock) -> float:
    """How likely the label at the start of a block is a speaker's."""
    return turn_confidence(labelled.label_confidence) if body.labels.is_learned else labelled.label_confidence


def with_confidences(body: ParsedBody) -> ParsedBody:
    """The body with the confidences that are written for its turns, in place of those that decided."""
    learned = body.labels.is_learned
    unlabelled = {body.labels.blocks[i].start for i in body.labels.unlabelled} if learned else set[int]()
    blocks: list[LabelledBlock] = []
    speaker = ""
    for labelled in body.blocks:
        if not labelled.turn:
            blocks.append(labelled)
            continue
        of_label, of_part = labelled.label_confidence, labelled.confidence
        if labelled.label is not None:
            speaker = labelled.name or labelled.label.key
            if learned:
                of_label = of_part = turn_confidence(labelled.label_confidence)
        elif labelled.block.start in unlabelled:
            speaker, of_part = "", turn_confidence(labelled.confidence)
        if labelled.part in SIDED_PARTS:
            of_part *= side_confidence(body.roles, speaker)
        blocks.append(
            msgspec.structs.replace(labelled, label_confidence=_written(of_label), confidence=_written(of_part))
        )
    return msgspec.structs.replace(body, blocks=blocks)


def _written(confidence: float) -> float:
    """A confidence with two digits, at least that from which a decision holds."""
    return round(min(max(confidence, LEAST_CONFIDENCE), MOST_CONFIDENCE), 2)
