"""Reads `By Jane Doe and John Roe, The Outlet, 14 March 2019`. Used by the finder `credits`."""

from functools import cache
from importlib.resources import files

import regex

from pipeline import lexicon
from pipeline.stages.credits.byline_parts import DATE, Byline, Part, dates, in_order, stripped

LONGEST = 140
"""Characters of a line that is read as an English byline."""
USUALLY_SMALL = 0.25
"""A word that stands capitalised within sentences less often than this is none of a name."""

BY = regex.compile(r"(?:(?:Reported|Written|Words|Text|Story|Interview|Report)[ ])?(?:[Bb]y|BY)[ ]++(?=\p{Lu})")
PIECE = regex.compile(r"[^,|·•/–—]+")
CAPITALISED = r"\p{Lu}[\p{L}\p{M}.'’\-]*+"
PERSON = regex.compile(
    rf"{CAPITALISED}(?:[ ](?:{CAPITALISED}|de|da|di|du|del|der|den|van|von|la|le|el|al|bin|ibn|ben|dos|e|y)){{1,4}}"
)
ABBREVIATED = regex.compile(r"\b(?:Jr|Sr|Inc|Ltd)\.$")
JOINT = regex.compile(r"[ ](?:and|&|with)[ ]")
CAPITALS = regex.compile(r"\b(?:The|[A-Z]{2,})\b")


@cache
def outlet_nouns() -> frozenset[str]:
    """Words that names of newspapers, agencies and stations hold."""
    text = (files(__package__) / "outlet-nouns.txt").read_text("utf-8")
    return frozenset(row for row in text.splitlines() if row and not row.startswith("#"))


def english_byline_in(text: str, start: int, end: int) -> Byline | None:
    """The byline `[start, end)` of `text`, or None.

    >>> line = "By Jane Doe, The Outlet, 14 March 2019"
    >>> [(part.value, line[part.start : part.end]) for part in english_byline_in(line, 0, len(line)).parts]
    [('reporter', 'Jane Doe'), ('outlet', 'The Outlet'), ('date', '14 March 2019')]
    """
    opening = BY.match(text, start, end) if end - start <= LONGEST else None
    if opening is None or (text[end - 1] in ".?!:;" and not ABBREVIATED.search(text, start, end)):
        return None
    parts: list[Part] = []
    _, last = dates(text, opening.end(), end, parts)
    if DATE.search(text, opening.end(), last):
        return None
    named = True
    for piece in PIECE.finditer(text, opening.end(), last):
        first, behind = stripped(text, *piece.span())
        if first == behind:
            continue
        names = JOINT.split(text[first:behind])
        people = all(_is_person(name) for name in names)
        if (
            named
            and people
            and not (any(part.value == "reporter" for part in parts) and _is_outlet(text[first:behind]))
        ):
            at = first
            for name in names:
                at = text.index(name, at)
                parts.append(Part("reporter", at, at + len(name)))
                at += len(name)
            continue
        named = False
        if not any(part.value == "reporter" for part in parts) or not text[first].isupper():
            return None
        value = "outlet" if _is_outlet(text[first:behind]) else "place"
        if any(part.value == value for part in parts):
            return None
        parts.append(Part(value, first, behind))
    reporters = [part for part in parts if part.value == "reporter"]
    return Byline(start, end, in_order(parts), 0.93) if reporters else None


def _is_person(text: str) -> bool:
    """Whether two or more capitalised words are a name: `By Popular Demand` has none that is ever written large."""
    if PERSON.fullmatch(text) is None:
        return False
    known = lexicon.words()
    return any(known.capital(word.lower().strip(".")) > USUALLY_SMALL for word in text.split() if word[0].isupper())


def _is_outlet(text: str) -> bool:
    """Whether words behind a name are an outlet rather than a place."""
    return CAPITALS.search(text) is not None or not outlet_nouns().isdisjoint(text.split())
