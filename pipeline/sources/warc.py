"""WARC files, what crawlers write: the pages and texts in them, each a document."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import regex

from pipeline.article import Origin
from pipeline.settings import Input
from pipeline.sources import html, http_message
from pipeline.sources.blob import Blob
from pipeline.sources.members import shown
from pipeline.sources.reader import Claim, Found
from pipeline.sources.record import LeftOut, Record, SourceError, Unreadable
from pipeline.sources.warc_records import BEGINS, Head, RecordError, Records

MEDIA_TYPES: Final = html.MEDIA_TYPES | {"text/plain"}
KINDS: Final = frozenset({"response", "resource", "conversion"})
"""Types of records that hold what a server gave, or a text made of it, as in the WET files of Common Crawl."""
OK: Final = 200
MOST_REASONS: Final = 50
"""Reasons for leaving records out that are told apart in one file; they stay in memory."""
MEDIA_TYPE = regex.compile(r"[\w.+-]{1,40}/[\w.+-]{1,60}")
METADATA: Final = {
    "warc-target-uri": "url",
    "warc-date": "date",
    "warc-record-id": "record_id",
    "warc-truncated": "truncated",
}


@dataclass(frozen=True)
class Warc:
    """A WARC file; ARC, the kind before it, is named as such."""

    name: ClassVar = "warc"
    protocol: ClassVar = 1

    def sniff(self, blob: Blob) -> Claim:
        """By its first bytes, or by its name where the first record is damaged."""
        if BEGINS.match(blob.head) or blob.head.startswith(b"filedesc://"):
            return Claim.CONTENT
        return Claim.NAME if blob.suffix == ".warc" else Claim.NONE

    def read(self, blob: Blob, options: Input) -> Iterator[Found]:
        """A document a page or text; what the other records are is told at the end, with how many there are."""
        if blob.head.startswith(b"filedesc://"):
            yield blob.left_out("is an ARC file, the older kind; convert it with `warcio recompress`")
            return
        records, aside = Records(blob.stream), _Aside()
        while (head := records.next()) is not None:
            try:
                found = _record(blob, head, records, options)
            except RecordError as error:
                yield _unreadable(blob, head, str(error))
            else:
                if isinstance(found, str):
                    aside.add(found)
                else:
                    yield found
        for reason, count in aside:
            yield LeftOut(str(blob.place), reason, count)


def _record(blob: Blob, head: Head, records: Records, options: Input) -> Record | str:
    """The document in a record, or why there is none."""
    if head.fault is not None:
        raise RecordError(head.fault)
    if blob.depth == 0:
        blob.budget.take(head.length)
    limit = options.limits.bytes
    said = _media_type(head.fields.get("content-type", ""))
    is_http = head.kind == "response" and said in {"application/http", None}
    if head.kind not in KINDS or not (is_http or said in MEDIA_TYPES) or head.length > limit:
        records.skip()
        if head.kind in KINDS and (is_http or said in MEDIA_TYPES):
            raise RecordError(f"is over the limit of {limit:,} bytes; raise [input.limits] bytes")
        return f"media type {said}" if head.kind in KINDS else f"record type {shown(head.kind[:40]) or 'not said'}"
    content = records.content()
    media_type, content_type = said, head.fields.get("content-type", "")
    if is_http:
        message = http_message.message(content)
        if message.status != OK:
            return f"HTTP status {message.status}" if message.status else "no HTTP status"
        content_type = message.fields.get("content-type", "")
        media_type = _media_type(content_type)
        if media_type not in MEDIA_TYPES and media_type is not None:
            return f"media type {media_type}"
        try:
            content = http_message.body(message, limit, blob.budget)
        except http_message.UnknownCodingError as error:
            return str(error)
        except SourceError as error:
            if error is blob.budget.fault:
                raise
            raise RecordError(str(error)) from None
    if media_type is None:
        if not html.begins_page(content):
            return "no media type"
        media_type = "text/html"
    return _document(blob, head, content, media_type, content_type) if content.strip() else "nothing in it"


def _document(blob: Blob, head: Head, content: bytes, media_type: str, content_type: str) -> Record:
    metadata = {key: head.fields[field] for field, key in METADATA.items() if head.fields.get(field)}
    if content_type:
        metadata["content_type"] = content_type
    if "url" in metadata:
        # Some tools write it in angle brackets.
        metadata["url"] = metadata["url"].strip("<>")
    place = blob.place
    origin = Origin(
        path=place.file, media_type=media_type, member=place.member, row=head.number, field=None, sha256=None
    )
    return Record(f"{blob.id}#{head.number}", content, origin, metadata)


def _unreadable(blob: Blob, head: Head, reason: str) -> Unreadable:
    where = f"{blob.place}, record {head.number:,} at byte {head.offset:,}"
    return Unreadable(f"{blob.id}#{head.number}", f"{where}: {reason}")


def _media_type(said: str) -> str | None:
    found = MEDIA_TYPE.match(said.strip().lower())
    return found[0] if found else None


class _Aside:
    """Why records were left out, and how many for each reason."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        known = reason in self._counts or len(self._counts) < MOST_REASONS
        self._counts[reason if known else "other reasons"] += 1

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._counts.most_common())
