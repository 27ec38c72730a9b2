"""Where the articles of a run lie, as a folder with a file for each; `shards.py` beside this is the other kind."""

import os
from pathlib import Path
from typing import Protocol

from pipeline.runs.places.delivery import Delivery, FilePerArticle
from pipeline.runs.state import Entry
from pipeline.sinks.folder import file_name
from pipeline.stores import Store


class Shelf(Protocol):
    """Knows which articles are there, and is told in the order of the documents which ones are to be."""

    delivery: Delivery
    """What each worker does with an article."""
    ordered: bool
    """Whether an article is there only once those before it are, too; else it is as soon as its worker says so."""

    def holds(self, entry: Entry) -> bool:
        """Whether the article of a document that was written is still there."""
        ...

    def add(self, entry: Entry, body: bytes | None) -> Entry:
        """Takes an article in; gives its entry with the place where it lies now."""
        ...

    def keep(self, entry: Entry) -> None:
        """Is told of an article that stays."""
        ...

    def drop(self, name: str) -> None:
        """Is told that the article of a document is no more: it fails now, or is turned down."""
        ...

    def tick(self) -> None:
        """Is called now and then."""
        ...

    def finish(self) -> None:
        """Puts at their place all that were taken in: there are no others."""
        ...

    def close(self) -> None:
        """Lets go of everything, however the run ended."""
        ...


class ArticleFolder:
    """A JSON file for each article, which its worker writes. Files of other articles stay there."""

    ordered = False

    def __init__(self, folder: Path | Store) -> None:
        self.delivery: Delivery = FilePerArticle(folder)
        self._folder = folder
        self._listed: set[int] | None = None

    def holds(self, entry: Entry) -> bool:
        """Whether the file is there and as long as it was."""
        name = file_name(entry.id)
        if isinstance(self._folder, Store):
            return hash((name, entry.size)) in self._objects(self._folder)
        try:
            # A million of them are asked for, and a `Path` costs more than the answer.
            return os.stat(f"{self._folder}/{name}").st_size == entry.size
        except OSError:
            return False

    def _objects(self, store: Store) -> set[int]:
        """What is in the bucket, asked once for all: a request for each would take longer than to do it again."""
        if self._listed is None:
            self._listed = {hash((found.name, found.size)) for found in store.listing()}
        return self._listed

    def add(self, entry: Entry, body: bytes | None) -> Entry:  # noqa: ARG002 -- the worker wrote it
        """The worker has written it."""
        return entry

    def keep(self, entry: Entry) -> None:
        """It lies where it lies."""

    def drop(self, name: str) -> None:
        """Takes the file away: it was made of what the document is no more."""
        path = file_name(name)
        if isinstance(self._folder, Store):
            self._folder.delete(path)
        else:
            (self._folder / path).unlink(missing_ok=True)

    def tick(self) -> None:
        """There is nothing to do."""

    def finish(self) -> None:
        """All is at its place."""

    def close(self) -> None:
        """There is nothing open."""
