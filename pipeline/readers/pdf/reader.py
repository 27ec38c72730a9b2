"""Reads files that are PDF."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.config.settings import Input
from pipeline.model.record import PDF_MEDIA_TYPE
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.documents_extra import documents_library, left_out_without_extra
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.text import document_record

PDF_START = b"%PDF-"
START_WITHIN_BYTES = 1024
"""Bytes from the beginning within which programs look for the start."""


@dataclass(frozen=True)
class PdfReader:
    """Reads PDF files, with the extra [documents]. Claims them by how they begin."""

    name: ClassVar = "pdf"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes; if something precedes them, also by the suffix."""
        if source.head.startswith(PDF_START):
            return Claim.CONTENT
        begins = PDF_START in source.head[:START_WITHIN_BYTES]
        return Claim.CONTENT if begins and source.suffix == ".pdf" else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the file unchanged. A worker takes the text out of it before it processes the record."""
        if documents_library("pypdfium2") is None:
            yield from left_out_without_extra(source, "a PDF file")
            return
        yield document_record(source, source.whole(options.limits.bytes), PDF_MEDIA_TYPE)
