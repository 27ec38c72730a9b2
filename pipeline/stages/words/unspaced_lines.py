"""Lines that lost all their spaces.

`ZhangXiao:ChinaandKazakhstanhaveshar` is `Zhang Xiao: China and Kazakhstan have shar`. Such a line is read run by run
as the likeliest words, and changed only if the result reads as English.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import regex

from pipeline.lexicon.english import FOREIGN_POINTS, POINTS_PER_NAT
from pipeline.lexicon.vocabulary import changes_inside
from pipeline.model.document import Document
from pipeline.segmentation.boundaries import CAMEL_WORD, LATIN_LETTER, LETTER_RUN, usual_boundaries
from pipeline.segmentation.candidates import context_symbol
from pipeline.segmentation.counts import DocumentCounts, document_counts
from pipeline.segmentation.lattice import Lattice, read_run
from pipeline.segmentation.lattice_edges import UNSPACED_LINE_COSTS, document_edges
from pipeline.segmentation.unspaced_lines import MIN_LINE_LETTERS, NOT_PROSE, PROTECTED_PART, has_lost_spaces
from pipeline.segmentation.user_words import UserWords
from pipeline.segmentation.word_scores import is_common, lowered, word_facts
from pipeline.stages.words.rules import UNSPACED_LINE
from pipeline.stages.words.title_line import title_span
from pipeline.text.edits import Edit
from pipeline.text.lines import Line

LINE_CONFIDENCE = 0.95
MIN_RUN_GAIN = 3 * POINTS_PER_NAT
"""Points by which a run must read better as several words than as one."""
MIN_LETTER_POINTS = -2.75 * POINTS_PER_NAT
"""Log P a letter under which a reading is no English; English has -1.7, German taken for it -3."""
MIN_KNOWN_SHARE = 0.4
"""Share of the letters of a line that known words must have."""
MIN_COMMON_SCORE = 2
"""A line needs one common word, or two of two letters; otherwise it is a name. `HouseofStone` is none."""
LONG_WORD_LETTERS, MIN_LONG_OR_COMMON_WORDS, MIN_MOSTLY_KNOWN_SHARE = 4, 3, 0.85
"""A line with fewer common words is English, too, if it has three longer or common ones and hardly an unknown one."""
LINES_PER_UNSPACED_LINE = 2
"""If more than one line in so many lost its spaces, the document lost them everywhere."""
SUFFIX_GAIN = 2 * POINTS_PER_NAT
"""Log odds that letters such as `th` after a figure are its suffix."""
CAMEL_BOUNDARY = regex.compile(r"\p{Ll}\p{Lu}")
FIGURE_SUFFIX = regex.compile(r"(?<=(?<!1)1)st|(?<=(?<!1)2)nd|(?<=(?<!1)3)rd|(?<=1[1-3]|[04-9])th|(?<=\d0)s(?!t)")
"""`1st`, `22nd`, `3rd`, `11th`, `1950s`."""
USUAL_IN_PROSE = regex.compile(
    rf"""
      {LATIN_LETTER}{{3}}:(?=\d)                               # ratio:|2
    | \.,(?={LATIN_LETTER})                                    # Co.,|and
    | {LATIN_LETTER}{{2}}(?=&{LATIN_LETTER}{{2}})              # Hill|&Son
    | (?<={LATIN_LETTER}{{2}})&(?={LATIN_LETTER}{{2}})         # Hill&|Son
    """,
    regex.VERBOSE,
)
"""Marks after which prose has a space, but other text too often has none; `|` marks the place."""
SMALL_SENTENCE = regex.compile(r"\p{Ll}{2}[.](?=\p{Ll}{2})")
"""Where a sentence begins in a line written without capitals."""
NAME_PAIR = regex.compile(rf"(?<!\w)(\p{{Lu}}{LATIN_LETTER}*+) (?=(\p{{Lu}}{LATIN_LETTER}*+))")
"""Two capitalised words with a space between them."""
NON_SPACE = regex.compile(r"\S++")

NamePairs = Set[tuple[str, str]]


class SolvedLine(NamedTuple):
    """A line at `[start, end)` of a text that was solved as a whole: the insertions, and the repaired line."""

    start: int
    end: int
    edits: tuple[Edit, ...]
    repaired: str
    cut_off: bool = False
    """It is the title, and its last word reads as the beginning of a longer one."""


class MissingSpaces(NamedTuple):
    """The offsets in a line where spaces are missing, and whether the line ends in the beginning of a word."""

    offsets: list[int]
    cut_off: bool = False


NO_MISSING_SPACES = MissingSpaces([])


def solve_unspaced_lines(document: Document, user_words: UserWords) -> tuple[SolvedLine, ...]:
    """The lines of `document` with hardly any spaces that read as English, solved."""
    lines = _unspaced_lines(document.text, user_words)
    if lines and document.vocabulary:
        lines = tuple(
            (line, missing._replace(offsets=_outside_entries(document, line, missing.offsets)))
            for line, missing in lines
        )
    return tuple(_solved_line(line, missing) for line, missing in lines if missing.offsets)


@lru_cache(maxsize=2)
def _unspaced_lines(text: str, user_words: UserWords) -> tuple[tuple[Line, MissingSpaces], ...]:
    """The lines of a text without spaces, each with its missing spaces. Cached: the stage asks more than once."""
    counts = document_counts(text, user_words.edges)
    lines = _lines_without_spaces(text, counts, has_lost_spaces, MIN_LINE_LETTERS)
    if not lines:
        return ()
    name_pairs = frozenset(NAME_PAIR.findall(text))
    _, title_end = title_span(text) or (0, 0)
    solved = [
        (line, missing_in_line(line.text, counts, user_words, name_pairs, may_be_cut=line.end == title_end))
        for line in lines
    ]
    if LINES_PER_UNSPACED_LINE * sum(bool(missing.offsets) for _, missing in solved) < text.strip().count("\n") + 1:
        return tuple(solved)
    # The document lost its spaces everywhere, so its short lines and its lines of names lost theirs, too.
    solved = [pair for pair in solved if pair[1].offsets]
    starts = {line.start for line, _ in solved}
    for line in _lines_without_spaces(text, counts, _is_one_token):
        if line.start not in starts:
            missing = missing_in_line(line.text, counts, user_words, name_pairs, lost_everywhere=True)
            solved.append((line, missing))
    return tuple(sorted(solved, key=lambda pair: pair[0].start))


def _is_one_token(line: str) -> bool:
    return " " not in line.strip() and not NOT_PROSE.search(line)


def _lines_without_spaces(
    text: str, counts: DocumentCounts, lost: Callable[[str], bool], min_chars: int = 1
) -> list[Line]:
    """The lines for which `lost` holds. Only lines with a suspect token of `min_chars` code points are looked at."""
    lines: list[Line] = []
    end = -1
    for at, token in counts.suspect_positions:
        if at < end or len(token) < min_chars:
            continue
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        if lost(text[start:end]):
            lines.append(Line(start, end, text[start:end]))
    return lines


def _outside_entries(document: Document, line: Line, offsets: Iterable[int]) -> list[int]:
    """The offsets in a line that are not inside an entry of the user's vocabulary with marks or figures."""
    spans = document.vocabulary.marked(document.text)
    return [at for at in offsets if not changes_inside(spans, line.start + at, line.start + at)]


