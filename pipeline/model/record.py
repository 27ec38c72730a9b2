"""What a reader yields: a document to process, or the reason why there is none."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol

import msgspec

from pipeline.errors import DocumentError
from pipeline.model.article import Origin, Remark
from pipeline.model.evidence import Evidence

PAGE_MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})
"""The media types of web pages, which a reader converts to text."""
SUBTITLE_MEDIA_TYPES = frozenset({"text/vtt", "application/x-subrip"})
"""The media types of subtitles, whose cues a reader converts to text."""
FEED_MEDIA_TYPES = frozenset({"application/rss+xml", "application/atom+xml"})
EPUB_MEDIA_TYPE = "application/epub+zip"
DOCX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ARTICLE_MEDIA_TYPES = FEED_MEDIA_TYPES | {EPUB_MEDIA_TYPE, DOCX_MEDIA_TYPE}
"""The media types of files whose documents hold HTML that is the whole article, without menus around it."""
PDF_MEDIA_TYPE = "application/pdf"
"""The media type of PDF files, which a reader converts to text."""
MAX_PRINTED_CHARS = 200
"""Characters of a name, or of another program's words, that a message shows."""
EVIDENCE_BYTES = 64
"""Bytes of memory that one span of evidence takes, as far as the size of a record matters."""
ROW_WORDS = {
    "application/jsonl": "line",
    "application/rss+xml": "entry",
    "application/atom+xml": "entry",
}
"""The word for a row in messages, by the media type of the file."""
MAX_LISTED_FIELDS = 12
"""Fields listed in a message."""


class HasOrigin(Protocol):
    """Anything with an id and an origin, such as a record."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def origin(self) -> Origin:
        """Where its bytes came from."""
        ...

    @property
    def where(self) -> str:
        """Where it is, for a message."""
        ...


class Record(msgspec.Struct, frozen=True):
    """One document: its bytes, or the text of its field in a table, and its metadata.

    `converted_by` names the converter if a reader extracted the text from another format; the text is then the source.
    `encoding` is the declared encoding of the bytes, if it fits them. `apart` is set by the run, not by a reader: the
    file name of the article gets a hash, because some file systems take the plain name for that of another article.
    `evidence` is what the format said about spans of the text that `data` is, or is decoded to. `faults` says what the
    converter read although its format does not allow it; the article has a note of them. `remarks` are further notes of
    the converter.
    """

    id: str
    data: bytes | str
    origin: Origin
    metadata: Mapping[str, str] = {}
    converted_by: str | None = None
    encoding: str | None = None
    apart: bool = False
    evidence: tuple[Evidence, ...] = ()
    faults: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def weight(self) -> int:
        """The approximate size in bytes, metadata and evidence included."""
        metadata = sum(len(key) + len(value) for key, value in self.metadata.items())
        return len(self.data) + metadata + EVIDENCE_BYTES * len(self.evidence)

    @property
    def where(self) -> str:
        """Where the record is, for a message: the file, the member in it, the row.

        >>> origin = Origin(path="a.zip", media_type="text/csv", member="b.csv", row=3, field="text", sha256=None)
        >>> Record("7", "", origin).where
        'row 3 of a.zip, b.csv'
        """
        return describe_location(self.id, self.origin)

    def without_data(self) -> "Record":
        """The record without its text, for code that only needs to name it."""
        return msgspec.structs.replace(self, data=b"", evidence=())


def describe_location(name: str, origin: Origin) -> str:
    """Where the document called `name` is, for a message."""
    file = origin.path or name
    location = file if origin.member is None else f"{file}, {origin.member}"
    if origin.row is None:
        return location
    return f"{ROW_WORDS.get(origin.media_type or '', 'row')} {origin.row} of {location}"


class Unreadable(msgspec.Struct, frozen=True):
    """A document that cannot be read: its id, and one line that says why and what to do.

    `passing` marks a temporary fault, such as a broken connection or a full disk: the same source may be readable
    later. `fields` are the fields of a record without the field that the settings name for the text.
    """

    id: str
    reason: str
    passing: bool = False
    fields: tuple[str, ...] | None = None


class LeftOut(msgspec.Struct, frozen=True):
    """An input that holds no document: a picture in a folder, a table without text, a response for robots.txt.

    `name` is the file, with the path of a member after it; `count` is how many of its parts the reason is true of.
    `fields` are the fields of tables without the field that the settings name for the text.
    """

    name: str
    reason: str
    count: int = 1
    fields: tuple[str, ...] | None = None


class ReaderError(ValueError):
    """A file or member is damaged, not what it seems to be, or larger than allowed. The message says what to do.

    A reader raises it when it cannot continue. The documents it yielded before are kept.
    """

    counted = False
    """Whether it is counted already: all members of a compressed file meet the one fault at which it breaks off."""
    fields: tuple[str, ...] | None = None
    """The columns of a table without the one that the settings name for the text."""
    passing = False
    """Whether the fault is temporary: the same bytes may be readable later."""


def missing_field(name: str, known: Sequence[str]) -> str:
    """The message for a field that no record has, with similar field names or all of them.

    >>> missing_field("txt", ["id", "text"])
    "no record has a field 'txt'; did you mean 'text'?"
    """
    close = get_close_matches(name, known, n=3)
    if close:
        return f"no record has a field {name!r}; did you mean {' or '.join(repr(field) for field in close)}?"
    names = ", ".join(field[:MAX_PRINTED_CHARS] for field in known[:MAX_LISTED_FIELDS]) + (
        ", …" if len(known) > MAX_LISTED_FIELDS else ""
    )
    return printable(f"no record has a field {name!r}; there are: {names}", None)


def printable(text: object, longest: int | None = MAX_PRINTED_CHARS) -> str:
    r"""A name, or another program's words, on one short line without invisible characters; valid in JSON, too.

    `longest` is the maximum in characters; None for no limit.

    >>> printable("a\nb\x0e 盐"), printable("b\udcff")
    ('a\\nb\\x0e 盐', 'b\\udcff')
    """
    line = str(text)[:longest]
    return line if line.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


def check_encodable(record: Record) -> None:
    """Raises `DocumentError` if the id or the metadata holds a lone surrogate, which no JSON can hold."""
    entries = ((f"metadata {key!r}", key + value) for key, value in record.metadata.items())
    for where, text in (("id", record.id), *entries):
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            name = record.id.encode("utf-8", "backslashreplace").decode()
            raise DocumentError(name, f"its {where} holds a lone surrogate, which is no text; repair it") from None


def data_bytes(record: Record) -> bytes:
    """The bytes of a record's data, a text in UTF-8. Raises `DocumentError` for empty data and for lone surrogates."""
    if not record.data:
        raise DocumentError(record.id, "is empty; leave it out")
    if isinstance(record.data, bytes):
        return record.data
    try:
        return record.data.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError(
            record.id,
            f"holds a lone surrogate at character {error.start}, which is no text; repair the record's \\u escapes",
        ) from None
