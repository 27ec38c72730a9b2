"""Converts a record that contains a web page into a record of the page's text.

Readers yield pages unchanged. Extraction is expensive, so each worker does it for its own documents, within the limits
of a document.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version

import msgspec

from pipeline.errors import DocumentError
from pipeline.model.article import Origin, Remark
from pipeline.model.record import (
    ARTICLE_MEDIA_TYPES,
    DOCX_MEDIA_TYPE,
    FEED_MEDIA_TYPES,
    PAGE_MEDIA_TYPES,
    Record,
    check_encodable,
    data_bytes,
    printable,
)
from pipeline.model.stage import Severity
from pipeline.readers.html.detect import begins_page, holds_markup
from pipeline.readers.html.page import ExtractedPage, PageError, extract
from pipeline.readers.html.titled_text import titled_text
from pipeline.readers.html.whole_article import whole_article
from pipeline.text.decoding import DecodingError, decode
from pipeline.version import __version__

MIN_ARTICLE_SHARE = 0.25
"""Share of the visible prose of a page below which its article may not be all; see `fullness`."""
TITLED_MEDIA_TYPES = ARTICLE_MEDIA_TYPES - {DOCX_MEDIA_TYPE}
"""Media types whose stated title is that of the article. That of a Word document is often the one of an older file."""
DETECTION_CHARS = 4096
"""Characters of a text that are encoded for detection; at least `detect.DETECTION_BYTES` bytes."""


def text_record(record: Record, media_type: str | None = None) -> Record:
    """Returns the record with the text of its page, or the same record if it does not contain a page.

    From then on the text is the source. `converted_by` names the libraries that extracted it, `origin.sha256` is the
    hash of the page's bytes, and the metadata of the page is added; values that came with the record win. `evidence` is
    what the markup said of spans of the text. `media_type` is the type of the data, if the caller knows it; by default
    it is detected.

    Raises `DocumentError` for a page that cannot be decoded or shows no text.
    """
    media_type = media_type or detected_media_type(record.data, record.origin)
    origin = msgspec.structs.replace(record.origin, media_type=media_type)
    if media_type not in PAGE_MEDIA_TYPES:
        return msgspec.structs.replace(record, origin=origin)
    check_encodable(record)
    data = data_bytes(record)
    try:
        page = extract(data, encoding="utf-8" if isinstance(record.data, str) else record.encoding)
    except (DecodingError, PageError) as error:
        raise DocumentError(record.id, str(error)) from error
    return msgspec.structs.replace(
        record,
        data=page.text,
        origin=msgspec.structs.replace(origin, sha256=hashlib.sha256(data).hexdigest()),
        metadata={**page.metadata, **record.metadata},
        converted_by=converter(),
        evidence=page.evidence,
        remarks=(*record.remarks, *_remarks(page)),
    )


def article_record(record: Record) -> Record:
    """Returns the record with the text of HTML that is an article and nothing else, below its title in the metadata.

    A text without any markup gets the title of its entry above it. `origin.sha256` is the hash of the file if its
    reader knows it, else of the data. Raises `DocumentError` if it cannot be decoded or has no words.
    """
    check_encodable(record)
    data = data_bytes(record)
    adds_title = record.origin.media_type in TITLED_MEDIA_TYPES
    is_plain = not holds_markup(data)
    if is_plain and not adds_title:
        return record
    encoding = "utf-8" if isinstance(record.data, str) else record.encoding
    title, site, author = (record.metadata.get(name) for name in ("title", "site", "author"))
    try:
        source = decode(data, encoding=encoding).text
        if is_plain:
            text, evidence = titled_text(source, title, author)
        else:
            of_feed = record.origin.media_type in FEED_MEDIA_TYPES
            text, evidence = whole_article(source, title, site, author, of_feed=of_feed, adds_title=adds_title)
    except (DecodingError, PageError) as error:
        raise DocumentError(record.id, str(error)) from error
    sha256 = record.origin.sha256 or hashlib.sha256(data).hexdigest()
    return msgspec.structs.replace(
        record,
        data=text,
        origin=msgspec.structs.replace(record.origin, sha256=sha256),
        converted_by=article_converter(),
        evidence=evidence,
    )


def is_article_markup(record: Record) -> bool:
    """Whether `article_record` is for the record."""
    return record.converted_by is None and record.origin.media_type in ARTICLE_MEDIA_TYPES


def _remarks(page: ExtractedPage) -> Iterator[Remark]:
    """Yields what a person should look at.

    An article that was found without trafilatura, that the page does not show, or that is a small part of the page.
    """
    if page.fault is not None:
        message = f"trafilatura did not read the page ({printable(page.fault)}); compare the article with the page"
        yield _remark("pages.without-extraction", "warning", message)
    if page.stated:
        yield _remark("pages.stated-text", "info", "the page does not show the text; it is from a script or the head")
    elif page.share < MIN_ARTICLE_SHARE:
        share = f"{page.share:.0%}" if page.share >= 0.01 else "less than 1%"
        message = f"the article is only {share} of the text that the page shows; compare it with the page"
        yield _remark("pages.small-part", "warning", message)


def _remark(rule: str, severity: Severity, message: str) -> Remark:
    return Remark(stage="conversion", rule=rule, severity=severity, message=message, start=0, end=0, suggestion=None)


def is_page(record: Record) -> bool:
    """Whether `text_record` would convert the record."""
    return detected_media_type(record.data, record.origin) in PAGE_MEDIA_TYPES


def detected_media_type(data: bytes | str, origin: Origin) -> str | None:
    """Returns the media type of a record's data: that of its origin, or `text/html` if the data begins like a page.

    A reader has already detected the type of a whole file, but not that of a text in a table row.
    """
    is_detected = origin.media_type is not None and origin.row is None
    if is_detected:
        return origin.media_type
    head = data if isinstance(data, bytes) else data[:DETECTION_CHARS].encode("utf-8", "replace")
    return "text/html" if begins_page(head) else origin.media_type


@cache
def converter() -> str:
    """Returns the names and versions of the libraries that extract text, for the provenance."""
    return ", ".join(f"{name} {version(name)}" for name in ("trafilatura", "lxml"))


@cache
def article_converter() -> str:
    """Returns what takes the text out of HTML that is an article and nothing else, with the versions."""
    return f"bilingual-pipeline {__version__}, lxml {version('lxml')}"
