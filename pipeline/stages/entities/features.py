r"""What speaks for the reading of a candidate, and what for its letters as they are: a table of whole numbers.

A candidate has up to two readings. The space before it may stand for the ampersand, `isn #39;t`, or belong to the
text, `the quot;road`. Each reading has a row. What other candidates and the document say is counted once for each
line and document, so that a row costs the same in a long line as in a short one.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from enum import IntEnum

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.stages.entities.entity_names import words_before_numbers
from pipeline.stages.entities.lexer import BODIES, ROLES, SIGNS, Candidate, word_after, word_before
from pipeline.stages.entities.mentions import is_mentioned
from pipeline.stages.entities.suspect_lines import AMPERSANDS, SuspectLine

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


class Shape(IntEnum):
    """Classes of characters, in an order in which neighbours are alike."""

    EDGE = 0
    SPACE = 1
    OPENING = 2
    STRAIGHT = 3
    DASH = 4
    SYMBOL = 5
    CODE = 6
    HASH = 7
    UNDERSCORE = 8
    CLOSING = 9
    SEMICOLON = 10
    DIGIT = 11
    UPPER = 12
    LOWER = 13
    OTHER = 14
    WIDE = 15


CLASS_OF_CHARACTER = (
    dict.fromkeys("([{“‘«‹「『《（【¿¡@$£€", Shape.OPENING)
    | dict.fromkeys("\"'`*", Shape.STRAIGHT)
    | dict.fromkeys("-–—‑―/", Shape.DASH)
    | dict.fromkeys("=:<>+\\|&", Shape.CODE)
    | {"#": Shape.HASH, "_": Shape.UNDERSCORE, ";": Shape.SEMICOLON, "；": Shape.SEMICOLON}
    | dict.fromkeys(".,!?)]}…%”’»›」』》）】。，！？、：", Shape.CLOSING)
)
CLASS_OF_ROLE = {
    "quote": Shape.STRAIGHT,
    "apostrophe": Shape.STRAIGHT,
    "open": Shape.OPENING,
    "close": Shape.CLOSING,
    "dash": Shape.DASH,
    "ellipsis": Shape.CLOSING,
    "space": Shape.SPACE,
    "letter": Shape.LOWER,
    "han": Shape.WIDE,
    "amp": Shape.CODE,
    "currency": Shape.OPENING,
    "bracket": Shape.CODE,
    "symbol": Shape.SYMBOL,
    "ascii": Shape.SYMBOL,
}
"""The class of the character that a candidate stands for."""
WIDE_LETTER = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
SUFFIX = regex.compile(r"(?:s|t|re|ve|ll|d|m|S|T)\b")
"""What follows an apostrophe within a word."""
OPENING_OF = {"”": "“", "’": "'", "‘": "'", "»": "«", "›": "‹", "」": "「", "』": "『", "》": "《"}
BARE_NUMBER = re.compile(r"#\d+\b(?!;)")
"""The number of an issue or a topic, which no semicolon follows."""
STYLE_BEFORE = re.compile(r"(?:colou?r|background|border|fill|stroke|shadow|rgb|style)[\w-]{0,20}\W", re.IGNORECASE)
ABOUT_ENTITIES = re.compile(
    r"""
    \b(?:entit(?:y|ies)|HTML|XML|SGML|escap(?:e|ed|ing)|encod(?:e|ed|ing)|Unicode     # the HTML entity
       |character\ references?)\b
    |转义|实体|编码                                                                   # 转义成
    """,
    re.VERBOSE,
)
RUN_OF_SPACES = re.compile(r"(?<=\S) {3,}(?=\S)")
LIKELY_NUMBERS = frozenset({34, 38, 39, 60, 62, 160, 173, *range(130, 160), *range(8192, 8251), 8364, 8482})
"""Numbers that stand for punctuation."""
OPENS, CLOSES = 1, 2
"""Flags of what a quotation mark may do where it is."""
MOST_COUNTED = 9
MAX_SAMPLE_CHARS, MAX_LINE_SAMPLE_CHARS = 10_000, 2_000
"""Characters of a document and of a line that are searched for what the text is about."""
MAX_PAIR_POINTS = 999
STYLE_WINDOW = 30
MAX_TOKEN_SIDE = 40
"""Characters of a token on one side that are looked at."""
SIGNS_OF_CODE = "=<>/\\_|{}()[]$"
CLOSERS = ("", ";", "；")
MOST_CANDIDATES = 30
CASES = {"none": 0, "lower": 1, "title": 2, "upper": 3, "mixed": 4}


class LineFacts(msgspec.Struct, frozen=True):
    """What holds for all candidates of one line."""

    starts: tuple[int, ...]
    ends: dict[int, Candidate]
    """Candidates by the offset after them."""
    begins: dict[int, Candidate]
    """Candidates by their offset."""
    same: dict[str, list[int]]
    """Indexes of candidates by the character they stand for; quotation marks of one kind are together."""
    intact: int
    """Kinds of entities that still have their ampersand."""
    symbols: int
    ends_as_code: bool
    about_entities: int
    indent: int
    is_wide: bool
    runs_of_spaces: int
    """Places with three spaces or more between two words."""


class DocumentFacts(msgspec.Struct, frozen=True):
    """What the candidates of a document say together."""

    candidates: int
    glued: int
    """Candidates between two letters: `it#39;s`, `nightmdash;and`."""
    spaced: int
    """Candidates of which the space before them must be the ampersand: `isn #39;t`."""
    double_spaced: int
    """Candidates after two spaces."""
    unlikely: int
    """Numbers that stand for no mark of punctuation: `#41;`."""
    bare_numbers: int
    about_entities: int
    same: Counter[str]


def line_facts(line: SuspectLine, found: Sequence[Candidate]) -> LineFacts:
    """The facts of a line with these candidates."""
    text = line.text
    same: dict[str, list[int]] = {}
    for i, candidate in enumerate(found):
        same.setdefault(_kind_of_quote(candidate.new), []).append(i)
    sample = text[:MAX_LINE_SAMPLE_CHARS]
    marks = sum(not (c.isalnum() or c.isspace()) for c in sample)
    intact = sum(reference in text for reference in ("&quot;", "&#39;", "&rsquo;", "&ldquo;"))
    last = text.rstrip()[-1:]
    return LineFacts(
        starts=tuple(candidate.start for candidate in found),
        ends={candidate.end: candidate for candidate in found},
        begins={candidate.start: candidate for candidate in found},
        same=same,
        intact=intact,
        symbols=min(99, 100 * marks // max(1, len(sample))),
        ends_as_code=bool(last) and last in ";{}",
        about_entities=min(MOST_COUNTED, len(ABOUT_ENTITIES.findall(sample))),
        indent=min(MOST_COUNTED, len(text) - len(text.lstrip())),
        runs_of_spaces=min(MOST_COUNTED, len(RUN_OF_SPACES.findall(sample))),
        is_wide=WIDE_LETTER.search(sample) is not None,
    )


def document_facts(lines: Sequence[tuple[SuspectLine, Sequence[Candidate]]], text: str) -> DocumentFacts:
    """The facts of a document with these candidates."""
    glued = spaced = double = unlikely = total = 0
    same: Counter[str] = Counter()
    for line, found in lines:
        for candidate in found:
            total += 1
            same[candidate.sign + candidate.new] += 1
            before, after = line.before(candidate.start), line.after(candidate.end)
            if before.isalpha() and after.isalpha():
                glued += 1
            if before == " ":
                first = line.before(candidate.start - 1)
                double += first == " "
                spaced += first.isalpha() and candidate.role == "apostrophe" and _suffix(line, candidate)
            if candidate.body in ("decimal", "hex") and _code(candidate) not in LIKELY_NUMBERS:
                unlikely += 1
    return DocumentFacts(
        total, glued, spaced, double, unlikely,
        min(MOST_COUNTED, len(BARE_NUMBER.findall(text[:MAX_SAMPLE_CHARS]))) if "#" in text else 0,
        min(MOST_COUNTED, len(ABOUT_ENTITIES.findall(text[:MAX_SAMPLE_CHARS]))), same,
    )  # fmt: skip


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


def sides_of(line: SuspectLine, facts: LineFacts, start: int, end: int) -> Sides:
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
    line: SuspectLine, facts: LineFacts, document: DocumentFacts, found: Sequence[Candidate], i: int, *, spaced: bool
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


def _of_characters(line: SuspectLine, facts: LineFacts, sides: Sides, start: int, end: int) -> tuple[int, ...]:
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


def _of_partners(line: SuspectLine, facts: LineFacts, found: Sequence[Candidate], i: int) -> tuple[int, ...]:
    """What stands for the same character before and after in the line."""
    same = facts.same[_kind_of_quote(found[i].new)]
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
    line: SuspectLine, facts: LineFacts, document: DocumentFacts, candidate: Candidate, start: int
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


def _class_before(line: SuspectLine, facts: LineFacts, at: int) -> Shape:
    """The class of what is before `at`: of a candidate the character it stands for."""
    if candidate := facts.ends.get(at):
        return CLASS_OF_ROLE[candidate.role]
    return class_of(line.before(at))


def _class_after(line: SuspectLine, facts: LineFacts, at: int) -> Shape:
    """The class of what is after `at`: of a candidate the character it stands for."""
    if candidate := facts.begins.get(at):
        return CLASS_OF_ROLE[candidate.role]
    return class_of(line.after(at))


def class_of(character: str) -> Shape:
    """The class of a character; `Shape.EDGE` for none."""
    if not character:
        return Shape.EDGE
    known = CLASS_OF_CHARACTER.get(character)
    if known is not None:
        return known
    if character.isspace():
        return Shape.SPACE
    if character.isdigit():
        return Shape.DIGIT
    if not character.isalpha():
        return Shape.CODE if character in AMPERSANDS else Shape.SYMBOL
    if WIDE_LETTER.match(character):
        return Shape.WIDE
    if character.islower():
        return Shape.LOWER
    return Shape.UPPER if character.isupper() else Shape.OTHER


def _openness(line: SuspectLine, facts: LineFacts, candidate: Candidate) -> int:
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


def _kind_of_quote(new: str) -> str:
    """The opening mark of a pair of quotation marks; any other character as it is."""
    return OPENING_OF.get(new, new)


def _spelled(new: str) -> str:
    return "'" if new == "’" else new


def _suffix(line: SuspectLine, candidate: Candidate) -> bool:
    return SUFFIX.match(line.text, candidate.end) is not None


def _code(candidate: Candidate) -> int:
    """The number of a candidate that has one."""
    name = candidate.name
    return int(name[1:], 16) if name[0] in "xX" else int(name)


def _number_class(candidate: Candidate) -> int:
    """Which numbers an entity with a number is one of; 0 without a number."""
    if candidate.body not in ("decimal", "hex"):
        return 0
    code = _code(candidate)
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
