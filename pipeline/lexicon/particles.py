"""Small words within a name, `Ida van Moss`, and within a role, `Head of Design`."""

from functools import cache
from typing import Literal

from pipeline.lexicon.lists import table

ParticleUse = Literal["l", "t", "c", "b"]
"""Where a small word is expected: in a speaker label, a label within a paragraph, credits, an English byline."""


@cache
def name_particles(use: ParticleUse) -> tuple[str, ...]:
    """The small words for one use, in lower case.

    >>> name_particles("t")
    ('of', 'and', 'the', 'de', 'van', 'von', '&')
    """
    return tuple(word for word, uses in table(__package__, "name_particles.tsv") if use in uses)
