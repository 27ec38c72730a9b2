"""How sure it is that a space is missing, or too much, at a mark: a judge for each kind of mark.

A judge looks at the words on both sides and returns a confidence; `NO_EDIT` means that the text stays as it is.
"""

from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import regex

from pipeline.lexicon import english
from pipeline.lexicon.dates import month_abbreviations, month_names
from pipeline.lexicon.honorifics import abbreviations
from pipeline.lexicon.lists import rows
from pipeline.model.document import script_of
from pipeline.model.stage import Rule
from pipeline.segmentation.boundaries import LATIN_LETTER
from pipeline.segmentation.word_scores import lowered
from pipeline.stages.punctuation.lines import PunctuatedLine
from pipeline.stages.punctuation.rules import BRACKETS, MISSING, QUOTES, SENTENCE, STRAY
from pipeline.text.edits import Edit

CONTEXT_CHARS = 60
"""Code points on each side of a mark that a judge may look at."""
MIN_COMMON_LOGP, MIN_KNOWN_LOGP = -8.5, -18.5
"""log P above which a word is common, as one that opens a sentence after a name, and is taken as known."""
MIN_LIST_COMMAS = 3
"""Commas of a token that make it a list of keys: `red,green,blue,white`."""
CLOSING_QUOTES = frozenset("”’")
QUOTATION_MARKS = frozenset("\"“”‘’'")
NO_EDIT = 0.0

WORD_BEFORE = regex.compile(rf"(?<![^\s(“\"‘\[—–-]){LATIN_LETTER}++(?:['’-]{LATIN_LETTER}++)*+$")
WORD_AFTER = regex.compile(rf"({LATIN_LETTER}++(?:['’]{LATIN_LETTER}++)*+)(?![\w@/\\=<>_(]|[.:]\w)")
SENTENCE_BEFORE = regex.compile(rf"(?<!\w)(\p{{Ll}}{LATIN_LETTER}+)[.?!]$")
"""A word in small letters and a full stop: `stayed.`"""
_MONTHS = "|".join(
    [
        *month_names(),
        # May, June and July are short enough; their abbreviations have no full stop.
        *(
            rf"{short}\.?" if len(name) > 4 else short
            for name, short in zip(month_names(), month_abbreviations(), strict=True)
        ),
        r"Sept\.?",
    ]
)
DAY_OF_MONTH = regex.compile(rf"\b(?:{_MONTHS}) ?\d{{1,2}}$")
"""`August 15`, `Sept.5`."""
YEAR_AFTER_COMMA = regex.compile(r"(?:1[5-9]|20)\d\d(?![\d,]|[.:-]\d)")
ACRONYM_IN_BRACKETS = regex.compile(r"\([A-Z]{3,6}\)(?!\w)")
WORDS_IN_BRACKETS = regex.compile(rf"\((?:{LATIN_LETTER}+ )+{LATIN_LETTER}+\)(?=[\s,.;:!?]|$)")
PROTECTED_TEXT = regex.compile(
    r"""
      :// | www\. | [@#\\/_{}<>=|~^*+`]           # https://example.com  @ann  line_count
    | \$(?!\d)                                    # $name, but not $5
    | :: | \(\) | \)\.\p{Ll} | ->                 # std::vector  run()  a().b
    | &\w{1,10};                                  # &nbsp;
    | \p{L}\.\p{Ll}{2,4}(?:\W|$)                  # node.js
    """,
    regex.VERBOSE,
)
"""Tokens that are no prose: links, addresses, paths, handles, code, file names."""


BRACKETED_PART = regex.compile(
    r"""
      \(\p{Ll}{1,5}\)\p{Ll}                    # (s)he  (re)use
    | \p{Ll}\(\p{Ll}{1,3}\)                    # word(s)
    | \p{L}\((?:\p{L}[,)]|\d{1,3}\))           # f(x, y)  varchar(255)
    | \[\p{L}\]\p{Ll}                          # [t]he
    | \p{L}\[\p{Ll}{1,3}\]                     # W[h]at
    | \[\d{1,3}\p{Lu}\p{Ll}?\]\p{L}            # [3H]thymidine
    """,
    regex.VERBOSE,
)
"""A part of a word in brackets, of an editor, of grammar or of chemistry, and arguments in code."""


class MarkContext(NamedTuple):
    """A mark at `[start, end)` of a text, with the words on both sides of it, empty if there are none."""

    text: str
    start: int
    end: int
    left: str
    right: str


