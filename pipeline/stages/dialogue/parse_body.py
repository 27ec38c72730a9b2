"""One version of the body from top to bottom: title, lead, headings, turns, asides, closing."""

from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.stages.dialogue.asides import CAPTION, captions, directs
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.closing import closed
from pipeline.stages.dialogue.label_candidates import MARK, REACH, Candidate, hit, key_of
from pipeline.stages.dialogue.label_layout import set_alike
from pipeline.stages.dialogue.label_scoring import Cast, cast
from pipeline.stages.dialogue.labelled_block import LabelledBlock, whole
from pipeline.stages.dialogue.questions import NUMBER, PLAIN, asked_above, bare, form
from pipeline.stages.dialogue.roles import Part, roles
from pipeline.stages.dialogue.speaker_aliases import names
from pipeline.stages.dialogue.speaker_key import legends
from pipeline.stages.dialogue.split_turns import separate, unglued
from pipeline.stages.dialogue.titles import Titles, titles
from pipeline.stages.dialogue.turn_features import said
from pipeline.text.lines import display_width, word_characters

LONGEST_REPEAT = 40
"""Code points that a label without a field may have."""
FEW = 6
"""Labels up to which it matters how they speak to each other."""
LONGEST_HEADING = 120
COLON_HEADING = 40
"""Columns of a heading with a colon in it."""
LEAST_TURNS = 3
"""Turns that a label begins, from which it is looked for behind other words, too."""
FAR = 12
"""Units between a first label and the others from which it is no turn."""


class Flow(msgspec.Struct, frozen=True, gc=False):
    """What each unit of one version is, in order, and what was in doubt."""

    placed: list[LabelledBlock]
    cast: Cast
    other_title: Block | None = None


def flow(
    given: Sequence[Block], vocabulary: Vocabulary = NO_VOCABULARY, known: str | None = None, makers: str = ""
) -> Flow:
    """What each unit of one version is, in order.

    `known` is the title that stands in the keys above the article, `makers` are the names of those who made it.
    """
    given = separate(given)
    found = _hits(given, vocabulary)
    top = titles(given, found, known)
    judged = _judged(given, found, top)
    if slips := _slips(given, found, judged):
        found = dict(sorted((found | slips).items()))
        judged = _judged(given, found, top)
    full = _full_labels(judged)
    again = unglued(given, full, {given[i].start for i, label in judged.hits.items() if label.text in full})
    if again is not None:
        found = _hits_again(again, given, found, vocabulary)
        given = again
        top = titles(given, found, known)
        judged = _judged(given, found, top)
    lines, legend = legends(given, found) if judged.hits else (set(), {})
    kickers = {i for i in top.kickers if i not in judged.hits}
    hits = {i: label for i, label in judged.hits.items() if i not in lines}
    idle = lines | set(top.repeats) | kickers | ({top.title} if top.title is not None else set())
    placed = {i: whole(given[i], "legend", "dialogue.legend", 0.9) for i in lines}
    for i in top.repeats:
        # With other capitals it is no repeat that the text above could stand in for.
        same = top.title is not None and word_characters(given[i].text) in word_characters(given[top.title].text)
        part = "repeat" if same else _announcing(given[i])
        placed[i] = whole(given[i], part, "dialogue.title-again", 0.95)
    for i in kickers:
        placed[i] = whole(given[i], _announcing(given[i]), "dialogue.kicker", 0.8)
    if top.title is not None:
        placed[top.title] = whole(given[top.title], "title", "dialogue.title", 0.9)
    rest = [i for i in range(len(given)) if i not in idle]
    at = {i: n for n, i in enumerate(rest)}
    body = _body(
        [given[i] for i in rest], {at[i]: label for i, label in hits.items() if i in at}, legend, judged, makers
    )
    order = sorted([*placed.values(), *body], key=lambda one: one.unit.start)
    other = given[top.other] if top.other is not None else None
    return Flow(order, judged, other)


