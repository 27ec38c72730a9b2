"""Reads one message: its fields, the part that is its text, and its attachments."""

from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import NamedTuple

import msgspec
import regex

from pipeline.model.record import printable

MAX_PARTS = 10_000
"""Maximum number of parts of a message."""
MAX_PART_DEPTH = 50
"""Maximum nesting of parts; the parser of Python recurses."""
MAX_FIELD_CHARS = 2000
FIELD_SPACES = regex.compile(r"\s+")
MAIL_MEDIA_TYPE = regex.compile(r"[a-z0-9][a-z0-9.+-]{0,39}/[a-z0-9][a-z0-9.+-]{0,79}")
MAX_FIELD_BYTES = 10_000
"""Maximum bytes of a field with parameters: the parser of Python compares each with all others."""
PARTING_FIELD = regex.compile(rb"(?im)^content-(?:type|disposition):[^\n]*+(?:\n[ \t][^\n]*+)*+")
HEADER_CHARSETS = ("utf-8", "gb18030", "latin-1")
"""Encodings that are tried for a field with bytes that no charset is stated for; the last one reads anything."""
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
SUFFIX_OF_TYPE = {"text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt"}
MESSAGE_FIELDS = ("subject", "from", "date", "message-id", "snapshot-content-location")
ATTACHED_MESSAGE = "message/rfc822"


class MailError(ValueError):
    """A message that cannot be read. The message of the error says why and what to do."""


class Attachment(msgspec.Struct, frozen=True):
    """A part that is not the text of the message: `name` is its file name, or made from its number and type."""

    name: str
    media_type: str
    data: bytes
    is_attached: bool


class MailText(msgspec.Struct, frozen=True):
    """The part that is the text: its bytes, its type and the charset that it states."""

    media_type: str
    data: bytes
    charset: str | None


class MailMessage(msgspec.Struct, frozen=True):
    """A message. `text` is None if it has none; `faults` are what its format does not allow."""

    text: MailText | None
    attachments: tuple[Attachment, ...]
    metadata: dict[str, str]
    is_saved_page: bool
    faults: tuple[str, ...] = ()


