"""Lines that lost all their spaces: a part of the stage `words`.

`ZhangXiao:ChinaandKazakhstanhaveshar` is `Zhang Xiao: China and Kazakhstan have shar`. Such a line is found by itself,
read run by run as the likeliest words, and touched only where it reads as English.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

import regex

from pipeline.lexicon.english import FOREIGN_POINTS, POINTS_PER_NAT
from pipeline.lexicon.vocabulary import changes_inside
from pipeline.model.document import Document
from pipeline.model.stage import Rule
from pipeline.segmentation.boundaries import CAMEL_WORD, LATIN_LETTER, LETTER_RUN, usual_boundaries
from pipeline.segmentation.candidates import context_symbol
from pipeline.segmentation.counts import DocumentCounts, document_counts
from pipeline.segmentation.lattice import read_run
from pipeline.segmentation.lattice_edges import UNSPACED_LINE_COSTS, document_edges
from pipeline.segmentation.unspaced_lines import MIN_LINE_LETTERS, NOT_PROSE, PROTECTED_PART, has_lost_spaces
from pipeline.segmentation.user_words import UserWords
from pipeline.segmentation.word_scores import is_common, lowered, word_facts
from pipeline.text.edits import Edit
from pipeline.text.lines import Line

MIN_RUN_GAIN = 3 * POINTS_PER_NAT
"""Log odds for the reading of a run."""
LINE_CONFIDENCE = 0.95
LEAST_ENGLISH = -2.75 * POINTS_PER_NAT
"""Log P a letter under which a reading is no English; English has -1.7, German taken for it -3."""
LEAST_KNOWN = 0.4
"""Share of the letters of a line that known words must have."""
TWO_SMALL = 2
"""A line without a word of any text, or two if they have two letters, is a name; but `HouseofStone` is none."""
FULL, FULL_WORDS, MOSTLY_KNOWN = 4, 3, 0.85
"""A line without such words is English, too, if it has three of four letters or more, and hardly an unknown one."""
MOST_LINES = 2
"""A document of which more than one line in so many lost its spaces lost them everywhere."""
CAPITAL_INSIDE = regex.compile(r"\p{Ll}\p{Lu}")
BEHIND_FIGURE = regex.compile(r"(?<=(?<!1)1)st|(?<=(?<!1)2)nd|(?<=(?<!1)3)rd|(?<=1[1-3]|[04-9])th|(?<=\d0)s(?!t)")
OF_FIGURE = 2 * POINTS_PER_NAT
"""Log odds for an ending behind a figure."""
ONLY_PACKED = regex.compile(
    rf"{LATIN_LETTER}{{3}}:(?=\d)|\.,(?={LATIN_LETTER})|{LATIN_LETTER}{{2}}(?=&{LATIN_LETTER}{{2}})|(?<={LATIN_LETTER}{{2}})&(?={LATIN_LETTER}{{2}})"
)
"""Marks behind which a space is usual in prose, and too often none elsewhere: `ratio:2`, `Hill&Son`."""
SMALL_SENTENCE = regex.compile(r"\p{Ll}{2}[.](?=\p{Ll}{2})")
"""Where a sentence begins in a line of somebody who writes no capitals."""
NAME_PAIR = regex.compile(rf"(?<!\w)(\p{{Lu}}{LATIN_LETTER}*+) (?=(\p{{Lu}}{LATIN_LETTER}*+))")
"""Two capitalised words side by side."""

UNSPACED_LINE = Rule(
    "words.packed-line",
    "a line that lost all its spaces",
    acts=("TheMinistersMetAgain:peopleoftheregionhaveagreed",),
    spares=("Internationalization", "https://www.example.com/thewholepath", "Donaudampfschifffahrtsgesellschaft"),
    threshold=0.9,
)


class SolvedLine(NamedTuple):
    """A line solved as a whole: where it stands, what to insert, and the repaired line."""

    start: int
    end: int
    edits: tuple[Edit, ...]
    repaired: str


def solve_unspaced_lines(document: Document, known: UserWords) -> tuple[SolvedLine, ...]:
    """The lines of `document` with hardly any blanks that read as English."""
    found = _all_solved(document.text, known)
    if found and document.vocabulary:
        found = tuple((line, _outside(document, line, places)) for line, places in found)
    return tuple(_inserted(line, places) for line, places in found if places)


@lru_cache(maxsize=2)
def _all_solved(text: str, known: UserWords) -> tuple[tuple[Line, list[int]], ...]:
    """The lines of a text without spaces, solved. The stage asks for them more than once."""
    evidence = document_counts(text, known.pieces)
    lines = _without_spaces(text, evidence, has_lost_spaces, MIN_LINE_LETTERS)
    if not lines:
        return ()
    apart = frozenset(NAME_PAIR.findall(text))
    found = [(line, missing_in_line(line.text, evidence, known, apart)) for line in lines]
    if MOST_LINES * sum(bool(places) for _, places in found) < text.strip().count("\n") + 1:
        return tuple(found)
    # A document that lost its spaces everywhere: its short lines and its lines of names lost theirs, too.
    settled = {line.start for line, places in found if places}
    found = [pair for pair in found if pair[1]]
    for line in _without_spaces(text, evidence, _is_one_token):
        if line.start not in settled:
            found.append((line, missing_in_line(line.text, evidence, known, apart, lost=True)))
    return tuple(sorted(found, key=lambda pair: pair[0].start))


def _is_one_token(line: str) -> bool:
    return " " not in line.strip() and not NOT_PROSE.search(line)


def _without_spaces(text: str, evidence: DocumentCounts, lost: Callable[[str], bool], shortest: int = 1) -> list[Line]:
    """The lines that `lost` their spaces. A suspect token of so many code points is what gives them away."""
    found: list[Line] = []
    end = -1
    for at, token in evidence.placed:
        if at < end or len(token) < shortest:
            continue
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        if lost(text[start:end]):
            found.append(Line(start, end, text[start:end]))
    return found


def _outside(document: Document, line: Line, places: Iterable[int]) -> list[int]:
    """The places in a line that lie in no entry of the user's that has marks or figures."""
    spans = document.vocabulary.marked(document.text)
    return [place for place in places if not changes_inside(spans, line.start + place, line.start + place)]


