"""Reads `By Jane Doe and John Roe, The Outlet, 14 March 2019`. Used by the finder `credits`."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import regex

from pipeline.lexicon import english
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
"""A word that stands capitalised within sentences less often than this is none of a name."""

BYLINE_OPENING = regex.compile(
    r"(?:(?:Reported|Written|Words|Text|Story|Interview|Report|An? (?:story|interview|report|conversation)"
    r"|[Cc]ompiled|Interviewed|Edited and interviewed|Transcribed)[ ])?"
    r"(?:[Bb]y|BY)[ ]++"
)
BY_AND_CAPITAL = regex.compile(BYLINE_OPENING.pattern + r"(?=\p{Lu})")
BETWEEN_SEPARATORS = regex.compile(r"[^,|·•/–—]+")
CAPITALISED_NAME_WORD = r"\p{Lu}[\p{L}\p{M}.'’\-]*+"
PERSON_NAME = regex.compile(
    rf"{CAPITALISED_NAME_WORD}"
    rf"(?:[ ](?:{CAPITALISED_NAME_WORD}|de|da|di|du|del|der|den|van|von|la|le|el|al|bin|ibn|ben|dos|e|y)){{1,4}}"
)
ABBREVIATED_ENDING = regex.compile(r"\b(?:Jr|Sr|Inc|Ltd)\.$")
SITE_FURNITURE = regex.compile(
    r"(?i:\s*[|·•]\s*(?:updated|published|posted|\d+ min(?:ute)?s? read|\d+ comments?)\b.*$)"
)
"""What a site puts behind a byline."""
WRITTEN_IN = regex.compile(rf"\s(?:in|from)\s(?P<place>{CAPITALISED_NAME_WORD}(?:\s{CAPITALISED_NAME_WORD}){{0,2}})$")
"""Where a report was written: `Reported by Jane Doe in Lowmarsh`."""
NAME_JOINT = regex.compile(r"[ ](?:and|&|with)[ ]")
OUTLET_CAPITALS = regex.compile(r"\b(?:The|[A-Z]{2,})\b")


@cache
def outlet_nouns() -> frozenset[str]:
    """Words that names of newspapers, agencies and stations hold."""
    text = (files(__package__) / "outlet-nouns.txt").read_text("utf-8")
    return frozenset(row for row in text.splitlines() if row and not row.startswith("#"))


def begins_as_byline(text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY) -> bool:
    """Whether `[start, end)` begins as an English byline does: `By` and a capital, or who the user knows."""
    if BY_AND_CAPITAL.match(text, start, end):
        return True
    opening = BYLINE_OPENING.match(text, start, end) if vocabulary else None
    return opening is not None and vocabulary.makers.at(text, opening.end(), end) > opening.end()


def english_byline_in(text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """The byline `[start, end)` of `text`, or None.

    >>> line = "By Jane Doe, The Outlet, 14 March 2019"
    >>> [(part.value, line[part.start : part.end]) for part in english_byline_in(line, 0, len(line)).parts]
    [('reporter', 'Jane Doe'), ('outlet', 'The Outlet'), ('date', '14 March 2019')]
    """
    people, media, makers = NO_PHRASES, NO_PHRASES, NO_PHRASES
    if vocabulary:
        people, media, makers = vocabulary.people, vocabulary.media, vocabulary.makers
    opening = BYLINE_OPENING.match(text, start, end) if end - start <= MAX_ENGLISH_BYLINE_CHARS else None
    if opening is None or (
        text[end - 1] in ".?!:;"
        and not ABBREVIATED_ENDING.search(text, start, end)
        and not any(text[end - size : end] in makers for size in makers.sizes)
    ):
        return None
    parts: list[BylinePart] = []
    if furniture := SITE_FURNITURE.search(text, opening.end(), end):
        end = furniture.start()
        while text[end - 1] in " |·•,":
            end -= 1
    _, last = take_dates(text, opening.end(), end, parts)
    if BYLINE_DATE.search(text, opening.end(), last):
        return None
    named = True
    if located := WRITTEN_IN.search(text, opening.end(), last):
        parts.append(BylinePart("place", *located.span("place")))
        last = located.start()
    for first, behind in _byline_pieces(text, opening.end(), last, makers):
        names = NAME_JOINT.split(text[first:behind])
        told = text[first:behind] in media
        if (
            named
            and not told
            and all(_is_person(name, people) for name in names)
            and not (any(part.value == "reporter" for part in parts) and _is_outlet(text[first:behind]))
        ):
            at = first
            for name in names:
                at = text.index(name, at)
                parts.append(BylinePart("reporter", at, at + len(name)))
                at += len(name)
            continue
        named = False
        if parts and text[first].islower() and text[first:behind].rsplit(maxsplit=1)[-1].capitalize() in outlet_nouns():
            continue  # `Jane Doe, staff reporter`
        if not told and (not any(part.value == "reporter" for part in parts) or not text[first].isupper()):
            return None
        value = "outlet" if told or _is_outlet(text[first:behind]) else "place"
        if any(part.value == value for part in parts):
            return None
        parts.append(BylinePart(value, first, behind))
    # An outlet without a name is one of the user's.
    said = any(part.value in {"reporter", "outlet"} for part in parts)
    return BylineMatch(start, end, sorted_parts(parts), 0.93) if said else None


def _byline_pieces(text: str, start: int, end: int, makers: PhraseSet) -> Iterator[tuple[int, int]]:
    """What commas and bars part, without blanks around it; a name or an outlet of the user's stays whole."""
    taken = start
    for piece in BETWEEN_SEPARATORS.finditer(text, start, end):
        first, behind = strip_span(text, *piece.span())
        if first == behind or first < taken:
            continue
        taken = max(behind, makers.at(text, first, end)) if makers else behind
        yield first, taken


def _is_person(text: str, people: PhraseSet) -> bool:
    """Whether two or more capitalised words are a name: `By Popular Demand` has none that is ever written large."""
    if people and text in people:
        return True
    if PERSON_NAME.fullmatch(text) is None:
        return False
    known = english.lexicon()
    return any(
        known.capital(word.lower().strip(".")) > MIN_CAPITALISED_SHARE for word in text.split() if word[0].isupper()
    )


def _is_outlet(text: str) -> bool:
    """Whether words behind a name are an outlet rather than a place."""
    return OUTLET_CAPITALS.search(text) is not None or not outlet_nouns().isdisjoint(text.split())
