"""Turns a record that holds a web page into a record of the page's text.

Readers leave pages as they are: extraction is the costly part, so each worker does it for its own documents, within
the limits that a document has.
"""

import hashlib
from functools import cache
from importlib.metadata import version

import msgspec

from pipeline.errors import DocumentError
from pipeline.model.article import Origin
from pipeline.model.record import PAGE_MEDIA_TYPES, Record, check_encodable, data_bytes
from pipeline.readers.html.detect import begins_page
from pipeline.readers.html.page import PageError, extract
from pipeline.text.decoding import DecodingError

DETECTION_CHARS = 4096
"""Characters of a text that are encoded to see how it begins; at least as many bytes as detection looks at."""


def text_record(record: Record, media_type: str | None = None) -> Record:
    """The record with the text of its page, or the same record if it holds no page.

    The text is the source from then on: `converted_by` says what extracted it, `origin.sha256` is the hash of the
    page's bytes, and what the page states about itself is added to the metadata; what came with the record wins.
    `media_type` is what the caller knows of the data; by default it is detected.

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
    )


def is_page(record: Record) -> bool:
    """Whether `text_record` converts the record."""
    return detected_media_type(record.data, record.origin) in PAGE_MEDIA_TYPES


def detected_media_type(data: bytes | str, origin: Origin) -> str | None:
    """The media type of a record's data: that of its origin, or `text/html` if the data begins as a page.

    A reader has already detected the type of a whole file. The text of a table's row has not been looked at.
    """
    is_detected = origin.media_type is not None and origin.row is None
    if is_detected:
        return origin.media_type
    head = data if isinstance(data, bytes) else data[:DETECTION_CHARS].encode("utf-8", "replace")
    return "text/html" if begins_page(head) else origin.media_type


@cache
def converter() -> str:
    """The libraries that extract the text of a page, with their versions, for the provenance."""
    return ", ".join(f"{name} {version(name)}" for name in ("trafilatura", "beautifulsoup4", "lxml"))