def _inserted(line: Line, places: Sequence[int]) -> SolvedLine:
    edits = tuple(Edit(line.start + place, "", " ", UNSPACED_LINE.name, LINE_CONFIDENCE) for place in places)
    ends = (0, *places, len(line.text))
    repaired = " ".join(line.text[i:j] for i, j in itertools.pairwise(ends))
    return SolvedLine(line.start, line.end, edits, repaired)


def missing_in_line(
    text: str,
    evidence: DocumentCounts,
    known: UserWords,
    apart: Set[tuple[str, str]] = frozenset(),
    *,
    lost: bool = False,
) -> list[int]:
    """Where spaces are missing in a line without spaces; nothing where it does not read as English.

    `apart` are the document's pairs of capitalised words, which stand apart here, too. In a document that has `lost`
    its spaces everywhere a line of names is believed as well.
    """
    places, of_figures, before, last = set[int](), set[int](), "^", 0
    total, known_letters, letters, common, full = 0, 0, 0, 0, 0
    spared = [match.span() for match in PROTECTED_PART.finditer(text)]
    for match in LETTER_RUN.finditer(text):
        start, end = match.span()
        if changes_inside(spared, start, start + 1):
            continue
        after = context_symbol(text[end]) if end < len(text) else "^"
        if start and text[start - 1].isdigit() and (ending := _behind_figure(text, start, end, after)):
            of_figures.add(start)
            start = ending
            if start == end:
                continue
            places.add(start)
        run = text[start:end]
        if text[last:start].strip():
            before = context_symbol(text[start - 1])
        found = read_run(run, before, after, document_edges(run, evidence.lent), UNSPACED_LINE_COSTS)
        cuts = found.cuts if found.best > found.whole + MIN_RUN_GAIN else ()
        cuts = tuple(cut for cut in sorted({*cuts, *_apart(run, apart)}) if not known.breaks(run, cut))
        pieces = [lowered(run[i:j]) for i, j in itertools.pairwise((0, *cuts, len(run)))]
        common += _commonness(run, cuts, pieces)
        for piece in pieces:
            points = word_facts(piece)[0]
            letters += len(piece)
            if points > FOREIGN_POINTS:
                total, known_letters = total + points, known_letters + len(piece)
                full += len(piece) >= FULL
        places.update(start + cut for cut in cuts)
        before, last = pieces[-1], end
    if not places or total < LEAST_ENGLISH * known_letters:
        return []
    reads = common >= TWO_SMALL or (full >= FULL_WORDS and known_letters >= MOSTLY_KNOWN * letters)
    if not lost and (not reads or known_letters < LEAST_KNOWN * letters or _is_identifier(text, places)):
        return []
    small = not any(map(str.isupper, text))
    places.update(place for token in TOKEN.finditer(text) for place in _at_marks(token, small=small))
    places -= of_figures
    places = {place for place in places if not any(start < place < end for start, end in spared)}
    return sorted(place for place in places if 0 < place < len(text) and not text[place - 1 : place + 1].count(" "))


