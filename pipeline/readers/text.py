"""Reads plain text files in any encoding: a file is one document."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from pipeline.config.settings import Input
from pipeline.lexicon import lists
from pipeline.model.article import Origin
from pipeline.model.record import Record
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.text.encodings.signatures import binary_kind

TEXT_SUFFIXES = frozenset({".txt", ".text"})
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x84\x31\x95\x33")
MAX_CONTROL_SHARE = 0.03
"""Share of control characters up to which the head may be damaged text; a tenth of random bytes are controls."""
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")


@dataclass(frozen=True)
class TextReader:
    """Reads plain text: whatever no other reader claims, if it can be text."""

    name: ClassVar = "text"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by suffix and, as a last resort, any data that looks like text."""
        if source.suffix in TEXT_SUFFIXES:
            return Claim.NAME
        if source.is_called_packed or binary_kind(source.head) is not None:
            # The first bytes of a truncated archive may look like a word.
            return Claim.NONE
        if kind_of_suffix(source.suffix) is not None and not source.named:
            return Claim.NONE
        return Claim.FALLBACK if _may_be_text(source.head) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the document."""
        yield document_record(source, source.whole(options.limits.bytes), "text/plain")


def document_record(source: ByteSource, data: bytes, media_type: str, metadata: dict[str, str] | None = None) -> Record:
    """The record of a source that is one document, for readers of such formats."""
    location = source.location
    origin = Origin(
        path=location.file, media_type=media_type, member=location.member, row=None, field=None, sha256=None
    )
    return Record(source.id, data, origin, metadata or {})


def _may_be_text(head: bytes) -> bool:
    if head.startswith(BYTE_ORDER_MARKS):
        return True
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls <= MAX_CONTROL_SHARE * len(head):
        return True
    # UTF-16 and UTF-32 without a byte order mark: most NULs of a text are at one offset of two or four.
    nuls = [head[at::4].count(0) for at in range(4)]
    return sum(nuls) >= controls * 0.9 and min(nuls[0] + nuls[2], nuls[1] + nuls[3]) <= 0.1 * sum(nuls)


def kind_of_suffix(suffix: str) -> str | None:
    """What a text file with this suffix is (lower case, with the dot) if it is surely no article; else None.

    >>> kind_of_suffix(".py"), kind_of_suffix(".txt")
    ('a program', None)
    """
    return _kinds().get(suffix)


@cache
def _kinds() -> dict[str, str]:
    return dict(lists.table("pipeline.readers", "other-files.tsv"))  # type: ignore[arg-type]
