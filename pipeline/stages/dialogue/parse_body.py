"""One version of the body from top to bottom: title, lead, headings, turns, asides, closing."""

from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
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
from pipeline.stages.dialogue.label_scoring import SpeakerLabels, select_speaker_labels
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
from pipeline.text.lines import display_width, word_characters

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

    placed: list[LabelledBlock]
    cast: SpeakerLabels
    other_title: Block | None = None


def parse_body(
    given: Sequence[Block], vocabulary: Vocabulary = NO_VOCABULARY, known: str | None = None, makers: str = ""
) -> ParsedBody:
    """What each unit of one version is, in order.

    `known` is the title that stands in the keys above the article, `makers` are the names of those who made it.
    """
    given = split_one_line_dumps(given)
    found = _find_candidates(given, vocabulary)
    top = find_title(given, found, known)
    judged = _select_labels(given, found, top)
    if slips := _miscapitalised_labels(given, found, judged):
        found = dict(sorted((found | slips).items()))
        judged = _select_labels(given, found, top)
    full = _recurring_label_texts(judged)
    again = split_glued_turns(given, full, {given[i].start for i, label in judged.hits.items() if label.text in full})
    if again is not None:
        found = _reread_candidates(again, given, found, vocabulary)
        given = again
        top = find_title(given, found, known)
        judged = _select_labels(given, found, top)
    lines, legend = find_speaker_keys(given, found) if judged.hits else (set(), {})
    kickers = {i for i in top.kickers if i not in judged.hits}
    hits = {i: label for i, label in judged.hits.items() if i not in lines}
    idle = lines | set(top.repeats) | kickers | ({top.title} if top.title is not None else set())
    placed = {i: whole_block(given[i], "legend", "dialogue.legend", 0.9) for i in lines}
    for i in top.repeats:
        # With other capitals it is no repeat that the text above could stand in for.
        same = top.title is not None and word_characters(given[i].text) in word_characters(given[top.title].text)
        part = "repeat" if same else _announcement_part(given[i])
        placed[i] = whole_block(given[i], part, "dialogue.title-again", 0.95)
    for i in kickers:
        placed[i] = whole_block(given[i], _announcement_part(given[i]), "dialogue.kicker", 0.8)
    if top.title is not None:
        placed[top.title] = whole_block(given[top.title], "title", "dialogue.title", 0.9)
    rest = [i for i in range(len(given)) if i not in idle]
    at = {i: n for n, i in enumerate(rest)}
    body = _body(
        [given[i] for i in rest], {at[i]: label for i, label in hits.items() if i in at}, legend, judged, makers
    )
    order = sorted([*placed.values(), *body], key=lambda one: one.unit.start)
    other = given[top.other] if top.other is not None else None
    return ParsedBody(order, judged, other)


def _announcement_part(unit: Block) -> str:
    """The part of a line that only announces the article; what is longer than a label may be is its lead."""
    return "label" if len(unit.text) <= MAX_UNASSIGNED_LABEL_CHARS and "\n" not in unit.text else "lead"


def _find_candidates(given: Sequence[Block], vocabulary: Vocabulary) -> dict[int, LabelCandidate]:
    found = {i: label for i, unit in enumerate(given) if (label := find_candidate(unit, vocabulary)) is not None}
    further = labels_set_alike(given, found) if vocabulary else {}
    return dict(sorted((found | further).items())) if further else found


def _reread_candidates(
    again: Sequence[Block], given: Sequence[Block], found: Mapping[int, LabelCandidate], vocabulary: Vocabulary
) -> dict[int, LabelCandidate]:
    """The possible labels of units of which most are those that were read before."""
    read = {given[i].start: (given[i].end, found.get(i)) for i in range(len(given))}
    hits = {}
    for i, unit in enumerate(again):
        end, label = read.get(unit.start, (-1, None))
        if end != unit.end:
            label = find_candidate(unit, vocabulary)
        if label is not None:
            hits[i] = label
    return hits


def _miscapitalised_labels(
    given: Sequence[Block], found: Mapping[int, LabelCandidate], judged: SpeakerLabels
) -> dict[int, LabelCandidate]:
    """Labels that are a speaker's but for their capitals: `daily Post: …` where `Daily Post` speaks."""
    known = {label.key: label for label in judged.hits.values() if not label.anonymous and label.form == "mark"}
    slips = {}
    for i, unit in enumerate(given):
        if i in found or not known:
            continue
        mark = LABEL_SEPARATOR.search(unit.text, 0, LABEL_SEARCH_CHARS)
        if mark is None or (label := known.get(label_key(unit.text[: mark.start()]))) is None:
            continue
        text = unit.text[: mark.start()].rstrip("*_ ")
        body = mark.end() + len(unit.text[mark.end() :]) - len(unit.text[mark.end() :].lstrip("*_ "))
        slips[i] = LabelCandidate(
            unit.start, unit.start + len(text), text, label.key, label.kind, label.anonymous, body
        )
    return slips