def _commonness(run: str, cuts: Sequence[int], pieces: Sequence[str]) -> int:
    """How surely the pieces of a run are English: two for each word of any text, one for a short one.

    Short ones count for two before a capital, `HouseofStone`, and those of one letter only behind another.
    """
    found, before = 0, 0
    for piece, cut in zip(pieces, (*cuts, len(run)), strict=True):
        worth = 0
        if is_common(piece) and (len(piece) > 1 or before):
            worth = 2 if len(piece) > 1 and (len(piece) > 2 or run[cut : cut + 1].isupper()) else 1
        found, before = found + worth, worth
    return found


def _behind_figure(text: str, start: int, end: int, after: str) -> int:
    """The end of what belongs to the figure before a run, `19th`, `1950s`, or 0: `10seasons` has none."""
    ending = BEHIND_FIGURE.match(text, start, end)
    if ending is None or ending.end() == end:
        return ending.end() if ending else 0
    whole = read_run(text[start:end], "0", after, (), UNSPACED_LINE_COSTS)
    if ending.end() - start in whole.cuts[:1]:
        return ending.end()
    rest = read_run(text[ending.end() : end], "0", after, (), UNSPACED_LINE_COSTS)
    return ending.end() if rest.best + OF_FIGURE > whole.best else 0


def _is_identifier(text: str, places: Set[int]) -> bool:
    """Whether a line is parted at capitals only and is none of prose: `getElementsByTagName`, `ProxyFactoryBean`."""
    if text[:1].isdigit() or not text.isalnum():
        return False
    if sum(not (text[place - 1].islower() and text[place].isupper()) for place in places) > 1:
        return False
    return text[0].islower() or not any(is_common(lowered(hump)) for hump in CAMEL_WORD.findall(text))


TOKEN = regex.compile(r"\S++")


def _at_marks(token: regex.Match[str], *, small: bool) -> Iterator[int]:
    text = token[0]
    yield from (token.start() + place for place in usual_boundaries(text))
    yield from (token.start() + match.end() for match in ONLY_PACKED.finditer(text))
    if small:
        yield from (token.start() + match.end() for match in SMALL_SENTENCE.finditer(text))


def _apart(run: str, apart: Set[tuple[str, str]]) -> Iterator[int]:
    """The capitals inside a run before which the document has a blank elsewhere: `LiWei`, where it says `Li Wei`."""
    bounds = [0, *(match.start() + 1 for match in CAPITAL_INSIDE.finditer(run)), len(run)]
    for left, at, right in zip(bounds, bounds[1:], bounds[2:], strict=False):
        if (run[left:at], run[at:right]) in apart:
            yield at
