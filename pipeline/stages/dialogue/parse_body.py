"""One language version of the body, from top to bottom: title, lead, headings, turns, asides, closing.

`parse_body` first decides which labels are speakers', and divides blocks that hold several turns. Then one of three
parsers reads the body: with labelled turns, with questions that have no label, or without a dialogue.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.stages.dialogue.asides import is_caption, is_stage_direction
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.closing import mark_closing
from pipeline.stages.dialogue.exchanges import MAX_UNASSIGNED_LABEL_CHARS
from pipeline.stages.dialogue.headings import is_heading, is_prose_heading
from pipeline.stages.dialogue.label_candidates import (
    LABEL_SEARCH_CHARS,
    LABEL_SEPARATOR,
    LabelCandidate,
    find_candidate,
    label_key,
)
from pipeline.stages.dialogue.label_layout import labels_set_alike
from pipeline.stages.dialogue.label_selection import SpeakerLabels, select_speaker_labels
from pipeline.stages.dialogue.labelled_block import LabelledBlock, whole_block
from pipeline.stages.dialogue.questions import (
    PLAIN_STYLE,
    QUESTION_NUMBER,
    bare_questions,
    line_style,
    questions_above_answers,
)
from pipeline.stages.dialogue.roles import Roles, TurnPart, decide_roles
from pipeline.stages.dialogue.speaker_aliases import speaker_names
from pipeline.stages.dialogue.speaker_key import find_speaker_keys
from pipeline.stages.dialogue.speaker_mentions import ArticleFrame
from pipeline.stages.dialogue.split_turns import split_glued_turns, split_one_line_dumps
from pipeline.stages.dialogue.titles import TitleBlocks, find_title
from pipeline.stages.dialogue.turn_features import LabelledTurn, document_turn_features
from pipeline.text.lines import word_characters

MAX_LEAD_CHARS = 3000
"""Characters above the first turn in which speakers are looked for."""
MIN_GLUED_LABEL_WEIGHT, ASKING_LABEL_WEIGHT = 3, 1.5
"""Turns from which a label is also looked for amid blocks; those of a speaker who asks count more."""
MIN_STRAY_LABEL_DISTANCE = 12
"""Blocks between a first label and the second from which the first is no turn."""
MIN_UNANSWERED_SHARE = 0.5
"""Share of the questions without a labelled answer from which the blocks below questions are answers."""

TURN_CONFIDENCE = 0.97
"""Highest confidence of a labelled turn, and confidence of a label without a score."""
HEADING_CONFIDENCE = LEAD_CONFIDENCE = TITLE_CONFIDENCE = SPEAKER_KEY_CONFIDENCE = 0.9
QUESTION_ABOVE_CONFIDENCE, BARE_CONFIDENCE, BELOW_QUESTION_CONFIDENCE = 0.9, 0.85, 0.85
"""A question without a label above labelled answers; lines of a body without any label; what is below a question."""
CONTINUED_CONFIDENCE, DIRECTION_CONFIDENCE, CAPTION_CONFIDENCE = 0.9, 0.9, 0.75
TITLE_AGAIN_CONFIDENCE, KICKER_CONFIDENCE = 0.95, 0.8
BETWEEN_CONFIDENCE, PROSE_HEADING_CONFIDENCE, PROSE_CONFIDENCE = 0.7, 0.8, 0.9


class ParsedBody(msgspec.Struct, frozen=True, gc=False):
    """One version of the body: its blocks in order, its speakers' labels, and a second candidate for the title."""

    blocks: list[LabelledBlock]
    labels: SpeakerLabels
    other_title: Block | None = None
    roles: Roles | None = None
    """Who asks and who answers, if turns have labels."""


class _SplitBody(msgspec.Struct, frozen=True, gc=False):
    """A body whose blocks hold one turn each, with its candidates and labels by index of their block."""

    blocks: Sequence[Block]
    candidates: Mapping[int, LabelCandidate]
    title: TitleBlocks
    labels: SpeakerLabels


