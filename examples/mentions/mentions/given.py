"""What the labels of earlier finders say: the names that a document itself gives, and where it does so."""

from collections.abc import Iterator

import msgspec

from mentions import outlets, people
from mentions.index import Entry, straight
from mentions.knowledge import places
from mentions.rules import KNOWN_OUTLET, KNOWN_PERSON, KNOWN_PLACE, OUTLET, PERSON, PLACE
from pipeline import Document, Label

ALREADY_FIELDS = frozenset({"speaker", "byline", "credit.role", "credit.name", "notice", "disclaimer"})
"""Parts in which no mention is looked for: fields of their own, in which the article does not speak."""


class Given(msgspec.Struct, frozen=True):
    """The names of a document by their form, each with the agreed one, and the spans that hold them."""

    people: dict[str, str]
    outlets: dict[str, str]
    places: dict[str, str]
    spans: list[tuple[int, int]]

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Each name with what a mention of it is."""
        for form, value in self.places.items():
            yield form, Entry(PLACE, value, KNOWN_PLACE.name, 0.9)
        for form, value in self.people.items():
            yield form, Entry(PERSON, value, KNOWN_PERSON.name, 0.95)
        for form, value in self.outlets.items():
            yield form, Entry(OUTLET, value, KNOWN_OUTLET.name, 0.95)


def given(document: Document) -> Given:
    """What the labels of layer `part` name."""
    parts = document.layer("part")
    found = Given({}, {}, {}, [(label.start, label.end) for label in parts if label.value in ALREADY_FIELDS])
    askers = {label.of for label in parts if label.value == "question"}
    for label in parts:
        text = straight(document.text[label.start : label.end])
        if label.value == "byline.outlet" and (len(text) > 2 and (" " in text or not text.isascii())):
            found.outlets[outlets.agreed(text)] = outlets.agreed(text)
        elif label.value in {"byline.reporter", "credit.name"} and not outlets.looks_like_one(text):
            if people.looks_like_one(text):
                found.people[text] = text
        elif label.value == "byline.place" and len(text) > 2 and not any(place in text for place in _forms(text)):
            found.places[text] = text
    for label in parts:
        if label.value == "speaker" and isinstance(label.of, str):
            _add_speaker(found, label, straight(document.text[label.start : label.end]), asks=label.of in askers)
    return found


def _add_speaker(found: Given, label: Label, form: str, *, asks: bool) -> None:
    """A speaker: an outlet by its form or by the byline; a person, if the form is one, who answers or is named above.

    Who only asks may be an outlet that is in no list: `Salt Road` asks, and is nobody's name.
    """
    name = straight(str(label.of))
    if outlets.agreed(name) in found.outlets or outlets.looks_like_one(name):
        found.outlets[outlets.agreed(name)] = outlets.agreed(name)
    elif people.looks_like_one(name) and (not asks or name in found.people):
        found.people[name] = name
        if people.looks_like_one(form):
            found.people[form] = name


def _forms(text: str) -> Iterator[str]:
    """The places of the list that `text` holds."""
    for start in range(len(text)):
        yield from (text[start : start + length] for length in range(2, 8) if text[start : start + length] in places())
