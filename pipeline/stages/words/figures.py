"""Words that run into a figure, `In2022`: a part of the stage `words`."""

from collections.abc import Iterator
from functools import cache
from importlib import resources

import regex

from pipeline.lexicon import english
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.counts import DocumentCounts
from pipeline.segmentation.word_scores import is_common, lowered

CODE = regex.compile(r"\p{Lu}++\d++$")
"""`A320`, of `A320neo`."""
YEAR = regex.compile(r"(?:19|20)\d\d(?<=\p{Ll}\d{4})(?![\w-]|[./:]\w)")
MONTH = regex.compile("January|February|March|April|May|June|July|August|September|October|November|December")
BEFORE_YEAR = regex.compile(
    r"(?<![^\s(“\"])(?:[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Dd]uring|[Bb]efore|[Aa]fter|[Aa]bout|[Tt]han|[Oo]ver|"
    rf"and|{MONTH.pattern})$"
)
FOUR_FIGURES = regex.compile(r"\d{4}(?!\d)")
LONGEST_MONTH = 12
"""Code points that a word before a year and what is before it take."""


def is_missing(text: str, at: int, start: int, end: int) -> bool:
    """Whether a space is missing between a word and a figure that meet at `at` in the token `[start, end)`.

    Not in a unit, a code, a model, a name: `64bit`, `0x3b7c1add`, `COVID19`, `a1`, `Twenty20`.
    """
    if text[at].isdigit():
        word = text[start:at].lstrip("(“\"'")
        if word.isupper() or any(map(str.isdigit, word)) or (len(word) == 1 and not text[at : at + 2].isdigit()):
            return False
        named = word[:1].isupper() and not is_common(lowered(word)) and not MONTH.fullmatch(word)
        return not named or FOUR_FIGURES.match(text, at) is not None
    if CODE.match(text, start, at):
        return False
    match = LETTER_RUN.match(text, at, end)
    word = match[0] if match else ""
    written = word[1:].islower() and lowered(word) in english.lexicon() and lowered(word) not in _units()
    return written and (len(word) > 2 or is_common(word))


def years_of(evidence: DocumentCounts) -> Iterator[int]:
    """Where a year runs into a word that is often before one."""
    text = evidence.text
    if not any(map(YEAR.search, evidence.suspects)):
        return
    for match in YEAR.finditer(text):
        if BEFORE_YEAR.search(text[max(0, match.start() - LONGEST_MONTH) : match.start()]):
            yield match.start()


@cache
def _units() -> frozenset[str]:
    lines = (resources.files(__package__) / "units.txt").read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))
