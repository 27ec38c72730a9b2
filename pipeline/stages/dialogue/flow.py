"""One version of the body from top to bottom: title, lead, headings, turns, asides, closing."""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from importlib.resources import files

import msgspec
import regex

from pipeline.layout import width
from pipeline.stages.dialogue.labels import Hit, akin, hit, names, separate, speakers
from pipeline.stages.dialogue.roles import Part, Said, roles
from pipeline.stages.dialogue.units import Unit
from pipeline.vocabulary import NOTHING, Vocabulary

DIRECTION = regex.compile(r"[（(\[【][^()（）\[\]【】]{1,120}[)）\]】][.。]?")
YOU = regex.compile(r"\b(?:you|your|yours|yourself)\b|[你您]", regex.IGNORECASE)
FIRST_PERSON = regex.compile(r"\b(?:I|I[’']\p{L}+|my|me|myself)\b|我")
QUOTED = regex.compile(r"“[^”\n]{0,400}”|\"[^\"\n]{0,400}\"|「[^」\n]{0,400}」")
HONOURED = "(?:Mr|Mrs|Ms|Dr|Prof|Professor|Minister|Sir|Dame|Señora?|Miss)\\.? "
HONOURED_BEHIND = "(?:先生|女士|老师|老師|教授|博士|部长|部長)"

LONGEST_QUESTION = 600
LEAST_QUESTIONS = 3
LONGEST_REPEAT = 40
"""Code points that a label without a field may have."""
TAIL = 4
"""Paragraphs at the end of the last answer that may be nobody's."""


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A unit and what it is. `label` is the speaker's label before it; `start` is where its own words begin.

    `starts` says that a new turn begins here; `name` is the speaker's, None where nobody is named.
    """

    unit: Unit
    part: str
    rule: str
    confidence: float
    start: int
    label: Hit | None = None
    name: str | None = None

    @property
    def turn(self) -> bool:
        """Whether it belongs to a turn."""
        return self.part in {"question", "answer", "aside"}


def flow(given: Sequence[Unit], vocabulary: Vocabulary = NOTHING) -> list[Placed]:
    """What each unit of one version is, in order."""
    given = separate(given)
    found = {i: label for i, unit in enumerate(given) if (label := hit(unit, vocabulary)) is not None}
    title = _title(given, found)
    if title is not None:
        found.pop(title, None)
    hits = speakers(found, given)
    if title is None and given and 0 in hits and not _begins(hits):
        hits.pop(0)
    placed: list[Placed] = []
    rest = 0
    if title is not None:
        placed.append(_whole(given[title], "title", "dialogue.title", 0.9))
        rest = title + 1
    if hits:
        placed.extend(_labelled(given, rest, hits))
    elif questions := _question_lines(given, rest):
        placed.extend(_unlabelled(given, rest, questions))
    else:
        placed.extend(_article(given, rest))
    return _closed(placed)


def exchanges(placed: Sequence[Placed]) -> list[int | None]:
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


def repeats(placed: Sequence[Placed]) -> list[bool]:
    """For each unit whether its label only says again who is speaking, so that the turn above goes on."""
    told = [False] * len(placed)
    for i in range(1, len(placed)):
        above, here = placed[i - 1], placed[i]
        same = (above.part, above.name) == (here.part, here.name)
        told[i] = here.label is not None and here.name is not None and same and len(here.label.text) <= LONGEST_REPEAT
    return told


def _whole(unit: Unit, part: str, rule: str, confidence: float, name: str | None = None) -> Placed:
    return Placed(unit, part, rule, confidence, unit.start, None, name)


def _title(given: Sequence[Unit], found: Mapping[int, Hit]) -> int | None:
    """The index of the title: the first unit of the document, if it has a title's form and is nobody's turn.

    `Ada Fern: What the tide brings` is a title where a byline or prose follows it and the others' labels come later.
    """
    if not given or not given[0].could_be_title():
        return None
    label = found.get(0)
    following = given[1] if len(given) > 1 else None
    if following is None:
        return None
    if label is None:
        if (
            given[0].asks
            and not given[0].marked
            and not given[0].before_byline
            and 1 not in found
            and not following.asks
        ):
            # A document that begins with a bare question is an interview's beginning, unless what follows is a lead.
            return 0 if width(given[0].text) < 100 and not YOU.search(given[0].text) else None
        return 0
    if label.anonymous or label.kind in {"asks", "moderates"}:
        return None
    later = [i for i in found if i > 0]
    if label.told and later[:1] == [1] and (given[0].asks or label.kind == "outlet"):
        return None
    again = [i for i in later if found[i].key == label.key or akin(found[i].key, label.key)]
    if not again or given[0].before_byline:
        return 0
    above_lead = later[0] > 1 and not given[0].ended and following.ended
    return 0 if above_lead or later[0] > 2 else None


def _begins(hits: Mapping[int, Hit]) -> bool:
    """Whether the first label can begin the talk; one far above all others is no turn."""
    first, second, *_ = [*hits, len(hits), len(hits)]
    return second - first < 12


# --- turns with labels


def _labelled(given: Sequence[Unit], rest: int, hits: Mapping[int, Hit]) -> Iterator[Placed]:
    named = names(hits)
    starts = sorted(hits.keys() | _asked_above(given, rest, hits))
    ends_by = dict(zip(starts, [*starts[1:], len(given)], strict=True))
    said = [_said(given, hits[i], i, ends_by[i], named) for i in sorted(hits)]
    parts = roles(said)
    one_sided = set(parts.values()) == {"question"}
    yield from _above(given, rest, starts[0])
    for i in starts:
        if i not in hits:
            yield _whole(given[i], "question", "dialogue.bare-question", 0.85)
            continue
        key = _person(hits[i], named)
        yield from _turn(given, i, ends_by[i], hits, parts[key], named[hits[i].key], one_sided=one_sided)


def _asked_above(given: Sequence[Unit], rest: int, hits: Mapping[int, Hit]) -> set[int]:
    """Indices of the questions right above the turns of the one person who has a label; empty where that one asks."""
    if len({label.key for label in hits.values()}) > 1 or any(label.kind == "asks" for label in hits.values()):
        return set()
    found = {i - 1 for i in hits if i > rest and i - 1 not in hits and given[i - 1].asks}
    asks = sum(given[i].asks for i in hits)
    return found if 2 * len(found) > len(hits) > 2 * asks else set()


def _person(label: Hit, named: Mapping[str, str | None]) -> str:
    """What makes two turns one person's: the name; for Q and A words the word."""
    return named[label.key] or label.key


