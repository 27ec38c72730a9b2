"""English bylines: `By Jane Doe and John Roe, The Outlet, 14 March 2019`."""

from collections.abc import Iterator
from functools import cache

import regex

from pipeline.lexicon import english
from pipeline.lexicon.lists import rows
from pipeline.lexicon.particles import name_particles
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, PhraseSet, Vocabulary
from pipeline.stages.credits.byline_parts import (
    BYLINE_DATE,
    BylineMatch,
    BylinePart,
    sorted_parts,
    strip_span,
    take_dates,
)

MAX_ENGLISH_BYLINE_CHARS = 140
"""Characters of a line that is read as an English byline."""
MIN_CAPITALISED_SHARE = 0.25
"""Share of its uses within sentences in which a word of a name is capitalised."""
ENGLISH_BYLINE_CONFIDENCE = 0.93
"""Lower than for Chinese reporters, because `By` also opens ordinary text."""

BYLINE_OPENING = regex.compile(
    r"""
    (?:(?: Reported | Written | Words | Text | Story | Interview | Report      # Words by
         | An?[ ](?:story|interview|report|conversation)                      # An interview by
         | [Cc]ompiled | Interviewed | Edited[ ]and[ ]interviewed | Transcribed
       )[ ])?
    (?:[Bb]y|BY)[ ]++                                                          # By
    """,
    regex.VERBOSE,
)
BY_AND_CAPITAL = regex.compile(BYLINE_OPENING.pattern + r"(?=\p{Lu})", regex.VERBOSE)
"""`By Jane`, but not `by hand`."""
BETWEEN_SEPARATORS = regex.compile(r"[^,|·•/–—]+")
CAPITALISED_NAME_WORD = r"\p{Lu}[\p{L}\p{M}.'’\-]*+"
PERSON_NAME = regex.compile(
    rf"{CAPITALISED_NAME_WORD}(?:[ ](?:{CAPITALISED_NAME_WORD}|{'|'.join(name_particles('b'))})){{1,4}}"
)
ABBREVIATED_ENDING = regex.compile(r"\b(?:Jr|Sr|Inc|Ltd)\.$")
SITE_FURNITURE = regex.compile(
    r"(?i:\s*[|·•]\s*(?:updated|published|posted|\d+ min(?:ute)?s? read|\d+ comments?)\b.*$)"
)
"""What a site adds to a byline."""
WRITTEN_IN = regex.compile(rf"\s(?:in|from)\s(?P<place>{CAPITALISED_NAME_WORD}(?:\s{CAPITALISED_NAME_WORD}){{0,2}})$")
"""The place of a report: `Reported by Jane Doe in Lowmarsh`."""
NAME_JOINT = regex.compile(r"[ ](?:and|&|with)[ ]")
OUTLET_CAPITALS = regex.compile(r"\b(?:The|[A-Z]{2,})\b")


@cache
def outlet_nouns() -> frozenset[str]:
    """Words in the names of newspapers, agencies and stations."""
    return frozenset(rows(__package__, "outlet-nouns.txt"))


def begins_as_byline(text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY) -> bool:
    """Whether `[start, end)` begins as an English byline does: with `By` and a capital, or a name of the vocabulary."""
    if BY_AND_CAPITAL.match(text, start, end):
        return True
    opening = BYLINE_OPENING.match(text, start, end) if vocabulary else None
    return opening is not None and vocabulary.makers.at(text, opening.end(), end) > opening.end()


