"""One version of the body from top to bottom: title, lead, headings, turns, asides, closing."""

from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from pipeline.lexicon.vocabulary import NOTHING, Vocabulary
from pipeline.stages.dialogue.asides import MAX_CAPTION_COLUMNS, is_caption, is_stage_direction
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.closing import mark_closing
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
from pipeline.stages.dialogue.roles import TurnPart, assign_roles
from pipeline.stages.dialogue.speaker_aliases import speaker_names
from pipeline.stages.dialogue.speaker_key import find_speaker_keys
from pipeline.stages.dialogue.split_turns import split_glued_turns, split_one_line_dumps
from pipeline.stages.dialogue.titles import TitleBlocks, find_title
from pipeline.stages.dialogue.turn_features import turn_features
from pipeline.text.lines import width, words

MAX_UNASSIGNED_LABEL_CHARS = 40
"""Code points that a label without a field may have."""
MAX_FEATURED_SPEAKERS = 6
"""Labels up to which it matters how they speak to each other."""
MAX_HEADING_CHARS = 120
MAX_COLON_HEADING_COLUMNS = 40
"""Columns of a heading with a colon in it."""
MIN_GLUED_LABEL_WEIGHT = 3
"""Turns that a label begins, from which it is looked for behind other words, too."""
MIN_STRAY_LABEL_DISTANCE = 12
"""Units between a first label and the others from which it is no turn."""


class ParsedBody(msgspec.Struct, frozen=True, gc=False):
    """What each unit of one version is, in order, and what was in doubt."""

    blocks: list[LabelledBlock]
    labels: SpeakerLabels
    other_title: Block | None = None


def parse_body(
    blocks: Sequence[Block], vocabulary: Vocabulary = NOTHING, known: str | None = None, makers: str = ""
) -> ParsedBody:
    """What each unit of one version is, in order.

    `known` is the title that stands in the keys above the article, `makers` are the names of those who made it.
    """
    blocks = split_one_line_dumps(blocks)
    found = _find_candidates(blocks, vocabulary)
    top = find_title(blocks, found, known)
    judged = _select_labels(blocks, found, top)
    if slips := _miscapitalised_labels(blocks, found, judged):
        found = dict(sorted((found | slips).items()))
        judged = _select_labels(blocks, found, top)
    full = _recurring_label_texts(judged)
    again = split_glued_turns(
        blocks, full, {blocks[i].start for i, label in judged.by_block.items() if label.text in full}
    )
    if again is not None:
        found = _reread_candidates(again, blocks, found, vocabulary)
        blocks = again
        top = find_title(blocks, found, known)
        judged = _select_labels(blocks, found, top)
    lines, legend = find_speaker_keys(blocks, found) if judged.by_block else (set(), {})
    kickers = {i for i in top.kickers if i not in judged.by_block}
    hits = {i: label for i, label in judged.by_block.items() if i not in lines}
    idle = lines | set(top.repeats) | kickers | ({top.title} if top.title is not None else set())
    placed = {i: whole_block(blocks[i], "legend", "dialogue.legend", 0.9) for i in lines}
    for i in top.repeats:
        # With other capitals it is no repeat that the text above could stand in for.
        same = top.title is not None and words(blocks[i].text) in words(blocks[top.title].text)
        part = "repeat" if same else _announcement_part(blocks[i])
        placed[i] = whole_block(blocks[i], part, "dialogue.title-again", 0.95)
    for i in kickers:
        placed[i] = whole_block(blocks[i], _announcement_part(blocks[i]), "dialogue.kicker", 0.8)
    if top.title is not None:
        placed[top.title] = whole_block(blocks[top.title], "title", "dialogue.title", 0.9)
    rest = [i for i in range(len(blocks)) if i not in idle]
    at = {i: n for n, i in enumerate(rest)}
    body = _body(
        [blocks[i] for i in rest], {at[i]: label for i, label in hits.items() if i in at}, legend, judged, makers
    )
    order = sorted([*placed.values(), *body], key=lambda one: one.block.start)
    other = blocks[top.other] if top.other is not None else None
    return ParsedBody(order, judged, other)


def _announcement_part(block: Block) -> str:
    """The part of a line that only announces the article; what is longer than a label may be is its lead."""
    return "label" if len(block.text) <= MAX_UNASSIGNED_LABEL_CHARS and "\n" not in block.text else "lead"


