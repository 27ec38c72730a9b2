"""Lines of a text, and the paragraphs that hard-wrapped lines belong to."""

import unicodedata
from itertools import pairwise

import msgspec
import regex

MIN_WRAP_COLUMN, MAX_WRAP_COLUMN = 20, 120
"""Columns at which a text may have been wrapped; a text with a longer line was not."""
WRAP_TOLERANCE = 2
"""Columns by which a repair may have changed the width of a line."""
MIN_FORCED_SHARE = 0.8
"""Share of the line ends inside blocks that the column must have forced for a text to count as wrapped."""
WRAP_TENTHS = 9
"""Tenths of the lines that keep to the column; repairs made some longer."""
WIDE_CLOSING_COLUMNS = 4
"""Columns of a Chinese character and a closing mark, which must not begin a line."""

WIDE_CHARACTERS = regex.compile(r"[[\p{East_Asian_Width=Wide}\p{East_Asian_Width=Fullwidth}]--\p{Cn}]+", regex.VERSION1)
"""Runs of characters that take two columns; without code points that Unicode has not assigned."""

WIDE_LETTERS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
"""Letters of the scripts of East Asia, for a class of a pattern."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """The span `[start, end)` of a text: a line without its line end, or a paragraph of several lines."""

    start: int
    end: int
    text: str


def split_lines(text: str) -> tuple[Line, ...]:
    """The lines of `text`. Only `\\n` ends a line; a form feed, U+2028 or U+0085 does not."""
    lines, at = [], 0
    for piece in text.split("\n"):
        lines.append(Line(at, at + len(piece), piece))
        at += len(piece) + 1
    return tuple(lines)


def display_width(text: str) -> int:
    """Columns that `text` takes in a terminal: two for a wide character, one for any other.

    >>> display_width("ab灯")
    4
    """
    if text.isascii():
        return len(text)
    return 2 * len(text) - len(WIDE_CHARACTERS.sub("", text))


def join_wrapped_lines(text: str, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The paragraphs of `text`, from its `lines`.

    If the text was wrapped at a column, the lines of a paragraph are joined. A line end inside a block was forced if
    the first word of the next line would not have fitted. If nearly all line ends were forced, those are removed; one
    that was not forced still ends its paragraph (a heading, the last line of a turn). In a text without empty lines, or
    with a line wider than any wrapping column, each line is a paragraph.
    """
    column = _wrap_column(lines)
    paragraphs: list[Line] = []
    begin: int | None = None
    for line, following in pairwise([*lines, Line(len(text), len(text), "")]):
        if not line.text or line.text.isspace():
            continue
        stripped = _strip(line)
        if begin is None:
            begin = stripped.start
        if column and _runs_on(line.text, following.text, column):
            continue
        paragraphs.append(
            stripped if begin == stripped.start else Line(begin, stripped.end, text[begin : stripped.end])
        )
        begin = None
    return tuple(paragraphs)


def _strip(line: Line) -> Line:
    text = line.text.strip()
    if len(text) == len(line.text):
        return line
    start = line.start + len(line.text) - len(line.text.lstrip())
    return Line(start, start + len(text), text)


def _wrap_column(lines: tuple[Line, ...]) -> int:
    """The column at which the text was wrapped, or 0.

    Repairs made some lines a little longer or shorter, so the column is the width that most lines keep to, with some
    tolerance.
    """
    if all(line.text for line in lines[:-1]) or any(
        len(line.text) > MAX_WRAP_COLUMN and not _has_long_address(line) for line in lines
    ):
        return 0
    inner = [(a.text, b.text) for a, b in pairwise(lines) if _has_text(a.text) and _has_text(b.text)]
    if not inner:
        return 0
    column = sorted(display_width(a.rstrip()) for a, _ in inner)[len(inner) * WRAP_TENTHS // 10]
    if column > MAX_WRAP_COLUMN or column < MIN_WRAP_COLUMN:
        return 0
    full = sum(_is_forced(a, b, column) for a, b in inner)
    return column if full >= MIN_FORCED_SHARE * len(inner) else 0


def _has_long_address(line: Line) -> bool:
    """Whether a line is too wide only because of an address, which cannot be wrapped."""
    longest = max(map(len, line.text.split()), default=0)
    return longest > MIN_WRAP_COLUMN and len(line.text) - longest <= MAX_WRAP_COLUMN and "/" in line.text


def _has_text(text: str) -> bool:
    """Whether a line has more than a rule or an underline."""
    return any(map(str.isalnum, text))


def _runs_on(line: str, following: str, column: int) -> bool:
    """Whether a paragraph of a wrapped text continues in the next line."""
    if not _has_text(line) or not _has_text(following):
        return False
    return _is_forced(line, following, column) or (following.lstrip()[0].islower() and line.rstrip()[-1] not in ".!?:")


def _is_forced(line: str, following: str, column: int) -> bool:
    word = following.split(maxsplit=1)[0]
    if unicodedata.east_asian_width(word[0]) in "WF":
        # Chinese may be wrapped between any two characters, but not before a closing mark.
        return display_width(line.rstrip()) + WIDE_CLOSING_COLUMNS > column - WRAP_TOLERANCE
    return display_width(line.rstrip()) + 1 + display_width(word) > column - WRAP_TOLERANCE


NOT_IN_WORDS = regex.compile(r"[\s\p{P}\p{Z}\p{C}\p{Sm}\p{Sk}\p{So}\p{Mn}]+")


def word_characters(text: str) -> str:
    """The characters of `text` that no field may lose: everything except white space, punctuation and symbols.

    >>> word_characters("Well, yes: 盐。")
    'Wellyes盐'
    """
    return NOT_IN_WORDS.sub("", text)


def has_word_characters(text: str) -> bool:
    """Whether `word_characters` is not empty, without computing it."""
    return not text.isspace() and NOT_IN_WORDS.fullmatch(text) is None


SHARED_MARKS = "“”‘’—…·"
"""Marks of both Chinese and English; beside a wide character they are Chinese."""


def unwrap(text: str) -> str:
    """The lines of a paragraph as one line: joined with a space, but without one between wide characters."""
    if "\n" not in text:
        return text.strip()
    joined = ""
    for piece in text.split("\n"):
        piece = piece.strip()  # noqa: PLW2901 -- the stripped line replaces the line
        if piece:
            joined += piece if not joined or _joins_without_space(joined[-1], piece[0]) else f" {piece}"
    return joined


def _joins_without_space(before: str, after: str) -> bool:
    if _is_wide(before):
        return _is_wide(after) or after in SHARED_MARKS
    return before in SHARED_MARKS and _is_wide(after)


def _is_wide(char: str) -> bool:
    # Korean has spaces between words, so a line end in it is a space.
    return unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"
