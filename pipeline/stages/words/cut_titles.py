"""Titles that were cut off: inside a word, after a word that ends no title, or where dots stand for the rest.

`Zhang Xiao: China and Kazakhstan have shar` ends in the beginning of `shared` if the document says `have shared`
elsewhere. `What the next ten years may bri` ends in the beginning of a word because, after `may`, a word such as
`bring` is far likelier than `bri`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Literal

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.lexicon.english import POINTS_PER_NAT
from pipeline.lexicon.lists import table
from pipeline.model.document import Document
from pipeline.model.stage import Note
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.lattice_edges import MAX_WORD_LETTERS
from pipeline.segmentation.user_words import UserWords
from pipeline.segmentation.word_scores import bigram_points, is_common, lowered, word_facts
from pipeline.stages.words.rules import TRUNCATED
from pipeline.stages.words.title_line import title_span
from pipeline.stages.words.unspaced_lines import SolvedLine
from pipeline.text.lines import display_width

COMPLETION_CONTEXT_CHARS = 60
"""Code points before a completion that are compared with the title."""
MAX_FRAGMENT_ZIPF = 3.0
"""Zipf frequency under which a last word may be the beginning of another word of the document."""
MAX_UNKNOWN_ZIPF = 2.0
"""Zipf frequency under which it is no word at all, whatever the document has."""
MIN_FRAGMENT_LETTERS, MIN_TITLE_WORDS = 2, 2

# Measured on 499 titles and headings, at most 25 of a family of sources, whole and cut at random: 54 % of those cut
# inside a word are found (38 % with 3.5 and small last words only), and one whole title is taken for one of them.
MAX_LIKELY_FRAGMENT_ZIPF, MIN_LIKELIER_POINTS = 5.0, 60
"""Zipf frequency under which the last word may be a fragment that nothing in the document completes, and by how many
points (twentieths of a nat) a longer word must be likelier there."""
MAX_DOTTED_FRAGMENT_ZIPF, MIN_DOTTED_LIKELIER_POINTS = 5.5, 0
"""The same before dots, which say themselves that something is missing."""
MIN_SMALL_SHARE = 0.001
"""The least share of a word that is taken to be in small letters."""
MIN_CAPITALISED_LETTERS, MIN_CAPITALISED_SHARE = 4, 0.9
"""Letters from which words of a title in title case have a capital, and the share of them that must."""
MIN_NAME_SHARE = 0.5
"""How often a name has a capital in prose; this is also the guess for an unknown word."""
UNKNOWN_WORD_POINTS = 60
"""Points by which a word is less likely because no list has it, besides those of its spelling."""
END_OF_SENTENCE = "."
MAX_UNFINISHED_POINTS = -32
"""How much less likely a mark is after a word than elsewhere, in points, if no title ends with it: `for`, `has`. Of 430
whole titles of 18 families one has such a last word; of those cut between words, a quarter."""
MIN_CUT_COLUMNS = 24
"""Columns of a title that was cut off because it was too long, if only its last word shows it."""
MIN_DOTTED_WORDS = 4
"""Words of a title after which dots behind a space stand for the rest."""
MAX_FULL_TITLE_COLUMNS = 150
"""Columns of a line that can be the whole title."""
MAX_TITLE_HITS = 8
"""Places at which the document repeats the title that are looked at."""
INFLECTIONS = frozenset("s es ed d ing ly er ers r n al ic y 's ’s".split())  # noqa: SIM905
"""Endings that make a further form of a whole word: `venue`, `venues`."""
DOTS = regex.compile(r"(?P<space>\s*)[\[(]?(?:\.{3,}|…+)[\])]?[\s*_]*$")
CUT_OFF_BY_SITE = regex.compile(r"\p{Han}[^.\s]{0,12}\.{3}$")
END_MARK = regex.compile(r"[^\p{L}]$")
LINE_MARKS = "#*_> \t"


class _TitleLine(msgspec.Struct, frozen=True, gc=False):
    """The title `[start, end)` as the document prints it, and its words, with spaces where these were lost."""

    start: int
    end: int
    text: str
    unspaced: bool
    cut_off: bool = False
    """It lost its spaces, and its last word reads as the beginning of a longer one."""
    dots: str | None = None
    """What is between its last word and the dots that end it; None without dots."""
    ends_in_full_stops: bool = False
    """Three full stops end a Chinese title. Sites cut titles off with them; the ellipsis of an author is `……`."""


def truncated_title(document: Document, solved: Sequence[SolvedLine], user_words: UserWords) -> Note | None:
    """A note on a title that was cut off, with the completion that the document itself offers.

    The title is the one in the keys above the text, or else the first line. If it lost its spaces, it counts as cut off
    when its last word is no common one.
    """
    title = _title_line(document, solved)
    if title is None:
        return None
    after = document.text[title.end :]
    if full := _full_title(after, title):
        return _note(title, "the document prints a longer form of the title", full)
    if title.dots == "" and title.ends_in_full_stops and _is_long(title):
        return _note(title, "dots stand for the rest of the title")
    if END_MARK.search(title.text):
        return None
    runs = LETTER_RUN.findall(title.text)
    if len(runs) < MIN_TITLE_WORDS or not title.text.endswith(runs[-1]):
        return None
    if _is_long(title) and _is_unfinished(runs[-1], title):
        return _note(title, f"the title ends after {runs[-1]!r}")
    if (title.cut_off or len(runs[-1]) >= MIN_FRAGMENT_LETTERS) and not user_words.keeps(lowered(runs[-1])):
        words = [lowered(run) for run in runs[:-1]]
        whole_word = _whole_word(after, title, runs[-1], words)
        if whole_word is not None:
            suggestion = title.text + whole_word[len(runs[-1]) :] if whole_word else None
            return _note(title, f"the title ends inside a word: {runs[-1]!r}", suggestion)
    if title.dots and len(runs) >= MIN_DOTTED_WORDS and _is_long(title):
        return _note(title, "dots stand for the rest of the title")
    return None


def _note(title: _TitleLine, message: str, suggestion: str | None = None) -> Note:
    return Note(title.start, title.end, TRUNCATED.name, "warning", message, suggestion)


def _title_line(document: Document, solved: Sequence[SolvedLine]) -> _TitleLine | None:
    """The title in the keys above the text, or else the first line."""
    span = title_span(document.text)
    if span is None:
        return None
    start, end = span
    line = next((line for line in solved if line.start == start), None)
    spaced = (document.text[start:end] if line is None else line.repaired).rstrip()
    dots = DOTS.search(spaced)
    words = spaced[: dots.start()] if dots else spaced
    return _TitleLine(
        start,
        end,
        words,
        unspaced=line is not None,
        cut_off=line is not None and line.cut_off,
        dots=dots["space"] if dots else None,
        ends_in_full_stops=CUT_OFF_BY_SITE.search(spaced) is not None,
    )


@cache
def _unfinished_words(where: Literal["always", "dots"]) -> frozenset[str]:
    """Words with which no title ends, or none that dots follow."""
    return frozenset(word for word, kind in table(__package__, "unfinished_titles.tsv") if kind == where)


def _is_unfinished(word: str, title: _TitleLine) -> bool:
    """Whether no title ends with a word: it is listed, or common, and prose hardly ever has a mark after it."""
    mark = word_facts(END_OF_SENTENCE).points
    after = bigram_points(word, END_OF_SENTENCE, mark) - mark
    if word.islower() and is_common(word) and after <= MAX_UNFINISHED_POINTS:
        return True
    return word in _unfinished_words("always") or (title.dots is not None and word in _unfinished_words("dots"))


def _is_long(title: _TitleLine) -> bool:
    return display_width(title.text) >= MIN_CUT_COLUMNS


def _full_title(after: str, title: _TitleLine) -> str | None:
    """A later line that begins with the title and goes on within its last word, or, if dots end it, anyhow."""
    words = title.text.strip(LINE_MARKS)
    if title.unspaced or not _is_long(title) or not words[-1:].isalpha():
        return None
    at = after.find(words)
    for _ in range(MAX_TITLE_HITS):
        if at < 0:
            return None
        start, end = after.rfind("\n", 0, at) + 1, after.find("\n", at)
        line = after[start : end if end >= 0 else len(after)].strip(LINE_MARKS)
        goes_on = line[len(words) : len(words) + 1]
        goes_on_within = goes_on.isalpha() or (title.dots is not None and goes_on != "" and goes_on not in ".…")
        if line.startswith(words) and goes_on_within and display_width(line) <= MAX_FULL_TITLE_COLUMNS:
            return line
        at = after.find(words, at + 1)
    return None


def _whole_word(after: str, title: _TitleLine, last: str, before: Sequence[str]) -> str | None:
    """The word of which the last one is the beginning; empty if that is not known, None if it is a whole word."""
    fragment = lowered(last)
    if title.cut_off:
        return completion(after, fragment, before) or ""
    zipf = english.lexicon().zipf(fragment)
    if zipf < MAX_FRAGMENT_ZIPF:
        word = completion(after, fragment, before)
        if word:
            return word
        if title.unspaced and zipf < MAX_UNKNOWN_ZIPF and last[0].islower():
            return ""
    max_zipf = MAX_LIKELY_FRAGMENT_ZIPF if title.dots is None else MAX_DOTTED_FRAGMENT_ZIPF
    if zipf >= max_zipf or not (last.islower() or _capitals_are_usual(title, last)) or not _is_long(title):
        return None
    points = MIN_LIKELIER_POINTS if title.dots is None else MIN_DOTTED_LIKELIER_POINTS
    if _likelier_points(before[-1], fragment) <= points:
        return None
    return None if fragment in LETTER_RUN.findall(lowered(after)) else ""


def _capitals_are_usual(title: _TitleLine, last: str) -> bool:
    """Whether most words of a title have a capital, so that the one of its last word does not make this a name.

    The word after a name may be a surname, whatever else it looks like.
    """
    before = LETTER_RUN.findall(title.text)[:-1]
    if not before or english.lexicon().capital(lowered(before[-1])) >= MIN_NAME_SHARE:
        return False
    words = [word for word in before if len(word) >= MIN_CAPITALISED_LETTERS]
    return (
        last[1:].islower()
        and len(words) >= MIN_TITLE_WORDS
        and sum(map(str.istitle, words)) >= MIN_CAPITALISED_SHARE * len(words)
    )


def _likelier_points(before: str, fragment: str) -> int:
    """By how many points the likeliest longer word is likelier after `before` than `fragment` as a word."""
    known = english.lexicon()
    own = known.points_after(before, fragment)
    if own is not None:
        # `va` is a word, but with capitals.
        own += round(POINTS_PER_NAT * math.log(max(1 - known.capital(fragment), MIN_SMALL_SHARE)))
    longer = [
        points for word, points in known.completions(before, fragment) if word[len(fragment) :] not in INFLECTIONS
    ]
    if not longer:
        return english.UNKNOWN_POINTS
    return max(longer) - (known.spelling(fragment) - UNKNOWN_WORD_POINTS if own is None else own)


def completion(text: str, fragment: str, before: Sequence[str]) -> str | None:
    """The word of `text` that begins with `fragment` and follows the last word of `before` there.

    Of several, the one that shares more words before it, then the more frequent, then the earlier. None if the fragment
    itself is a word of `text`.

    >>> completion("They have shared a lot.", "shar", ["countries", "have"])
    'shared'
    """
    counts: Counter[str] = Counter()
    most_shared: dict[str, int] = {}
    small = lowered(text)
    at = small.find(fragment)
    while at >= 0:
        run = LETTER_RUN.match(small, at)
        if run and not (at and LETTER_RUN.match(small, at - 1)):
            if run[0] == fragment:
                return None
            shared = _shared_at_end(LETTER_RUN.findall(small[max(0, at - COMPLETION_CONTEXT_CHARS) : at]), before)
            if shared and len(run[0]) < MAX_WORD_LETTERS:
                counts[run[0]] += 1
                most_shared[run[0]] = max(most_shared.get(run[0], 0), shared)
        at = small.find(fragment, at + len(fragment))
    return max(counts, key=lambda word: (most_shared[word], counts[word]), default=None)


def _shared_at_end(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words both end in."""
    return next(
        (i for i, (a, b) in enumerate(zip(reversed(words), reversed(others), strict=False)) if a != b),
        min(len(words), len(others)),
    )