def _find_candidates(blocks: Sequence[Block], vocabulary: Vocabulary) -> dict[int, LabelCandidate]:
    found = {i: label for i, block in enumerate(blocks) if (label := find_candidate(block, vocabulary)) is not None}
    further = labels_set_alike(blocks, found) if vocabulary else {}
    return dict(sorted((found | further).items())) if further else found


def _reread_candidates(
    again: Sequence[Block], blocks: Sequence[Block], found: Mapping[int, LabelCandidate], vocabulary: Vocabulary
) -> dict[int, LabelCandidate]:
    """The possible labels of units of which most are those that were read before."""
    read = {blocks[i].start: (blocks[i].end, found.get(i)) for i in range(len(blocks))}
    hits = {}
    for i, block in enumerate(again):
        end, label = read.get(block.start, (-1, None))
        if end != block.end:
            label = find_candidate(block, vocabulary)
        if label is not None:
            hits[i] = label
    return hits


def _miscapitalised_labels(
    blocks: Sequence[Block], found: Mapping[int, LabelCandidate], judged: SpeakerLabels
) -> dict[int, LabelCandidate]:
    """Labels that are a speaker's but for their capitals: `daily Post: …` where `Daily Post` speaks."""
    known = {label.key: label for label in judged.by_block.values() if not label.anonymous and label.form == "mark"}
    slips = {}
    for i, block in enumerate(blocks):
        if i in found or not known:
            continue
        mark = LABEL_SEPARATOR.search(block.text, 0, LABEL_SEARCH_CHARS)
        if mark is None or (label := known.get(label_key(block.text[: mark.start()]))) is None:
            continue
        text = block.text[: mark.start()].rstrip("*_ ")
        body = mark.end() + len(block.text[mark.end() :]) - len(block.text[mark.end() :].lstrip("*_ "))
        slips[i] = LabelCandidate(
            block.start, block.start + len(text), text, label.key, label.kind, label.anonymous, body
        )
    return slips


def _recurring_label_texts(judged: SpeakerLabels) -> set[str]:
    """The labels that begin at least three turns, or two of somebody who asks, as they are written."""
    tally: dict[str, float] = {}
    for label in judged.by_block.values():
        if label.form == "mark":
            weight = 1.5 if label.kind in {"asks", "outlet"} else 1
            tally[label.text] = tally.get(label.text, 0) + weight
    return {text for text, count in tally.items() if count >= MIN_GLUED_LABEL_WEIGHT}


def _select_labels(blocks: Sequence[Block], found: Mapping[int, LabelCandidate], top: TitleBlocks) -> SpeakerLabels:
    """The labels that are speakers', without the title's, and without a first one far above all others."""
    apart = {top.title, *top.repeats, *top.kickers}
    judged = select_speaker_labels({i: label for i, label in found.items() if i not in apart}, blocks)
    first, second, *_ = [*judged.by_block, len(blocks), len(blocks)]
    if top.title is None and first == 0 and len(judged.by_block) > 2 and second - first >= MIN_STRAY_LABEL_DISTANCE:
        return msgspec.structs.replace(
            judged, by_block={i: label for i, label in judged.by_block.items() if i != first}
        )
    return judged


def exchange_numbers(placed: Sequence[LabelledBlock]) -> list[int | None]:
    """The number of the exchange that each unit belongs to, counted as the assembly counts; None outside."""
    numbers: list[int | None] = []
    current, answered, opened = 0, False, False
    for block in placed:
        if block.part == "heading":
            opened = False
        if not block.turn and not (block.part == "prose" and opened):
            numbers.append(None)
            continue
        if not opened or (block.part == "question" and answered):
            current, answered, opened = current + 1, False, True
        answered |= block.part == "answer"
        numbers.append(current)
    return numbers


def repeated_labels(placed: Sequence[LabelledBlock]) -> list[bool]:
    """For each unit whether its label only says again who is speaking, so that the turn above goes on.

    A stage direction between the two does not end the turn.
    """
    told = [False] * len(placed)
    above: LabelledBlock | None = None
    for i, here in enumerate(placed):
        if above is not None and here.label is not None and here.name is not None:
            same = (above.part, above.name) == (here.part, here.name)
            told[i] = same and len(here.label.text) <= MAX_UNASSIGNED_LABEL_CHARS
        if here.rule != "dialogue.direction" and here.part != "legend":
            above = here
    return told


# --- the body


