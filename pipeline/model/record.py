"""What a reader yields: a document to process, or the reason why there is none."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol

import msgspec

from pipeline.errors import DocumentError
from pipeline.model.article import Origin

PAGE_MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})
"""The media types of web pages, which a reader converts to text."""
MAX_PRINTED_CHARS = 200
MAX_LISTED_FIELDS = 12
"""Fields that a message lists at most."""


class HasOrigin(Protocol):
    """Anything with an id and an origin, such as a record in any of its forms."""

    @property
    def id(self) -> str:
        """The document's id."""
        ...

    @property
    def origin(self) -> Origin:
        """Where its bytes came from."""
        ...

    @property
    def where(self) -> str:
        """Where it is, in words for a message."""
        ...


class Record(msgspec.Struct, frozen=True):
    """One document: its bytes or text, and what came with it.

    `data` is the document's bytes, or its text (the field of a table, or text that a reader extracted). `converted_by`
    names what extracted the text from another format; the text is then the source. `encoding` is the encoding of the
    bytes, if it was stated and the bytes agree. `apart` is set by the run, not by a reader: the name of the article's
    file gets a hash, because on some file system the plain name is that of another article.
    """

    id: str
    data: bytes | str
    origin: Origin
    metadata: Mapping[str, str] = {}
    converted_by: str | None = None
    encoding: str | None = None
    apart: bool = False

    @property
    def weight(self) -> int:
        """Its approximate size in bytes."""
        return len(self.data) + sum(len(key) + len(value) for key, value in self.metadata.items())

    @property
    def where(self) -> str:
        """Where it is, in words for a message: the file, the member in it, the row.

        >>> origin = Origin(path="a.zip", media_type="text/csv", member="b.csv", row=3, field="text", sha256=None)
        >>> Record("7", "", origin).where
        'row 3 of a.zip, b.csv'
        """
        return describe_location(self.id, self.origin)

    def without_data(self) -> "Record":
        """The record without its data, for code that only names it."""
        return msgspec.structs.replace(self, data=b"")


def describe_location(name: str, origin: Origin) -> str:
    """Where the document with the id `name` is, in words for a message."""
    file = origin.path or name
    place = file if origin.member is None else f"{file}, {origin.member}"
    if origin.row is None:
        return place
    return f"{'line' if origin.media_type == 'application/jsonl' else 'row'} {origin.row} of {place}"


class Unreadable(msgspec.Struct, frozen=True):
    """A document that cannot be read: its id, and one line on why and what to do.

    `passing` is true if it may be readable another time although its source is unchanged: a connection broke, a disk
    was full. `fields` are the fields of a record that lacks the text field that the settings name.
    """

    id: str
    reason: str
    passing: bool = False
    fields: tuple[str, ...] | None = None


class LeftOut(msgspec.Struct, frozen=True):
    """Something that is not a document: a picture in a folder, a table without text, a robots.txt in a web archive.

    `name` is the file, followed by the path of the member; `count` is the number of its parts that the reason applies
    to. `fields` are the columns of a table that lacks the text field that the settings name.
    """

    name: str
    reason: str
    count: int = 1
    fields: tuple[str, ...] | None = None


class ReaderError(ValueError):
    """A file or member is malformed or exceeds a limit; the message says why and what to do.

    A reader raises it if it cannot read on. What it yielded before is kept.
    """

    reported = False
    """Whether it was reported already: every layer of a truncated compressed file meets the same error."""
    fields: tuple[str, ...] | None = None
    """The columns of a table that lacks the text field that the settings name."""
    passing = False
    """Whether it may not occur another time, although the bytes are the same."""


def missing_field(name: str, known: Sequence[str]) -> str:
    """The message about a field that no record has, with similar fields or a list of all.

    >>> missing_field("txt", ["id", "text"])
    "no record has a field 'txt'; did you mean 'text'?"
    """
    close = get_close_matches(name, known, n=3)
    if close:
        return f"no record has a field {name!r}; did you mean {' or '.join(repr(each) for each in close)}?"
    names = ", ".join(each[:MAX_PRINTED_CHARS] for each in known[:MAX_LISTED_FIELDS]) + (
        ", …" if len(known) > MAX_LISTED_FIELDS else ""
    )
    return printable(f"no record has a field {name!r}; there are: {names}", None)


def printable(text: object, longest: int | None = MAX_PRINTED_CHARS) -> str:
    r"""Text made safe for a message: one short line of printable characters, which JSON can hold.

    It is cut to `longest` characters, or whole if that is None.

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
