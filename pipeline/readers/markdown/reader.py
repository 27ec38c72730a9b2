"""A file that is a Markdown document, its front matter the metadata."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.markdown.front_matter import MAX_FRONT_MATTER_CHARS, FrontMatterError, read_front_matter
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.text import document_record
from pipeline.text.decoding import DecodingError, decode
from pipeline.text.encodings.signatures import binary_kind

MARKDOWN_SUFFIXES = frozenset({".md", ".markdown", ".mdown"})
BEGINNING = 64
"""Bytes that show whether there is front matter."""


@dataclass(frozen=True)
class MarkdownReader:
    """The document is all of the bytes, front matter included: it is told to be what it is, and restored with them."""

    name: ClassVar = "markdown"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """By the suffix, where it can be a text."""
        return Claim.NAME if source.suffix in MARKDOWN_SUFFIXES and binary_kind(source.head) is None else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """The one document."""
        data = source.whole(options.limits.bytes)
        try:
            about = _about(data, options.encoding)
        except FrontMatterError as error:
            # Its text is a document all the same, and the keys are part of that.
            yield LeftOut(str(source.location), f"its front matter {error}, and none of it is read as metadata")
            about = {}
        yield document_record(source, data, "text/markdown", about)


def _about(data: bytes, encoding: str | None) -> dict[str, str]:
    """The metadata in the front matter; none where there is none that can be read."""
    try:
        if not _text(data[:BEGINNING], encoding).startswith(("---", "+++", "{")):
            return {}
        # A character that is cut in two is read as U+FFFD, behind all that is looked at.
        return read_front_matter(_text(data[: 4 * MAX_FRONT_MATTER_CHARS], encoding))
    except DecodingError:
        # Processing says the same of the whole document.
        return {}


def _text(head: bytes, encoding: str | None) -> str:
    return decode(head, encoding=encoding).text.replace("\r\n", "\n").replace("\r", "\n")
