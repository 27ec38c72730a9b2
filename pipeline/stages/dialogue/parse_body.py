"""One language version of the body, from top to bottom: title, lead, headings, turns, asides, closing.

`parse_body` first finds where turns start, and divides blocks that hold several of them. Then one of two parsers reads
the body: with turns, or without a dialogue.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.stages.dialogue.asides import is_caption, is_stage_direction
from pipeline.stages.dialogue.blocks import Block, block_slice
from pipeline.stages.dialogue.closing import mark_closing
from pipeline.stages.dialogue.exchanges import MAX_UNASSIGNED_LABEL_CHARS
from pipeline.stages.dialogue.headings import is_heading, is_prose_heading
from pipeline.stages.dialogue.label_candidates import LabelCandidate, find_candidate
from pipeline.stages.dialogue.labelled_block import LabelledBlock, whole_block
from pipeline.stages.dialogue.questions import (
    PLAIN_STYLE,
    QUESTION_NUMBER,
    is_quoted_speech,
    line_style,
    one_person_asks_another,
)
from pipeline.stages.dialogue.roles import Roles, TurnPart, decide_roles
from pipeline.stages.dialogue.rule_turns import find_label_candidates, rule_turns
from pipeline.stages.dialogue.selected_turns import (
    CHANGE_OF_SPEAKER,
    SelectedTurns,
    UnlabelledPart,
    selected_turns,
)
from pipeline.stages.dialogue.speaker_aliases import speaker_names
from pipeline.stages.dialogue.speaker_key import find_speaker_keys
from pipeline.stages.dialogue.speaker_mentions import ArticleFrame
from pipeline.stages.dialogue.split_turns import split_glued_turns, split_one_line_dumps
from pipeline.stages.dialogue.titles import TitleBlocks, find_title
from pipeline.stages.dialogue.turn_features import LabelledTurn, document_turn_features
from pipeline.stages.dialogue.turn_starts import TurnStarts, find_turn_starts
from pipeline.stages.dialogue.unnamed_answers import with_only_answerer
from pipeline.text.lines import word_characters

MAX_LEAD_CHARS = 3000
"""Characters above the first turn in which speakers are looked for."""
MIN_GLUED_LABEL_WEIGHT, ASKING_LABEL_WEIGHT = 3, 1.5
"""Turns from which a label is also looked for amid blocks; those of a speaker who asks count more."""
MIN_STRAY_LABEL_DISTANCE = 12
"""Blocks between a first label and the second from which the first is no turn."""
MAX_HEAD_BLOCKS = 40
"""Blocks at the top in which the title and speaker keys are looked for."""
MIN_LABELLED_TURNS = 2
"""Labelled turns from which a document is one with labels."""
MIN_UNLABELLED_MEAN = 0.75
"""Mean probability of the turns of a document without labels: explainers and lists of questions are set alike."""
MIN_UNANSWERED_SHARE = 0.5
"""Share of the questions without a labelled answer from which the blocks below questions are answers."""
MIN_BOLD_SHARE = 0.8
"""Share of the questions in bold, and of the answers that are not, from which bold tells one from the other."""

TURN_CONFIDENCE = 0.97
"""Highest confidence of a labelled turn, and confidence of a label without a score."""
HEADING_CONFIDENCE = LEAD_CONFIDENCE = TITLE_CONFIDENCE = SPEAKER_KEY_CONFIDENCE = 0.9
BELOW_QUESTION_CONFIDENCE = 0.85
CONTINUED_CONFIDENCE, DIRECTION_CONFIDENCE, CAPTION_CONFIDENCE = 0.9, 0.9, 0.75
TITLE_AGAIN_CONFIDENCE, KICKER_CONFIDENCE = 0.95, 0.8
BETWEEN_CONFIDENCE, PROSE_HEADING_CONFIDENCE, PROSE_CONFIDENCE = 0.7, 0.8, 0.9


class ParsedBody(msgspec.Struct, frozen=True, gc=False):
    """One version of the body: its blocks in order, its speakers' labels, and a second candidate for the title."""

    blocks: list[LabelledBlock]
    labels: SelectedTurns
    other_title: Block | None = None
    roles: Roles | None = None
    """Who asks and who answers, if turns have labels."""