def _announcing(unit: Block) -> str:
    """The part of a line that only announces the article; what is longer than a label may be is its lead."""
    return "label" if len(unit.text) <= LONGEST_REPEAT and "\n" not in unit.text else "lead"


def _hits(given: Sequence[Block], vocabulary: Vocabulary) -> dict[int, Candidate]:
    found = {i: label for i, unit in enumerate(given) if (label := hit(unit, vocabulary)) is not None}
    further = set_alike(given, found) if vocabulary else {}
    return dict(sorted((found | further).items())) if further else found


def _hits_again(
    again: Sequence[Block], given: Sequence[Block], found: Mapping[int, Candidate], vocabulary: Vocabulary
) -> dict[int, Candidate]:
    """The possible labels of units of which most are those that were read before."""
    read = {given[i].start: (given[i].end, found.get(i)) for i in range(len(given))}
    hits = {}
    for i, unit in enumerate(again):
        end, label = read.get(unit.start, (-1, None))
        if end != unit.end:
            label = hit(unit, vocabulary)
        if label is not None:
            hits[i] = label
    return hits


def _slips(given: Sequence[Block], found: Mapping[int, Candidate], judged: Cast) -> dict[int, Candidate]:
    """Labels that are a speaker's but for their capitals: `daily Post: …` where `Daily Post` speaks."""
    known = {label.key: label for label in judged.hits.values() if not label.anonymous and label.form == "mark"}
    slips = {}
    for i, unit in enumerate(given):
        if i in found or not known:
            continue
        mark = MARK.search(unit.text, 0, REACH)
        if mark is None or (label := known.get(key_of(unit.text[: mark.start()]))) is None:
            continue
        text = unit.text[: mark.start()].rstrip("*_ ")
        body = mark.end() + len(unit.text[mark.end() :]) - len(unit.text[mark.end() :].lstrip("*_ "))
        slips[i] = Candidate(unit.start, unit.start + len(text), text, label.key, label.kind, label.anonymous, body)
    return slips


def _full_labels(judged: Cast) -> set[str]:
    """The labels that begin at least three turns, or two of somebody who asks, as they are written."""
    tally: dict[str, float] = {}
    for label in judged.hits.values():
        if label.form == "mark":
            weight = 1.5 if label.kind in {"asks", "outlet"} else 1
            tally[label.text] = tally.get(label.text, 0) + weight
    return {text for text, count in tally.items() if count >= LEAST_TURNS}


def _judged(given: Sequence[Block], found: Mapping[int, Candidate], top: Titles) -> Cast:
    """The labels that are speakers', without the title's, and without a first one far above all others."""
    apart = {top.title, *top.repeats, *top.kickers}
    judged = cast({i: label for i, label in found.items() if i not in apart}, given)
    first, second, *_ = [*judged.hits, len(given), len(given)]
    if top.title is None and first == 0 and len(judged.hits) > 2 and second - first >= FAR:
        return msgspec.structs.replace(judged, hits={i: label for i, label in judged.hits.items() if i != first})
    return judged


def exchanges(placed: Sequence[LabelledBlock]) -> list[int | None]:
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


def repeats(placed: Sequence[LabelledBlock]) -> list[bool]:
    """For each unit whether its label only says again who is speaking, so that the turn above goes on.

    A stage direction between the two does not end the turn.
    """
    told = [False] * len(placed)
    above: LabelledBlock | None = None
    for i, here in enumerate(placed):
        if above is not None and here.label is not None and here.name is not None:
            same = (above.part, above.name) == (here.part, here.name)
            told[i] = same and len(here.label.text) <= LONGEST_REPEAT
        if here.rule != "dialogue.direction" and here.part != "legend":
            above = here
    return told


# --- the body


