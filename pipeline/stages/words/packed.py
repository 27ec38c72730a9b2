"""Lines that lost all their spaces: a part of the stage `words`.

`ZhangXiao:ChinaandKazakhstanhaveshar` is `Zhang Xiao: China and Kazakhstan have shar`. Such a line is found by itself,
read run by run as the likeliest words, and touched only where it reads as English.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

import regex

from pipeline.document import Document
from pipeline.layout import Line
from pipeline.ledger import Edit
from pipeline.lexicon import FOREIGN_POINTS, POINTS
from pipeline.spacing.evidence import Evidence, gathered
from pipeline.spacing.gaps import sign
from pipeline.spacing.known import Known
from pipeline.spacing.lattice import IN_PACKED_LINE, facts, lowered, of_document, read
from pipeline.spacing.marks import HUMP, LETTER, RUN, usual
from pipeline.spacing.packed import LETTERS, has_lost_spaces
from pipeline.stage import Rule
from pipeline.vocabulary import inside

SURE = 3 * POINTS
"""Log odds for the reading of a run."""
CONFIDENCE = 0.95
LEAST_ENGLISH = -2.75 * POINTS
"""Log P a letter under which a reading is no English; English has -1.7, German taken for it -3."""
LEAST_KNOWN = 0.4
"""Share of the letters of a line that known words must have."""
COMMON, TWO_SMALL = -7.5 * POINTS, 2
"""log P of a word that is found in any text; a line without one, or two if they have two letters, is a name."""
CAPITAL_INSIDE = regex.compile(r"\p{Ll}\p{Lu}")
BEHIND_FIGURE = regex.compile(r"(?<=\d)(?:st|nd|rd|th)|(?<=\d0)s(?!t)")
PAIR = regex.compile(rf"(?<!\w)(\p{{Lu}}{LETTER}*+) (?=(\p{{Lu}}{LETTER}*+))")
"""Two capitalised words side by side."""

LINE = Rule(
    "words.packed-line",
    "a line that lost all its spaces",
    acts=("TheMinistersMetAgain:peopleoftheregionhaveagreed",),
    spares=("Internationalization", "https://www.example.com/thewholepath", "Donaudampfschifffahrtsgesellschaft"),
    threshold=0.9,
)


class Packed(NamedTuple):
    """A line solved as a whole: where it stands, what to insert, and the repaired line."""

    start: int
    end: int
    edits: tuple[Edit, ...]
    repaired: str


def packed(document: Document, known: Known) -> tuple[Packed, ...]:
    """The lines of `document` with hardly any blanks that read as English."""
    evidence = gathered(document.text, known.pieces)
    lines = _without_spaces(document.text, evidence)
    if not lines:
        return ()
    apart = frozenset(PAIR.findall(document.text))
    found = [(line, solved(line.text, evidence, known, apart)) for line in lines]
    if document.vocabulary:
        found = [(line, _outside(document, line, places)) for line, places in found]
    return tuple(_inserted(line, places) for line, places in found if places)


def _without_spaces(text: str, evidence: Evidence) -> list[Line]:
    """The lines that lost their spaces. A long token is what gives them away."""
    found: list[Line] = []
    end = -1
    for at, token in evidence.placed:
        if len(token) < LETTERS or at < end:
            continue
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        if has_lost_spaces(text[start:end]):
            found.append(Line(start, end, text[start:end]))
    return found


def _outside(document: Document, line: Line, places: Iterable[int]) -> list[int]:
    """The places in a line that lie in no entry of the user's that has marks or figures."""
    spans = document.vocabulary.marked(document.text)
    return [place for place in places if not inside(spans, line.start + place, line.start + place)]


def _inserted(line: Line, places: Sequence[int]) -> Packed:
    edits = tuple(Edit(line.start + place, "", " ", LINE.name, CONFIDENCE) for place in places)
    ends = (0, *places, len(line.text))
    repaired = " ".join(line.text[i:j] for i, j in itertools.pairwise(ends))
    return Packed(line.start, line.end, edits, repaired)


def solved(text: str, evidence: Evidence, known: Known, apart: Set[tuple[str, str]] = frozenset()) -> list[int]:
    """Where spaces are missing in a line without spaces; nothing where it does not read as English.

    `apart` are the document's pairs of capitalised words, which stand apart here, too.
    """
    places, before, last = set[int](), "^", 0
    total, known_letters, letters, common = 0, 0, 0, 0
    for match in RUN.finditer(text):
        start, end = match.span()
        if start and text[start - 1].isdigit() and (ending := BEHIND_FIGURE.match(text, start, end)):
            # `19th`, `1950s`: what belongs to the figure.
            start = ending.end()
            places.add(start)
        run = text[start:end]
        if text[last:start].strip():
            before = sign(text[start - 1])
        after = sign(text[end]) if end < len(text) else "^"
        found = read(run, before, after, of_document(run, evidence.own), IN_PACKED_LINE)
        cuts = found.cuts if found.best > found.whole + SURE else ()
        cuts = tuple(cut for cut in sorted({*cuts, *_apart(run, apart)}) if not known.breaks(run, cut))
        pieces = [lowered(run[i:j]) for i, j in itertools.pairwise((0, *cuts, len(run)))]
        for piece in pieces:
            points = facts(piece)[0]
            common += (len(piece) > 2) + 1 if points > COMMON and len(piece) > 1 else 0
            letters += len(piece)
            if points > FOREIGN_POINTS:
                total, known_letters = total + points, known_letters + len(piece)
        places.update(start + cut for cut in cuts)
        before, last = pieces[-1], end
    if (
        not places
        or common < TWO_SMALL
        or total < LEAST_ENGLISH * known_letters
        or known_letters < LEAST_KNOWN * letters
    ):
        return []
    if _is_identifier(text, places):
        return []
    places.update(place for token in TOKEN.finditer(text) for place in _at_marks(token))
    return sorted(place for place in places if 0 < place < len(text) and not text[place - 1 : place + 1].count(" "))


def _is_identifier(text: str, places: Set[int]) -> bool:
    """Whether a line is parted at capitals only and is none of prose: `getElementsByTagName`, `ProxyFactoryBean`."""
    if not text.isalnum() or sum(not (text[place - 1].islower() and text[place].isupper()) for place in places) > 1:
        return False
    return text[0].islower() or not any(facts(lowered(hump))[0] > COMMON for hump in HUMP.findall(text))


TOKEN = regex.compile(r"\S++")


def _at_marks(token: regex.Match[str]) -> Iterator[int]:
    yield from (token.start() + place for place in usual(token[0]) if not BEHIND_FIGURE.match(token[0], place))


def _apart(run: str, apart: Set[tuple[str, str]]) -> Iterator[int]:
    """The capitals inside a run before which the document has a blank elsewhere: `LiWei`, where it says `Li Wei`."""
    bounds = [0, *(match.start() + 1 for match in CAPITAL_INSIDE.finditer(run)), len(run)]
    for left, at, right in zip(bounds, bounds[1:], bounds[2:], strict=False):
        if (run[left:at], run[at:right]) in apart:
            yield at
