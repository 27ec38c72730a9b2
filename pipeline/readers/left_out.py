"""Counts by reason the parts of a file that hold no document, which may be millions."""

from collections import Counter
from collections.abc import Iterator

from pipeline.model.record import LeftOut, ReaderError
from pipeline.readers.byte_source import ByteSource

MAX_REASONS = 20
"""Maximum number of reasons that are listed; all further ones are counted as one."""
OTHER_REASON = "other reasons"


class LeftOutParts:
    """The parts of one file that hold no document, counted by reason."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        """Counts a part."""
        is_listed = reason in self._counts or len(self._counts) < MAX_REASONS
        self._counts[reason if is_listed else OTHER_REASON] += 1

    @property
    def total(self) -> int:
        """How many parts there are."""
        return self._counts.total()

    def items(self, source: ByteSource) -> Iterator[LeftOut]:
        """Yields a `LeftOut` for each reason."""
        for reason, count in self._counts.items():
            yield LeftOut(str(source.location), reason, count)

    def refuse_if_named(self, source: ByteSource, parts: str) -> None:
        """Raises `ReaderError` if the user named the file, for a file without any document.

        `parts` is the word for its parts and what none of them is, such as `records is a page or a text`.
        """
        if source.named:
            raise ReaderError(f"none of its {self.total:,} {parts}; leave it out")
