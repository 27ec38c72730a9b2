"""English datelines: `LOWMARSH, 14 January (Northgate Wire) —`, a place in capitals before the text of a report."""

from functools import cache

import regex

from pipeline.lexicon import english
from pipeline.lexicon.lists import rows
from pipeline.stages.credits.byline_parts import MONTH_NAME, BylineMatch, BylinePart

MAX_DATELINE_CHARS = 100
"""Characters of a paragraph that are read."""
DATELINE_CONFIDENCE, PLACE_ALONE_CONFIDENCE = 0.9, 0.75
"""With a date or an agency, and with the place only."""
MIN_NAME_SHARE = 0.5
"""Share of its uses in which a word has a capital, from which a place without date and agency is a name."""
DATELINE = regex.compile(
    rf"""
    [*_]*+
    (?P<place>\p{{Lu}}[\p{{Lu}}.'’\-]++(?:[ ]\p{{Lu}}[\p{{Lu}}.'’\-]++){{0,3}}        # NEW HARBOUR
       (?:,[ ](?!{MONTH_NAME}[ ]?\d)\p{{Lu}}[\p{{L}}.]++(?:[ ]\p{{Lu}}[\p{{L}}.]++)?)?)  # , Maine
    (?:,[ ](?P<date>(?:{MONTH_NAME}[ ]\d{{1,2}}|\d{{1,2}}[ ]{MONTH_NAME})(?:,?[ ]\d{{4}})?))?  # , 14 January
    (?:,?[ ]\((?P<outlet>\p{{Lu}}{{2,6}}|\p{{Lu}}\p{{Ll}}\p{{L}}*+(?:[ ]\p{{Lu}}\p{{L}}++){{0,3}})\))?  # (HNA)
    [*_]*+[ ]?(?:—|–|--|[ ]-)[ ]?
    """,
    regex.VERBOSE,
)


@cache
def _no_places() -> frozenset[str]:
    """First words in capitals that open no dateline."""
    return frozenset(rows(__package__, "no-dateline-words.txt"))


def english_dateline_in(text: str) -> BylineMatch | None:
    """The English dateline that opens a paragraph, with its dash, or None.

    >>> line = "LOWMARSH, 14 January (Northgate Wire) — The quay is open."
    >>> found = english_dateline_in(line); [(part.value, line[part.start : part.end]) for part in found.parts]
    [('place', 'LOWMARSH'), ('date', '14 January'), ('outlet', 'Northgate Wire')]
    """
    match = DATELINE.match(text, 0, MAX_DATELINE_CHARS) if text[:1].isupper() or text[:1] in "*_" else None
    if match is None or match["place"].split()[0].strip(",") in _no_places():
        return None
    spans = [(value, match.span(value)) for value in ("place", "date", "outlet") if match[value]]
    alone = len(spans) == 1
    if alone and not _is_name(match["place"]):
        return None
    follows = text[match.end() : match.end() + 1]
    if follows and not (follows.isupper() or follows in "\"“‘'"):
        return None
    parts = tuple(BylinePart(value, *span) for value, span in spans)
    confidence = PLACE_ALONE_CONFIDENCE if alone else DATELINE_CONFIDENCE
    start = match.start("place")
    return BylineMatch(start, start + len(text[start : match.end()].rstrip()), parts, confidence)


def _is_name(place: str) -> bool:
    """Whether all words of a place are names: `GENEVA`, but not `WARNING`."""
    known = english.lexicon()
    return all(known.capital(word.lower().strip(".,")) >= MIN_NAME_SHARE for word in place.split())