def _body(
    blocks: Sequence[Block],
    hits: Mapping[int, LabelCandidate],
    legend: Mapping[str, str],
    judged: SpeakerLabels,
    makers: str,
) -> list[LabelledBlock]:
    if hits:
        return mark_closing(list(_parse_labelled(blocks, hits, legend, judged)), makers)
    if questions := bare_questions(blocks):
        return mark_closing(list(_parse_unlabelled(blocks, questions)), makers)
    return list(_parse_prose(blocks))


def _parse_labelled(
    blocks: Sequence[Block], hits: Mapping[int, LabelCandidate], legend: Mapping[str, str], judged: SpeakerLabels
) -> Iterator[LabelledBlock]:
    named = speaker_names(hits, legend)
    asked = questions_above_answers(blocks, hits)
    starts = sorted(hits.keys() | asked)
    ends_by = dict(zip(starts, [*starts[1:], len(blocks)], strict=True))
    # Thanks and addresses decide only between few, of whom none asks by name.
    manners = len(named) <= MAX_FEATURED_SPEAKERS and not any(label.kind == "asks" for label in hits.values())
    turns = [
        turn_features(blocks[i : ends_by[i]], hits[i], _speaker_id(hits[i], named), manners=manners)
        for i in sorted(hits)
    ]
    parts = assign_roles(turns, asked_without_label=bool(asked))
    unanswered = _questions_without_labelled_answer(
        hits, {i: parts[_speaker_id(label, named)] for i, label in hits.items()}, ends_by
    )
    yield from _before_first_turn(blocks, starts[0])
    for i in starts:
        if i not in hits:
            yield from _parse_bare_question(blocks, i, ends_by[i])
            continue
        label = hits[i]
        part = parts[_speaker_id(label, named)]
        behind = hits.get(ends_by[i])
        answered = behind is not None and parts[_speaker_id(behind, named)] == "answer"
        name = named[label.key]
        yield from _parse_turn(
            blocks, i, ends_by[i], label, part, name, judged, answers=i in unanswered, answered=answered
        )


def _speaker_id(label: LabelCandidate, named: Mapping[str, str | None]) -> str:
    """What makes two turns one person's: the name; for Q and A words the word."""
    return named[label.key] or label.key


def _questions_without_labelled_answer(
    hits: Mapping[int, LabelCandidate], parts: Mapping[int, TurnPart], ends_by: Mapping[int, int]
) -> set[int]:
    """Questions whose answers have no label: unlabelled paragraphs stand below them, then the next question."""
    order = sorted(hits)
    asked = [i for i in order if parts[i] == "question"]
    if not asked:
        return set()
    following = {i: order[n + 1] if n + 1 < len(order) else None for n, i in enumerate(order)}
    alone = {i for i in asked if (behind := following[i]) is None or parts[behind] == "question" if ends_by[i] - i > 1}
    return alone if len(alone) >= 0.5 * len(asked) else set()


def _before_first_turn(blocks: Sequence[Block], first: int) -> Iterator[LabelledBlock]:
    """What stands between the title and the first turn: the lead, headings, and the paragraphs of their sections."""
    headed = False
    for i in range(first):
        if _is_heading(blocks, i, {first}):
            headed = True
            yield whole_block(blocks[i], "heading", "dialogue.heading", 0.9)
        else:
            yield whole_block(blocks[i], "prose" if headed else "lead", "dialogue.above", 0.9)


def _parse_bare_question(blocks: Sequence[Block], i: int, end: int) -> Iterator[LabelledBlock]:
    """A question without a label above labelled answers, and what follows it up to the next label."""
    yield _question_block(blocks[i], "dialogue.bare-question", 0.9)
    for j in range(i + 1, end):
        yield from _continuation(blocks[j], "answer", None, "dialogue.below-question")


def _question_block(block: Block, rule: str, confidence: float) -> LabelledBlock:
    """A question without a label; a number before it is not part of it."""
    number = QUESTION_NUMBER.match(block.text) if line_style(block) != PLAIN_STYLE else None
    if number is None:
        return whole_block(block, "question", rule, confidence)
    start, end = number.span("number")
    return LabelledBlock(
        block, "question", rule, confidence, block.start + number.end(), number=(block.start + start, block.start + end)
    )