def _solved_line(line: Line, missing: MissingSpaces) -> SolvedLine:
    offsets = missing.offsets
    edits = tuple(Edit(line.start + at, "", " ", UNSPACED_LINE.name, LINE_CONFIDENCE) for at in offsets)
    bounds = (0, *offsets, len(line.text))
    repaired = " ".join(line.text[i:j] for i, j in itertools.pairwise(bounds))
    return SolvedLine(line.start, line.end, edits, repaired, missing.cut_off)


@dataclass
class _Reading:
    """How a line reads so far: where words meet, and what shows whether it is English."""

    offsets: set[int] = field(default_factory=set)
    """Where a space is missing between letters, or after the suffix of a figure."""
    suffixes: set[int] = field(default_factory=set)
    """Where the suffix of a figure begins: no space is missing there."""
    letters: int = 0
    known_letters: int = 0
    known_points: int = 0
    common_score: int = 0
    long_words: int = 0
    cut_off: bool = False
    """It ends in the beginning of a word."""

    def add(self, run: str, cuts: Sequence[int], words: Sequence[str]) -> None:
        """Counts the words that a run was split into."""
        self.common_score += _common_score(run, cuts, words)
        for word in words:
            points = word_facts(word).points
            self.letters += len(word)
            if points > FOREIGN_POINTS:
                self.known_points += points
                self.known_letters += len(word)
                self.long_words += len(word) >= LONG_WORD_LETTERS

    @property
    def is_spelt_like_english(self) -> bool:
        """Whether the known words are as likely as those of English."""
        return self.known_points >= MIN_LETTER_POINTS * self.known_letters

    @property
    def reads_as_english(self) -> bool:
        """Whether the line has a common word, or else hardly an unknown one and several that are long or common."""
        has_known_words = (
            self.long_words + self.common_score >= MIN_LONG_OR_COMMON_WORDS
            and self.known_letters >= MIN_MOSTLY_KNOWN_SHARE * self.letters
        )
        is_prose = self.common_score >= MIN_COMMON_SCORE or has_known_words
        return is_prose and self.known_letters >= MIN_KNOWN_SHARE * self.letters