def english_byline_in(text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """The byline that `[start, end)` of `text` is, or None.

    >>> line = "By Jane Doe, The Outlet, 14 March 2019"
    >>> [(part.value, line[part.start : part.end]) for part in english_byline_in(line, 0, len(line)).parts]
    [('reporter', 'Jane Doe'), ('outlet', 'The Outlet'), ('date', '14 March 2019')]
    """
    opening = BYLINE_OPENING.match(text, start, end) if end - start <= MAX_ENGLISH_BYLINE_CHARS else None
    makers = vocabulary.makers if vocabulary else NO_PHRASES
    if opening is None or _ends_as_sentence(text, start, end, makers):
        return None
    end = _without_furniture(text, opening.end(), end)
    parts: list[BylinePart] = []
    _, last = take_dates(text, opening.end(), end, parts)
    if BYLINE_DATE.search(text, opening.end(), last):
        return None
    if located := WRITTEN_IN.search(text, opening.end(), last):
        parts.append(BylinePart("place", *located.span("place")))
        last = located.start()
    pieces = _byline_pieces(text, opening.end(), last, makers)
    if not _read_pieces(text, pieces, vocabulary, parts):
        return None
    if not _has(parts, "reporter", "outlet"):  # an outlet without a name is one of the user's
        return None
    return BylineMatch(start, end, sorted_parts(parts), ENGLISH_BYLINE_CONFIDENCE)


def _ends_as_sentence(text: str, start: int, end: int, makers: PhraseSet) -> bool:
    """Whether a line ends with an end mark that does not belong to a name."""
    return (
        text[end - 1] in ".?!:;"
        and not ABBREVIATED_ENDING.search(text, start, end)
        and not any(text[end - size : end] in makers for size in makers.sizes)
    )


def _without_furniture(text: str, start: int, end: int) -> int:
    """The end of the byline before what a site adds to it: `… | 5 min read`."""
    furniture = SITE_FURNITURE.search(text, start, end)
    if furniture:
        end = furniture.start()
        while text[end - 1] in " |·•,":
            end -= 1
    return end


def _has(parts: list[BylinePart], *values: str) -> bool:
    return any(part.value in values for part in parts)


def _read_pieces(text: str, pieces: Iterator[tuple[int, int]], vocabulary: Vocabulary, parts: list[BylinePart]) -> bool:
    """Adds what the pieces of a byline are to `parts`: first reporters, then outlet and place.

    Returns False if a piece is none of these, so that the line is no byline.
    """
    people, media = (vocabulary.people, vocabulary.media) if vocabulary else (NO_PHRASES, NO_PHRASES)
    in_names = True
    for start, end in pieces:
        piece = text[start:end]
        is_known_outlet = piece in media
        if in_names and not is_known_outlet and (reporters := _reporters(piece, start, people, parts)):
            parts += reporters
            continue
        in_names = False
        if _is_job_title(piece, parts):
            continue
        value = "outlet" if is_known_outlet or is_outlet(piece) else "place"
        follows_reporter = _has(parts, "reporter") and piece[0].isupper()
        if not (is_known_outlet or follows_reporter) or _has(parts, value):
            return False
        parts.append(BylinePart(value, start, end))
    return True


def _reporters(piece: str, start: int, people: PhraseSet, parts: list[BylinePart]) -> list[BylinePart]:
    """The reporters that a piece names, `Jane Doe and John Roe`; empty if it is anything else.

    After a first reporter, what could be an outlet's name is none of a person.
    """
    names = NAME_JOINT.split(piece)
    if not all(is_person(name, people) for name in names) or (_has(parts, "reporter") and is_outlet(piece)):
        return []
    found, at = [], 0
    for name in names:
        at = piece.index(name, at)
        found.append(BylinePart("reporter", start + at, start + at + len(name)))
        at += len(name)
    return found


def _is_job_title(piece: str, parts: list[BylinePart]) -> bool:
    """`staff reporter` after a name."""
    return bool(parts) and piece[0].islower() and piece.rsplit(maxsplit=1)[-1].capitalize() in outlet_nouns()


def _byline_pieces(text: str, start: int, end: int, makers: PhraseSet) -> Iterator[tuple[int, int]]:
    """The spans between commas and bars, without spaces; a name or an outlet of the user's stays whole."""
    taken = start
    for piece in BETWEEN_SEPARATORS.finditer(text, start, end):
        first, last = strip_span(text, *piece.span())
        if first == last or first < taken:
            continue
        taken = max(last, makers.at(text, first, end)) if makers else last
        yield first, taken


def is_person(text: str, people: PhraseSet) -> bool:
    """Whether two or more capitalised words are a name; those of `By Popular Demand` are none."""
    if people and text in people:
        return True
    if PERSON_NAME.fullmatch(text) is None:
        return False
    known = english.lexicon()
    return any(
        known.capital(word.lower().strip(".")) > MIN_CAPITALISED_SHARE for word in text.split() if word[0].isupper()
    )


def is_outlet(text: str) -> bool:
    """Whether words after a name are an outlet rather than a place."""
    return OUTLET_CAPITALS.search(text) is not None or not outlet_nouns().isdisjoint(text.split())
