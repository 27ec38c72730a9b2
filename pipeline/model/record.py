"""What a reader gives: a document that has not been read yet, or the reason why there is none."""

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
"""Fields that a message lists."""


class HasOrigin(Protocol):
    """What has an id and lies somewhere: a record, whatever form it has."""

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
        """Where it lies, for a message."""
        ...


class Record(msgspec.Struct, frozen=True):
    """One document: its bytes, or the text of its field in a table, and what came with it.

    `converted_by` names what made the text, where a reader made one of something else: the text is then the source.
    `encoding` is that of its bytes, where what came with it says so and they bear it out. `apart` is set by the run,
    not by a reader: the name of the article's file gets a hash, since some file system takes the plain one for that of
    another article.
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
        """About how many bytes it holds."""
        return len(self.data) + sum(len(key) + len(value) for key, value in self.metadata.items())

    @property
    def where(self) -> str:
        """Where it lies, for a message: the file, the member in it, the row.

        >>> origin = Origin(path="a.zip", media_type="text/csv", member="b.csv", row=3, field="text", sha256=None)
        >>> Record("7", "", origin).where
        'row 3 of a.zip, b.csv'
        """
        return describe_location(self.id, self.origin)

    def without_data(self) -> "Record":
        """The same without its text, for whoever only needs to name it."""
        return msgspec.structs.replace(self, data=b"")


def describe_location(name: str, origin: Origin) -> str:
    """Where the document called `name` lies, for a message."""
    file = origin.path or name
    place = file if origin.member is None else f"{file}, {origin.member}"
    if origin.row is None:
        return place
    return f"{'line' if origin.media_type == 'application/jsonl' else 'row'} {origin.row} of {place}"


class Unreadable(msgspec.Struct, frozen=True):
    """A document that cannot be read: which one, and a line on why and what to do.

    `passing` says that it may be readable another time, though its source is the same: a connection broke off, a disk
    was full. `fields` are those of a record that has not the field that the settings name for the text.
    """

    id: str
    reason: str
    passing: bool = False
    fields: tuple[str, ...] | None = None


class LeftOut(msgspec.Struct, frozen=True):
    """What holds no document for this pipeline: a picture in a folder, a table without text, answers of robots.txt.

    `name` is the file, with the path of a member behind it; `count` says how many of its parts the reason is true of.
    `fields` are those of tables that have not the field that the settings name for the text.
    """

    name: str
    reason: str
    count: int = 1
    fields: tuple[str, ...] | None = None


class ReaderError(ValueError):
    """A file or member is not what it seems to be, or more than is allowed; the message says why and what to do.

    A reader raises it when there is no going on: what it gave before stands.
    """

    told = False
    """Whether it is in the account: all that lies in a compressed file meets the one fault at which that breaks off."""
    fields: tuple[str, ...] | None = None
    """The columns of a table that has not the one that the settings name for the text."""
    passing = False
    """Whether it may not be met another time, though the bytes are the same."""


def missing_field(name: str, known: Sequence[str]) -> str:
    """What is said of a field that no record has: with the nearest that they have, or all.

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
    r"""What a message may show of names and of other programs' words: one line, not long, nothing that cannot be seen.

    JSON can hold it, too. Names are whole where `longest` is None.

    >>> shown("a\nb\x0e 盐"), shown("b\udcff")
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
