"""Answers without a name, where only one person answers: the label was lost, or `Answer:` took its place."""

from collections.abc import Sequence

import msgspec

from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.selected_turns import CHANGE_OF_SPEAKER


def with_only_answerer(body: Sequence[LabelledBlock]) -> list[LabelledBlock]:
    """The body with the name of the only person who answers at the answers that have none.

    That person must answer first, or at least as often by name as there are answers without one. Where somebody else
    takes part who neither asks nor answers, or `>>` marks a new speaker, nothing changes.
    """
    names = {block.name for block in body if block.part == "answer" and block.name}
    if len(names) != 1 or any(block.part == "aside" and block.name for block in body):
        return list(body)
    (name,) = names
    starts = [block for block in body if block.part == "answer" and block.rule != "dialogue.continued"]
    named = sum(block.name is not None for block in starts)
    if not starts[0].name and named < len(starts) - named:
        return list(body)
    return [msgspec.structs.replace(block, name=name) if _is_unnamed_answer(block) else block for block in body]


def _is_unnamed_answer(block: LabelledBlock) -> bool:
    if block.part != "answer" or block.name is not None:
        return False
    return block.label is None or block.label.text != CHANGE_OF_SPEAKER