class _SplitBody(msgspec.Struct, frozen=True, gc=False):
    """A body whose blocks hold one turn each, with its candidates and labels by index of their block."""

    blocks: Sequence[Block]
    candidates: Mapping[int, LabelCandidate]
    title: TitleBlocks
    labels: SelectedTurns


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
    turns = msgspec.structs.replace(
        labels,
        blocks=tuple(blocks[i] for i in rest),
        by_block={position[i]: label for i, label in sorted(labels.by_block.items()) if i in position},
        unlabelled={position[i]: part for i, part in sorted(labels.unlabelled.items()) if i in position},
        unlabelled_confidences={
            position[i]: value for i, value in labels.unlabelled_confidences.items() if i in position
        },
    )
    title_text = blocks[title.title].text if title.title is not None else key_title or ""
    body, roles = _parse_rest(turns, key_names, ArticleFrame(title_text, "", makers))
    in_order = sorted([*placed.values(), *body], key=lambda labelled: labelled.block.start)
    return ParsedBody(in_order, labels, blocks[title.other] if title.other is not None else None, roles)


def _title_blocks(
    blocks: Sequence[Block], title: TitleBlocks, labels: SelectedTurns
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


# --- the turns, and blocks that hold several of them


def _split_body(blocks: Sequence[Block], vocabulary: Vocabulary, key_title: str | None) -> _SplitBody:
    """Divides blocks that hold several turns, and finds the title and the turns."""
    blocks = split_one_line_dumps(blocks)
    turns = _find_turns(blocks, vocabulary, key_title)
    recurring = _recurring_label_texts(turns.by_block)
    labelled = {turns.blocks[i].start for i, label in turns.by_block.items() if label.text in recurring}
    divided = split_glued_turns(turns.blocks, recurring, labelled)
    if divided is not None:
        turns = _with_glued_turns(turns, divided, vocabulary)
    candidates = find_label_candidates(turns.blocks[:MAX_HEAD_BLOCKS], vocabulary)
    candidates = dict(sorted((candidates | turns.by_block).items()))
    title = find_title(turns.blocks, candidates, key_title)
    if _is_turn_of_many(title.title, turns):
        title = TitleBlocks(None)
    return _SplitBody(turns.blocks, candidates, title, _without_title(turns, title))


def _is_turn_of_many(i: int | None, turns: SelectedTurns) -> bool:
    """Whether what looks like the title starts a turn as others do: a question, or a label alone that speaks again.

    `Ada Fern: The roof is the last free street` is a title, though.
    """
    if i is None:
        return False
    label = turns.by_block.get(i)
    if label is None:
        return turns.unlabelled.get(i) == "question"
    alone = label.text_start >= len(turns.blocks[i].text)
    return alone and sum(other.key == label.key for other in turns.by_block.values()) > 1


def _find_turns(blocks: Sequence[Block], vocabulary: Vocabulary, key_title: str | None) -> SelectedTurns:
    """The turns of the learned decision, or of the rules where it finds no talk."""
    found = find_turn_starts(blocks, vocabulary)
    learned = selected_turns(found, blocks, vocabulary)
    if vocabulary and found.is_talk:
        return learned
    certain = found.is_talk and learned.is_two_sided and _is_likely_without_labels(found, learned, key_title)
    if certain and not learned.unlabelled:
        return learned
    rules = rule_turns(blocks, vocabulary, key_title)
    if certain and not _see_more(rules, learned):
        return learned
    return msgspec.structs.replace(rules, doubtful=_doubtful(learned, rules))


def _is_likely_without_labels(found: TurnStarts, learned: SelectedTurns, key_title: str | None) -> bool:
    """Whether turns without a label are likely enough, and are what one person asks another, not in quotation marks."""
    if len(learned.by_block) >= MIN_LABELLED_TURNS:
        return True
    questions = [i for i, part in learned.unlabelled.items() if part == "question"]
    if 2 * sum(is_quoted_speech(learned.blocks[i]) for i in questions) > len(questions):
        return False
    if not questions or found.mean < MIN_UNLABELLED_MEAN:
        return False
    return one_person_asks_another(learned.blocks, questions, key_title or "")


def _see_more(rules: SelectedTurns, learned: SelectedTurns) -> bool:
    """Whether the rules see labels where the learned decision sees turns without one, or more questions without one."""
    if not learned.by_block and not rules.by_block:
        questions = sum(part == "question" for part in learned.unlabelled.values())
        return len(rules.unlabelled) > questions
    labelled = {rules.blocks[i].start for i in rules.by_block}
    unlabelled = [learned.blocks[i].start for i in learned.unlabelled]
    return 2 * sum(start in labelled for start in unlabelled) > len(unlabelled)


def _doubtful(learned: SelectedTurns, rules: SelectedTurns) -> tuple[LabelCandidate, ...]:
    """The labels that either decision nearly took, and the rules did not, each once."""
    accepted = {label.key for label in rules.by_block.values()}
    unsure = [label for _, label in sorted(learned.by_block.items())]
    labels = {label.key: label for label in (*unsure, *learned.doubtful, *rules.doubtful)}
    return tuple(label for key, label in labels.items() if key not in accepted)


def _recurring_label_texts(labels: Mapping[int, LabelCandidate]) -> set[str]:
    """The labels, as they are written, that begin at least three turns, or two of a speaker who asks."""
    weights: dict[str, float] = {}
    for label in labels.values():
        if label.form == "mark" and label.text != CHANGE_OF_SPEAKER:
            weight = ASKING_LABEL_WEIGHT if label.kind in {"asks", "outlet"} else 1
            weights[label.text] = weights.get(label.text, 0) + weight
    return {text for text, weight in weights.items() if weight >= MIN_GLUED_LABEL_WEIGHT}


def _with_glued_turns(turns: SelectedTurns, divided: Sequence[Block], vocabulary: Vocabulary) -> SelectedTurns:
    """The turns after some blocks were divided before the labels of known speakers."""
    known = {block.start: i for i, block in enumerate(turns.blocks)}
    keys = {label.key for label in turns.by_block.values()}
    by_block: dict[int, LabelCandidate] = {}
    unlabelled: dict[int, UnlabelledPart] = {}
    confidences: dict[int, float] = {}
    for i, block in enumerate(divided):
        before = known.get(block.start)
        if before is None:
            label = find_candidate(block, vocabulary)
            if label is not None and label.key in keys:
                by_block[i] = label
        elif before in turns.by_block:
            # A label that holds that of a known speaker is a heading, glued to it.
            if turns.by_block[before].end <= block.end:
                by_block[i] = turns.by_block[before]
        elif before in turns.unlabelled:
            unlabelled[i] = turns.unlabelled[before]
            confidences[i] = turns.unlabelled_confidences[before]
    return msgspec.structs.replace(
        turns,
        blocks=tuple(divided),
        by_block=by_block,
        unlabelled=unlabelled,
        unlabelled_confidences=confidences,
    )


def _without_title(turns: SelectedTurns, title: TitleBlocks) -> SelectedTurns:
    """The turns without those that are the title, and without a first one far above all others."""
    apart = {title.title, *title.repeats, *title.kickers}
    first, second, *_ = [*sorted(turns.by_block), len(turns.blocks), len(turns.blocks)]
    if title.title is None and first == 0 and len(turns.by_block) > 2 and second - first >= MIN_STRAY_LABEL_DISTANCE:
        apart.add(first)
    return msgspec.structs.replace(
        turns,
        by_block={i: label for i, label in turns.by_block.items() if i not in apart},
        unlabelled={i: part for i, part in turns.unlabelled.items() if i not in apart},
    )


# --- the body


def _parse_rest(
    turns: SelectedTurns, key_names: Mapping[str, str], frame: ArticleFrame
) -> tuple[list[LabelledBlock], Roles | None]:
    """The body without title and speaker keys, and the roles if turns have labels; `frame` has title and makers."""
    if not turns.by_block and not turns.unlabelled:
        return list(_parse_prose(turns.blocks)), None
    body = _read_turns(turns, key_names, frame)
    return mark_closing(with_only_answerer(list(_parse_turns(turns, body))), frame.makers), body.roles


class _ReadTurns(msgspec.Struct, frozen=True, gc=False):
    """The turns of a body: where each ends, by the index of its first block, and who says it as what."""

    ends: Mapping[int, int]
    names: Mapping[str, str | None]
    parts: Mapping[int, TurnPart]
    roles: Roles | None


def _read_turns(turns: SelectedTurns, key_names: Mapping[str, str], frame: ArticleFrame) -> _ReadTurns:
    """Where turns begin and end, and who asks and who answers."""
    blocks, labels = turns.blocks, turns.by_block
    names = speaker_names(labels, key_names)
    starts = sorted(labels.keys() | turns.unlabelled.keys())
    ends = dict(zip(starts, [*starts[1:], len(blocks)], strict=True))
    # What two turns of one person share: the name, or for words such as Q and A the word.
    speakers = {i: names[label.key] or label.key for i, label in sorted(labels.items()) if not _changes_speaker(label)}
    parts: dict[int, TurnPart] = {**turns.unlabelled}
    parts |= {i: "question" if blocks[i].asks else "answer" for i, label in labels.items() if _changes_speaker(label)}
    if not speakers:
        return _ReadTurns(ends, names, parts, None)
    said = [LabelledTurn(blocks[i : ends[i]], labels[i], speaker) for i, speaker in speakers.items()]
    lead = " ".join(block.text for block in blocks[: starts[0]])[-MAX_LEAD_CHARS:]
    features = document_turn_features(said, msgspec.structs.replace(frame, lead=lead))
    roles = decide_roles(features, asked_without_label="question" in parts.values())
    return _ReadTurns(ends, names, parts | {i: roles.parts[speaker] for i, speaker in speakers.items()}, roles)


def _changes_speaker(label: LabelCandidate) -> bool:
    """Whether a label only says that somebody else speaks: its turns are not those of one person."""
    return label.text == CHANGE_OF_SPEAKER


class _Turn(msgspec.Struct, frozen=True, gc=False):
    """One turn: blocks `[start, end)`, whose first begins with `label` if it has one."""

    start: int
    end: int
    label: LabelCandidate | None
    part: TurnPart
    name: str | None
    label_confidence: float
    holds_answer: bool
    """It is a question, and its answer has no label, so that it is among its blocks."""
    answered: bool
    """The next turn is an answer."""


def _parse_turns(turns: SelectedTurns, body: _ReadTurns) -> Iterator[LabelledBlock]:
    """A body with turns, whose labels, questions or answers may be missing."""
    blocks, ends, parts = turns.blocks, body.ends, body.parts
    holding = _questions_that_hold_answers(blocks, parts, ends)
    yield from _parse_above(blocks, min(ends), ends.keys())
    for i in ends:
        label = turns.by_block.get(i)
        confidence = turns.confidences.get(label.key, TURN_CONFIDENCE) if label else turns.unlabelled_confidences[i]
        answered = parts.get(ends[i]) == "answer"
        name = body.names[label.key] if label else None
        turn = _Turn(i, ends[i], label, parts[i], name, confidence, i in holding, answered)
        yield from _parse_turn(blocks, turn)


def _questions_that_hold_answers(
    blocks: Sequence[Block], parts: Mapping[int, TurnPart], ends: Mapping[int, int]
) -> set[int]:
    """Questions with blocks below them and then the next question: their answers are among these blocks.

    They must be many, or be in bold as nearly all questions are, with plain text below.
    """
    questions = [i for i in ends if parts[i] == "question"]
    if not questions:
        return set()
    alone = {i for i in questions if ends[i] - i > 1 and parts.get(ends[i], "question") == "question"}
    if len(alone) >= MIN_UNANSWERED_SHARE * len(questions):
        return alone
    answers = [i for i in ends if parts[i] == "answer"]
    if _bold_share(blocks, questions) < MIN_BOLD_SHARE or _bold_share(blocks, answers) > 1 - MIN_BOLD_SHARE:
        return set()
    return {i for i in alone if blocks[i].bold and not blocks[i + 1].bold and not blocks[i + 1].level}


def _bold_share(blocks: Sequence[Block], turns: Sequence[int]) -> float:
    return sum(blocks[i].bold for i in turns) / len(turns) if turns else 0.0


def _parse_above(blocks: Sequence[Block], first: int, starts: Set[int]) -> Iterator[LabelledBlock]:
    """What is between the title and the first turn: the lead, and sections with headings."""
    in_section = False
    for i in range(first):
        if is_heading(blocks, i, starts):
            in_section = True
            yield whole_block(blocks[i], "heading", "dialogue.heading", HEADING_CONFIDENCE)
        else:
            yield whole_block(blocks[i], "prose" if in_section else "lead", "dialogue.above", LEAD_CONFIDENCE)


def _parse_turn(blocks: Sequence[Block], turn: _Turn) -> Iterator[LabelledBlock]:
    """The block at which a turn starts and what follows it up to the next turn."""
    yield _first_block(blocks[turn.start], turn)
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
            rule = "dialogue.continued" if turn.label is not None and part == turn.part else "dialogue.below-question"
            yield _continuation(blocks[i], part, name, rule)


def _first_block(block: Block, turn: _Turn) -> LabelledBlock:
    label = turn.label
    if label is None:
        if turn.part == "question":
            return _question_block(block, turn.label_confidence)
        return whole_block(block, turn.part, "dialogue.below-question", turn.label_confidence, turn.name)
    return LabelledBlock(
        block,
        turn.part,
        "dialogue.labelled",
        min(turn.label_confidence, TURN_CONFIDENCE),
        block.start + label.text_start,
        label,
        turn.name,
        turn.label_confidence,
    )


def _is_heading_in_turn(blocks: Sequence[Block], i: int, turn: _Turn) -> bool:
    # Only a Markdown heading can be between a question and its answer.
    if turn.part == "question" and turn.answered and not blocks[i].is_heading:
        return False
    label_is_alone = turn.label is not None and not blocks[turn.start].text[turn.label.text_start :].strip("*_ ")
    return is_heading(blocks, i, {turn.end}) and not (label_is_alone and i == turn.start + 1)


def _begins_answer(blocks: Sequence[Block], i: int, turn: _Turn) -> bool:
    """Whether the question ends above a block: with its bold, with its question mark, or with its paragraph."""
    is_over = (
        turn.label is None
        or blocks[i - 1].asks
        or i > turn.start + 1
        or (blocks[turn.start].bold and not blocks[i].bold)
    )
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


def _question_block(block: Block, confidence: float) -> LabelledBlock:
    """A question without a label; a number before it is no part of it."""
    number = QUESTION_NUMBER.match(block.text) if line_style(block) != PLAIN_STYLE else None
    if number is None:
        return whole_block(block, "question", "dialogue.bare-question", confidence)
    start, end = number.span("number")
    if number["emphasis"]:
        block = block_slice(block, 0, len(block.text.rstrip("*_ ")))
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
