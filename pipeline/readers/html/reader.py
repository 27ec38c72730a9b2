"""Reads files that are web pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.config.settings import Input
from pipeline.readers import html
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.text import document_record


@dataclass(frozen=True)
class HtmlReader:
    """Reads web pages. Claims them by content as well as by name, because a page or a text may have any suffix."""

    name: ClassVar = "html"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes, or by suffix if the data contains a tag."""
        if html.begins_page(source.head):
            return Claim.CONTENT
        return Claim.NAME if source.suffix in html.HTML_SUFFIXES and html.holds_markup(source.head) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the page unchanged. A worker extracts its text with `text_record` before it processes the record."""
        yield document_record(source, source.whole(options.limits.bytes), "text/html")
