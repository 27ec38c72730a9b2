r"""What speaks for the reading of a candidate, and what for its letters as they are: a table of whole numbers.

A candidate has up to two readings. The space before it may stand for the ampersand, `isn #39;t`, or belong to the
text, `an quot;oar`. Each reading has a row. What other candidates and the document say is counted once for each
line and document, so that a row costs the same in a long line as in a short one.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

import msgspec

from pipeline.lexicon import english
from pipeline.stages.entities.entity_names import words_before_numbers
from pipeline.stages.entities.facts import (
    MOST_COUNTED,
    SUFFIX,
    DocumentFacts,
    LineContext,
    kind_of_quote,
    number_of,
)
from pipeline.stages.entities.lexer import BODIES, ROLES, SIGNS, Candidate, word_after, word_before
from pipeline.stages.entities.mentions import is_mentioned
from pipeline.stages.entities.shapes import CLASS_OF_ROLE, Shape, class_of
from pipeline.stages.entities.suspect_lines import SuspectLine

NAMES = (
    "has_space", "sign", "body", "closer", "role", "name_zipf", "number_class", "left", "left_of_left", "right",
    "right_of_right", "left_is_candidate", "right_is_candidate", "spaces_before", "space_after", "left_word_chars",
    "left_word_zipf", "left_word_case", "left_word_ends_in_s", "left_word_is_numbered", "right_word_chars",
    "right_word_zipf", "right_word_case", "right_is_suffix", "right_token_digits", "literal_zipf", "reading_zipf",
    "literal_pair", "reading_pair_before", "reading_pair_after",
    "same_before", "same_after", "opener_before", "closer_after", "index_of_same", "intact_same", "in_line",
    "in_document", "glued_in_document", "spaced_in_document", "double_spaced_in_document", "unlikely_in_document",
    "bare_numbers_in_document", "same_in_document", "in_program", "line_symbols", "line_ends_as_code", "token_chars",
    "token_symbols", "has_style_before", "is_mentioned", "line_about_entities", "document_about_entities",
    "line_indent", "line_is_wide", "line_runs_of_spaces", "second_word_chars", "second_word_zipf",
)  # fmt: skip
"""The features in the order of a row."""


STYLE_BEFORE = re.compile(r"(?:colou?r|background|border|fill|stroke|shadow|rgb|style)[\w-]{0,20}\W", re.IGNORECASE)
OPENS, CLOSES = 1, 2
"""Flags of what a quotation mark may do where it is."""
MAX_PAIR_POINTS = 999
STYLE_WINDOW = 30
MAX_TOKEN_SIDE = 40
"""Characters of a token on one side that are looked at."""
SIGNS_OF_CODE = "=<>/\\_|{}()[]$"
CLOSERS = ("", ";", "；")
MOST_CANDIDATES = 30
CASES = {"none": 0, "lower": 1, "title": 2, "upper": 3, "mixed": 4}


def has_space_reading(line: SuspectLine, candidate: Candidate) -> bool:
    """Whether the space before a candidate may stand for its ampersand."""
    return candidate.start > 0 and line.text[candidate.start - 1] == " "


class Sides(msgspec.Struct, frozen=True):
    """What is on both sides of a reading."""

    left: Shape
    right: Shape
    left_at: int
    """Offset before which the nearest word may end: that of the reading, or one less if a space is between."""
    right_at: int
    before: str
    """The word that ends at `left_at`."""
    after: str
    """The word that starts at `right_at`."""
    second: str
    """The word before `before`."""
    is_glued_left: bool
    is_glued_right: bool


def sides_of(line: SuspectLine, facts: LineContext, start: int, end: int) -> Sides:
    """The sides of the reading in `[start, end)`."""
    text = line.text
    left, right = _class_before(line, facts, start), _class_after(line, facts, end)
    left_at = start - 1 if left == Shape.SPACE and start not in facts.ends else start
    right_at = end + 1 if right == Shape.SPACE and end not in facts.begins else end
    before, after = word_before(text, left_at), word_after(text, right_at)
    second_at = left_at - len(before)
    second = word_before(text, second_at - 1) if before and text[second_at - 1 : second_at] == " " else ""
    return Sides(left, right, left_at, right_at, before, after, second, left_at == start, right_at == end)


def row(
    line: SuspectLine, facts: LineContext, document: DocumentFacts, found: Sequence[Candidate], i: int, *, spaced: bool
) -> list[int]:
    """The features of one reading of candidate `i`; `spaced` says that the space before it belongs to it."""
    candidate = found[i]
    start, end = candidate.start - spaced, candidate.end
    sides = sides_of(line, facts, start, end)
    return [
        int(spaced),
        *_of_candidate(candidate),
        *_of_characters(line, facts, sides, start, end),
        *_of_words(line, sides, end),
        *_of_lexicon(candidate, sides),
        *_of_partners(line, facts, found, i),
        *_of_document(document, candidate, len(found)),
        *_of_line(line, facts, document, candidate, start),
        len(sides.second),
        _zipf(sides.second),
    ]


def _of_candidate(candidate: Candidate) -> tuple[int, ...]:
    return (
        SIGNS.index(candidate.sign),
        BODIES.index(candidate.body),
        CLOSERS.index(candidate.closer),
        ROLES.index(candidate.role),
        _zipf(candidate.name) if candidate.body == "name" else -1,
        _number_class(candidate),
    )


def _of_characters(line: SuspectLine, facts: LineContext, sides: Sides, start: int, end: int) -> tuple[int, ...]:
    left, right = sides.left, sides.right
    return (
        left,
        _class_before(line, facts, sides.left_at) if left == Shape.SPACE else left,
        right,
        _class_after(line, facts, sides.right_at) if right == Shape.SPACE else right,
        int(start in facts.ends),
        int(end in facts.begins),
        _spaces_before(line.text, start),
        int(line.text[end : end + 1] == " "),
    )


def _of_words(line: SuspectLine, sides: Sides, end: int) -> tuple[int, ...]:
    before, after, text = sides.before, sides.after, line.text
    suffixes = (sides.right_at, end) if sides.is_glued_right else (sides.right_at,)
    return (
        len(before),
        _zipf(before),
        _case(before),
        int(before[-1:] in ("s", "S")),
        int(before.lower() in words_before_numbers()),
        len(after),
        _zipf(after),
        _case(after),
        sum(SUFFIX.match(text, at) is not None for at in suffixes),
        _digits_at(text, sides.right_at),
    )


def _of_lexicon(candidate: Candidate, sides: Sides) -> tuple[int, ...]:
    """What the lexicon says of both readings."""
    literal = _literal(candidate, sides.before if sides.is_glued_left else "")
    is_within_word = sides.is_glued_left and sides.is_glued_right and candidate.role in ("apostrophe", "letter")
    reading = sides.before + _spelled(candidate.new) + sides.after if is_within_word else ""
    is_ampersand = candidate.role == "amp"
    return (
        _zipf(literal),
        _zipf(reading),
        _pair_points(sides.before, candidate.name) if is_ampersand else 0,
        _pair_points(sides.before, "and") if is_ampersand else 0,
        _pair_points("and", sides.after) if is_ampersand else 0,
    )


def _of_partners(line: SuspectLine, facts: LineContext, found: Sequence[Candidate], i: int) -> tuple[int, ...]:
    """What stands for the same character before and after in the line."""
    same = facts.same[kind_of_quote(found[i].new)]
    place = bisect_left(same, i)
    is_last = place + 1 == len(same)
    return (
        min(MOST_COUNTED, place),
        min(MOST_COUNTED, len(same) - place - 1),
        _openness(line, facts, found[same[place - 1]]) if place else -1,
        -1 if is_last else _openness(line, facts, found[same[place + 1]]),
        place % 2,
        min(MOST_COUNTED, facts.intact),
    )


def _of_document(document: DocumentFacts, candidate: Candidate, in_line: int) -> tuple[int, ...]:
    return (
        min(MOST_COUNTED, in_line),
        min(MOST_CANDIDATES, document.candidates),
        min(MOST_COUNTED, document.glued),
        min(MOST_COUNTED, document.spaced),
        min(MOST_COUNTED, document.double_spaced),
        min(MOST_COUNTED, document.unlikely),
        document.bare_numbers,
        min(MOST_COUNTED, document.same[candidate.sign + candidate.new]),
    )


def _of_line(
    line: SuspectLine, facts: LineContext, document: DocumentFacts, candidate: Candidate, start: int
) -> tuple[int, ...]:
    """Signs of programs, of style sheets, and of a text that writes about entities."""
    text, end = line.text, candidate.end
    token = text[max(0, start - MAX_TOKEN_SIDE) : start].rsplit(" ", 1)[-1]
    token += text[end : end + MAX_TOKEN_SIDE].split(" ", 1)[0]
    return (
        int(line.in_program(candidate.start, end)),
        facts.symbols,
        int(facts.ends_as_code),
        len(token),
        sum(token.count(sign) for sign in SIGNS_OF_CODE),
        int(STYLE_BEFORE.search(text, max(0, start - STYLE_WINDOW), start) is not None),
        int(is_mentioned(text, candidate.start, end)),
        facts.about_entities,
        document.about_entities,
        facts.indent,
        int(facts.is_wide),
        facts.runs_of_spaces,
    )


def _class_before(line: SuspectLine, facts: LineContext, at: int) -> Shape:
    """The class of what is before `at`: of a candidate the character it stands for."""
    if candidate := facts.ends.get(at):
        return CLASS_OF_ROLE[candidate.role]
    return class_of(line.before(at))


def _class_after(line: SuspectLine, facts: LineContext, at: int) -> Shape:
    """The class of what is after `at`: of a candidate the character it stands for."""
    if candidate := facts.begins.get(at):
        return CLASS_OF_ROLE[candidate.role]
    return class_of(line.after(at))


def _openness(line: SuspectLine, facts: LineContext, candidate: Candidate) -> int:
    """1 if a quotation mark touches only what follows it, 2 if only what precedes it, 3 if both, 0 if neither."""
    if candidate.role in ("open", "close"):
        return OPENS if candidate.role == "open" else CLOSES
    touches = (Shape.EDGE, Shape.SPACE, Shape.OPENING)
    before = _class_before(line, facts, candidate.start) not in touches
    after = _class_after(line, facts, candidate.end) not in (Shape.EDGE, Shape.SPACE, Shape.CLOSING, Shape.SEMICOLON)
    return OPENS * int(after) + CLOSES * int(before)


def _literal(candidate: Candidate, before: str) -> str:
    """The word that the letters of a candidate are part of, if they are letters of the text."""
    if candidate.body == "unit":
        return before + "u"
    return before + candidate.name if candidate.body == "name" else ""


def _pair_points(first: str, second: str) -> int:
    """How likely the second word is after the first, in points; the least for none."""
    if not first or not second:
        return -MAX_PAIR_POINTS
    points = english.lexicon().points_after(first.lower(), second.lower())
    return -MAX_PAIR_POINTS if points is None else max(-MAX_PAIR_POINTS, points)


def _spelled(new: str) -> str:
    return "'" if new == "’" else new


def _number_class(candidate: Candidate) -> int:
    """Which numbers an entity with a number is one of; 0 without a number."""
    if candidate.body not in ("decimal", "hex"):
        return 0
    code = number_of(candidate)
    if code in (34, 39):
        return 1
    bounds = (33, 65, 127, 160, 161, 256, 8192, 8251, 19968)
    return 2 + sum(code >= bound for bound in bounds)


def _zipf(word: str) -> int:
    """The Zipf frequency of a word in tenths; -1 for no word."""
    return round(english.lexicon().zipf(word.lower()) * 10) if word else -1


def _case(word: str) -> int:
    if not word:
        return CASES["none"]
    if word.islower():
        return CASES["lower"]
    if word.isupper():
        return CASES["upper"]
    return CASES["title"] if word.istitle() else CASES["mixed"]


def _spaces_before(text: str, start: int) -> int:
    """Spaces before `start`, up to 3."""
    before = text[max(0, start - 3) : start]
    return len(before) - len(before.rstrip(" "))


def _digits_at(text: str, start: int) -> int:
    """Digits from `start` on, up to 5."""
    after = text[start : start + 5]
    return len(after) - len(after.lstrip("0123456789"))
