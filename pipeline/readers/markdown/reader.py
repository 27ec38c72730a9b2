"""Reads Markdown documents: a file is one document, its front matter is metadata."""

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
    """Reads Markdown, with its front matter: a file is a document.

    The front matter is part of the data, is marked as front matter, and is restored with it.
    """

    name: ClassVar = "markdown"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by suffix, if the data can be text."""
        return Claim.NAME if source.suffix in MARKDOWN_SUFFIXES and binary_kind(source.head) is None else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the document."""
        data = source.whole(options.limits.bytes)
        try:
            about = _about(data, options.encoding)
        except FrontMatterError as error:
            # The text is still a document, with the front matter as part of it.
            yield LeftOut(str(source.location), f"its front matter {error}, and none of it is read as metadata")
            about = {}
        yield document_record(source, data, "text/markdown", about)


def _about(data: bytes, encoding: str | None) -> dict[str, str]:
    """Returns the metadata in the front matter; empty if there is none that can be parsed."""
    try:
        if not _text(data[:BEGINNING], encoding).startswith(("---", "+++", "{")):
            return {}
        # A truncated character is decoded as U+FFFD, after everything that is inspected.
        return read_front_matter(_text(data[: 4 * MAX_FRONT_MATTER_CHARS], encoding))
    except DecodingError:
        # The same fault is reported for the whole document when it is processed.
        return {}


def _text(head: bytes, encoding: str | None) -> str:
    return decode(head, encoding=encoding).text.replace("\r\n", "\n").replace("\r", "\n")
