"""How labelled blocks add up to turns and exchanges, counted as the assembly of the article counts them."""

from collections.abc import Sequence

from pipeline.stages.dialogue.labelled_block import LabelledBlock

MAX_UNASSIGNED_LABEL_CHARS = 40
"""Code points of a label that may be in no field of the article."""


def exchange_numbers(body: Sequence[LabelledBlock]) -> list[int | None]:
    """For each block the number of its exchange, from 1; None outside of exchanges."""
    numbers: list[int | None] = []
    current, answered, is_open = 0, False, False
    for labelled in body:
        if labelled.part == "heading":
            is_open = False
        if not labelled.turn and not (labelled.part == "prose" and is_open):
            numbers.append(None)
            continue
        if not is_open or (labelled.part == "question" and answered):
            current, answered, is_open = current + 1, False, True
        answered |= labelled.part == "answer"
        numbers.append(current)
    return numbers


def repeated_labels(body: Sequence[LabelledBlock]) -> list[bool]:
    """For each block whether its label only repeats who is speaking, so that the turn above continues.

    A stage direction between the two does not end the turn.
    """
    repeated = [False] * len(body)
    above: LabelledBlock | None = None
    for i, labelled in enumerate(body):
        if above is not None and labelled.label is not None and labelled.name is not None:
            same = (above.part, above.name) == (labelled.part, labelled.name)
            repeated[i] = same and len(labelled.label.text) <= MAX_UNASSIGNED_LABEL_CHARS
        if labelled.rule != "dialogue.direction" and labelled.part != "legend":
            above = labelled
    return repeated
