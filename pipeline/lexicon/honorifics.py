"""Titles before a name, `Mr` and `Professor`, and other words whose full stop does not end a sentence."""

from functools import cache
from typing import Literal

from pipeline.lexicon.lists import rows, table

HonorificUse = Literal["l", "m", "d"]
"""Where a title is expected: in a speaker label, where a text mentions a person, or with a full stop."""


@cache
def honorifics(use: HonorificUse) -> tuple[str, ...]:
    """The English titles for one use, without their full stop.

    >>> honorifics("d")
    ('Mr', 'Mrs', 'Ms', 'Dr', 'Prof')
    """
    return tuple(title for title, uses in table(__package__, "honorifics.tsv") if use in uses)


@cache
def abbreviations() -> frozenset[str]:
    """Words in small letters whose full stop does not end a sentence.

    >>> {"mr", "vol"} <= abbreviations()
    True
    """
    return frozenset(rows(__package__, "abbreviations.txt")) | frozenset(map(str.lower, honorifics("d")))
