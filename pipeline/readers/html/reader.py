"""A file that is a web page."""

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
    """Told by the content as well as by the name: a page may be called anything, and a text anything too."""

    name: ClassVar = "html"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """By how it begins; by the suffix where there is any tag in it."""
        if html.begins_page(source.head):
            return Claim.CONTENT
        return Claim.NAME if source.suffix in html.SUFFIXES and html.holds_markup(source.head) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """The one document; its text is taken out of the page when it is processed."""
        yield document_record(source, source.whole(options.limits.bytes), "text/html")
