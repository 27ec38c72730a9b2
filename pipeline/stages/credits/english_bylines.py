"""Reads `By Jane Doe and John Roe, The Outlet, 14 March 2019`. Used by the finder `credits`."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import regex

from pipeline.lexicon import english
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, PhraseSet, Vocabulary
from pipeline.stages.credits.byline_parts import DATE, Byline, Part, dates, in_order, stripped

LONGEST = 140
"""Characters of a line that is read as an English byline."""
USUALLY_SMALL = 0.25
"""A word that stands capitalised within sentences less often than this is none of a name."""

OPENING = regex.compile(
    r"(?:(?:Reported|Written|Words|Text|Story|Interview|Report|An? (?:story|interview|report|conversation)"
    r"|[Cc]ompiled|Interviewed|Edited and interviewed|Transcribed)[ ])?"
    r"(?:[Bb]y|BY)[ ]++"
)
BY = regex.compile(OPENING.pattern + r"(?=\p{Lu})")
PIECE = regex.compile(r"[^,|·•/–—]+")
CAPITALISED = r"\p{Lu}[\p{L}\p{M}.'’\-]*+"
PERSON = regex.compile(
    rf"{CAPITALISED}(?:[ ](?:{CAPITALISED}|de|da|di|du|del|der|den|van|von|la|le|el|al|bin|ibn|ben|dos|e|y)){{1,4}}"
)
ABBREVIATED = regex.compile(r"\b(?:Jr|Sr|Inc|Ltd)\.$")
READING = regex.compile(r"(?i:\s*[|·•]\s*(?:updated|published|posted|\d+ min(?:ute)?s? read|\d+ comments?)\b.*$)")
"""What a site puts behind a byline."""
LOCATED = regex.compile(rf"\s(?:in|from)\s(?P<place>{CAPITALISED}(?:\s{CAPITALISED}){{0,2}})$")
"""Where a report was written: `Reported by Jane Doe in Lowmarsh`."""
JOINT = regex.compile(r"[ ](?:and|&|with)[ ]")
CAPITALS = regex.compile(r"\b(?:The|[A-Z]{2,})\b")


@cache
def outlet_nouns() -> frozenset[str]:
    """Words that names of newspapers, agencies and stations hold."""
    text = (files(__package__) / "outlet-nouns.txt").read_text("utf-8")
    return frozenset(row for row in text.splitlines() if row and not row.startswith("#"))


def begins(text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY) -> bool:
    """Whether `[start, end)` begins as an English byline does: `By` and a capital, or who the user knows."""
    if BY.match(text, start, end):
        return True
    opening = OPENING.match(text, start, end) if vocabulary else None
    return opening is not None and vocabulary.makers.at(text, opening.end(), end) > opening.end()


def english_byline_in(text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY) -> Byline | None:
    """The byline `[start, end)` of `text`, or None.

    >>> line = "By Jane Doe, The Outlet, 14 March 2019"
    >>> [(part.value, line[part.start : part.end]) for part in english_byline_in(line, 0, len(line)).parts]
    [('reporter', 'Jane Doe'), ('outlet', 'The Outlet'), ('date', '14 March 2019')]
    """
    people, media, makers = NO_PHRASES, NO_PHRASES, NO_PHRASES
    if vocabulary:
        people, media, makers = vocabulary.people, vocabulary.media, vocabulary.makers
    opening = OPENING.match(text, start, end) if end - start <= LONGEST else None
    if opening is None or (
        text[end - 1] in ".?!:;"
        and not ABBREVIATED.search(text, start, end)
        and not any(text[end - size : end] in makers for size in makers.sizes)
    ):
        return None
    parts: list[Part] = []
    if furniture := READING.search(text, opening.end(), end):
        end = furniture.start()
        while text[end - 1] in " |·•,":
            end -= 1
    _, last = dates(text, opening.end(), end, parts)
    if DATE.search(text, opening.end(), last):
        return None
    named = True
    if located := LOCATED.search(text, opening.end(), last):
        parts.append(Part("place", *located.span("place")))
        last = located.start()
    for first, behind in _pieces(text, opening.end(), last, makers):
        names = JOINT.split(text[first:behind])
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
                parts.append(Part("reporter", at, at + len(name)))
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
        parts.append(Part(value, first, behind))
    # An outlet without a name is one of the user's.
    said = any(part.value in {"reporter", "outlet"} for part in parts)
    return Byline(start, end, in_order(parts), 0.93) if said else None


def _pieces(text: str, start: int, end: int, makers: PhraseSet) -> Iterator[tuple[int, int]]:
    """What commas and bars part, without blanks around it; a name or an outlet of the user's stays whole."""
    taken = start
    for piece in PIECE.finditer(text, start, end):
        first, behind = stripped(text, *piece.span())
        if first == behind or first < taken:
            continue
        taken = max(behind, makers.at(text, first, end)) if makers else behind
        yield first, taken


def _is_person(text: str, people: PhraseSet) -> bool:
    """Whether two or more capitalised words are a name: `By Popular Demand` has none that is ever written large."""
    if people and text in people:
        return True
    if PERSON.fullmatch(text) is None:
        return False
    known = english.lexicon()
    return any(known.capital(word.lower().strip(".")) > USUALLY_SMALL for word in text.split() if word[0].isupper())


def _is_outlet(text: str) -> bool:
    """Whether words behind a name are an outlet rather than a place."""
    return CAPITALS.search(text) is not None or not outlet_nouns().isdisjoint(text.split())
