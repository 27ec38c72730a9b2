"""The protocol of an article store: where the articles of a run are kept."""

from typing import Literal, Protocol, TypeAlias

from pipeline.runs.counters import LeftOutEntry
from pipeline.runs.output.article_writer import ArticleWriter
from pipeline.runs.state_entries import DocumentEntry

ArticleCondition: TypeAlias = Literal["whole", "gone", "edited", "replaced", "unsure"]
"""What is found of an article that a run wrote.

"whole": it is as it was written. "gone": it is not there. "edited": somebody changed it by hand. "replaced": a run
that was killed had just replaced it. "unsure": a run that kept no write log was killed while it replaced it.
"""


class ArticleStore(Protocol):
    """Keeps articles. `add`, `keep` and `remove` are called in the order of the documents."""

    writer: ArticleWriter
    """What each worker does with an article."""
    ordered: bool
    """Whether an article is stored only after all before it; otherwise it is stored when its worker says so."""

    def inspect(self, entry: DocumentEntry) -> tuple[ArticleCondition, DocumentEntry]:
        """Returns the condition of an article that a run wrote, and its entry with the current stamp."""
        ...

    def expected_hash(
        self, document: str, entry: DocumentEntry | None, condition: ArticleCondition, *, apart: bool = False
    ) -> bytes | None:
        """Returns what may be replaced by the new article of a document, for `manual_edits.may_replace`.

        `entry` is None for a document without a known article. `apart` says that its file name ends with a hash.
        """
        ...

    def current_hash(self, entry: DocumentEntry) -> bytes | None:
        """Returns the hash of what is stored where the article was written.

        None if nothing is there, or the article of another document.
        """
        ...

    def add(self, entry: DocumentEntry, body: bytes | None) -> DocumentEntry:
        """Stores an article. Returns its entry, which now says where it is."""
        ...

    def keep(self, entry: DocumentEntry) -> None:
        """Keeps an article that has not changed."""
        ...

    def remove(self, document: str, expected_hash: bytes | None = None, *, apart: bool = False) -> bool:
        """Removes the article of a document that now fails or is rejected.

        Returns False if the article was edited by hand and so is kept. `expected_hash` and `apart` are as above.
        """
        ...

    def tick(self) -> None:
        """Called after each document, for work that is due."""
        ...

    def finish(self) -> list[LeftOutEntry]:
        """Completes the store after the last article. Returns what to report about other files."""
        ...

    def close(self) -> None:
        """Closes all files, however the run ended."""
        ...