def _body(
    given: Sequence[Block], hits: Mapping[int, Candidate], legend: Mapping[str, str], judged: Cast, makers: str
) -> list[LabelledBlock]:
    if hits:
        return closed(list(_labelled(given, hits, legend, judged)), makers)
    if questions := bare(given):
        return closed(list(_unlabelled(given, questions)), makers)
    return list(_article(given))


def _labelled(
    given: Sequence[Block], hits: Mapping[int, Candidate], legend: Mapping[str, str], judged: Cast
) -> Iterator[LabelledBlock]:
    named = names(hits, legend)
    asked = asked_above(given, hits)
    starts = sorted(hits.keys() | asked)
    ends_by = dict(zip(starts, [*starts[1:], len(given)], strict=True))
    # Manners decide only between few, of whom none asks by name.
    polite = len(named) <= FEW and not any(label.kind == "asks" for label in hits.values())
    turns = [said(given[i : ends_by[i]], hits[i], _person(hits[i], named), polite=polite) for i in sorted(hits)]
    parts = roles(turns, asked=bool(asked))
    unanswered = _unanswered(hits, {i: parts[_person(label, named)] for i, label in hits.items()}, ends_by)
    yield from _above(given, starts[0])
    for i in starts:
        if i not in hits:
            yield from _asked(given, i, ends_by[i])
            continue
        label = hits[i]
        part = parts[_person(label, named)]
        behind = hits.get(ends_by[i])
        answered = behind is not None and parts[_person(behind, named)] == "answer"
        name = named[label.key]
        yield from _turn(given, i, ends_by[i], label, part, name, judged, answers=i in unanswered, answered=answered)


def _person(label: Candidate, named: Mapping[str, str | None]) -> str:
    """What makes two turns one person's: the name; for Q and A words the word."""
    return named[label.key] or label.key


def _unanswered(hits: Mapping[int, Candidate], parts: Mapping[int, Part], ends_by: Mapping[int, int]) -> set[int]:
    """Questions whose answers have no label: unlabelled paragraphs stand below them, then the next question."""
    order = sorted(hits)
    asked = [i for i in order if parts[i] == "question"]
    if not asked:
        return set()
    following = {i: order[n + 1] if n + 1 < len(order) else None for n, i in enumerate(order)}
    alone = {i for i in asked if (behind := following[i]) is None or parts[behind] == "question" if ends_by[i] - i > 1}
    return alone if len(alone) >= 0.5 * len(asked) else set()


def _above(given: Sequence[Block], first: int) -> Iterator[LabelledBlock]:
    """What stands between the title and the first turn: the lead, headings, and the paragraphs of their sections."""
    headed = False
    for i in range(first):
        if _heads(given, i, {first}):
            headed = True
            yield whole(given[i], "heading", "dialogue.heading", 0.9)
        else:
            yield whole(given[i], "prose" if headed else "lead", "dialogue.above", 0.9)


def _asked(given: Sequence[Block], i: int, end: int) -> Iterator[LabelledBlock]:
    """A question without a label above labelled answers, and what follows it up to the next label."""
    yield _question(given[i], "dialogue.bare-question", 0.9)
    for j in range(i + 1, end):
        yield from _below(given[j], "answer", None, "dialogue.below-question")


def _question(unit: Block, rule: str, confidence: float) -> LabelledBlock:
    """A question without a label; a number before it is not part of it."""
    number = NUMBER.match(unit.text) if form(unit) != PLAIN else None
    if number is None:
        return whole(unit, "question", rule, confidence)
    start, end = number.span("number")
    return LabelledBlock(
        unit, "question", rule, confidence, unit.start + number.end(), number=(unit.start + start, unit.start + end)
    )


