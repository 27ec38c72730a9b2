"""Remove letters that a bulletin board put at the ends of lines so that copies of its posts are spoilt.

Discuz hides five to fifteen random pairs there, each a mark or a digit, a space, and a letter or another mark:
`8 J& k# ]4 x7 Q`. A page shows them to nobody; once its tags are gone, they are in the text.
"""

from collections.abc import Iterator

import regex

from pipeline.stages.markup.rules import SPOILT_COPY
from pipeline.text.edits import Edit

RANDOM_PAIRS = regex.compile(
    r"""
    (?:(?<=[\p{Han}\p{P}\s])|^)
    (?:[\x20-\x3b]?[ ]{1,2}[\x3f-\x7e]){5,16}+             # 8 J& k# ]4 x7 Q, the first may be a space, too
    [ \t]*$
    """,
    regex.VERBOSE | regex.MULTILINE,
)
WIDE_BEFORE = regex.compile(r"[\u2014-\u2026\u3000-\uffef]\n?$")
"""A Chinese character, or a mark that ends a Chinese line, at its end or on the line before."""
MIN_LINES = 2
"""Chinese lines with such letters that a text must have: a board puts them after every line."""
MIN_KINDS = 6
"""Different characters that random ones have: `1 A 2 B 1 A` is a list, and `- - - -` a rule."""
MIN_ODD_SHARE = 0.15
"""Share of marks among the characters. Of random ones half are marks; grades and chess moves have few."""
CONFIDENCE = 0.93


def without_spoilt_copies(text: str) -> Iterator[Edit]:
    """Yield an edit for the random letters at the end of each line that has them."""
    found = [match for match in RANDOM_PAIRS.finditer(text) if _is_random(match[0])]
    if (
        sum(WIDE_BEFORE.search(text, max(0, match.start() - 2), match.start()) is not None for match in found)
        < MIN_LINES
    ):
        return
    for match in found:
        yield Edit(match.start(), match[0], "", SPOILT_COPY.name, CONFIDENCE)


def _is_random(letters: str) -> bool:
    solid = letters.replace(" ", "")
    marks = sum(not character.isalnum() for character in solid)
    return len(set(solid)) >= MIN_KINDS and marks >= MIN_ODD_SHARE * len(solid)
