"""Warnings about labels within another speaker's turn that were not accepted as speakers'."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.model.stage import Note
from pipeline.stages.dialogue.label_candidates import LabelCandidate, find_candidate
from pipeline.stages.dialogue.label_layout import layout_of, loose_label
from pipeline.stages.dialogue.label_scoring import holds_question, name_evidence
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.paragraph_starts import MAX_BODY_CHARS
from pipeline.stages.dialogue.pronouns import CONVERSATION
from pipeline.stages.dialogue.turn_candidates import REQUEST_OR_COUNT

LABEL_IN_TURN_RULE = "dialogue.label-in-turn"
UNLABELLED_RULES = frozenset({"dialogue.continued", "dialogue.below-question", "dialogue.bare-question"})
"""Rules of blocks that belong to a turn without a label of their own."""
MIN_LAYOUT_SHARE = 0.2
"""Share of the accepted labels that must be set like one that was not accepted."""
MAX_NAME_SHOWN_CHARS = 40
"""Characters of a name in a message."""


def nested_label_notes(body: Sequence[LabelledBlock], doubtful: Sequence[LabelCandidate] = ()) -> Iterator[Note]:
    """A warning for each label, at its first place, that is within a turn and set like the accepted ones.

    So is each of the `doubtful` labels, which were nearly accepted. In a list, and where the user names a speaker,
    every such name gets a warning. Elsewhere, where an answer may hold `Poland: …`, the text after it must speak.
    """
    seen: set[str] = set()
    for labelled, nearly in _doubtful_in_turns(body, doubtful):
        seen.add(nearly.key)
        yield _note(labelled, nearly)
    unaccepted = [(labelled, label) for labelled in body if (label := _unaccepted_label(labelled)) is not None]
    if not unaccepted:
        return
    accepted = [(labelled.block, labelled.label) for labelled in body if labelled.label is not None]
    layouts = Counter(layout_of(block, label) for block, label in accepted)
    has_vocabulary = any(label.from_vocabulary for _, label in accepted)
    min_alike = max(MIN_LAYOUT_SHARE * layouts.total(), 1)
    for labelled, label in unaccepted:
        block = labelled.block
        if label.key in seen or layouts[layout_of(block, label)] < min_alike:
            continue
        if block.item or has_vocabulary or _speaks(labelled, label):
            seen.add(label.key)
            yield _note(labelled, label)


def _doubtful_in_turns(
    body: Sequence[LabelledBlock], doubtful: Sequence[LabelCandidate]
) -> Iterator[tuple[LabelledBlock, LabelCandidate]]:
    """The doubtful labels that are within a turn, each with its block."""
    for label in doubtful:
        for labelled in body:
            if labelled.label is None and labelled.turn and labelled.block.start <= label.start < labelled.block.end:
                yield labelled, label
                break


def _unaccepted_label(labelled: LabelledBlock) -> LabelCandidate | None:
    """The label candidate of a block within a turn, if it may be a name."""
    if labelled.label is not None or labelled.rule not in UNLABELLED_RULES:
        return None
    label = find_candidate(labelled.block)
    if label is None:
        label = loose_label(labelled.block)
        if label is not None and name_evidence(label) <= 0:
            return None
    if label is None or label.form != "mark" or label.anonymous:
        return None
    return None if name_evidence(label) < 0 or REQUEST_OR_COUNT.match(label.text) else label


def _speaks(labelled: LabelledBlock, label: LabelCandidate) -> bool:
    """Whether the text after a label ends as a sentence does, and asks or says I or you."""
    text = labelled.block.text[label.text_start : label.text_start + MAX_BODY_CHARS]
    return labelled.block.ends_sentence and (holds_question(text) or CONVERSATION.search(text) is not None)


def _note(labelled: LabelledBlock, label: LabelCandidate) -> Note:
    whose = f" of {labelled.name[:MAX_NAME_SHOWN_CHARS]}" if labelled.name else ""
    return Note(
        label.start,
        label.end,
        LABEL_IN_TURN_RULE,
        "warning",
        f"'{label.text[:MAX_NAME_SHOWN_CHARS]}:' in a turn{whose} looks like a speaker label. "
        "If it is one, add the name to [vocabulary] names.",
    )
