"""Whether a place lies in English prose: a part of the stage `words`."""

from bisect import bisect_right
from functools import cache, lru_cache
from importlib import resources

import regex

from pipeline.model.document import Document
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.lattice import read_run
from pipeline.segmentation.word_scores import UNSEEN, is_common, lowered, word_facts
from pipeline.text.lines import Line

COMMAND = regex.compile(r"^\s*[$#>] |\s\|\s|\S {3,}\S")
"""A line for a shell, or of a table."""
BLOCK = 500
"""Code points of the parts of a long line that are judged each by itself whether they are English."""
NEIGHBOURHOOD = 40
"""Code points beside a run in Chinese in which another word of Latin script must stand."""
WORD_BEFORE = regex.compile(rf"(?<![\w'’]){LETTER_RUN.pattern} $")
WORD_AFTER = regex.compile(rf"[ -]{LETTER_RUN.pattern}(?!\w)")
FEW_WORDS, MOSTLY_UNKNOWN = 4, 0.4
"""A line of at least so many words of which more than such a share is unknown is not English."""
MOSTLY_COMMON = 0.25
"""A line of which such a share is found in any text is English, however many names and terms it has."""
MANY_WORDS = 8
"""A line of at least so many words without one of any text is not English."""
LONGEST_READ = 40
"""Letters of a run that is read when its line is judged."""
MARGIN = 100
"""Code points on each side of such a part that are looked at with it."""


def is_prose(document: Document, at: int, start: int, end: int) -> bool:
    """False in a line of another language; in Chinese another word of Latin script must stand beside."""
    line = _line_at(document, at)
    block = (at - line.start) // BLOCK * BLOCK
    if not _is_english(line.text[max(0, block - MARGIN) : block + BLOCK + MARGIN]):
        return False
    if document.script(line) == "latin":
        return True
    before = WORD_BEFORE.search(document.text, max(0, start - NEIGHBOURHOOD), start)
    return before is not None or WORD_AFTER.match(document.text, end) is not None


def is_alone(document: Document, at: int, start: int, end: int) -> bool:
    """Whether a token is the only one of its line, and so perhaps a brand."""
    return len(_line_at(document, at).text.strip()) == end - start


def _line_at(document: Document, at: int) -> Line:
    return document.lines[bisect_right(document.lines, at, key=_start_of_line) - 1]


def _start_of_line(line: Line) -> int:
    return line.start


@lru_cache(maxsize=1 << 10)
def _is_english(line: str) -> bool:
    """False for a line of another language, of names and terms only, of a table or for a shell."""
    if COMMAND.search(line):
        return False
    runs = LETTER_RUN.findall(lowered(line))
    if len(runs) < FEW_WORDS:
        return True
    foreign = sum(map(_foreign().__contains__, runs))
    common = sum(map(_is_english_word, runs))
    if (foreign > 1 and foreign >= common) or (not common and len(runs) >= MANY_WORDS):
        return False
    if common >= MOSTLY_COMMON * len(runs):
        return True
    unknown = sum(word_facts(run) is UNSEEN and (len(run) > LONGEST_READ or not _is_joined(run)) for run in runs)
    return unknown <= MOSTLY_UNKNOWN * len(runs)


@lru_cache(maxsize=1 << 14)
def _is_english_word(run: str) -> bool:
    return is_common(run) and run not in _foreign()


@lru_cache(maxsize=1 << 14)
def _is_joined(run: str) -> bool:
    """Whether a run that is no word looks like several before anything is known about its place."""
    return bool(read_run(run, ".", ".", []).cuts)


@cache
def _foreign() -> frozenset[str]:
    lines = (resources.files(__package__) / "foreign.txt").read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))
