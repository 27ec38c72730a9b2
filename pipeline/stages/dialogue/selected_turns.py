"""The turns that were found, as labels of blocks that hold one turn each, and sides for those without a label."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
import regex

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.stages.dialogue.blocks import Block, block_slice
from pipeline.stages.dialogue.label_candidates import LabelCandidate, LabelForm, cue_of, label_key, vocabulary_labels
from pipeline.stages.dialogue.questions import QUESTION_NUMBER
from pipeline.stages.dialogue.turn_candidates import TurnCandidate, TurnForm
from pipeline.stages.dialogue.turn_starts import TurnStart, TurnStarts

UnlabelledPart = Literal["question", "answer"]
LABEL_FORMS: Mapping[TurnForm, LabelForm] = {"letter": "word", "wide": "blanks", "timed": "time", "line": "heading"}
"""What separates a label from its words, by the form of the candidate; a mark in all other forms."""
CHANGE_OF_SPEAKER = ">>"
MIN_CONFIDENCE, MAX_CONFIDENCE = 0.5, 0.99
WORDS = regex.compile(r"[\p{L}\p{N}].*[\p{L}\p{N}]|[\p{L}\p{N}]", regex.DOTALL)
BRACKETS = {"(": ")", "[": "]", "（": "）", "【": "】"}


class SelectedTurns(msgspec.Struct, frozen=True, gc=False):
    """Blocks that hold one turn each, the labels of turns by index of their block, and the turns without a label.

    `unlabelled` says for each block that starts a turn without a label whether it is a question or an answer.
    `confidences` are those of the labels by key, and of the turns without a label by index. `doubtful` are labels that
    recur and were refused.
    """

    blocks: tuple[Block, ...]
    by_block: dict[int, LabelCandidate]
    unlabelled: dict[int, UnlabelledPart]
    confidences: dict[str, float]
    unlabelled_confidences: dict[int, float]
    doubtful: tuple[LabelCandidate, ...] = ()


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
    parts = _sides(divided, by_block, unlabelled.keys())
    return SelectedTurns(
        divided,
        by_block,
        parts,
        {key: confidence(sum(values) / len(values)) for key, values in likely.items()},
        {i: confidence(start.probability) for i, start in unlabelled.items()},
        doubtful,
    )


def confidence(probability: float) -> float:
    """A probability as the confidence of a label that was accepted: at least 0.5, at most 0.99."""
    return round(min(max(probability, MIN_CONFIDENCE), MAX_CONFIDENCE), 2)


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
    start, end = candidate.label_start - shift, candidate.label_end - shift
    text = block.text[start:end]
    cue = cue_of(text)
    kind = cue.kind if cue is not None and cue.kind != "never" else None
    anonymous = cue is not None and cue.anonymous
    key = label_key(text, anonymous=anonymous) or candidate.key
    named = vocabulary.derived(vocabulary_labels) if vocabulary else {}
    words = candidate.words - shift if candidate.words_block == candidate.block else len(block.text)
    spans = [(0, start), (end, words)]
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


class QuestionStyle(NamedTuple):
    """How a turn without a label is set."""

    level: int = 0
    bold: bool = False
    italic: bool = False
    quoted: bool = False
    dashed: bool = False
    numbered: bool = False


PLAIN = QuestionStyle()


def _sides(
    blocks: Sequence[Block], by_block: Mapping[int, LabelCandidate], unlabelled: Iterable[int]
) -> dict[int, UnlabelledPart]:
    """Whether each turn without a label asks or answers.

    Questions are set alike, so a style in which most lines ask is that of the questions; what follows an unlabelled
    question answers.
    """
    places = sorted(unlabelled)
    asking = _asking_styles(blocks, places)
    starts = sorted({*places, *by_block})
    position = {i: n for n, i in enumerate(starts)}
    sides: dict[int, UnlabelledPart] = {}
    for i in places:
        block = blocks[i]
        n = position[i]
        before = starts[n - 1] if n else None
        follows_question = before is not None and sides.get(before) == "question"
        above_label = n + 1 < len(starts) and starts[n + 1] in by_block
        if _style(block) in asking:
            sides[i] = "question"
        elif follows_question:
            sides[i] = "answer"
        else:
            sides[i] = "question" if block.asks or above_label or not by_block else "answer"
    return sides


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
    return QuestionStyle(
        block.level, block.bold, block.italic, block.quoted, block.dashed, QUESTION_NUMBER.match(block.text) is not None
    )
