"""Remove characters that nobody sees: zero-width characters, marks of direction, soft hyphens, control characters."""

import re
from collections.abc import Callable, Iterator

import regex

from pipeline.lexicon import english
from pipeline.model.stage import Rule
from pipeline.stages.markup.rules import CONTROL, INVISIBLE
from pipeline.text.edits import Edit

ESCAPE, SOFT_HYPHEN = "\N{ESCAPE}", "\N{SOFT HYPHEN}"
INVISIBLE_CHARACTER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]"
)
INVISIBLE_ASCII = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
TERMINAL_SEQUENCE = re.compile("\x1b\\[[0-9;]{0,20}[A-Za-z]")
"""A colour of a terminal: `ESC[31m`."""
LINE_SEPARATORS = frozenset(
    "\r\N{LINE TABULATION}\N{FORM FEED}\x1c\x1d\x1e\N{NEXT LINE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"
)
DIRECTION_MARKS = frozenset(
    "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
    "\N{LEFT-TO-RIGHT EMBEDDING}\N{RIGHT-TO-LEFT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}"
    "\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}"
    "\N{LEFT-TO-RIGHT ISOLATE}\N{RIGHT-TO-LEFT ISOLATE}\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
)
JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
ZERO_WIDTH = frozenset("\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
WITHOUT_JOINERS = re.compile("[\x20-\x7e\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
"""Characters of scripts that have no use for a zero-width joiner or non-joiner."""
UNSPACED_SCRIPT = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
"""Scripts without spaces, in which a zero-width space is between two words."""
HALF_BEFORE, HALF_AFTER = regex.compile(r"[\p{L}\u00ad]{1,40}$"), regex.compile(r"[\p{L}\u00ad]{1,40}")
MAX_HALF_CHARS = 40
MIN_HALF_CHARS = 3
"""Letters of a part of a compound: `dual-use`. Shorter parts are words by chance: `be` in `be-cause`."""

CONTROL_CONFIDENCE = ZERO_WIDTH_CONFIDENCE = 0.97
DIRECTION_CONFIDENCE = 0.95
JOINER_CONFIDENCE = 0.93
"""A joiner may be part of an emoji that is not recognised."""
SOFT_HYPHEN_CONFIDENCE = 0.95
HARD_HYPHEN_CONFIDENCE = 0.4
"""Below the threshold, so that it becomes a note: the hyphen may be meant, but was soft."""


def without_invisible(text: str) -> Iterator[Edit]:
    """Yield an edit for each run of invisible characters that are removed or replaced for the same reason."""
    last: Edit | None = None
    end = 0
    for edit in invisible_characters(text):
        if last and end == edit.start and last.rule == edit.rule and not last.new and not edit.new:
            end = edit.end
            continue
        if last:
            yield Edit(last.start, text[last.start : end], last.new, last.rule, last.confidence)
        last, end = edit, edit.end
    if last:
        yield Edit(last.start, text[last.start : end], last.new, last.rule, last.confidence)


def invisible_characters(text: str) -> Iterator[Edit]:
    """Yield an edit for each invisible character and each terminal sequence."""
    matches = list((INVISIBLE_ASCII if text.isascii() else INVISIBLE_CHARACTER).finditer(text))
    if any(match[0] in DIRECTION_MARKS for match in matches) and RIGHT_TO_LEFT.search(text):
        matches = [match for match in matches if match[0] not in DIRECTION_MARKS]
    end = -1
    for match in matches:
        if match.start() >= end and (edit := REPAIRS.get(match[0], _control)(text, match.start())):
            end = edit.end
            yield edit


def _remove(text: str, at: int, rule: Rule, confidence: float) -> Edit:
    return Edit(at, text[at], "", rule.name, confidence)


def _escape(text: str, at: int) -> Edit:
    sequence = TERMINAL_SEQUENCE.match(text, at)
    return Edit(at, sequence[0] if sequence else text[at], "", CONTROL.name, CONTROL_CONFIDENCE)


def _soft_hyphen(text: str, at: int) -> Edit | None:
    """Within a word only."""
    if at and text[at - 1].isalpha() and text[at + 1 : at + 2].isalpha():
        return soft_hyphen(text, at)
    return None


def _direction_mark(text: str, at: int) -> Edit:
    return _remove(text, at, INVISIBLE, DIRECTION_CONFIDENCE)


def _joiner(text: str, at: int) -> Edit | None:
    """Between two characters that are never joined."""
    if WITHOUT_JOINERS.match(text[max(0, at - 1) : at]) and WITHOUT_JOINERS.match(text, at + 1):
        return _remove(text, at, INVISIBLE, JOINER_CONFIDENCE)
    return None


def _zero_width(text: str, at: int) -> Edit | None:
    """Except between words of a script without spaces."""
    if UNSPACED_SCRIPT.match(text[max(0, at - 1) : at]) or UNSPACED_SCRIPT.match(text, at + 1):
        return None
    return _remove(text, at, INVISIBLE, ZERO_WIDTH_CONFIDENCE)


def _control(text: str, at: int) -> Edit:
    """A line separator between two words becomes a line end."""
    is_between_words = text[max(0, at - 1) : at].strip() and text[at + 1 : at + 2].strip()
    new = "\n" if text[at] in LINE_SEPARATORS and is_between_words else ""
    return Edit(at, text[at], new, CONTROL.name, CONTROL_CONFIDENCE)


REPAIRS: dict[str, Callable[[str, int], Edit | None]] = {
    ESCAPE: _escape,
    SOFT_HYPHEN: _soft_hyphen,
    **dict.fromkeys(DIRECTION_MARKS, _direction_mark),
    **dict.fromkeys(JOINERS, _joiner),
    **dict.fromkeys(ZERO_WIDTH, _zero_width),
}
"""The repair of each character that is not simply a control character."""


def soft_hyphen(text: str, at: int) -> Edit:
    """Remove the soft hyphen of `presi-dent`; propose a hard one between two words that form no word: `dual-use`."""
    halves = (
        HALF_BEFORE.search(text, max(0, at - MAX_HALF_CHARS), at),
        HALF_AFTER.match(text, at + 1, at + 1 + MAX_HALF_CHARS),
    )
    words = [half[0].replace(SOFT_HYPHEN, "").lower() if half else "" for half in halves]
    known = english.lexicon()
    are_words = all(len(word) >= MIN_HALF_CHARS and word in known for word in words)
    if are_words and "".join(words) not in known:
        return Edit(at, SOFT_HYPHEN, "-", INVISIBLE.name, HARD_HYPHEN_CONFIDENCE)
    return Edit(at, SOFT_HYPHEN, "", INVISIBLE.name, SOFT_HYPHEN_CONFIDENCE)
