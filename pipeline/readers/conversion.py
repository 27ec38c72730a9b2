"""Converts a record of a format that is no text, a web page or subtitles, into a record of its text.

Readers yield such files unchanged. Each worker converts its own documents, within the limits of a document.
"""

from pipeline.model.record import PDF_MEDIA_TYPE, SUBTITLE_MEDIA_TYPES, Record
from pipeline.readers import html
from pipeline.readers.pdf.conversion import pdf_converter, pdf_record
from pipeline.readers.subtitles.conversion import MEDIA_TYPES, subtitle_record
from pipeline.readers.subtitles.detect import DETECTION_BYTES, subtitle_format


def text_record(record: Record, media_type: str | None = None) -> Record:
    """The record with the text of its page or subtitles, or the same record if it contains neither.

    From then on the text is the source. `converted_by` names what extracted it, and `origin.sha256` is the hash of the
    bytes it was made from. `media_type` is the type of the data, if the caller knows it; by default it is detected.

    Raises `DocumentError` for data that cannot be decoded or holds no words.
    """
    if html.is_article_markup(record):
        return html.article_record(record)
    if is_pdf(record, media_type):
        return pdf_record(record)
    media_type = media_type or _subtitle_type(record)
    if media_type in SUBTITLE_MEDIA_TYPES:
        return subtitle_record(record, media_type)
    return html.text_record(record, media_type)


def converter_of(record: Record) -> str | None:
    """What would take the text out of a page, an entry or a document, with versions; None if nothing would.

    Subtitles need none: what reads them is part of this package.
    """
    if html.is_article_markup(record):
        return html.article_converter()
    if is_pdf(record):
        return pdf_converter()
    return html.converter() if html.is_page(record) else None


def is_pdf(record: Record, media_type: str | None = None) -> bool:
    """Whether the data of a record is a PDF file that was not converted; `media_type` is its type, if known."""
    return record.converted_by is None and (media_type or record.origin.media_type) == PDF_MEDIA_TYPE


def _subtitle_type(record: Record) -> str | None:
    """The media type of subtitles: that of the origin, or what the data begins like.

    A reader has already detected the type of a whole file, but not that of a text in a table row.
    """
    origin = record.origin
    if record.converted_by is not None:
        return None
    if origin.media_type is not None and origin.row is None:
        return origin.media_type if origin.media_type in SUBTITLE_MEDIA_TYPES else None
    data = record.data
    form = subtitle_format(data if isinstance(data, bytes) else data[:DETECTION_BYTES].encode("utf-8", "replace"))
    return None if form is None else MEDIA_TYPES[form]