def read_message(data: bytes) -> MailMessage:
    """The message in some bytes. Raises `MailError`."""
    if any(len(field[0]) > MAX_FIELD_BYTES for field in PARTING_FIELD.finditer(data)):
        raise MailError(f"has a header field of more than {MAX_FIELD_BYTES:,} bytes; leave it out")
    try:
        return _read(message_from_bytes(data))
    except MailError:
        raise
    except RecursionError:
        raise MailError(f"has parts nested more than {MAX_PART_DEPTH} deep; leave it out") from None
    except (MessageError, LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
        # The parser of Python is not proof against every header.
        raise MailError(f"has no valid header or parts ({printable(error)}); leave it out") from None


class _Leaf(NamedTuple):
    """A part that holds no others. `choice` is the number of the `multipart/alternative` that it is in, or 0."""

    part: Message
    choice: int

    @property
    def is_inline_text(self) -> bool:
        """Whether it is a text to be shown in the message."""
        inline = self.part.get_content_disposition() != "attachment" and self.part.get_filename() is None
        return inline and self.part.get_content_maintype() == "text"


def _read(message: Message) -> MailMessage:
    leaves = list(_leaves(message))
    is_saved = message.get_content_type() == "multipart/related" and (
        "snapshot-content-location" in message or any("content-location" in leaf.part for leaf in leaves)
    )
    shown = _shown(leaves)
    others = [
        (number, leaf)
        for number, leaf in enumerate(leaves, 1)
        if leaf is not shown and not (shown and leaf.choice and leaf.choice == shown.choice and leaf.is_inline_text)
    ]
    defects = {type(defect).__name__ for part in (message, *(leaf.part for leaf in leaves)) for defect in part.defects}
    return MailMessage(
        None if shown is None else _text(shown.part),
        tuple(_attachment(leaf, number) for number, leaf in others),
        _metadata(message, is_saved_page=is_saved),
        is_saved,
        tuple(f"a message with {name.removesuffix('Defect')}" for name in sorted(defects)),
    )


def _leaves(message: Message) -> Iterator[_Leaf]:
    """The parts that hold no others, in order. An attached message is one part."""
    pending = [(message, 0, 0)]
    count = 0
    while pending:
        part, depth, choice = pending.pop()
        count += 1
        if depth > MAX_PART_DEPTH or count > MAX_PARTS:
            raise MailError(f"has more than {MAX_PARTS:,} parts, or parts nested too deeply; leave it out")
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_type() != ATTACHED_MESSAGE:
            choice = count if part.get_content_type() == "multipart/alternative" else choice
            pending += [(each, depth + 1, choice) for each in reversed(inner) if isinstance(each, Message)]
        else:
            yield _Leaf(part, choice)


def _shown(leaves: list[_Leaf]) -> _Leaf | None:
    """The part that is the text: the first page with words, else the first text, but no attachment."""
    for kinds in (PAGE_TYPES, {"text/plain"}):
        for leaf in leaves:
            if leaf.is_inline_text and leaf.part.get_content_type() in kinds and _payload(leaf.part).strip():
                return leaf
    return None


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> MailText:
    charset = part.get_param("charset")
    known = charset[2] if isinstance(charset, tuple) else charset
    kind = "text/html" if part.get_content_type() in PAGE_TYPES else "text/plain"
    return MailText(kind, _payload(part), str(known) if known else None)


def _attachment(leaf: _Leaf, number: int) -> Attachment:
    part = leaf.part
    stated = part.get_content_type()
    kind = stated if MAIL_MEDIA_TYPE.fullmatch(stated) else "unknown"
    if kind == ATTACHED_MESSAGE:
        inner = part.get_payload()
        messages = [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []
        return Attachment(f"message-{number}.eml", kind, messages[0].as_bytes() if messages else b"", is_attached=True)
    filename = part.get_filename()
    name = decoded_field(filename) if isinstance(filename, str) else ""
    attached = bool(name) or part.get_content_disposition() == "attachment"
    return Attachment(
        name or f"part-{number}{SUFFIX_OF_TYPE.get(kind, '')}",
        kind,
        _payload(part),
        leaf.is_inline_text or (attached and not _is_embedded(part)),
    )


def _is_embedded(part: Message) -> bool:
    """Whether a part is shown within the text: a picture with an id that the page refers to."""
    is_named = "content-id" in part or "content-location" in part
    return is_named and part.get_content_disposition() != "attachment"


# --- fields


def _metadata(message: Message, *, is_saved_page: bool) -> dict[str, str]:
    # Not `message.get`, which replaces bytes that no charset is stated for.
    fields = dict.fromkeys(MESSAGE_FIELDS, "")
    for key, value in reversed(list(message.raw_items())):
        if key.lower() in fields:
            fields[key.lower()] = decoded_field(str(value))
    if is_saved_page:
        # The title of a saved page is that of the page; its date is when it was saved.
        known = {
            "url": fields["snapshot-content-location"],
            "saved": fields["date"],
        }
    else:
        name, address = parseaddr(fields["from"])
        known = {
            "title": fields["subject"],
            "author": name or address,
            "date": _date(fields["date"]),
            "message-id": fields["message-id"],
        }
    return {key: value for key, value in known.items() if value}


def _date(text: str) -> str:
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return text


def decoded_field(value: str) -> str:
    """A field of a header as text: encoded words (`=?gb2312?B?…?=`) and raw bytes are decoded.

    >>> decoded_field("=?utf-8?B?5rih5Y+j?= and back"), decoded_field("a\\r\\n b")
    ('渡口 and back', 'a b')
    """
    try:
        parts = decode_header(value[: 4 * MAX_FIELD_CHARS])
    except (HeaderParseError, ValueError, LookupError):
        parts = [(value[:MAX_FIELD_CHARS], None)]
    text = "".join(_field_part(part, charset) for part, charset in parts)
    return printable(FIELD_SPACES.sub(" ", text).strip(), MAX_FIELD_CHARS)


def _field_part(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        # `email` keeps raw bytes of a header as surrogates.
        part = part.encode("utf-8", "surrogateescape")
    for encoding in (charset, *HEADER_CHARSETS):
        try:
            return part.decode("gb18030" if encoding in {"gb2312", "gbk"} else encoding) if encoding else part.decode()
        except (UnicodeDecodeError, LookupError):
            continue
    return part.decode("latin-1")
