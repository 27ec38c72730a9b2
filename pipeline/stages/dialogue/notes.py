"""Notes about a structure that is doubtful, each with its span."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

from pipeline.model.stage import Note
from pipeline.stages.dialogue.exchanges import exchange_numbers
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.missed_dialogue import missed_dialogue_notes
from pipeline.stages.dialogue.nested_labels import nested_label_notes
from pipeline.stages.dialogue.parse_body import ParsedBody
from pipeline.stages.dialogue.turn_confidence import label_confidence

MIN_CERTAIN_CONFIDENCE = 0.65
"""Confidence of a label below which a note says that it may be none."""
MAX_NOTES_PER_KIND = 20
"""Notes of one kind in a document."""
MIN_DOUBTED_CONFIDENCE = 0.2
"""Confidence that somebody asks from which it is a warning that nobody is taken for the interviewer."""
MAX_SINGLE_TURN_SPEAKERS = 2
"""Speakers with one turn up to which each gets a note; at a press conference there are more."""
MAX_QUOTED_CHARS = 40
"""Characters of a label in a message."""


def structure_notes(body: ParsedBody, key_title: tuple[int, int] | None, text: str) -> Iterator[Note]:
    """What is doubtful in a body.

    `key_title` is the span of the title in the keys above the article, if there is one; `text` is the document's.
    """
    missed = list(missed_dialogue_notes(body, text))
    yield from missed
    # A warning about a missed dialogue says more than a note about the same label.
    warned = {note.start for note in missed}
    nested = list(nested_label_notes(body.blocks, body.labels.doubtful))
    warned |= {note.start for note in nested}
    doubtful = (note for note in _doubtful_label_notes(body) if note.start not in warned)
    kinds = (_unanswered_notes(body.blocks), _single_turn_notes(body), doubtful, nested)
    for notes in kinds:
        yield from islice(notes, MAX_NOTES_PER_KIND)
    yield from _open_roles_notes(body)
    if key_title is not None and body.other_title is not None:
        other = body.other_title
        message = "The keys above the article name another title than this heading."
        yield Note(other.start, other.end, "dialogue.two-titles", "info", message)


def _unanswered_notes(blocks: Sequence[LabelledBlock]) -> Iterator[Note]:
    """A note for each exchange with a question and no answer."""
    questions: dict[int, LabelledBlock] = {}
    answered: set[int] = set()
    for labelled, number in zip(blocks, exchange_numbers(blocks), strict=True):
        if number is None:
            continue
        if labelled.part == "question":
            questions.setdefault(number, labelled)
        elif labelled.part == "answer":
            answered.add(number)
    for number, question in questions.items():
        if number not in answered:
            message = f"Question {number} has no answer."
            yield Note(question.start, question.block.end, "dialogue.unanswered", "info", message)


def _single_turn_notes(body: ParsedBody) -> Iterator[Note]:
    """A note for each speaker with one turn, if there are few of them."""
    turns: dict[str, list[LabelledBlock]] = {}
    for labelled in body.blocks:
        if labelled.label is not None and labelled.name is not None:
            turns.setdefault(labelled.name, []).append(labelled)
    if len(turns) < 2:
        return
    single = {name: own[0].label for name, own in turns.items() if len(own) == 1}
    if len(single) > MAX_SINGLE_TURN_SPEAKERS:
        return
    for name, label in single.items():
        if label is not None and label.kind is None:
            message = f"{name[:MAX_QUOTED_CHARS]} speaks once; this may be no label."
            yield Note(label.start, label.end, "dialogue.heard-once", "info", message)


def _doubtful_label_notes(body: ParsedBody) -> Iterator[Note]:
    """A note for each label that nearly was a speaker's, and for each that hardly is."""
    titles = [labelled.block for labelled in body.blocks if labelled.part in {"title", "heading", "repeat"}]
    for label in body.labels.doubtful:
        if any(block.start <= label.start < block.end for block in titles):
            continue
        message = f"'{label.text[:MAX_QUOTED_CHARS]}:' looks like a speaker label, and was not taken for one."
        # No setting makes a speaker of a word for questions or answers.
        advice = "" if label.anonymous else " If it is one, add the name to [vocabulary] names."
        yield Note(label.start, label.end, "dialogue.doubtful-label", "warning", message + advice)
    seen: set[str] = set()
    for labelled in body.blocks:
        accepted, confidence = labelled.label, labelled.label_confidence
        if accepted is not None and confidence < MIN_CERTAIN_CONFIDENCE and accepted.key not in seen:
            seen.add(accepted.key)
            shown = accepted.text[:MAX_QUOTED_CHARS]
            sure = label_confidence(body, labelled)
            message = f"{shown} is taken for a speaker's label ({sure:.2f}); it may be none."
            yield Note(accepted.start, accepted.end, "dialogue.doubtful-label", "warning", message)


def _open_roles_notes(body: ParsedBody) -> Iterator[Note]:
    """A note at the first label if several people talk and it is not clear who asks."""
    roles = body.roles
    first = next((labelled.label for labelled in body.blocks if labelled.label is not None), None)
    if roles is None or not roles.is_open or first is None:
        return
    likely = max(roles.contrasts, key=lambda speaker: roles.contrasts[speaker])[:MAX_QUOTED_CHARS]
    message = (
        f"It is not clear who asks, so all turns are answers. If {likely} or another speaker does, add the name to "
        "[vocabulary] outlets."
    )
    severity: Literal["warning", "info"] = "warning" if roles.confidence >= MIN_DOUBTED_CONFIDENCE else "info"
    yield Note(first.start, first.end, "dialogue.open-roles", severity, message)


def translation_mismatch(body: ParsedBody, translation: ParsedBody) -> Iterator[Note]:
    """A note if body and translation do not have the same number of exchanges."""
    ours, theirs = (
        max((number for number in exchange_numbers(parsed.blocks) if number), default=0)
        for parsed in (body, translation)
    )
    if ours != theirs and translation.blocks:
        first = translation.blocks[0]
        yield Note(
            first.start,
            first.block.end,
            "dialogue.unmatched-version",
            "warning",
            f"The body has {ours} exchanges and its translation {theirs}: one is incomplete, or was not told apart.",
        )
