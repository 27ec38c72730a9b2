"""Finder `mentions`: the people, outlets and places of which an article speaks, in English and in Chinese.

Three layers, `mentions.person`, `mentions.outlet` and `mentions.place`. A label's value is the name in one agreed form:
the full name of a person who is mentioned by surname, the English name of a place. No two labels overlap. A false mark
is worse than a miss, so what is in doubt is left out.

`given` reads the names that the document itself gives, `people`, `outlets` and `places` look for more, `index` finds
many names in one pass. What is known about names is in the lists beside these modules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from mentions import outlets, people, places
from mentions.given import Given, given
from mentions.index import Hit, Index, disjoint
from mentions.rules import OUTLET, PERSON, PLACE, RULES
from pipeline import Document, Finding, Label, Rule


@dataclass(frozen=True)
class Mentions:
    """People, outlets and places that a text mentions, as annotations."""

    name: ClassVar[str] = "mentions"
    # `credits` gives layer `part` too, so the need alone would not put this stage behind `dialogue`.
    after: ClassVar[frozenset[str]] = frozenset({"credits", "dialogue"})
    needs: ClassVar[frozenset[str]] = frozenset({"part"})
    gives: ClassVar[frozenset[str]] = frozenset({PERSON, OUTLET, PLACE})
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar[int] = 1

    skip: Annotated[tuple[str, ...], Meta(description="Names that are never marked, such as `Reading`.")] = ()

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields a label for each mention, in the order of the text."""
        named = given(document)
        for hit in disjoint(_hits(document.text, named), named.spans):
            if document.text[hit.start : hit.end] not in self.skip:
                entry = hit.entry
                yield Label(hit.start, hit.end, entry.layer, entry.value, entry.rule, entry.confidence)


def _hits(text: str, named: Given) -> Iterator[Hit]:
    """Everything that may be a mention; of two at one place the longer goes before, then the one that comes first."""
    titled = list(people.titled(text))
    # Whom a title introduces in full is known like a speaker.
    introduced = [hit.entry.value for hit in people.named(text, titled, people.people(named.people))]
    known = people.people({name: name for name in introduced if people.surname_of(name)} | named.people)
    for hit in Index(dict(named.entries())).hits(text):
        if hit.entry.layer != PERSON or people.is_whole(text, hit.start, hit.end):
            yield hit
    yield from people.named(text, titled, known)
    yield from people.surnames_alone(text, known)
    yield from outlets.found(text)
    yield from places.found(text, known.words)
