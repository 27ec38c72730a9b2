"""A file that is a document: plain text in any encoding."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.config.settings import Input
from pipeline.model.article import Origin
from pipeline.model.record import Record
from pipeline.readers import other_files
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, Found
from pipeline.text.encodings.signatures import binary_kind

SUFFIXES = frozenset({".txt", ".text"})
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x84\x31\x95\x33")
MOST_CONTROLS = 0.03
"""Share of controls in the head up to which it may be a damaged text; of random bytes a tenth are."""
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")


@dataclass(frozen=True)
class Text:
    """What nobody else claims, where it can be a text."""

    name: ClassVar = "text"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, blob: ByteSource) -> Claim:
        """By the suffix; or, in the last place, whatever looks like text."""
        if blob.suffix in SUFFIXES:
            return Claim.NAME
        if blob.is_called_packed or binary_kind(blob.head) is not None:
            # The first bytes of an archive that broke off may look like a word.
            return Claim.NONE
        if other_files.kind_of(blob.suffix) is not None and not blob.named:
            return Claim.NONE
        return Claim.FALLBACK if _may_be_text(blob.head) else Claim.NONE

    def read(self, blob: ByteSource, options: Input) -> Iterator[Found]:
        """The one document."""
        yield document(blob, blob.whole(options.limits.bytes), "text/plain")


def document(blob: ByteSource, data: bytes, media_type: str, metadata: dict[str, str] | None = None) -> Record:
    """The record of a blob that is one document."""
    place = blob.place
    origin = Origin(path=place.file, media_type=media_type, member=place.member, row=None, field=None, sha256=None)
    return Record(blob.id, data, origin, metadata or {})


def _may_be_text(head: bytes) -> bool:
    if head.startswith(MARKS):
        return True
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls <= MOST_CONTROLS * len(head):
        return True
    # UTF-16 and UTF-32 without a mark: most of the NULs of a text stand at one place of two or four.
    nuls = [head[at::4].count(0) for at in range(4)]
    return sum(nuls) >= controls * 0.9 and min(nuls[0] + nuls[2], nuls[1] + nuls[3]) <= 0.1 * sum(nuls)
