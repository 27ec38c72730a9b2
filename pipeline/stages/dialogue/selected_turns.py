"""The turns that were found, as labels of blocks that hold one turn each, and sides for those without a label."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import regex

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.stages.dialogue.blocks import Block, block_slice
from pipeline.stages.dialogue.label_candidates import (
    NUMBER_AFTER_QA,
    LabelCandidate,
    LabelForm,
    cue_of,
    label_key,
    vocabulary_labels,
)
from pipeline.stages.dialogue.questions import PLAIN_STYLE, QUESTION_NUMBER, LineStyle, line_style
from pipeline.stages.dialogue.turn_candidates import TurnCandidate, TurnForm
from pipeline.stages.dialogue.turn_starts import TurnStart, TurnStarts

UnlabelledPart = Literal["question", "answer"]
LABEL_FORMS: Mapping[TurnForm, LabelForm] = {"letter": "word", "wide": "blanks", "timed": "time", "line": "heading"}
"""What separates a label from its words, by the form of the candidate; a mark in all other forms."""
CHANGE_OF_SPEAKER = ">>"
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.5, 0.99
"""Bounds of what is written for a label that was accepted."""
MIN_UNLABELLED_SHARE = 0.34
"""Questions without a label for each labelled turn from which they are asked of those who have labels."""
WORDS = regex.compile(r"[\p{L}\p{N}].*[\p{L}\p{N}]|[\p{L}\p{N}]", regex.DOTALL)
BRACKETS = {"(": ")", "[": "]", "（": "）", "【": "】"}


class SelectedTurns(msgspec.Struct, frozen=True, gc=False):
    """Blocks that hold one turn each, the labels of turns by index of their block, and the turns without a label.

    `unlabelled` says for each block that starts a turn without a label whether it is a question or an answer.
    `confidences` are those of the labels by key, and of the turns without a label by index. `doubtful` are labels that
    were nearly accepted.
    """

    blocks: tuple[Block, ...]
    by_block: dict[int, LabelCandidate]
    unlabelled: dict[int, UnlabelledPart]
    confidences: dict[str, float]
    unlabelled_confidences: dict[int, float]
    doubtful: tuple[LabelCandidate, ...] = ()
    is_learned: bool = False
    """Decision trees found them, so confidences are probabilities."""

    @property
    def is_two_sided(self) -> bool:
        """Whether more than one speaker is seen: the turns of a single label are only one side of a talk."""
        keys = {label.key for label in self.by_block.values()}
        return len(keys) > 1 or CHANGE_OF_SPEAKER in keys or bool(self.unlabelled)


def selected_turns(found: TurnStarts, blocks: Sequence[Block], vocabulary: Vocabulary = NO_VOCABULARY) -> SelectedTurns:
    """The turns that were found among `blocks`, with blocks divided at turns that start amid them."""
    divided, number = _divide(blocks, found.starts)
    by_block: dict[int, LabelCandidate] = {}
    unlabelled: dict[int, TurnStart] = {}
    likely: dict[str, list[float]] = {}
    for start in found.starts:
        candidate = start.candidate
        i = number[candidate.block, candidate.start]
        if candidate.form == "paragraph":
            unlabelled[i] = start
            continue
        label = _label_of(candidate, blocks[candidate.block], divided[i], vocabulary)
        by_block[i] = label
        likely.setdefault(label.key, []).append(start.probability)
    doubtful = tuple(
        _label_of(start.candidate, blocks[start.candidate.block], blocks[start.candidate.block], vocabulary)
        for start in found.refused
    )
    parts = _without_stray_questions(_sides(divided, by_block, unlabelled.keys()), by_block, divided)
    return SelectedTurns(
        divided,
        by_block,
        parts,
        {key: confidence(sum(values) / len(values)) for key, values in likely.items()},
        {i: confidence(unlabelled[i].probability) for i in parts},
        doubtful,
        is_learned=True,
    )


def confidence(probability: float) -> float:
    """A probability as the confidence that decides: two digits, at most 0.99. See `turn_confidence` for the written."""
    return round(min(probability, MOST_CONFIDENCE), 2)


def _divide(
    blocks: Sequence[Block], starts: Iterable[TurnStart]
) -> tuple[tuple[Block, ...], dict[tuple[int, int], int]]:
    """The blocks divided at starts amid them, and the index of the block that begins at each start."""
    amid: dict[int, list[int]] = {}
    for start in starts:
        if start.candidate.start:
            amid.setdefault(start.candidate.block, []).append(start.candidate.start)
    divided: list[Block] = []
    number: dict[tuple[int, int], int] = {}
    for i, block in enumerate(blocks):
        cuts = [0, *sorted(amid.get(i, ()))]
        for cut, end in zip(cuts, [*cuts[1:], len(block.text)], strict=True):
            number[i, cut] = len(divided)
            divided.append(block if len(cuts) == 1 else block_slice(block, cut, end))
    return tuple(divided), number


def _label_of(candidate: TurnCandidate, whole: Block, block: Block, vocabulary: Vocabulary) -> LabelCandidate:
    """The label of a candidate; `block` is the piece of `whole` that starts with it."""
    shift = block.start - whole.start
    if not candidate.label:
        # `>>` says that somebody else speaks, and not who.
        at = max(block.text.find(CHANGE_OF_SPEAKER), 0)
        start = block.start + at
        words = candidate.words - shift
        return LabelCandidate(
            start,
            start + len(CHANGE_OF_SPEAKER),
            CHANGE_OF_SPEAKER,
            CHANGE_OF_SPEAKER,
            None,
            anonymous=True,
            text_start=words,
        )
    start, end = max(candidate.label_start - shift, 0), candidate.label_end - shift
    text = block.text[start:end]
    cue = cue_of(text)
    kind = cue.kind if cue is not None and cue.kind != "never" else None
    anonymous = cue is not None and cue.anonymous
    key = label_key(text, anonymous=anonymous) or candidate.key
    named = vocabulary.derived(vocabulary_labels) if vocabulary else {}
    # The words may begin in the next piece, if another turn starts before them.
    words = min(
        candidate.words - shift if candidate.words_block == candidate.block else len(block.text), len(block.text)
    )
    spans = [(0, start), (end, words)]
    glued = words == end or not block.text[words - 1].isspace()
    if kind == "asks" and anonymous and glued and (number := NUMBER_AFTER_QA.match(block.text, words)):
        spans.append(number.span("number"))
        words = number.end()
    return LabelCandidate(
        block.start + start,
        block.start + end,
        text,
        key,
        kind or named.get(key),
        anonymous,
        words,
        key in named and not anonymous,
        LABEL_FORMS.get(candidate.form, "mark"),
        tuple(span for begin, stop in spans if (span := _words_between(block.text, begin, stop)) is not None),
    )


def _words_between(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span of letters and digits beside a label, such as a time, with brackets right around it."""
    match = WORDS.search(text, start, end)
    if match is None:
        return None
    first, last = match.span()
    if first > start and last < end and BRACKETS.get(text[first - 1]) == text[last]:
        return first - 1, last + 1
    return first, last


