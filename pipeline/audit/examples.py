"""Short examples in their context, a few for each rule: what a person looks at to judge thousands of findings."""

from collections.abc import Hashable
from typing import Literal

import msgspec

Side = Literal["old", "new"]


class Example(msgspec.Struct, frozen=True):
    """An example: the document, in which output it is found (null where there is one only), and the text around it."""

    document: str
    side: Side | None
    text: str


class KeptExamples:
    """The examples of one key, in the order in which they are worth a look."""

    __slots__ = ("elsewhere", "same", "unlike")

    def __init__(self) -> None:
        self.unlike: dict[Hashable, Example] = {}
        self.elsewhere: dict[str, Example] = {}
        self.same: list[Example] = []

    def shelf_of(self, form: Hashable, document: str) -> int:
        """How many there are of the kind that this one would be: unlike all, from another document, or neither."""
        if form not in self.unlike:
            return len(self.unlike)
        if document not in self.elsewhere and all(document != kept.document for kept in self.unlike.values()):
            return len(self.elsewhere)
        return len(self.same)


class ExampleCollector:
    """Keeps a few examples of each key, whatever number is offered: the first ones that are unlike each other.

    Where too few are, there is room for further ones that look like them, from other documents first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._shelves: dict[Hashable, KeptExamples] = {}

    def wants(self, key: Hashable, form: Hashable, document: str) -> bool:
        """Whether there is room for such an example; `form` is what it shows, its context left out."""
        shelf = self._shelves.get(key)
        return self._most > (0 if shelf is None else shelf.shelf_of(form, document))

    def keep(self, key: Hashable, form: Hashable, specimen: Example) -> None:
        """Keeps an example if there is room."""
        if not self.wants(key, form, specimen.document):
            return
        shelf = self._shelves.setdefault(key, KeptExamples())
        if form not in shelf.unlike:
            shelf.unlike[form] = specimen
        elif specimen.document in shelf.elsewhere or specimen.document in {k.document for k in shelf.unlike.values()}:
            shelf.same.append(specimen)
        else:
            shelf.elsewhere[specimen.document] = specimen

    def of(self, key: Hashable) -> tuple[Example, ...]:
        """The examples of a key."""
        shelf = self._shelves.get(key, KeptExamples())
        return (*shelf.unlike.values(), *shelf.elsewhere.values(), *shelf.same)[: self._most]
