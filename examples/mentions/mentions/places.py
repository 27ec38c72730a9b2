"""Countries and cities: those of the list `places.tsv`."""

from collections.abc import Collection, Iterator
from functools import cache

from mentions.index import Entry, Hit, Index
from mentions.knowledge import behind_places, not_places, places
from mentions.rules import DOUBTFUL_PLACE, LISTED_PLACE, PLACE
from mentions.surroundings import capital_before, capital_behind, words_before

INSIDE = [["in"], ["near"], ["across"], ["outside"], ["throughout"], ["around"]]


def found(text: str, names: Collection[str]) -> Iterator[Hit]:
    """Every place of the list; `names` are words of people's names in this document, which are no places in it."""
    for hit in listed().hits(text):
        start, end = hit.start, hit.end
        if text[start] >= "\u2e80":
            # A longer word that is no place keeps its own, so that the place inside it is not marked.
            fits = not hit.entry.layer or not _in_longer_word(text, start, end)
        else:
            fits = not _in_longer_name(text, start, end) and text[start:end] not in names
            if hit.entry.rule == DOUBTFUL_PLACE.name:
                fits = fits and words_before(text, start)[-1:] in INSIDE
        if fits:
            yield hit


@cache
def listed() -> Index:
    """The places of the list, and the longer words that hold one and are none."""
    entries = {form: _entry(place.value, place.doubtful) for form, place in places().items()}
    return Index(entries | dict.fromkeys(not_places(), Entry()))


def _entry(value: str, doubtful: bool) -> Entry:  # noqa: FBT001
    if doubtful:
        return Entry(PLACE, value, DOUBTFUL_PLACE.name, 0.75)
    return Entry(PLACE, value, LISTED_PLACE.name, 0.9)


def _in_longer_word(text: str, start: int, end: int) -> bool:
    """Chinese: 法国人, 北京大学, 乔治·华盛顿."""
    return (
        text.startswith(behind_places(), end)
        or text[end : end + 1] in {"·", "•"}
        or text[start - 1 : start] in {"·", "•"}
    )


def _in_longer_name(text: str, start: int, end: int) -> bool:
    """English: London Bridge, University of London, East London."""
    return capital_behind(text, end) or capital_before(text, start)