def edit_for_mark(text: str, at: int, line: PunctuatedLine, *, spaced: bool) -> Edit | None:
    """The edit that the mark at `at` asks for. A text that is `spaced` has spaces before its commas by intent."""
    low, high = max(line.start, at - CONTEXT_CHARS), min(line.end, at + CONTEXT_CHARS)
    if line.is_chinese and script_of(text[low:high]) == "han":
        return None
    left = WORD_BEFORE.search(text[low:at])
    if text[at] == " ":
        sure = NO_EDIT if spaced else stray_space(left[0] if left else "")
        return Edit(at, " ", "", STRAY.name, sure) if sure else None
    token = token_around(text, at, at + 1, CONTEXT_CHARS)
    if PROTECTED_TEXT.search(token) or (text[at] in "()[]" and BRACKETED_PART.search(token)):
        return None
    right = WORD_AFTER.match(text, at + 1, high)
    mark = MarkContext(text, at, at + 1, left[0] if left else "", right[1] if right else "")
    if text[at] in '"”“':
        gap, sure = quotation_mark(mark, line)
        return Edit(gap, "", " ", QUOTES.name, sure) if sure else None
    judge, rule = JUDGES[text[at]]
    sure = judge(mark)
    return Edit(at if text[at] == "(" else at + 1, "", " ", rule.name, sure) if sure else None


def comma(mark: MarkContext) -> float:
    """`that,under`, `August 15,2008`; not `1,000`, `x,y`, `a,b,c,d`."""
    before = mark.text[max(0, mark.start - CONTEXT_CHARS) : mark.start]
    after = mark.text[mark.end : mark.end + CONTEXT_CHARS]
    if after[:1].isdigit():
        is_date = YEAR_AFTER_COMMA.match(after) and (DAY_OF_MONTH.search(before) or is_known(mark.left))
        return 0.97 if is_date else NO_EDIT
    if token_around(mark.text, mark.start, mark.end, CONTEXT_CHARS).count(",") >= MIN_LIST_COMMAS or not mark.right:
        return NO_EDIT
    return _comma_between_words(before, mark.left.split("-")[-1], mark.right)


def _comma_between_words(before: str, left: str, right: str) -> float:
    if is_common(right) and (len(left) > 2 or before[-1:] in ')”"’' or before[-1:].isdigit()):
        return 0.97
    if is_known(left) and is_known(right) and len(left) > 1 and len(right) > 1:
        return 0.96
    if len(left) > 2 and len(right) > 2 and all(is_known(word) or word[0].isupper() for word in (left, right)):
        return 0.92
    return NO_EDIT


def semicolon(mark: MarkContext) -> float:
    """`war;although`; not `TL;DR`, `quot;hard`."""
    left, right = mark.left, mark.right
    if lowered(left) in _entity_names() or (left.isupper() and right.isupper()):
        return NO_EDIT
    return 0.95 if len(left) > 2 and len(right) > 1 and is_known(left) and is_known(right) else NO_EDIT


def colon(mark: MarkContext) -> float:
    """`Defenses:Leaders will`; not `10:30`, `key:value`, `C:`."""
    left, right = mark.left, mark.right
    if len(left) < 3 or len(right) < 2 or not right[0].isupper() or right.isupper():
        return NO_EDIT
    return 0.92 if is_known(left) and is_known(right) else NO_EDIT


def question_mark(mark: MarkContext) -> float:
    """`call her?How did`; not `Yahoo!News`, `index?Page=1`."""
    left, right = mark.left, mark.right
    if len(left) < 2 or not left.islower() or not is_known(left) or not right[:1].isupper():
        return NO_EDIT
    return 0.96 if is_common(right) or is_known(right) else NO_EDIT


def full_stop(mark: MarkContext) -> float:
    """`history.The next`, `the “job”.Then`; not `Node.js`, `U.S.-based`, `e.g.`, `string.Format`."""
    left, right = mark.left, mark.right
    if not right or not right[0].isupper() or not (right[1:].islower() or right in {"I", "A"}):
        return NO_EDIT
    if not left and mark.text[mark.start - 1] in CLOSING_QUOTES:
        return 0.93 if is_common(right) else NO_EDIT
    if len(left) < 2:
        return NO_EDIT
    if mark.text[max(0, mark.start - len(left) - 1) : mark.start].startswith("."):
        return NO_EDIT
    left = left.split("-")[-1]
    if not is_known(right) or lowered(left) in abbreviations():
        return NO_EDIT
    if left.islower() and len(left) > 1 and is_known(left):
        return 0.97 if is_common(right) else 0.93
    return 0.95 if is_common(right) and len(left) > 3 else NO_EDIT


