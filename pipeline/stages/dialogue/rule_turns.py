"""Turns by rules of thumb, for documents in which the learned decision finds none: short ones, mostly.

Labels that recur and score high enough are speakers' (`label_selection`); questions without labels are those of
`questions`.
"""

from collections.abc import Mapping, Sequence

from pipeline.lexicon.vocabulary import Vocabulary
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate, find_candidate
from pipeline.stages.dialogue.label_layout import labels_set_alike
from pipeline.stages.dialogue.label_selection import select_speaker_labels
from pipeline.stages.dialogue.questions import bare_questions, questions_above_answers
from pipeline.stages.dialogue.selected_turns import SelectedTurns, UnlabelledPart
from pipeline.stages.dialogue.titles import TitleBlocks, find_title

QUESTION_ABOVE_CONFIDENCE, UNLABELLED_CONFIDENCE = 0.9, 0.85
"""A question without a label above labelled answers; lines of a body without any label."""


def find_label_candidates(blocks: Sequence[Block], vocabulary: Vocabulary) -> dict[int, LabelCandidate]:
    """What could be a label at the start of each block, by index."""
    candidates = {
        i: candidate for i, block in enumerate(blocks) if (candidate := find_candidate(block, vocabulary)) is not None
    }
    alike = labels_set_alike(blocks, candidates) if vocabulary else {}
    return dict(sorted((candidates | alike).items())) if alike else candidates


def rule_turns(blocks: Sequence[Block], vocabulary: Vocabulary, key_title: str | None) -> SelectedTurns:
    """The turns that the rules find among `blocks`."""
    candidates = find_label_candidates(blocks, vocabulary)
    title = find_title(blocks, candidates, key_title)
    apart = {title.title, *title.repeats, *title.kickers}
    labels = select_speaker_labels({i: label for i, label in candidates.items() if i not in apart}, blocks)
    unlabelled = _unlabelled_questions(blocks, labels.by_block, title, key_title)
    confidence = QUESTION_ABOVE_CONFIDENCE if labels.by_block else UNLABELLED_CONFIDENCE
    return SelectedTurns(
        tuple(blocks),
        labels.by_block,
        unlabelled,
        labels.confidences,
        dict.fromkeys(unlabelled, confidence),
        labels.doubtful,
    )


def _unlabelled_questions(
    blocks: Sequence[Block], labels: Mapping[int, LabelCandidate], title: TitleBlocks, key_title: str | None
) -> dict[int, UnlabelledPart]:
    """The questions without a label: above labelled answers, or all through a body without labels."""
    apart = {title.title, *title.repeats, *title.kickers}
    if labels:
        return {i: "question" for i in sorted(questions_above_answers(blocks, labels)) if i not in apart}
    title_text = key_title or (blocks[title.title].text if title.title is not None else "")
    body = [i for i in range(len(blocks)) if i not in apart]
    return {body[n]: "question" for n in bare_questions([blocks[i] for i in body], title_text)}