def _recurring_label_texts(judged: SpeakerLabels) -> set[str]:
    """The labels that begin at least three turns, or two of somebody who asks, as they are written."""
    tally: dict[str, float] = {}
    for label in judged.hits.values():
        if label.form == "mark":
            weight = 1.5 if label.kind in {"asks", "outlet"} else 1
            tally[label.text] = tally.get(label.text, 0) + weight
    return {text for text, count in tally.items() if count >= MIN_GLUED_LABEL_WEIGHT}


def _select_labels(given: Sequence[Block], found: Mapping[int, LabelCandidate], top: TitleBlocks) -> SpeakerLabels:
    """The labels that are speakers', without the title's, and without a first one far above all others."""
    apart = {top.title, *top.repeats, *top.kickers}
    judged = select_speaker_labels({i: label for i, label in found.items() if i not in apart}, given)
    first, second, *_ = [*judged.hits, len(given), len(given)]
    if top.title is None and first == 0 and len(judged.hits) > 2 and second - first >= MIN_STRAY_LABEL_DISTANCE:
        return msgspec.structs.replace(judged, hits={i: label for i, label in judged.hits.items() if i != first})
    return judged


def exchange_numbers(placed: Sequence[LabelledBlock]) -> list[int | None]:
    """The number of the exchange that each unit belongs to, counted as the assembly counts; None outside."""
    numbers: list[int | None] = []
    current, answered, opened = 0, False, False
    for unit in placed:
        if unit.part == "heading":
            opened = False
        if not unit.turn and not (unit.part == "prose" and opened):
            numbers.append(None)
            continue
        if not opened or (unit.part == "question" and answered):
            current, answered, opened = current + 1, False, True
        answered |= unit.part == "answer"
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
    given: Sequence[Block],
    hits: Mapping[int, LabelCandidate],
    legend: Mapping[str, str],
    judged: SpeakerLabels,
    makers: str,
) -> list[LabelledBlock]:
    if hits:
        return mark_closing(list(_parse_labelled(given, hits, legend, judged)), makers)
    if questions := bare_questions(given):
        return mark_closing(list(_parse_unlabelled(given, questions)), makers)
    return list(_parse_prose(given))