def missing_in_line(
    text: str,
    counts: DocumentCounts,
    user_words: UserWords,
    name_pairs: NamePairs = frozenset(),
    *,
    lost_everywhere: bool = False,
    may_be_cut: bool = False,
) -> MissingSpaces:
    """The offsets where spaces are missing in a line without spaces; none if it does not read as English.

    `name_pairs` are capitalised words that the document has side by side: they are two words here, too. In a document
    that `lost_everywhere` its spaces, a line of names is solved as well. A title `may_be_cut` inside its last word.
    """
    protected = [match.span() for match in PROTECTED_PART.finditer(text)]
    reading = _read_line(text, protected, counts, user_words, name_pairs, may_be_cut=may_be_cut)
    if not reading.offsets or not reading.is_spelt_like_english:
        return NO_MISSING_SPACES
    if not lost_everywhere and (not reading.reads_as_english or _is_identifier(text, reading.offsets)):
        return NO_MISSING_SPACES
    offsets = (reading.offsets | set(_boundaries_at_marks(text))) - reading.suffixes
    return MissingSpaces(sorted(at for at in offsets if _may_insert(text, at, protected)), reading.cut_off)


def _read_line(
    text: str,
    protected: Sequence[tuple[int, int]],
    counts: DocumentCounts,
    user_words: UserWords,
    name_pairs: NamePairs,
    *,
    may_be_cut: bool,
) -> _Reading:
    """Reads each run of letters outside the `protected` spans as the likeliest words.

    If the line `may_be_cut`, its last run may end in the beginning of a word.
    """
    reading = _Reading()
    before, last = "^", 0
    for match in LETTER_RUN.finditer(text):
        start, end = match.span()
        if changes_inside(protected, start, start + 1):
            continue
        after = context_symbol(text[end]) if end < len(text) else "^"
        if suffix_end := _figure_suffix_end(text, start, end, after):
            reading.suffixes.add(start)
            start = suffix_end
            if start == end:
                continue
            reading.offsets.add(start)
        if text[last:start].strip():
            before = context_symbol(text[start - 1])
        run = text[start:end]
        is_last = may_be_cut and not text[end:].strip()
        lattice = read_run(
            run, before, after, document_edges(run, counts.own_by_prefix), UNSPACED_LINE_COSTS, cut_off=is_last
        )
        cuts = _cuts(run, lattice, user_words, name_pairs)
        words = [lowered(run[i:j]) for i, j in itertools.pairwise((0, *cuts, len(run)))]
        if lattice.cut_off and cuts:
            # The beginning of a word tells nothing of whether the line is English.
            reading.cut_off = True
            reading.add(run[: cuts[-1]], cuts[:-1], words[:-1])
        else:
            reading.add(run, cuts, words)
        reading.offsets.update(start + cut for cut in cuts)
        before, last = words[-1], end
    return reading


