"""Reads WARC files of web crawlers. Records that hold a page or plain text are documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, cast

import msgspec
import regex

from pipeline.config.settings import Input
from pipeline.model.article import Origin
from pipeline.model.record import ReaderError, Record, Unreadable
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.declared_charset import confirmed_encoding
from pipeline.readers.left_out import LeftOutParts
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.warc import http
from pipeline.readers.warc.records import BEGINS, MAX_HEADER_BYTES, BrokenRecord, WarcRecord, read_records

MEDIA_TYPES = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "text/plain": "text/plain",
    "text/vtt": "text/vtt",
    "application/x-subrip": "application/x-subrip",
}
"""Media types of documents, and the type that each is read as."""
BARE_TYPES = frozenset({"resource", "conversion"})
"""Types of records that contain a document without an HTTP header."""

WARC_WORD = regex.compile(r"[a-z0-9][a-z0-9.+-]{0,39}")
RECORD_MEDIA_TYPE = regex.compile(r"[a-z0-9][a-z0-9.+-]{0,39}/[a-z0-9][a-z0-9.+-]{0,79}")
CHARSET = regex.compile(r"""(?i);\s*charset\s*=\s*["']?\s*([a-z0-9][a-z0-9:._-]{0,39})""")
ROBOTS = regex.compile(r"(?i)https?://[^/?#]+/robots\.txt(?:[?#]|$)")
ABOUT_THE_CRAWL = "metadata:"
"""The URL scheme of the log that wget stores with the responses."""


@dataclass(frozen=True)
class WarcReader:
    """Reads WARC files of crawlers: pages and plain text in responses with status 200 and in bare resources."""

    name: ClassVar = "warc"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first line, whatever the suffix."""
        if BEGINS.match(source.head.lstrip(b"\r\n")):
            return Claim.CONTENT
        return Claim.NAME if source.suffix == ".warc" else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields a document for each record, then the left-out records, by reason. Rows count records of any kind."""
        aside = LeftOutParts()
        is_empty = True
        limit = options.limits.bytes
        try:
            for record in read_records(cast("BinaryIO", source.packed), limit + MAX_HEADER_BYTES):
                source.budget.hold()
                result = _read_record(source, record, limit)
                if isinstance(result, str):
                    aside.add(result)
                else:
                    is_empty = False
                    yield result
        except (ReaderError, OSError):
            yield from aside.items(source)
            raise
        yield from aside.items(source)
        if is_empty:
            aside.refuse_if_named(source, "records is a page or a text")


class _Body(msgspec.Struct, frozen=True):
    """A possible document: its declared content type, and the HTTP response around it, if any."""

    content_type: str
    answer: http.HttpResponse | None


def _read_record(source: ByteSource, record: WarcRecord | BrokenRecord, limit: int) -> Record | Unreadable | str:
    """Returns the document in a record, its failure, or the reason to leave it out."""
    if isinstance(record, BrokenRecord):
        return _failed(source, record, record.fault)
    if not record.fields.get("warc-type"):
        return _failed(source, record, "has no WARC-Type; leave it out")
    body = _body(record)
    if isinstance(body, str):
        return body
    if body is None:
        return _failed(source, record, "contains no valid HTTP response; leave it out")
    kind = body.content_type.partition(";")[0].strip().lower()
    media_type = MEDIA_TYPES.get(kind)
    if media_type is None:
        if not kind:
            return "no media type"
        return f"media type {kind}" if RECORD_MEDIA_TYPE.fullmatch(kind) else "an invalid media type"
    if "warc-segment-number" in record.fields:
        return _failed(source, record, "is one of several segments of a document; join them, or leave it out")
    if not record.is_held:
        return _failed(source, record, f"is over the limit of {limit:,} bytes; raise [input.limits] bytes")
    try:
        data = record.block if body.answer is None else http.decode_payload(record.block, body.answer, limit)
    except http.PayloadError as error:
        return _failed(source, record, str(error))
    # Decoded payloads count against the budget like other decompressed data.
    source.budget.give(max(len(data) - len(record.block), 0))
    if len(data) > limit:
        return _failed(source, record, f"is over the limit of {limit:,} bytes; raise [input.limits] bytes")
    if not data:
        return "empty payload"
    return _record(source, record, body, data, media_type)


def _body(record: WarcRecord) -> _Body | str | None:
    """Returns a possible document, or the reason to leave it out; None if a response is missing."""
    kind = record.fields.get("warc-type", "").lower()
    if kind not in BARE_TYPES and kind != "response":
        return f"record type {kind}" if WARC_WORD.fullmatch(kind) else "an invalid record type"
    if _address(record).startswith(ABOUT_THE_CRAWL):
        return "log of the crawl"
    claimed = record.fields.get("content-type", "")
    if kind in BARE_TYPES or (claimed and not claimed.lower().startswith("application/http")):
        # Responses of other protocols, such as DNS and FTP, have no header.
        return _Body(claimed, None)
    answer = http.parse_response(record.block)
    if answer is None:
        return None
    if answer.status != 200:
        return f"HTTP status {answer.status}"
    if ROBOTS.match(_address(record)):
        return "robots.txt"
    identified = record.fields.get("warc-identified-payload-type", "")
    return _Body(answer.fields.get("content-type", "") or identified, answer)


def _record(source: ByteSource, record: WarcRecord, body: _Body, data: bytes, media_type: str) -> Record:
    location = source.location
    charset = CHARSET.search(body.content_type)
    known = {
        "url": _address(record),
        # Not `date`, which is the publication date that a page states; this is the date of the crawl.
        "warc-date": record.fields.get("warc-date", ""),
        "warc-record-id": record.fields.get("warc-record-id", ""),
        "warc-truncated": record.fields.get("warc-truncated", ""),
        "content-type": body.content_type,
        "charset": charset[1] if charset is not None else "",
    }
    origin = Origin(
        path=location.file, media_type=media_type, member=location.member, row=record.number, field=None, sha256=None
    )
    metadata = {name: value for name, value in known.items() if value}
    encoding = confirmed_encoding(charset[1], data) if charset is not None else None
    return Record(f"{source.id}#{record.number}", data, origin, metadata, encoding=encoding)


def _address(record: WarcRecord) -> str:
    # wget put it between angle brackets for years.
    return record.fields.get("warc-target-uri", "").removeprefix("<").removesuffix(">")


def _failed(source: ByteSource, record: WarcRecord | BrokenRecord, fault: str) -> Unreadable:
    where = f"{source.location}, record {record.number} at byte {record.offset:,}"
    return Unreadable(f"{source.id}#{record.number}", f"{where}: {fault}")