def parse_body(
    blocks: Sequence[Block], vocabulary: Vocabulary = NO_VOCABULARY, key_title: str | None = None, makers: str = ""
) -> ParsedBody:
    """What each block of one version of the body is.

    `key_title` is the title that the keys above the article give. `makers` are the names of those who made the article.
    """
    split = _split_body(blocks, vocabulary, key_title)
    blocks, title, labels = split.blocks, split.title, split.labels
    key_lines, key_names = find_speaker_keys(blocks, split.candidates) if labels.by_block else (set[int](), {})
    placed = {i: whole_block(blocks[i], "legend", "dialogue.legend", SPEAKER_KEY_CONFIDENCE) for i in key_lines}
    placed |= _title_blocks(blocks, title, labels)
    rest = [i for i in range(len(blocks)) if i not in placed]
    position = {i: n for n, i in enumerate(rest)}
    turns = {position[i]: label for i, label in labels.by_block.items() if i in position}
    title_text = blocks[title.title].text if title.title is not None else key_title or ""
    body, roles = _parse_rest([blocks[i] for i in rest], turns, key_names, labels, ArticleFrame(title_text, "", makers))
    in_order = sorted([*placed.values(), *body], key=lambda labelled: labelled.block.start)
    return ParsedBody(in_order, labels, blocks[title.other] if title.other is not None else None, roles)


def _title_blocks(
    blocks: Sequence[Block], title: TitleBlocks, labels: SpeakerLabels
) -> Iterator[tuple[int, LabelledBlock]]:
    """The title, its repetitions and its kickers, by index of their block."""
    for i in title.repeats:
        # With other capitals it is no repetition that the title could stand in for.
        same = title.title is not None and word_characters(blocks[i].text) in word_characters(blocks[title.title].text)
        part = "repeat" if same else _announcement_part(blocks[i])
        yield i, whole_block(blocks[i], part, "dialogue.title-again", TITLE_AGAIN_CONFIDENCE)
    for i in title.kickers:
        if i not in labels.by_block:
            part = _announcement_part(blocks[i])
            yield i, whole_block(blocks[i], part, "dialogue.kicker", KICKER_CONFIDENCE)
    if title.title is not None:
        block = blocks[title.title]
        yield title.title, whole_block(block, "title", "dialogue.title", TITLE_CONFIDENCE)


def _announcement_part(block: Block) -> str:
    """The part of a line that only announces the article: a label, or the lead if it is too long for a label."""
    return "label" if len(block.text) <= MAX_UNASSIGNED_LABEL_CHARS and "\n" not in block.text else "lead"


# --- which labels are speakers', and blocks that hold several turns


def _split_body(blocks: Sequence[Block], vocabulary: Vocabulary, key_title: str | None) -> _SplitBody:
    """Divides blocks that hold several turns, and finds the title and the speakers' labels."""
    blocks = split_one_line_dumps(blocks)
    candidates = _find_candidates(blocks, vocabulary)
    title = find_title(blocks, candidates, key_title)
    labels = _select_labels(blocks, candidates, title)
    if miscapitalised := _miscapitalised_labels(blocks, candidates, labels):
        candidates = dict(sorted((candidates | miscapitalised).items()))
        labels = _select_labels(blocks, candidates, title)
    recurring = _recurring_label_texts(labels)
    labelled = {blocks[i].start for i, label in labels.by_block.items() if label.text in recurring}
    divided = split_glued_turns(blocks, recurring, labelled)
    if divided is None:
        return _SplitBody(blocks, candidates, title, labels)
    candidates = _candidates_of_divided(divided, blocks, candidates, vocabulary)
    title = find_title(divided, candidates, key_title)
    return _SplitBody(divided, candidates, title, _select_labels(divided, candidates, title))


def _find_candidates(blocks: Sequence[Block], vocabulary: Vocabulary) -> dict[int, LabelCandidate]:
    candidates = {
        i: candidate for i, block in enumerate(blocks) if (candidate := find_candidate(block, vocabulary)) is not None
    }
    alike = labels_set_alike(blocks, candidates) if vocabulary else {}
    return dict(sorted((candidates | alike).items())) if alike else candidates