def _said(given: Sequence[Unit], label: Hit, start: int, end: int, named: Mapping[str, str | None]) -> Said:
    turn = given[start:end]
    length = sum(unit.end - unit.start for unit in turn if not unit.could_head())
    asks = (
        turn[0].asks or any(unit.asks for unit in turn[1:2]) or "?" in turn[0].text[-120:] or "？" in turn[0].text[-60:]
    )
    return Said(_person(label, named), label.kind, asks, length, label.told)


def _above(given: Sequence[Unit], rest: int, first: int) -> Iterator[Placed]:
    """What stands between the title and the first turn: the lead, headings, and the paragraphs of their sections."""
    headed = False
    for i in range(rest, first):
        if _heads(given, i, {first}):
            headed = True
            yield _whole(given[i], "heading", "dialogue.heading", 0.9)
        else:
            yield _whole(given[i], "prose" if headed else "lead", "dialogue.above", 0.9)


def _turn(
    given: Sequence[Unit],
    i: int,
    end: int,
    hits: Mapping[int, Hit],
    part: Part,
    name: str | None,
    *,
    one_sided: bool,
) -> Iterator[Placed]:
    """A labelled unit and all that follows it up to the next label."""
    unit, label = given[i], hits[i]
    words = unit.start + label.body
    yield Placed(unit, part, "dialogue.labelled", 0.97, words, label, name)
    headed = False
    current: tuple[Part, str | None] = (part, name)
    for j in range(i + 1, end):
        if DIRECTION.fullmatch(given[j].text):
            yield _whole(given[j], "aside", "dialogue.direction", 0.9)
        elif _heads(given, j, {end}):
            headed = True
            yield _whole(given[j], "heading", "dialogue.heading", 0.9)
        elif headed:
            yield _whole(given[j], "prose", "dialogue.between", 0.7)
        else:
            if one_sided and current[0] == "question" and (given[j - 1].asks or j > i + 1):
                current = ("answer", None)
            yield _whole(given[j], current[0], "dialogue.continued", 0.9, current[1])


