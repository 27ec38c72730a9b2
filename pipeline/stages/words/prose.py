"""Whether a place in a text is in English prose."""

from bisect import bisect_right
from functools import cache, lru_cache

import regex

from pipeline.lexicon.lists import rows
from pipeline.model.document import Document
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.lattice import read_run
from pipeline.segmentation.word_scores import UNSEEN, is_common, lowered, word_facts
from pipeline.text.lines import Line

COMMAND_OR_TABLE = regex.compile(r"^\s*[$#>] |\s\|\s|\S {3,}\S")
"""`$ make run`, `a | b`, `a   b`."""
BLOCK_CHARS, BLOCK_MARGIN_CHARS = 500, 100
"""Code points of the parts of a long line that are judged separately, and of the margin on each side."""
NEIGHBOUR_CHARS = 40
"""Code points beside a run in Chinese that must hold another word of Latin script."""
LATIN_WORD_BEFORE = regex.compile(rf"(?<![\w'’]){LETTER_RUN.pattern} $")
LATIN_WORD_AFTER = regex.compile(rf"[ -]{LETTER_RUN.pattern}(?!\w)")
MIN_JUDGED_WORDS = 4
"""Shorter lines are taken for English."""
MAX_UNKNOWN_SHARE = 0.4
"""A line with a larger share of unknown words is not English."""
MIN_COMMON_SHARE = 0.25
"""A line with such a share of common words is English, however many names and terms it has."""
MIN_WORDS_WITHOUT_COMMON = 8
"""A line of so many words without a common one is not English."""
MIN_PROSE_WORDS, MIN_PROSE_COMMON_SHARE = 20, 0.07
"""A line of so many words with a smaller share of common ones is not English: Latin filler, a list of names. Prose of
English has six times that share."""
MIN_FOREIGN_WORDS = 2
MAX_READ_LETTERS = 40
"""Letters of the longest run that is read when its line is judged."""


def is_prose(document: Document, at: int, start: int, end: int) -> bool:
    """Whether the token `[start, end)` with the place `at` is in English prose.

    In a line of Chinese another word of Latin script must be beside the token.
    """
    line = _line_at(document, at)
    block = (at - line.start) // BLOCK_CHARS * BLOCK_CHARS
    if not _is_english(line.text[max(0, block - BLOCK_MARGIN_CHARS) : block + BLOCK_CHARS + BLOCK_MARGIN_CHARS]):
        return False
    if document.script(line) == "latin":
        return True
    before = LATIN_WORD_BEFORE.search(document.text, max(0, start - NEIGHBOUR_CHARS), start)
    return before is not None or LATIN_WORD_AFTER.match(document.text, end) is not None


def is_alone_on_line(document: Document, at: int, start: int, end: int) -> bool:
    """Whether the token `[start, end)` is the only one of its line."""
    return len(_line_at(document, at).text.strip()) == end - start


def _line_at(document: Document, at: int) -> Line:
    return document.lines[bisect_right(document.lines, at, key=_line_start) - 1]


def _line_start(line: Line) -> int:
    return line.start


@lru_cache(maxsize=1 << 10)
def _is_english(line: str) -> bool:
    """False for another language, for names and terms only, for a table and for a shell command."""
    if COMMAND_OR_TABLE.search(line):
        return False
    runs = LETTER_RUN.findall(lowered(line))
    if len(runs) < MIN_JUDGED_WORDS:
        return True
    foreign = sum(map(_foreign_words().__contains__, runs))
    common = sum(map(_is_common_english, runs))
    if foreign >= MIN_FOREIGN_WORDS and foreign >= common:
        return False
    if not common and len(runs) >= MIN_WORDS_WITHOUT_COMMON:
        return False
    if common >= MIN_COMMON_SHARE * len(runs):
        return True
    if len(runs) >= MIN_PROSE_WORDS and common < MIN_PROSE_COMMON_SHARE * len(runs):
        return False
    return sum(map(_is_unknown, runs)) <= MAX_UNKNOWN_SHARE * len(runs)


@lru_cache(maxsize=1 << 14)
def _is_common_english(run: str) -> bool:
    return is_common(run) and run not in _foreign_words()


def _is_unknown(run: str) -> bool:
    return word_facts(run) is UNSEEN and (len(run) > MAX_READ_LETTERS or not _reads_as_several(run))


@lru_cache(maxsize=1 << 14)
def _reads_as_several(run: str) -> bool:
    """Whether an unknown run looks like several words, whatever is beside it."""
    return bool(read_run(run, ".", ".", []).cuts)


@cache
def _foreign_words() -> frozenset[str]:
    return frozenset(rows(__package__, "foreign.txt"))
