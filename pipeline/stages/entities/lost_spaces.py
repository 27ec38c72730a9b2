r"""What is left of a line end or an ampersand as a blank, for the repair `entities`.

In the AG News corpus a line end inside a text became a backslash, `a second\team of`, and an ampersand a blank,
`Turner   Newall`, beside ` #39;` and `  quot;`. One of either proves nothing (`and\or`, two blanks too many), so the
document must show more of the kind.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec

from pipeline.lexicon import english
from pipeline.model.stage import Rule
from pipeline.stages.entities.lost_candidates import CODE, Place
from pipeline.text.edits import Edit

LINE_END = Rule(
    "entities.lost-line-end",
    "a backslash between two words that stands for the end of a line",
    acts=(r"the first boat of\the season, which left the harbour at six and came\back at noon",),
    spares=(r"this and\or that, his\her own, read\write", r"the file C:\notes\today\list", r"\alpha and \beta"),
)
AMPERSAND = Rule(
    "entities.lost-between",
    "an ampersand between two names of which only three blanks are left",
    acts=("Turner   Newall #39;s pension, and  quot;no more quot; of it",),
    spares=("Turner   Newall", "It ended.   Then  quot;more quot; came", "of   the  quot;old quot; kind"),
)
BLANK_RULES = (LINE_END, AMPERSAND)

BACKSLASH = re.compile(r"(?<=[\w,.;:!?)\"'%-])\\(?=[\w\"'($<-])")
WORD_BEFORE = re.compile(r"(?:^|(?<=[\s(\"'-]))([A-Za-z']{1,24}|\d[\d.,]{0,12}|-{1,2})[,.;:!?)\"'%]{0,3}$")
WORD_BEHIND = re.compile(r"[\"'($<]?([A-Za-z]{1,24}(?:'[a-z]{1,2})?|\d[\d,.]{0,12}|-{1,2})(?=[\s,.;:!?)\"'-]|$)")
NEVER = re.compile(r"[{}]|\\\\|[A-Za-z]:\\|\$[^\d]|\\[(\[]")
LEAST_FREQUENT = 3.0
"""Zipf frequency that the words around the backslash must have."""
LONGEST_WORD = 30
LEAST = 2
"""Backslashes of the kind that a document must have."""
SHORTEST, LONGEST = 20, 140
"""Characters from one line end to the next, in at least one place of the document."""
BETWEEN = re.compile(r"(?<=[A-Za-z])   (?=[A-Z])")
NAME_BEFORE = re.compile(r"(?:^|[\s(\"])[A-Z][A-Za-z.'-]{0,30}$")
NAME_BEHIND = re.compile(r"[A-Z][A-Za-z'-]{0,30}\b")


@cache
def alternatives() -> frozenset[str]:
    """Words that people write with a backslash where a slash is meant."""
    text = files("pipeline.stages.entities").joinpath("alternatives.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


class LineEnds(msgspec.Struct, frozen=True):
    """Where backslashes of a line stand between two words: `sure` where both words are known, `all` in any case."""

    sure: tuple[int, ...] = ()
    all: tuple[int, ...] = ()


def _known(word: str) -> bool:
    if len(word) == 1 and word.isalpha():
        return word in ("a", "A", "I")
    return not word[0].isalpha() or english.lexicon().zipf(word.lower()) >= LEAST_FREQUENT


def line_ends(place: Place) -> LineEnds:
    """The backslashes of a line that may stand for a line end; none where some have another use."""
    line = place.text
    if NEVER.search(line) or CODE.search(line):
        return LineEnds()
    sure, every = [], []
    for match in BACKSLASH.finditer(line):
        at = match.start()
        if place.in_code(at) or place.in_link(at):
            continue
        token = line[max(0, at - LONGEST_WORD) : at].rsplit(" ", 1)[-1] + line[at : at + LONGEST_WORD].split(" ", 1)[0]
        if token.count("\\") > 1:
            continue
        before, behind = WORD_BEFORE.search(line, max(0, at - LONGEST_WORD), at), WORD_BEHIND.match(line, at + 1)
        if not before or not behind or {before[1].lower(), behind[1].lower()} & alternatives():
            continue
        every.append(at)
        if _known(before[1]) and _known(behind[1]):
            sure.append(at)
    return LineEnds(tuple(sure), tuple(every))


def many(found: Sequence[LineEnds]) -> bool:
    """Whether these are line ends: enough of them, and two as far from each other as the ends of lines are."""
    apart = any(SHORTEST <= b - a <= LONGEST for ends in found for a, b in pairwise(ends.sure))
    return apart and sum(len(ends.sure) for ends in found) >= LEAST


def repaired_line_ends(place: Place, ends: LineEnds) -> Iterator[Edit]:
    r"""`a second\team of` to `a second team of`."""
    sure = frozenset(ends.sure)
    for at in ends.all:
        yield Edit(place.start + at, "\\", " ", LINE_END.name, 0.9 if at in sure else 0.8)


def repaired_between(place: Place) -> Iterator[Edit]:
    """`Turner   Newall` to `Turner & Newall`, in a document in which blanks stand for other ampersands."""
    line = place.text
    for match in BETWEEN.finditer(line):
        if NAME_BEFORE.search(line, max(0, match.start() - 32), match.start()) and NAME_BEHIND.match(line, match.end()):
            yield Edit(place.start + match.start() + 1, " ", "&", AMPERSAND.name, 0.8)