def _candidates_of_divided(
    divided: Sequence[Block],
    blocks: Sequence[Block],
    candidates: Mapping[int, LabelCandidate],
    vocabulary: Vocabulary,
) -> dict[int, LabelCandidate]:
    """The candidates after some blocks were divided; the blocks that stayed whole are not read again."""
    known = {block.start: (block.end, candidates.get(i)) for i, block in enumerate(blocks)}
    updated = {}
    for i, block in enumerate(divided):
        end, candidate = known.get(block.start, (-1, None))
        if end != block.end:
            candidate = find_candidate(block, vocabulary)
        if candidate is not None:
            updated[i] = candidate
    return updated


def _miscapitalised_labels(
    blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate], labels: SpeakerLabels
) -> dict[int, LabelCandidate]:
    """Labels that are a speaker's but for their capitals: `daily Post: …` where `Daily Post` speaks."""
    known = {label.key: label for label in labels.by_block.values() if not label.anonymous and label.form == "mark"}
    corrected = {}
    for i, block in enumerate(blocks):
        if i in candidates or not known:
            continue
        mark = LABEL_SEPARATOR.search(block.text, 0, LABEL_SEARCH_CHARS)
        if mark is None or (label := known.get(label_key(block.text[: mark.start()]))) is None:
            continue
        text = block.text[: mark.start()].rstrip("*_ ")
        after = block.text[mark.end() :]
        text_start = mark.end() + len(after) - len(after.lstrip("*_ "))
        end = block.start + len(text)
        corrected[i] = LabelCandidate(block.start, end, text, label.key, label.kind, label.anonymous, text_start)
    return corrected


def _recurring_label_texts(labels: SpeakerLabels) -> set[str]:
    """The labels, as they are written, that begin at least three turns, or two of a speaker who asks."""
    weights: dict[str, float] = {}
    for label in labels.by_block.values():
        if label.form == "mark":
            weight = ASKING_LABEL_WEIGHT if label.kind in {"asks", "outlet"} else 1
            weights[label.text] = weights.get(label.text, 0) + weight
    return {text for text, weight in weights.items() if weight >= MIN_GLUED_LABEL_WEIGHT}


def _select_labels(
    blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate], title: TitleBlocks
) -> SpeakerLabels:
    """The speakers' labels, without that of the title, and without a first one far above all others."""
    apart = {title.title, *title.repeats, *title.kickers}
    labels = select_speaker_labels({i: label for i, label in candidates.items() if i not in apart}, blocks)
    first, second, *_ = [*labels.by_block, len(blocks), len(blocks)]
    is_stray = first == 0 and len(labels.by_block) > 2 and second - first >= MIN_STRAY_LABEL_DISTANCE
    if title.title is None and is_stray:
        rest = {i: label for i, label in labels.by_block.items() if i != first}
        return msgspec.structs.replace(labels, by_block=rest)
    return labels


# --- the body


def _parse_rest(
    blocks: Sequence[Block],
    turns: Mapping[int, LabelCandidate],
    key_names: Mapping[str, str],
    labels: SpeakerLabels,
    frame: ArticleFrame,
) -> tuple[list[LabelledBlock], Roles | None]:
    """The body without title and speaker keys, and the roles if turns have labels.

    `turns` are the labels by index of their block here; `frame` has the title and the makers.
    """
    if turns:
        body = _read_turns(blocks, turns, key_names, frame)
        return mark_closing(list(_parse_labelled(blocks, turns, labels, body)), frame.makers), body.roles
    if questions := bare_questions(blocks):
        return mark_closing(list(_parse_unlabelled(blocks, questions)), frame.makers), None
    return list(_parse_prose(blocks)), None


class _LabelledTurns(msgspec.Struct, frozen=True, gc=False):
    """The turns of a body with labels: where each ends, by the index of its first block, and who says it as what."""

    ends: Mapping[int, int]
    names: Mapping[str, str | None]
    parts: Mapping[int, TurnPart]
    roles: Roles


