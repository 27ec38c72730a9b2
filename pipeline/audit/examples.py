"""Keeps a few examples for each rule: enough to judge thousands of findings by."""

from collections.abc import Hashable
from typing import Literal

import msgspec

Side = Literal["old", "new"]
"""Which of two compared outputs."""


class Example(msgspec.Struct, frozen=True):
    """A finding in its context: the id of the document, the output it is from (null for one output), and the text."""

    document: str
    side: Side | None
    text: str


class KeptExamples:
    """The examples of one key, in the order in which they are shown."""

    __slots__ = ("distinct", "other_documents", "repeats")

    def __init__(self) -> None:
        self.distinct: dict[Hashable, Example] = {}
        """The first example of each form."""
        self.other_documents: dict[str, Example] = {}
        """Examples of a known form, one from each further document."""
        self.repeats: list[Example] = []
        """Examples of a known form from a known document."""

    def shown_before(self, form: Hashable, document: str) -> int:
        """Number of examples that rank before a new one of this form and document."""
        if form not in self.distinct:
            return len(self.distinct)
        if document not in self.other_documents and all(kept.document != document for kept in self.distinct.values()):
            return len(self.other_documents)
        return len(self.repeats)

    def add(self, form: Hashable, example: Example) -> None:
        """Keeps an example."""
        known_documents = self.other_documents.keys() | {kept.document for kept in self.distinct.values()}
        if form not in self.distinct:
            self.distinct[form] = example
        elif example.document in known_documents:
            self.repeats.append(example)
        else:
            self.other_documents[example.document] = example

    def ordered(self) -> tuple[Example, ...]:
        """All examples: first distinct ones, then those from other documents, then repeats."""
        return (*self.distinct.values(), *self.other_documents.values(), *self.repeats)


class ExampleCollector:
    """Keeps up to `limit` examples for each key and prefers those that differ.

    If there are too few different ones, it adds similar ones, from other documents first.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: dict[Hashable, KeptExamples] = {}

    def wants(self, key: Hashable, form: Hashable, document: str) -> bool:
        """Whether such an example would be kept; `form` is what it shows, without its context."""
        kept = self._kept.get(key)
        return self._limit > (0 if kept is None else kept.shown_before(form, document))

    def keep(self, key: Hashable, form: Hashable, example: Example) -> None:
        """Keeps the example if there is room for it."""
        if self.wants(key, form, example.document):
            self._kept.setdefault(key, KeptExamples()).add(form, example)

    def of(self, key: Hashable) -> tuple[Example, ...]:
        """The examples of a key."""
        return self._kept.get(key, KeptExamples()).ordered()[: self._limit]
