"""Missing spaces that `pipeline.segmentation` finds at marks, and the ones that stay because they are no prose."""

from collections.abc import Callable

import msgspec
import regex

from pipeline.model.stage import Rule
from pipeline.segmentation.score import MissingSpace
from pipeline.stages.punctuation.lines import PunctuatedLine
from pipeline.stages.punctuation.marks import (
    BRACKETED_PART,
    CONTEXT_CHARS,
    MIN_LIST_COMMAS,
    PROTECTED_TEXT,
    QUOTATION_MARKS,
    WORD_AFTER,
    WORD_BEFORE,
    is_common,
    is_known,
    token_around,
)
from pipeline.stages.punctuation.rules import BRACKETS, MISSING, QUOTES, SENTENCE
from pipeline.text.edits import Edit

SYMBOLS = regex.compile(r"(?<!\p{L})\p{L}[,;]\p{L}(?!\p{L})")
"""`x,y`."""
MIN_ASKING_LETTERS = 3
"""Letters of a word before a question mark: shorter ones are mostly parts of words, as in `of?ce`."""
OPENING_ELLIPSIS = regex.compile(r"(?:^|[\s:(“\"])\.\.\.$")
"""`...and so on`: the text begins in the middle of a sentence."""


class GapAtMark(msgspec.Struct, frozen=True):
    """A missing space at `at` of a text; `token` is the text around it without white space."""

    text: str
    at: int
    token: str
    line: PunctuatedLine

    @property
    def left(self) -> str:
        """The character before the gap."""
        return self.text[self.at - 1]

    @property
    def right(self) -> str:
        """The character after the gap."""
        return self.text[self.at]


def edit_for_gap(text: str, space: MissingSpace, line: PunctuatedLine) -> Edit | None:
    """The insertion for a missing space, or None if the marks around it are not those of prose."""
    gap = GapAtMark(text, space.at, token_around(text, space.at - 1, space.at + 1, CONTEXT_CHARS), line)
    if any(holds(gap) for holds in EXCEPTIONS):
        return None
    return Edit(space.at, "", " ", rule_at(gap.left, gap.right).name, space.confidence)


def _is_symbols(gap: GapAtMark) -> bool:
    """`x,y`."""
    return gap.left in ",;" and SYMBOLS.search(gap.token) is not None


def _is_quoted_cells(gap: GapAtMark) -> bool:
    """`"a","b"`."""
    return '","' in gap.token or '";"' in gap.token


def _is_percent_without_number(gap: GapAtMark) -> bool:
    """`x%of`."""
    return gap.left == "%" and not gap.text[gap.at - 2 : gap.at - 1].isdigit()


def _is_shorthand(gap: GapAtMark) -> bool:
    """`TL;DR`."""
    return gap.left == ";" and gap.right.isupper() and gap.text[gap.at - 2].isupper()


def _is_key_and_value(gap: GapAtMark) -> bool:
    """`status:open`, but not `a principle:that` after other words of the line."""
    if gap.left != ":" or gap.right.isupper():
        return False
    starts_line = gap.at - len(gap.token) <= gap.line.start
    return starts_line or not opens_clause(gap.text, gap.at)


def _is_inches(gap: GapAtMark) -> bool:
    """`5"disk`."""
    if '"' not in (gap.left, gap.right):
        return False
    before_quote = gap.text[gap.at - 2 : gap.at] if gap.left == '"' else gap.left
    return before_quote[:1].isdigit()


def _is_lost_letter(gap: GapAtMark) -> bool:
    """`of?ce`, `na?ve`: a letter that was lost; but `why?because`."""
    if gap.left != "?" or not gap.right.islower() or not gap.text[gap.at - 2 : gap.at - 1].isalpha():
        return False
    left = WORD_BEFORE.search(gap.text, max(0, gap.at - CONTEXT_CHARS), gap.at - 1)
    right = WORD_AFTER.match(gap.text, gap.at, gap.at + CONTEXT_CHARS)
    is_question = left is not None and len(left[0]) >= MIN_ASKING_LETTERS and is_known(left[0])
    return not (is_question and right is not None and is_common(right[1]))


def _is_note_number(gap: GapAtMark) -> bool:
    """`wedding night,3006 but`: the number of a note. Those of dates are judged by `marks.comma`."""
    return gap.left in ",;." and gap.right.isdigit()


def _is_opening_ellipsis(gap: GapAtMark) -> bool:
    """`...and so on`."""
    start = max(gap.line.start, gap.at - CONTEXT_CHARS)
    return gap.left == "." and OPENING_ELLIPSIS.search(gap.text, start, gap.at) is not None


def _is_no_prose(gap: GapAtMark) -> bool:
    """In Chinese, in a link, in a list of keys, or at a bracketed part of a word."""
    return (
        gap.line.is_chinese
        or PROTECTED_TEXT.search(gap.token) is not None
        or gap.token.count(",") >= MIN_LIST_COMMAS
        or BRACKETED_PART.search(gap.token) is not None
    )


EXCEPTIONS: tuple[Callable[[GapAtMark], bool], ...] = (
    _is_symbols,
    _is_quoted_cells,
    _is_percent_without_number,
    _is_shorthand,
    _is_key_and_value,
    _is_inches,
    _is_lost_letter,
    _is_note_number,
    _is_opening_ellipsis,
    _is_no_prose,
)
"""Gaps where no space is missing, in the order in which they are checked."""


def opens_clause(text: str, at: int) -> bool:
    """Whether a common word follows a colon in small letters: `principle:that`, but not `status:open`."""
    right = WORD_AFTER.match(text, at, at + CONTEXT_CHARS)
    return right is not None and is_common(right[1])


def rule_at(left: str, right: str) -> Rule:
    """The rule for a space between two characters, one of them a mark."""
    if left in ".…":
        return SENTENCE
    if left in ",;:!?":
        return MISSING
    if left in ")]" or right in "([":
        return BRACKETS
    return QUOTES if left in QUOTATION_MARKS or right in QUOTATION_MARKS else MISSING
