"""Characters that nobody sees, for the repair `markup`: zero-width ones, marks of direction, soft hyphens, controls."""

import re
from collections.abc import Iterator

import regex

from pipeline.lexicon import english
from pipeline.model.stage import Rule
from pipeline.text.edits import Edit

INVISIBLE = Rule(
    "markup.invisible",
    "a zero-width character, a mark of direction or a soft hyphen",
    acts=("hi\u200bdden", "hi\ufeffdden", "hy\u00adphen", "a\u2060b", "the\u200e end", "to\u200dgether"),
    spares=("👩\u200d🚀", "می\u200cخواهم", "ภาษา\u200bไทย", "a \u00ad b", "שלום\u200f"),
)
CONTROL = Rule(
    "markup.control",
    "a control character",
    acts=("a\x00b", "a\x0bb", "\x1b[31mred\x1b[0m"),
    spares=("a\tb\n",),
)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
UNSEEN_ASCII = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
TERMINAL = re.compile("\x1b\\[[0-9;]{0,20}[A-Za-z]")
LINE_ENDS = frozenset("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
JOINED = re.compile("[\x20-\x7e\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
"""Characters that a zero-width joiner or non-joiner has nothing to do with."""
HALF_BEFORE, HALF_BEHIND = regex.compile(r"[\p{L}\u00ad]{1,40}$"), regex.compile(r"[\p{L}\u00ad]{1,40}")
WORDS_UNPARTED = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
"""Scripts in which a zero-width blank parts words that are written without blanks."""


def unseen(text: str) -> Iterator[Edit]:
    """Zero-width characters, soft hyphens within words, control characters; a run of them is one edit."""
    last: Edit | None = None
    end = 0
    for edit in unseen_one_by_one(text):
        if last and end == edit.start and last.rule == edit.rule and not last.new and not edit.new:
            end = edit.end
            continue
        if last:
            yield Edit(last.start, text[last.start : end], last.new, last.rule, last.confidence)
        last, end = edit, edit.end
    if last:
        yield Edit(last.start, text[last.start : end], last.new, last.rule, last.confidence)


def unseen_one_by_one(text: str) -> Iterator[Edit]:
    """The characters that `unseen` takes out, as they come."""
    end = -1
    turned: bool | None = None
    for match in (UNSEEN_ASCII if text.isascii() else UNSEEN).finditer(text):
        at, sign = match.start(), match[0]
        if at < end:
            continue
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if sign == "\x1b" and (escape := TERMINAL.match(text, at)):
            end = escape.end()
            yield Edit(at, escape[0], "", CONTROL.name, 0.97)
        elif sign == "\u00ad":
            if before.isalpha() and after.isalpha():
                yield soft_hyphen(text, at)
        elif sign in DIRECTIONS:
            if turned is None:
                turned = RIGHT_TO_LEFT.search(text) is not None
            if not turned:
                yield Edit(at, sign, "", INVISIBLE.name, 0.95)
        elif sign in "\u200c\u200d":
            if JOINED.match(before) and JOINED.match(after):
                yield Edit(at, sign, "", INVISIBLE.name, 0.93)
        elif sign in "\u200b\u2060\ufeff":
            if not (WORDS_UNPARTED.match(before) or WORDS_UNPARTED.match(after)):
                yield Edit(at, sign, "", INVISIBLE.name, 0.97)
        else:
            parts = sign in LINE_ENDS and before.strip() and after.strip()
            yield Edit(at, sign, "\n" if parts else "", CONTROL.name, 0.97)


def soft_hyphen(text: str, at: int) -> Edit:
    """`presi-dent` is one word; between two words that make none, `dual-use`, a real hyphen was turned soft: noted."""
    before, behind = HALF_BEFORE.search(text, max(0, at - 40), at), HALF_BEHIND.match(text, at + 1, at + 41)
    halves = [match[0].replace("\u00ad", "").lower() if match else "" for match in (before, behind)]
    known = english.lexicon()
    hard = all(len(half) > 2 and half in known for half in halves) and "".join(halves) not in known
    return Edit(at, "\u00ad", "-" if hard else "", INVISIBLE.name, 0.4 if hard else 0.95)