def _read_turns(
    blocks: Sequence[Block], labels: Mapping[int, LabelCandidate], key_names: Mapping[str, str], frame: ArticleFrame
) -> _LabelledTurns:
    """Where turns begin and end, and who asks and who answers."""
    names = speaker_names(labels, key_names)
    unlabelled = questions_above_answers(blocks, labels)
    starts = sorted(labels.keys() | unlabelled)
    ends = dict(zip(starts, [*starts[1:], len(blocks)], strict=True))
    # What two turns of one person share: the name, or for words such as Q and A the word.
    speakers = {i: names[label.key] or label.key for i, label in labels.items()}
    turns = [LabelledTurn(blocks[i : ends[i]], labels[i], speakers[i]) for i in sorted(labels)]
    lead = " ".join(block.text for block in blocks[: starts[0]])[-MAX_LEAD_CHARS:]
    features = document_turn_features(turns, msgspec.structs.replace(frame, lead=lead))
    roles = decide_roles(features, asked_without_label=bool(unlabelled))
    return _LabelledTurns(ends, names, {i: roles.parts[speaker] for i, speaker in speakers.items()}, roles)


class _Turn(msgspec.Struct, frozen=True, gc=False):
    """One labelled turn: blocks `[start, end)`, whose first begins with `label`."""

    start: int
    end: int
    label: LabelCandidate
    part: TurnPart
    name: str | None
    label_confidence: float
    holds_answer: bool
    """It is a question, and its answer has no label, so that it is among its blocks."""
    answered: bool
    """The next turn is an answer."""


def _parse_labelled(
    blocks: Sequence[Block],
    labels: Mapping[int, LabelCandidate],
    speakers: SpeakerLabels,
    turns: _LabelledTurns,
) -> Iterator[LabelledBlock]:
    """A body with labelled turns, and perhaps questions without a label above labelled answers."""
    ends, parts = turns.ends, turns.parts
    holding = _questions_that_hold_answers(labels, parts, ends)
    yield from _parse_above(blocks, min(ends))
    for i in ends:
        if i not in labels:
            yield from _parse_unlabelled_question(blocks, i, ends[i])
            continue
        label = labels[i]
        confidence = speakers.confidences.get(label.key, TURN_CONFIDENCE)
        answered = parts.get(ends[i]) == "answer"
        turn = _Turn(i, ends[i], label, parts[i], turns.names[label.key], confidence, i in holding, answered)
        yield from _parse_turn(blocks, turn)


def _questions_that_hold_answers(
    labels: Mapping[int, LabelCandidate], parts: Mapping[int, TurnPart], ends: Mapping[int, int]
) -> set[int]:
    """Questions with unlabelled blocks below them and then the next question: their answers have no label."""
    order = sorted(labels)
    questions = [i for i in order if parts[i] == "question"]
    if not questions:
        return set()
    following = dict(zip(order, [*order[1:], None], strict=True))
    alone = {
        i for i in questions if ends[i] - i > 1 and ((after := following[i]) is None or parts[after] == "question")
    }
    return alone if len(alone) >= MIN_UNANSWERED_SHARE * len(questions) else set()


def _parse_above(blocks: Sequence[Block], first: int) -> Iterator[LabelledBlock]:
    """What is between the title and the first turn: the lead, and sections with headings."""
    in_section = False
    for i in range(first):
        if is_heading(blocks, i, {first}):
            in_section = True
            yield whole_block(blocks[i], "heading", "dialogue.heading", HEADING_CONFIDENCE)
        else:
            yield whole_block(blocks[i], "prose" if in_section else "lead", "dialogue.above", LEAD_CONFIDENCE)


def _parse_turn(blocks: Sequence[Block], turn: _Turn) -> Iterator[LabelledBlock]:
    """A labelled block and what follows it up to the next turn."""
    block, label = blocks[turn.start], turn.label
    yield LabelledBlock(
        block,
        turn.part,
        "dialogue.labelled",
        min(turn.label_confidence, TURN_CONFIDENCE),
        block.start + label.text_start,
        label,
        turn.name,
        turn.label_confidence,
    )
    in_section = False
    part, name = turn.part, turn.name
    for i in range(turn.start + 1, turn.end):
        if in_section:
            yield whole_block(blocks[i], "prose", "dialogue.between", BETWEEN_CONFIDENCE)
        elif _is_heading_in_turn(blocks, i, turn):
            in_section = True
            yield whole_block(blocks[i], "heading", "dialogue.heading", HEADING_CONFIDENCE)
        else:
            if turn.holds_answer and part == "question" and _begins_answer(blocks, i, turn):
                part, name = "answer", None
            yield _continuation(blocks[i], part, name, "dialogue.continued")