# --- who speaks in turns without a label


QuestionStyle = tuple[LineStyle, bool]
"""How a turn without a label is set, and whether it has a number."""
PLAIN: QuestionStyle = (PLAIN_STYLE, False)


def _sides(
    blocks: Sequence[Block], by_block: Mapping[int, LabelCandidate], unlabelled: Iterable[int]
) -> dict[int, UnlabelledPart]:
    """Whether each turn without a label asks or answers.

    Questions are set alike, so a style in which most lines ask is that of the questions. Beside labelled turns the
    others are all questions or all answers: those who ask have labels, or those who answer. Without any label, what
    follows a question answers.
    """
    places = sorted(unlabelled)
    asking = _asking_styles(blocks, places)
    plain = [i for i in places if _style(blocks[i]) not in asking]
    beside = _part_beside_labels(blocks, by_block, plain) if by_block else None
    sides: dict[int, UnlabelledPart] = {}
    before: UnlabelledPart = "answer"
    for i in places:
        if _style(blocks[i]) in asking:
            part: UnlabelledPart = "question"
        elif beside is not None:
            part = beside
        elif before == "question":
            part = "answer"
        elif blocks[i].asks and not asking:
            part = "question"
        else:
            # A statement after an answer: the answer goes on.
            continue
        sides[i] = before = part
    return sides


def _part_beside_labels(
    blocks: Sequence[Block], by_block: Mapping[int, LabelCandidate], plain: Sequence[int]
) -> UnlabelledPart:
    """What turns without a label are beside those with one: answers if the labelled ones ask more."""
    labelled = sum(blocks[i].asks or label.kind == "asks" for i, label in by_block.items()) / len(by_block)
    unlabelled = sum(blocks[i].asks for i in plain) / len(plain) if plain else 0.0
    return "answer" if labelled >= unlabelled else "question"


def _without_stray_questions(
    sides: dict[int, UnlabelledPart], by_block: Mapping[int, LabelCandidate], blocks: Sequence[Block]
) -> dict[int, UnlabelledPart]:
    """The turns without a label that make sense.

    Questions that are few beside labelled turns do not: those people ask themselves. Neither does a last line that does
    not ask, with nothing below that could answer.
    """
    last = len(blocks) - 1
    if sides.get(last) == "question" and not blocks[last].asks:
        sides = {i: part for i, part in sides.items() if i != last}
    questions = sum(part == "question" for part in sides.values())
    if questions >= MIN_UNLABELLED_SHARE * len(by_block):
        return sides
    return {i: part for i, part in sides.items() if part == "answer"}


def _asking_styles(blocks: Sequence[Block], places: Sequence[int]) -> set[QuestionStyle]:
    """The styles, other than plain, in which turns without a label ask."""
    by_style: dict[QuestionStyle, list[int]] = {}
    for i in places:
        by_style.setdefault(_style(blocks[i]), []).append(i)
    return {
        style
        for style, lines in by_style.items()
        if style != PLAIN and 2 * sum(blocks[i].asks for i in lines) >= len(lines)
    }


def _style(block: Block) -> QuestionStyle:
    return line_style(block), QUESTION_NUMBER.match(block.text) is not None
