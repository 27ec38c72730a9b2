"""Remove letters that a bulletin board mixed into its text so that copies of it are spoilt: `8 J& k# ]4 x7 p`.

Discuz hides them in the page; a copy shows them at the end of a line or on a line of their own. It makes them of five
to fifteen pairs: a mark or a figure, a space, a letter or a mark.
"""

from collections.abc import Iterator

import regex

from pipeline.stages.markup.rules import SPOILT_COPY
from pipeline.text.edits import Edit

JAMMED = regex.compile(r"(?:[ -;]?[ ][?-~]){5,15}+[ ]?\Z")
"""Pairs up to the end of a line. A space as the first of a pair may be lost: pages show one of two."""
MARK_OF_SENTENCE = regex.compile(r"(?<=\w)[.!,:;)%](?=[ ])")
"""May end the sentence before the letters rather than begin them, so it stays."""
FIRST_OF_PAIR = regex.compile(r"[!-;](?=[ ][?-~])")
PAIR = regex.compile(r"[ ][?-~]")
MIN_KINDS, MIN_SHARE = 4, 0.6
"""Different marks and figures among the first of the pairs, and the share of pairs that have one. `a, b, c, d, e` has
one kind; of 2,000 runs made by chance 99 % have enough."""
MAX_JAMMED_CHARS = 46
"""Fifteen pairs and a space."""
JAMMED_CONFIDENCE = 0.92
"""No sound text of 40 MB of English prose has one, but short ones look like keys or notations of games."""


def without_spoilt_copies(text: str) -> Iterator[Edit]:
    """Yield an edit for each run of such letters at the end of a line."""
    start = 0
    for line in text.split("\n"):
        # The last pair of a line has a space before its last character. Hardly any other line has one there.
        if line[-2:-1] == " " or line[-3:-2] == " ":
            yield from _edits_of_line(line, start)
        start += len(line) + 1


def _edits_of_line(line: str, start: int) -> Iterator[Edit]:
    match = JAMMED.search(line, max(0, len(line) - MAX_JAMMED_CHARS))
    if match is None:
        return
    firsts = FIRST_OF_PAIR.findall(match[0])
    if len(set(firsts)) < MIN_KINDS or len(firsts) < MIN_SHARE * len(PAIR.findall(match[0])):
        return
    at = match.start() + (MARK_OF_SENTENCE.match(line, match.start()) is not None)
    yield Edit(start + at, line[at:], "", SPOILT_COPY.name, JAMMED_CONFIDENCE)