def _cuts(run: str, lattice: Lattice, user_words: UserWords, name_pairs: NamePairs) -> tuple[int, ...]:
    """Where a run is split: by its best reading, if that is clearly better, and between the words of `name_pairs`."""
    cuts = lattice.cuts if lattice.best > lattice.whole + MIN_RUN_GAIN else ()
    return tuple(cut for cut in sorted({*cuts, *_name_cuts(run, name_pairs)}) if not user_words.breaks(run, cut))


def _may_insert(text: str, at: int, protected: Sequence[tuple[int, int]]) -> bool:
    """Whether `at` is inside the line, outside protected parts, and has no space yet."""
    if not 0 < at < len(text) or " " in text[at - 1 : at + 1]:
        return False
    return not any(start < at < end for start, end in protected)


def _common_score(run: str, cuts: Sequence[int], words: Sequence[str]) -> int:
    """How surely the words of a run are English: 2 for each common word, 1 for one of two letters.

    A word of two letters counts 2 before a capital, `HouseofStone`; one of one letter counts only after a common word.
    """
    score, previous = 0, 0
    for word, cut in zip(words, (*cuts, len(run)), strict=True):
        worth = 0
        if is_common(word) and (len(word) > 1 or previous):
            worth = 2 if len(word) > 1 and (len(word) > 2 or run[cut : cut + 1].isupper()) else 1
        score, previous = score + worth, worth
    return score


def _figure_suffix_end(text: str, start: int, end: int, after: str) -> int:
    """Where the suffix of the figure before a run ends, `19th`, `1950s`; 0 if there is none: `10seasons`."""
    if not start or not text[start - 1].isdigit():
        return 0
    suffix = FIGURE_SUFFIX.match(text, start, end)
    if suffix is None or suffix.end() == end:
        return suffix.end() if suffix else 0
    whole = read_run(text[start:end], "0", after, (), UNSPACED_LINE_COSTS)
    if suffix.end() - start in whole.cuts[:1]:
        return suffix.end()
    rest = read_run(text[suffix.end() : end], "0", after, (), UNSPACED_LINE_COSTS)
    return suffix.end() if rest.best + SUFFIX_GAIN > whole.best else 0


def _is_identifier(text: str, offsets: Set[int]) -> bool:
    """Whether a line is split at capitals only and is no prose: `getElementsByTagName`, `ProxyFactoryBean`."""
    if text[:1].isdigit() or not text.isalnum():
        return False
    if sum(not (text[at - 1].islower() and text[at].isupper()) for at in offsets) > 1:
        return False
    return text[0].islower() or not any(is_common(lowered(word)) for word in CAMEL_WORD.findall(text))


def _boundaries_at_marks(text: str) -> Iterator[int]:
    """The offsets in a line where a space is usual because of the marks."""
    has_capitals = any(map(str.isupper, text))
    for match in NON_SPACE.finditer(text):
        token, start = match[0], match.start()
        yield from (start + at for at in usual_boundaries(token))
        yield from (start + mark.end() for mark in USUAL_IN_PROSE.finditer(token))
        if not has_capitals:
            yield from (start + mark.end() for mark in SMALL_SENTENCE.finditer(token))


def _name_cuts(run: str, name_pairs: NamePairs) -> Iterator[int]:
    """The capitals inside a run before which the document has a space elsewhere: `LiWei`, if it has `Li Wei`."""
    bounds = [0, *(match.start() + 1 for match in CAMEL_BOUNDARY.finditer(run)), len(run)]
    for left, at, right in zip(bounds, bounds[1:], bounds[2:], strict=False):
        if (run[left:at], run[at:right]) in name_pairs:
            yield at
