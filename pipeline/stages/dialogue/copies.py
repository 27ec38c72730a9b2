"""A body that is printed twice: the second print is kept in the text and stands once in the structure."""

from collections.abc import Sequence

from pipeline.stages.dialogue.units import Unit

LEAST_UNITS, LEAST_SIZE = 4, 300
"""Paragraphs, and characters in them, from which a run that comes again is a second print."""
LONG = 12
"""Characters of a paragraph that can begin such a run."""


def copies(given: Sequence[Unit]) -> set[int]:
    """Indices of the units that repeat, one after the other, units further up."""
    if len(given) < 2 * LEAST_UNITS:
        return set()
    places: dict[str, int] = {}
    found: set[int] = set()
    i = 0
    while i < len(given):
        text = given[i].text
        first = places.get(text) if len(text) >= LONG else None
        if first is not None:
            size, chars = _run(given, first, i)
            if size >= LEAST_UNITS and chars >= LEAST_SIZE:
                found.update(range(i, i + size))
                i += size
                continue
        places.setdefault(text, i)
        i += 1
    return found


def _run(given: Sequence[Unit], first: int, second: int) -> tuple[int, int]:
    """How many units from `second` on say what those from `first` on say, and their characters."""
    size = chars = 0
    while (
        second + size < len(given) and first + size < second and given[first + size].text == given[second + size].text
    ):
        chars += len(given[second + size].text)
        size += 1
    return size, chars