def _is_heading_in_turn(blocks: Sequence[Block], i: int, turn: _Turn) -> bool:
    # Only a Markdown heading can be between a question and its answer.
    if turn.part == "question" and turn.answered and not blocks[i].is_heading:
        return False
    label_is_alone = not blocks[turn.start].text[turn.label.text_start :].strip("*_ ")
    return is_heading(blocks, i, {turn.end}) and not (label_is_alone and i == turn.start + 1)


def _begins_answer(blocks: Sequence[Block], i: int, turn: _Turn) -> bool:
    """Whether the question ends above a block: with its bold, with its question mark, or with its paragraph."""
    is_over = blocks[i - 1].asks or i > turn.start + 1 or (blocks[turn.start].bold and not blocks[i].bold)
    return is_over and not blocks[i].text.endswith("?**")


def _continuation(block: Block, part: str, name: str | None, rule: str) -> LabelledBlock:
    """A further block of a turn, or a stage direction or a caption within it."""
    if is_stage_direction(block):
        return whole_block(block, "aside", "dialogue.direction", DIRECTION_CONFIDENCE)
    if is_caption(block):
        return whole_block(block, "aside", "dialogue.caption", CAPTION_CONFIDENCE)
    confidence = CONTINUED_CONFIDENCE if rule == "dialogue.continued" else BELOW_QUESTION_CONFIDENCE
    return whole_block(block, part, rule, confidence, name)


# --- questions without labels


def _parse_unlabelled_question(blocks: Sequence[Block], i: int, end: int) -> Iterator[LabelledBlock]:
    """A question without a label above labelled answers, and the blocks below it up to the next turn."""
    yield _question_block(blocks[i], QUESTION_ABOVE_CONFIDENCE)
    for block in blocks[i + 1 : end]:
        yield _continuation(block, "answer", None, "dialogue.below-question")


def _parse_unlabelled(blocks: Sequence[Block], questions: Sequence[int]) -> Iterator[LabelledBlock]:
    """A body without labels whose `questions` are answered by the blocks below them."""
    starts = set(questions)
    for i, block in enumerate(blocks):
        if i in starts:
            yield _question_block(block, BARE_CONFIDENCE)
        elif is_heading(blocks, i, starts):
            yield whole_block(block, "heading", "dialogue.heading", BARE_CONFIDENCE)
        elif i < questions[0]:
            yield whole_block(block, "lead", "dialogue.above", BARE_CONFIDENCE)
        else:
            yield _continuation(block, "answer", None, "dialogue.below-question")


def _question_block(block: Block, confidence: float) -> LabelledBlock:
    """A question without a label; a number before it is no part of it."""
    number = QUESTION_NUMBER.match(block.text) if line_style(block) != PLAIN_STYLE else None
    if number is None:
        return whole_block(block, "question", "dialogue.bare-question", confidence)
    start, end = number.span("number")
    return LabelledBlock(
        block,
        "question",
        "dialogue.bare-question",
        confidence,
        block.start + number.end(),
        number=(block.start + start, block.start + end),
    )


# --- no dialogue


def _parse_prose(blocks: Sequence[Block]) -> Iterator[LabelledBlock]:
    """The parts of an article without a dialogue."""
    in_section = False
    for i, block in enumerate(blocks):
        if is_prose_heading(blocks, i):
            in_section = True
            yield whole_block(block, "heading", "dialogue.heading", PROSE_HEADING_CONFIDENCE)
        else:
            yield whole_block(block, "prose" if in_section else "lead", "dialogue.prose", PROSE_CONFIDENCE)