def _turn(
    given: Sequence[Block],
    i: int,
    end: int,
    label: Candidate,
    part: Part,
    name: str | None,
    judged: Cast,
    *,
    answers: bool,
    answered: bool,
) -> Iterator[LabelledBlock]:
    """A labelled unit and all that follows it up to the next label."""
    unit = given[i]
    sure = judged.confidences.get(label.key, 0.97)
    yield LabelledBlock(unit, part, "dialogue.labelled", min(sure, 0.97), unit.start + label.body, label, name, sure)
    headed = False
    current: tuple[Part, str | None] = (part, name)
    empty = not unit.text[label.body :].strip("*_ ")
    for j in range(i + 1, end):
        # Nothing but a heading of Markdown comes between a question and its answer.
        splits = part == "question" and answered and not given[j].marked
        if not headed and not splits and _heads(given, j, {end}) and not (empty and j == i + 1):
            headed = True
            yield whole(given[j], "heading", "dialogue.heading", 0.9)
        elif headed:
            yield whole(given[j], "prose", "dialogue.between", 0.7)
        else:
            # A question in bold ends with the bold; any other with its question mark, or with its paragraph.
            ends = given[j - 1].asks or j > i + 1 or (unit.bold and not given[j].bold)
            if answers and current[0] == "question" and ends and not given[j].text.endswith("?**"):
                current = ("answer", None)
            yield from _below(given[j], current[0], current[1], "dialogue.continued")


def _below(unit: Block, part: str, name: str | None, rule: str) -> Iterator[LabelledBlock]:
    """A paragraph of a turn, or what stands in the midst of it and is nobody's."""
    if directs(unit):
        yield whole(unit, "aside", "dialogue.direction", 0.9)
    elif captions(unit):
        yield whole(unit, "aside", "dialogue.caption", 0.75)
    else:
        yield whole(unit, part, rule, 0.9 if rule == "dialogue.continued" else 0.85, name)


def _heads(given: Sequence[Block], i: int, starts: Set[int]) -> bool:
    """Whether a unit is a heading: it has the form of one, and a turn, or prose behind prose, follows it."""
    unit = given[i]
    if len(unit.text) > LONGEST_HEADING or unit.indented or captions(unit):
        return False
    if i + 1 >= len(given) or i in starts:
        return False
    if unit.could_head():
        return i + 1 in starts or unit.marked
    if unit.marked:
        return True
    # `Why sailcloth?` in bold, and `Her teacher: no way back`, are headings right before a turn only.
    bold = unit.bold and display_width(unit.text) <= CAPTION and "\n" not in unit.text
    return i + 1 in starts and (bold or _colon_heading(unit, given[i - 1] if i else None))


def _colon_heading(unit: Block, above: Block | None) -> bool:
    text = unit.text
    colon = text.count("：") + text.count(": ")
    ended = above is not None and above.ended
    return (
        colon == 1
        and display_width(text) <= COLON_HEADING
        and ended
        and not unit.ended
        and not unit.item
        and text[-1] not in ":："
    )


# --- questions without labels


def _unlabelled(given: Sequence[Block], questions: Sequence[int]) -> Iterator[LabelledBlock]:
    starts = set(questions)
    for i, unit in enumerate(given):
        if i in starts:
            yield _question(unit, "dialogue.bare-question", 0.85)
        elif _heads(given, i, starts):
            yield whole(unit, "heading", "dialogue.heading", 0.85)
        elif i < questions[0]:
            yield whole(unit, "lead", "dialogue.above", 0.85)
        else:
            yield from _below(unit, "answer", None, "dialogue.below-question")


# --- no interview


def _article(given: Sequence[Block]) -> Iterator[LabelledBlock]:
    headed = False
    for i, unit in enumerate(given):
        following = given[i + 1] if i + 1 < len(given) else None
        around = i > 0 and given[i - 1].long and following is not None and following.long
        marked = unit.marked and len(unit.text) <= LONGEST_HEADING
        if following is not None and (marked or (around and unit.could_head())) and not captions(unit):
            headed = True
            yield whole(unit, "heading", "dialogue.heading", 0.8)
        else:
            yield whole(unit, "prose" if headed else "lead", "dialogue.prose", 0.9)
