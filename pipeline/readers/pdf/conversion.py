"""Converts a record that contains a PDF file into a record of its text."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version

import msgspec

from pipeline.errors import DocumentError
from pipeline.model.article import Remark
from pipeline.model.evidence import checked_evidence
from pipeline.model.record import PDF_MEDIA_TYPE, Record, check_encodable, data_bytes, printable
from pipeline.readers.documents_extra import INSTALL, documents_library
from pipeline.readers.pdf.furniture import furniture_lines
from pipeline.readers.pdf.pages import PdfError, PdfLine, read_pages
from pipeline.readers.pdf.paragraphs import joined_paragraphs
from pipeline.version import __version__

LIBRARY = "pypdfium2"
MAX_QUOTED_LINE_CHARS = 60


def pdf_record(record: Record) -> Record:
    """The record with the text of its pages, a paragraph on each line, without running titles and page numbers.

    From then on the text is the source, and `origin.sha256` is the hash of the file. Raises `DocumentError` for a file
    that cannot be opened or has no text, or if the extra that reads it is not installed.
    """
    check_encodable(record)
    data = data_bytes(record)
    library = documents_library(LIBRARY)
    if library is None:
        raise DocumentError(record.id, f"is a PDF file, which the extra [documents] reads: {INSTALL}")
    try:
        found = read_pages(data, library)
    except PdfError as error:
        raise DocumentError(record.id, str(error)) from None
    furniture = furniture_lines(found.lines, found.heights)
    lines = [line for i, line in enumerate(found.lines) if i not in furniture]
    text, evidence = joined_paragraphs(lines)
    if not text.strip():
        pages = f"{len(found.heights):,} page{'s' if len(found.heights) != 1 else ''}"
        raise DocumentError(record.id, f"has no text on its {pages}; if it was scanned, recognise its text (OCR) first")
    faults = (f"characters without a Unicode value ({found.unreadable:,})",) if found.unreadable else ()
    origin = msgspec.structs.replace(record.origin, media_type=PDF_MEDIA_TYPE, sha256=hashlib.sha256(data).hexdigest())
    return msgspec.structs.replace(
        record,
        data=text,
        origin=origin,
        metadata={**found.metadata, **record.metadata},
        converted_by=pdf_converter(),
        evidence=checked_evidence(evidence, len(text)),
        faults=faults,
        remarks=(*record.remarks, *_remarks([found.lines[i] for i in sorted(furniture)])),
    )


def _remarks(left_out: Sequence[PdfLine]) -> Sequence[Remark]:
    if not left_out:
        return ()
    shown = printable(left_out[0].text, MAX_QUOTED_LINE_CHARS)
    message = f"lines that repeat at the top or bottom of pages are left out ({len(left_out):,}), such as {shown!r}"
    rule = "pages.repeated-lines"
    return (Remark(stage="conversion", rule=rule, severity="info", message=message, start=0, end=0, suggestion=None),)


@cache
def pdf_converter() -> str:
    """The names and versions of what takes the text out of a PDF file."""
    return f"bilingual-pipeline {__version__}, {LIBRARY} {version(LIBRARY)}" if documents_library(LIBRARY) else LIBRARY