def _parse_labelled(
    given: Sequence[Block], hits: Mapping[int, LabelCandidate], legend: Mapping[str, str], judged: SpeakerLabels
) -> Iterator[LabelledBlock]:
    named = speaker_names(hits, legend)
    asked = questions_above_answers(given, hits)
    starts = sorted(hits.keys() | asked)
    ends_by = dict(zip(starts, [*starts[1:], len(given)], strict=True))
    # Manners decide only between few, of whom none asks by name.
    polite = len(named) <= MAX_FEATURED_SPEAKERS and not any(label.kind == "asks" for label in hits.values())
    turns = [
        turn_features(given[i : ends_by[i]], hits[i], _speaker_id(hits[i], named), polite=polite) for i in sorted(hits)
    ]
    parts = assign_roles(turns, asked=bool(asked))
    unanswered = _questions_without_labelled_answer(
        hits, {i: parts[_speaker_id(label, named)] for i, label in hits.items()}, ends_by
    )
    yield from _before_first_turn(given, starts[0])
    for i in starts:
        if i not in hits:
            yield from _parse_bare_question(given, i, ends_by[i])
            continue
        label = hits[i]
        part = parts[_speaker_id(label, named)]
        behind = hits.get(ends_by[i])
        answered = behind is not None and parts[_speaker_id(behind, named)] == "answer"
        name = named[label.key]
        yield from _parse_turn(
            given, i, ends_by[i], label, part, name, judged, answers=i in unanswered, answered=answered
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


def _before_first_turn(given: Sequence[Block], first: int) -> Iterator[LabelledBlock]:
    """What stands between the title and the first turn: the lead, headings, and the paragraphs of their sections."""
    headed = False
    for i in range(first):
        if _is_heading(given, i, {first}):
            headed = True
            yield whole_block(given[i], "heading", "dialogue.heading", 0.9)
        else:
            yield whole_block(given[i], "prose" if headed else "lead", "dialogue.above", 0.9)


def _parse_bare_question(given: Sequence[Block], i: int, end: int) -> Iterator[LabelledBlock]:
    """A question without a label above labelled answers, and what follows it up to the next label."""
    yield _question_block(given[i], "dialogue.bare-question", 0.9)
    for j in range(i + 1, end):
        yield from _continuation(given[j], "answer", None, "dialogue.below-question")


def _question_block(unit: Block, rule: str, confidence: float) -> LabelledBlock:
    """A question without a label; a number before it is not part of it."""
    number = QUESTION_NUMBER.match(unit.text) if line_style(unit) != PLAIN_STYLE else None
    if number is None:
        return whole_block(unit, "question", rule, confidence)
    start, end = number.span("number")
    return LabelledBlock(
        unit, "question", rule, confidence, unit.start + number.end(), number=(unit.start + start, unit.start + end)
    )


def _parse_turn(
    given: Sequence[Block],
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
    unit = given[i]
    sure = judged.confidences.get(label.key, 0.97)
    yield LabelledBlock(unit, part, "dialogue.labelled", min(sure, 0.97), unit.start + label.body, label, name, sure)
    headed = False
    current: tuple[TurnPart, str | None] = (part, name)
    empty = not unit.text[label.body :].strip("*_ ")
    for j in range(i + 1, end):
        # Nothing but a heading of Markdown comes between a question and its answer.
        splits = part == "question" and answered and not given[j].marked
        if not headed and not splits and _is_heading(given, j, {end}) and not (empty and j == i + 1):
            headed = True
            yield whole_block(given[j], "heading", "dialogue.heading", 0.9)
        elif headed:
            yield whole_block(given[j], "prose", "dialogue.between", 0.7)
        else:
            # A question in bold ends with the bold; any other with its question mark, or with its paragraph.
            ends = given[j - 1].asks or j > i + 1 or (unit.bold and not given[j].bold)
            if answers and current[0] == "question" and ends and not given[j].text.endswith("?**"):
                current = ("answer", None)
            yield from _continuation(given[j], current[0], current[1], "dialogue.continued")


def _continuation(unit: Block, part: str, name: str | None, rule: str) -> Iterator[LabelledBlock]:
    """A paragraph of a turn, or what stands in the midst of it and is nobody's."""
    if is_stage_direction(unit):
        yield whole_block(unit, "aside", "dialogue.direction", 0.9)
    elif is_caption(unit):
        yield whole_block(unit, "aside", "dialogue.caption", 0.75)
    else:
        yield whole_block(unit, part, rule, 0.9 if rule == "dialogue.continued" else 0.85, name)


def _is_heading(given: Sequence[Block], i: int, starts: Set[int]) -> bool:
    """Whether a unit is a heading: it has the form of one, and a turn, or prose behind prose, follows it."""
    unit = given[i]
    if len(unit.text) > MAX_HEADING_CHARS or unit.indented or is_caption(unit):
        return False
    if i + 1 >= len(given) or i in starts:
        return False
    if unit.could_head():
        return i + 1 in starts or unit.marked
    if unit.marked:
        return True
    # `Why sailcloth?` in bold, and `Her teacher: no way back`, are headings right before a turn only.
    bold = unit.bold and display_width(unit.text) <= MAX_CAPTION_COLUMNS and "\n" not in unit.text
    return i + 1 in starts and (bold or _is_colon_heading(unit, given[i - 1] if i else None))


def _is_colon_heading(unit: Block, above: Block | None) -> bool:
    text = unit.text
    colon = text.count("：") + text.count(": ")
    ended = above is not None and above.ended
    return (
        colon == 1
        and display_width(text) <= MAX_COLON_HEADING_COLUMNS
        and ended
        and not unit.ended
        and not unit.item
        and text[-1] not in ":："
    )


# --- questions without labels


def _parse_unlabelled(given: Sequence[Block], questions: Sequence[int]) -> Iterator[LabelledBlock]:
    starts = set(questions)
    for i, unit in enumerate(given):
        if i in starts:
            yield _question_block(unit, "dialogue.bare-question", 0.85)
        elif _is_heading(given, i, starts):
            yield whole_block(unit, "heading", "dialogue.heading", 0.85)
        elif i < questions[0]:
            yield whole_block(unit, "lead", "dialogue.above", 0.85)
        else:
            yield from _continuation(unit, "answer", None, "dialogue.below-question")


# --- no interview


def _parse_prose(given: Sequence[Block]) -> Iterator[LabelledBlock]:
    headed = False
    for i, unit in enumerate(given):
        following = given[i + 1] if i + 1 < len(given) else None
        around = i > 0 and given[i - 1].long and following is not None and following.long
        marked = unit.marked and len(unit.text) <= MAX_HEADING_CHARS
        if following is not None and (marked or (around and unit.could_head())) and not is_caption(unit):
            headed = True
            yield whole_block(unit, "heading", "dialogue.heading", 0.8)
        else:
            yield whole_block(unit, "prose" if headed else "lead", "dialogue.prose", 0.9)
