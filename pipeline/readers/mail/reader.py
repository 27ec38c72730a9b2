"""Reads mail. The text of a message is a document; what is attached goes to the reader that claims it."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from pipeline.config.settings import Input
from pipeline.model.article import Origin
from pipeline.model.record import PAGE_MEDIA_TYPES, ReaderError, Record, Unreadable
from pipeline.readers.byte_source import ByteSource, Location, without_suffix
from pipeline.readers.declared_charset import confirmed_encoding
from pipeline.readers.html import article_converter, begins_page, titled_text
from pipeline.readers.left_out import LeftOutParts
from pipeline.readers.mail.detect import begins_mailbox, begins_message
from pipeline.readers.mail.mailbox import split_mailbox
from pipeline.readers.mail.message import Attachment, MailError, MailMessage, MailText, read_message
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.text.decoding import DecodingError, decode

MESSAGE_SUFFIXES = frozenset({".eml", ".mht", ".mhtml"})
NO_TEXT = "message without text"


@dataclass(frozen=True)
class MailReader:
    """Reads mail, and pages saved as MHTML, which are messages, too. Claims them by their header."""

    name: ClassVar = "mail"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the header."""
        if begins_message(source.head):
            return Claim.CONTENT
        return Claim.NAME if source.suffix in MESSAGE_SUFFIXES else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the text of the message, and what is attached to it."""
        left_out = LeftOutParts()
        is_empty = True
        try:
            message = read_message(source.whole(options.limits.bytes))
        except MailError as error:
            raise ReaderError(str(error)) from None
        for item in _items(source, source.location, message, left_out, None, options):
            is_empty = False
            yield item
        yield from left_out.items(source)
        if is_empty:
            left_out.refuse_if_named(source, "parts is a text")


@dataclass(frozen=True)
class MailboxReader:
    """Reads mailboxes (mbox): a message is a document. Claims them by the line before the first one and its header."""

    name: ClassVar = "mbox"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first lines."""
        return Claim.CONTENT if begins_mailbox(source.head) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the text of each message, and what is attached to it. Rows count messages."""
        left_out = LeftOutParts()
        is_empty = True
        limit = options.limits.bytes
        for part in split_mailbox(source.stream, limit):
            source.budget.hold()
            where = f"{source.location}, message {part.number} at line {part.line:,}"
            name = f"{source.id}#{part.number}"
            if part.data is None:
                yield Unreadable(name, f"{where}: is over the limit of {limit:,} bytes; raise [input.limits] bytes")
                continue
            try:
                message = read_message(part.data)
            except MailError as error:
                yield Unreadable(name, f"{where}: {error}")
                continue
            location = source.location.inside(f"message-{part.number}")
            for item in _items(source, location, message, left_out, part.number, options):
                is_empty = False
                yield item
        yield from left_out.items(source)
        if is_empty:
            left_out.refuse_if_named(source, "messages has a text")


def _items(
    source: ByteSource,
    location: Location,
    message: MailMessage,
    left_out: LeftOutParts,
    row: int | None,
    options: Input,
) -> Iterator[ReaderItem]:
    """Yields the text of a message, and its attachments as sources inside `location`."""
    if message.text is not None:
        yield _record(source, message, message.text, row, options.encoding)
    else:
        left_out.add(NO_TEXT)
    used: set[str] = set()
    for attachment in message.attachments:
        if not attachment.is_attached or message.is_saved_page or not attachment.data:
            left_out.add(f"part of the message of type {attachment.media_type}")
            continue
        source.budget.hold()
        yield source.inner(location.inside(_path(attachment, used)), io.BytesIO(attachment.data))


def _path(attachment: Attachment, used: set[str]) -> str:
    """A path for an attachment, without folders, whose id no other one of the message has."""
    name = attachment.name.replace("\\", "/").rpartition("/")[2].lstrip(".") or "attachment"
    stem = without_suffix(name)
    suffix = name[len(stem) :]
    unique, number = stem, 1
    while unique in used:
        number += 1
        unique = f"{stem}-{number}"
    used.add(unique)
    return unique + suffix


def _record(
    source: ByteSource, message: MailMessage, text: MailText, row: int | None, configured: str | None
) -> Record:
    location = source.location
    origin = Origin(
        path=location.file, media_type=text.media_type, member=location.member, row=row, field=None, sha256=None
    )
    name = source.id if row is None else f"{source.id}#{row}"
    encoding = confirmed_encoding(text.charset, text.data) if text.charset else None
    record = Record(name, text.data, origin, message.metadata, encoding=encoding, faults=message.faults)
    return record if text.media_type in PAGE_MEDIA_TYPES else _titled(record, text.data, configured or encoding)


def _titled(record: Record, data: bytes, encoding: str | None) -> Record:
    """The record with its subject above its text, as that of a page has its title.

    It stays as it is if some of its bytes cannot be decoded, because they would be lost, and if it begins as a page.
    """
    subject = record.metadata.get("title")
    if not subject or begins_page(data):
        return record
    try:
        decoded = decode(data, encoding=encoding)
    except DecodingError:
        # It fails by name when it is processed.
        return record
    if decoded.undecodable or not decoded.text.strip():
        return record
    text, evidence = titled_text(decoded.text, subject, record.metadata.get("author"))
    return msgspec.structs.replace(
        record,
        data=text,
        origin=msgspec.structs.replace(record.origin, sha256=hashlib.sha256(data).hexdigest()),
        converted_by=article_converter(),
        encoding=None,
        evidence=evidence,
    )
