"""How a text stands on the page: lines, and the paragraphs that hard-wrapped lines belong to."""

import unicodedata
from itertools import pairwise

import msgspec
import regex

NARROWEST, WIDEST = 20, 120
"""Columns between which a text may have been wrapped; one with a longer line was not."""
SLACK = 2
"""Columns by which a repair may have changed a line."""
FULL_LINES = 0.8
"""Share of line ends within blocks that must have been forced by the column for a text to count as wrapped."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """A stretch of text `[start, end)`: a line without its line end, or a paragraph of several lines."""

    start: int
    end: int
    text: str


def split_lines(text: str) -> tuple[Line, ...]:
    """Splits at `\\n` only: a form feed, U+2028 or U+0085 is a character of its line."""
    found, at = [], 0
    for piece in text.split("\n"):
        found.append(Line(at, at + len(piece), piece))
        at += len(piece) + 1
    return tuple(found)


def display_width(text: str) -> int:
    """Columns that `text` takes: two for a wide character, one for any other."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def join_wrapped_lines(text: str, given: tuple[Line, ...]) -> tuple[Line, ...]:
    """Paragraphs of `text` from its lines.

    Where lines were wrapped at a column, the lines of a paragraph belong together: a line end inside a block was
    forced if the next line's first word would not have fitted. If nearly all were, those are undone; a line end that
    was not forced still ends its paragraph (a heading, the last line of a turn). A text without blank lines, or with
    a line wider than any column, has a paragraph a line.
    """
    column = _column(given)
    found: list[Line] = []
    begin: int | None = None
    for line, following in pairwise([*given, Line(len(text), len(text), "")]):
        if not line.text or line.text.isspace():
            continue
        stripped = _strip(line)
        if begin is None:
            begin = stripped.start
        if column and _runs_on(line.text, following.text, column):
            continue
        found.append(stripped if begin == stripped.start else Line(begin, stripped.end, text[begin : stripped.end]))
        begin = None
    return tuple(found)


def _strip(line: Line) -> Line:
    text = line.text.strip()
    if len(text) == len(line.text):
        return line
    start = line.start + len(line.text) - len(line.text.lstrip())
    return Line(start, start + len(text), text)


def _column(given: tuple[Line, ...]) -> int:
    """The column at which the text was wrapped, or 0.

    Repairs make some lines a little longer or shorter than they were, so the column is the width that nine tenths of
    the lines keep to, and lines and line ends are held to it with some slack.
    """
    if all(line.text for line in given[:-1]) or any(len(line.text) > WIDEST and not _long_word(line) for line in given):
        return 0
    inner = [(a.text, b.text) for a, b in pairwise(given) if _holds(a.text) and _holds(b.text)]
    if not inner:
        return 0
    column = sorted(display_width(a.rstrip()) for a, _ in inner)[len(inner) * 9 // 10]
    if column > WIDEST or column < NARROWEST:
        return 0
    full = sum(_forced(a, b, column) for a, b in inner)
    return column if full >= FULL_LINES * len(inner) else 0


def _long_word(line: Line) -> bool:
    """Whether a line is too wide only because it holds a word that nobody can wrap: an address."""
    longest = max(map(len, line.text.split()), default=0)
    return longest > NARROWEST and len(line.text) - longest <= WIDEST and "/" in line.text


def _holds(text: str) -> bool:
    """Whether a line holds more than a rule or an underline."""
    return any(map(str.isalnum, text))


def _runs_on(line: str, following: str, column: int) -> bool:
    """Whether a paragraph of a wrapped text goes on in the next line."""
    if not _holds(line) or not _holds(following):
        return False
    return _forced(line, following, column) or (following.lstrip()[0].islower() and line.rstrip()[-1] not in ".!?:")


def _forced(line: str, following: str, column: int) -> bool:
    word = following.split(maxsplit=1)[0]
    if unicodedata.east_asian_width(word[0]) in "WF":
        # Chinese breaks between any two characters, but not before a closing mark.
        return display_width(line.rstrip()) + 4 > column - SLACK
    return display_width(line.rstrip()) + 1 + display_width(word) > column - SLACK


NOT_IN_WORDS = regex.compile(r"[\s\p{P}\p{Z}\p{C}\p{Sm}\p{Sk}\p{So}\p{Mn}]+")


def word_characters(text: str) -> str:
    """What must not fall out of a text: all but blanks, punctuation and marks."""
    return NOT_IN_WORDS.sub("", text)


def has_word_characters(text: str) -> bool:
    """Whether `word_characters` gives anything, found out without making it."""
    return not text.isspace() and NOT_IN_WORDS.fullmatch(text) is None


SHARED_MARKS = "“”‘’—…·"
"""Marks that Chinese and English share: next to a wide character they are Chinese."""


def unwrap(text: str) -> str:
    """The lines of a paragraph as one: a blank between them, none between wide characters."""
    if "\n" not in text:
        return text.strip()
    joined = ""
    for piece in text.split("\n"):
        piece = piece.strip()  # noqa: PLW2901 -- the line without its blanks is the line
        if piece:
            joined += piece if not joined or _glued(joined[-1], piece[0]) else f" {piece}"
    return joined


def _glued(before: str, after: str) -> bool:
    if _wide(before):
        return _wide(after) or after in SHARED_MARKS
    return before in SHARED_MARKS and _wide(after)


def _wide(char: str) -> bool:
    # Korean is written with blanks between words, so a line end in it is a blank.
    return unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"