def _heads(given: Sequence[Unit], i: int, starts: Set[int]) -> bool:
    """Whether a unit is a heading: it has the form of one, and a turn, or prose behind prose, follows it."""
    unit = given[i]
    if i + 1 >= len(given) or not unit.could_head():
        return unit.marked and i + 1 < len(given) and len(unit.text) <= 120 and i not in starts
    if i in starts:
        return False
    return i + 1 in starts or unit.marked


# --- questions without labels


def _question_lines(given: Sequence[Unit], rest: int) -> list[int]:
    """Indices of the bare questions of an interview without labels; empty where it is none.

    They are paragraphs of their own that end in a question mark, at least three, each with an answer below, from
    the first of them on about every second to sixth paragraph; and they speak to somebody.
    """
    found = [
        i
        for i in range(rest, len(given) - 1)
        if given[i].asks and len(given[i].text) <= LONGEST_QUESTION and not given[i + 1].asks
    ]
    if len(found) < LEAST_QUESTIONS:
        return []
    span = len(given) - found[0]
    addressed = sum(bool(YOU.search(given[i].text)) for i in found)
    asked = sum(len(given[i].text) for i in found)
    told = sum(len(unit.text) for unit in given[found[0] :]) - asked
    if span > 6 * len(found) or addressed < 0.4 * len(found) or told < 1.5 * asked:
        return []
    return found


def _unlabelled(given: Sequence[Unit], rest: int, questions: Sequence[int]) -> Iterator[Placed]:
    starts = set(questions)
    for i in range(rest, len(given)):
        unit = given[i]
        if i in starts:
            yield _whole(unit, "question", "dialogue.bare-question", 0.85)
        elif _heads(given, i, starts):
            yield _whole(unit, "heading", "dialogue.heading", 0.85)
        elif i < questions[0]:
            yield _whole(unit, "lead", "dialogue.above", 0.85)
        elif DIRECTION.fullmatch(unit.text):
            yield _whole(unit, "aside", "dialogue.direction", 0.9)
        else:
            yield _whole(unit, "answer", "dialogue.below-question", 0.85)


# --- no interview


def _article(given: Sequence[Unit], rest: int) -> Iterator[Placed]:
    headed = False
    for i in range(rest, len(given)):
        unit = given[i]
        following = given[i + 1] if i + 1 < len(given) else None
        prose_around = i > rest and given[i - 1].long and following is not None and following.long
        if unit.could_head() and following is not None and (prose_around or unit.marked):
            headed = True
            yield _whole(unit, "heading", "dialogue.heading", 0.8)
        else:
            yield _whole(unit, "prose" if headed else "lead", "dialogue.prose", 0.9)


# --- the end


@cache
def _closing_phrases() -> tuple[str, ...]:
    rows = files(__package__).joinpath("closings.txt").read_text("utf-8").splitlines()
    return tuple(row.casefold() for row in rows if row and not row.startswith("#"))


def _closed(placed: list[Placed]) -> list[Placed]:
    """The same with what stands behind the last turn and belongs to nobody as closing."""
    last = max((i for i, unit in enumerate(placed) if unit.label or unit.part == "question"), default=None)
    if last is None:
        return placed
    name = placed[last].name
    for i in range(last + 1, len(placed)):
        if placed[i].rule not in {"dialogue.continued", "dialogue.below-question", "dialogue.direction"}:
            continue
        text = placed[i].unit.text.casefold()
        by_phrase = any(phrase in text for phrase in _closing_phrases())
        if by_phrase or (i >= len(placed) - TAIL and _about(placed[i].unit.text, name)):
            rule, confidence = ("dialogue.closing-phrase", 0.9) if by_phrase else ("dialogue.third-person", 0.75)
            return placed[:i] + [_whole(unit.unit, "closing", rule, confidence) for unit in placed[i:]]
    return placed


def _about(text: str, name: str | None) -> bool:
    """Whether a paragraph tells of the speaker in the third person: nobody calls himself Mr. in an answer."""
    if name is None:
        return False
    told = QUOTED.sub("", text)
    if FIRST_PERSON.search(told):
        return False
    surname = name.split()[-1]
    if name.isascii() or " " in name:
        return bool(regex.search(rf"\b{HONOURED}(?:{regex.escape(name)}|{regex.escape(surname)})\b", told)) or (
            " " in name and told.startswith(f"{name} ")
        )
    return bool(regex.search(rf"{regex.escape(name[0])}(?:{regex.escape(name[1:])})?{HONOURED_BEHIND}", told))
