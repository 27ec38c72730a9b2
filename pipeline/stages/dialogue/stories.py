"""Refuses the turns of a body that tells a story: nobody is interviewed in it, whoever talks to whom."""

from collections.abc import Iterator, Sequence

import msgspec

from pipeline.stages.dialogue.labelled_block import TURN_PARTS, LabelledBlock, whole_block
from pipeline.stages.dialogue.narration import tells_story
from pipeline.stages.dialogue.parse_body import ParsedBody

STORY_CONFIDENCE = 0.8


def without_story_turns(body: ParsedBody) -> ParsedBody:
    """The body without its turns if it tells a story. If the user names a speaker, all turns are kept."""
    if not any(labelled.part in TURN_PARTS for labelled in body.blocks):
        return body
    if any(label.from_vocabulary for label in body.labels.by_block.values()):
        return body
    if not tells_story([labelled.block.text for labelled in body.blocks]):
        return body
    labels = msgspec.structs.replace(body.labels, by_block={}, confidences={})
    return msgspec.structs.replace(body, blocks=list(_as_prose(body.blocks)), labels=labels)


def _as_prose(blocks: Sequence[LabelledBlock]) -> Iterator[LabelledBlock]:
    in_section = False
    for labelled in blocks:
        in_section |= labelled.part == "heading"
        if labelled.part in TURN_PARTS:
            part = "prose" if in_section else "lead"
            yield whole_block(labelled.block, part, "dialogue.story", STORY_CONFIDENCE)
        else:
            yield labelled