def _parse_turn(
    blocks: Sequence[Block],
    i: int,
    end: int,
    label: LabelCandidate,
    part: TurnPart,
    name: str | None,
    judged: SpeakerLabels,
    *,
    answers: bool,
    answered: bool,
) -> Iterator[LabelledBlock]:
    """A labelled unit and all that follows it up to the next label."""
    block = blocks[i]
    sure = judged.confidences.get(label.key, 0.97)
    yield LabelledBlock(
        block, part, "dialogue.labelled", min(sure, 0.97), block.start + label.text_start, label, name, sure
    )
    headed = False
    current: tuple[TurnPart, str | None] = (part, name)
    empty = not block.text[label.text_start :].strip("*_ ")
    for j in range(i + 1, end):
        # Nothing but a heading of Markdown comes between a question and its answer.
        splits = part == "question" and answered and not blocks[j].is_heading
        if not headed and not splits and _is_heading(blocks, j, {end}) and not (empty and j == i + 1):
            headed = True
            yield whole_block(blocks[j], "heading", "dialogue.heading", 0.9)
        elif headed:
            yield whole_block(blocks[j], "prose", "dialogue.between", 0.7)
        else:
            # A question in bold ends with the bold; any other with its question mark, or with its paragraph.
            ends = blocks[j - 1].asks or j > i + 1 or (block.bold and not blocks[j].bold)
            if answers and current[0] == "question" and ends and not blocks[j].text.endswith("?**"):
                current = ("answer", None)
            yield from _continuation(blocks[j], current[0], current[1], "dialogue.continued")


def _continuation(block: Block, part: str, name: str | None, rule: str) -> Iterator[LabelledBlock]:
    """A paragraph of a turn, or what stands in the midst of it and is nobody's."""
    if is_stage_direction(block):
        yield whole_block(block, "aside", "dialogue.direction", 0.9)
    elif is_caption(block):
        yield whole_block(block, "aside", "dialogue.caption", 0.75)
    else:
        yield whole_block(block, part, rule, 0.9 if rule == "dialogue.continued" else 0.85, name)


def _is_heading(blocks: Sequence[Block], i: int, starts: Set[int]) -> bool:
    """Whether a unit is a heading: it has the form of one, and a turn, or prose behind prose, follows it."""
    block = blocks[i]
    if len(block.text) > MAX_HEADING_CHARS or block.indented or is_caption(block):
        return False
    if i + 1 >= len(blocks) or i in starts:
        return False
    if block.could_be_heading():
        return i + 1 in starts or block.is_heading
    if block.is_heading:
        return True
    # `Why sailcloth?` in bold, and `Her teacher: no way back`, are headings right before a turn only.
    bold = block.bold and width(block.text) <= MAX_CAPTION_COLUMNS and "\n" not in block.text
    return i + 1 in starts and (bold or _is_colon_heading(block, blocks[i - 1] if i else None))


def _is_colon_heading(block: Block, above: Block | None) -> bool:
    text = block.text
    colon = text.count("：") + text.count(": ")
    ended = above is not None and above.ends_sentence
    return (
        colon == 1
        and width(text) <= MAX_COLON_HEADING_COLUMNS
        and ended
        and not block.ends_sentence
        and not block.item
        and text[-1] not in ":："
    )


# --- questions without labels


def _parse_unlabelled(blocks: Sequence[Block], questions: Sequence[int]) -> Iterator[LabelledBlock]:
    starts = set(questions)
    for i, block in enumerate(blocks):
        if i in starts:
            yield _question_block(block, "dialogue.bare-question", 0.85)
        elif _is_heading(blocks, i, starts):
            yield whole_block(block, "heading", "dialogue.heading", 0.85)
        elif i < questions[0]:
            yield whole_block(block, "lead", "dialogue.above", 0.85)
        else:
            yield from _continuation(block, "answer", None, "dialogue.below-question")


# --- no interview


def _parse_prose(blocks: Sequence[Block]) -> Iterator[LabelledBlock]:
    headed = False
    for i, block in enumerate(blocks):
        following = blocks[i + 1] if i + 1 < len(blocks) else None
        around = i > 0 and blocks[i - 1].is_prose and following is not None and following.is_prose
        marked = block.is_heading and len(block.text) <= MAX_HEADING_CHARS
        if following is not None and (marked or (around and block.could_be_heading())) and not is_caption(block):
            headed = True
            yield whole_block(block, "heading", "dialogue.heading", 0.8)
        else:
            yield whole_block(block, "prose" if headed else "lead", "dialogue.prose", 0.9)