def closing_bracket(mark: MarkContext) -> float:
    """`(GSI)and`; not `(s)he`, `(re)use`, `f(x)dx`."""
    right = mark.right
    if len(right) < 2 or not is_known(right):
        return NO_EDIT
    opening = "(" if mark.text[mark.start] == ")" else "["
    opened = mark.text.rfind(opening, max(0, mark.start - CONTEXT_CHARS), mark.start)
    if opened < 0 or (opened and not mark.text[opened - 1].isspace()):
        return NO_EDIT
    inside = mark.text[opened + 1 : mark.start]
    if len(inside) < 2 or (inside.islower() and " " not in inside):
        return NO_EDIT
    return 0.96 if is_common(right) else 0.92


def opening_bracket(mark: MarkContext) -> float:
    """`friends(or a date)`, `Organization(WHO)`; not `word(s)`, `max(a, b)`."""
    left = mark.left
    if len(left) > 4 and left[0].isupper() and is_known(left) and ACRONYM_IN_BRACKETS.match(mark.text, mark.start):
        return 0.93
    inside = WORDS_IN_BRACKETS.match(mark.text, mark.start)
    if len(left) > 2 and is_known(left) and inside and any(map(is_common, inside[0][1:-1].split())):
        return 0.94
    return NO_EDIT


def percent_sign(mark: MarkContext) -> float:
    """`80%of the tower`."""
    is_share = mark.text[mark.start - 1].isdigit()
    return 0.95 if is_share and len(mark.right) > 1 and is_common(mark.right) else NO_EDIT


def quotation_mark(mark: MarkContext, line: PunctuatedLine) -> tuple[int, float]:
    """Where the space at a quotation mark belongs, and how sure that is: `"word"word`, `the“word`."""
    character, at = mark.text[mark.start], mark.start
    opens = (len(mark.left) > 1 and len(mark.right) > 1 and is_known(mark.left)) or _opens_sentence(mark)
    closes = len(mark.right) > 1 and is_known(mark.right)
    if character == "“":
        return at, 0.94 if opens else NO_EDIT
    if character == "”":
        return mark.end, 0.94 if closes and 0 <= line.opening_quote < at else NO_EDIT
    if len(line.straight_quotes) % 2 or mark.text[at - 1].isdigit() or mark.text[at - 1] == '"':
        return at, NO_EDIT  # a mark of inches, one that has lost its partner, one doubled as an escape
    if bisect_left(line.straight_quotes, at) % 2:
        return mark.end, 0.93 if closes else NO_EDIT
    return at, 0.93 if opens else NO_EDIT


def _opens_sentence(mark: MarkContext) -> bool:
    """`stayed."I want`: a sentence ended before the mark, and another begins after it."""
    sentence = SENTENCE_BEFORE.search(mark.text, max(0, mark.start - CONTEXT_CHARS), mark.start)
    return sentence is not None and is_known(sentence[1]) and mark.right[:1].isupper() and is_known(mark.right)


def stray_space(left: str) -> float:
    """`Initiative ,`; not `a , b`. `left` is the word before the space, empty if there is none."""
    if left:
        return 0.95 if len(left) > 1 else NO_EDIT
    return 0.92


JUDGES: dict[str, tuple[Callable[[MarkContext], float], Rule]] = {
    ",": (comma, MISSING),
    ";": (semicolon, MISSING),
    ":": (colon, MISSING),
    "?": (question_mark, MISSING),
    "!": (question_mark, MISSING),
    ".": (full_stop, SENTENCE),
    ")": (closing_bracket, BRACKETS),
    "]": (closing_bracket, BRACKETS),
    "(": (opening_bracket, BRACKETS),
    "%": (percent_sign, MISSING),
}
"""The judge of each mark, and the rule of its edits."""


def token_around(text: str, start: int, end: int, reach: int) -> str:
    """The text around `[start, end)` up to the next white space, at most `reach` code points away."""
    left, right = text[max(0, start - reach) : start], text[end : end + reach]
    head = left.rsplit(maxsplit=1)[-1] if left and not left[-1].isspace() else ""
    tail = right.split(maxsplit=1)[0] if right and not right[0].isspace() else ""
    return head + text[start:end] + tail


def is_known(word: str) -> bool:
    """Whether a word is English and not too rare to be believed."""
    logp = english.lexicon().logp(lowered(word.rsplit("-", maxsplit=1)[-1])) if word else None
    return logp is not None and logp > MIN_KNOWN_LOGP


def is_common(word: str) -> bool:
    """Whether any text has the word: articles, prepositions, pronouns."""
    logp = english.lexicon().logp(lowered(word)) if word else None
    return logp is not None and logp > MIN_COMMON_LOGP


@cache
def _entity_names() -> frozenset[str]:
    return frozenset(rows(__package__, "entities.txt"))
