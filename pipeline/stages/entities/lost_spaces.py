r"""Restore line ends that became a backslash, and ampersands that became a space.

In the AG News corpus a line end inside a text became a backslash, `a second\team of`, and an ampersand a space,
`Turner   Newall`, beside ` #39;` and `  quot;`. One of either proves nothing (`and\or`, two spaces too many), so the
document must contain more of the kind.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import msgspec

from pipeline.lexicon import english, lists
from pipeline.stages.entities.rules import LOST_BETWEEN, LOST_LINE_END
from pipeline.stages.entities.suspect_lines import PROGRAM_SIGN, THREE_SPACES, SuspectLine
from pipeline.text.edits import Edit

BACKSLASH = re.compile(r"(?<=[\w,.;:!?)\"'%-])\\(?=[\w\"'($<-])")
WORD_BEFORE = re.compile(r"(?:^|(?<=[\s(\"'-]))([A-Za-z']{1,24}|\d[\d.,]{0,12}|-{1,2})[,.;:!?)\"'%]{0,3}$")
WORD_AFTER = re.compile(r"[\"'($<]?([A-Za-z]{1,24}(?:'[a-z]{1,2})?|\d[\d,.]{0,12}|-{1,2})(?=[\s,.;:!?)\"'-]|$)")
OTHER_BACKSLASH = re.compile(r"[{}]|\\\\|[A-Za-z]:\\|\$[^\d]|\\[(\[]")
"""Signs of a formula, a path or a pattern."""
MIN_ZIPF = 3.0
"""Zipf frequency of a common word: at least one in a million."""
MAX_TOKEN_CHARS = 30
MIN_LINE_ENDS = 2
MIN_LINE_CHARS, MAX_LINE_CHARS = 20, 140
"""Characters between two line ends of a wrapped text, in at least one place of the document."""
ONE_LETTER_WORDS = ("a", "A", "I")
NAME_BEFORE = re.compile(r"(?:^|[\s(\"])[A-Z][A-Za-z.'-]{0,30}$")
NAME_AFTER = re.compile(r"[A-Z][A-Za-z'-]{0,30}\b")
MAX_NAME_CHARS = 32

KNOWN_WORDS_CONFIDENCE = 0.9
UNKNOWN_WORDS_CONFIDENCE = 0.8
"""A name or a rare word on one side may be part of a path."""
AMPERSAND_CONFIDENCE = 0.8
"""Nothing but three spaces between two names: a comma may be missing instead."""


@cache
def alternatives() -> frozenset[str]:
    r"""Words that people write with a backslash instead of a slash, as in `and\or`."""
    return frozenset(lists.rows(__package__, "alternatives.txt"))


class LostLineEnds(msgspec.Struct, frozen=True):
    """Offsets in a line of backslashes between two words: all of them, and those between two common words."""

    between_common_words: tuple[int, ...] = ()
    all: tuple[int, ...] = ()


def _is_common(word: str) -> bool:
    if len(word) == 1 and word.isalpha():
        return word in ONE_LETTER_WORDS
    return not word[0].isalpha() or english.lexicon().zipf(word.lower()) >= MIN_ZIPF


def lost_line_ends(line: SuspectLine) -> LostLineEnds:
    """The backslashes of a line that may be line ends; none if one of them has another use."""
    text = line.text
    if OTHER_BACKSLASH.search(text) or PROGRAM_SIGN.search(text):
        return LostLineEnds()
    between_common_words, between_words = [], []
    for match in BACKSLASH.finditer(text):
        at = match.start()
        if line.in_code(at) or line.in_link(at) or _token_around(text, at).count("\\") > 1:
            continue
        before = WORD_BEFORE.search(text, max(0, at - MAX_TOKEN_CHARS), at)
        after = WORD_AFTER.match(text, at + 1)
        if not before or not after or {before[1].lower(), after[1].lower()} & alternatives():
            continue
        between_words.append(at)
        if _is_common(before[1]) and _is_common(after[1]):
            between_common_words.append(at)
    return LostLineEnds(tuple(between_common_words), tuple(between_words))


def _token_around(text: str, at: int) -> str:
    """The characters around `at` up to the next spaces."""
    before = text[max(0, at - MAX_TOKEN_CHARS) : at].rsplit(" ", 1)[-1]
    return before + text[at : at + MAX_TOKEN_CHARS].split(" ", 1)[0]


def prove_line_ends(lines: Sequence[LostLineEnds]) -> bool:
    """Whether the backslashes of a document are line ends: enough of them, and two as far apart as line ends are."""
    count = sum(len(line.between_common_words) for line in lines)
    return count >= MIN_LINE_ENDS and any(
        MIN_LINE_CHARS <= second - first <= MAX_LINE_CHARS
        for line in lines
        for first, second in pairwise(line.between_common_words)
    )


def repaired_line_ends(line: SuspectLine, line_ends: LostLineEnds) -> Iterator[Edit]:
    r"""`a second\team of` to `a second team of`."""
    between_common_words = frozenset(line_ends.between_common_words)
    for at in line_ends.all:
        confidence = KNOWN_WORDS_CONFIDENCE if at in between_common_words else UNKNOWN_WORDS_CONFIDENCE
        yield line.edit(at, at + 1, " ", LOST_LINE_END, confidence)


def repaired_ampersands(line: SuspectLine) -> Iterator[Edit]:
    """`Turner   Newall` to `Turner & Newall`, in a document in which spaces replace other ampersands."""
    text = line.text
    for match in THREE_SPACES.finditer(text):
        start, end = match.span()
        if NAME_BEFORE.search(text, max(0, start - MAX_NAME_CHARS), start) and NAME_AFTER.match(text, end):
            yield line.edit(start + 1, start + 2, "&", LOST_BETWEEN, AMPERSAND_CONFIDENCE)
