"""Reads feeds: RSS, Atom, and the export files of WordPress (WXR)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, cast

from pipeline.config.settings import Input
from pipeline.model.article import Origin, Remark
from pipeline.model.record import ReaderError, Record, Unreadable, printable
from pipeline.readers.budget import Readable
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.declared_charset import confirmed_encoding
from pipeline.readers.feeds.detect import FeedFormat, feed_format, wide_encoding
from pipeline.readers.feeds.entry import SUMMARY_FIELDS, EntryError, FeedEntry, read_entry, read_header
from pipeline.readers.feeds.split_entries import FeedPart, split_entries
from pipeline.readers.feeds.wordpress import is_export, left_out_reason, with_paragraphs
from pipeline.readers.left_out import LeftOutParts
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.transcoded_stream import TranscodedStream
from pipeline.text.decoding import DecodingError, decode

NO_TEXT = "entry without text"
REPAIRED = "XML that is not valid"
"""What a note says of an entry that was repaired to be read."""


@dataclass(frozen=True)
class FeedReader:
    """Reads RSS, Atom and exports of WordPress: an entry is a document. Claims them by their root element."""

    name: ClassVar = "feed"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the root element."""
        return Claim.CONTENT if feed_format(source.head) is not None else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the entries. Their HTML is converted to text by a worker. Rows count entries of any kind."""
        form = feed_format(source.head)
        if form is None:
            raise ReaderError("does not begin as an RSS or Atom feed does; leave it out, or repair its first lines")
        wide = wide_encoding(source.head)
        stream: Readable = source.packed
        if wide is not None:
            stream = TranscodedStream(cast("BinaryIO", stream), wide)
        feed = _Feed(source, form, options, None if wide is None else "utf-8")
        yield from feed.items(split_entries(stream, form.entry, options.limits.bytes))


class _Feed:
    """One feed while it is read. `encoding` is that of all of its bytes, if it is known."""

    def __init__(self, source: ByteSource, form: FeedFormat, options: Input, encoding: str | None) -> None:
        self._source = source
        self._form = form
        self._encoding = encoding or options.encoding
        self._about: Mapping[str, str] = {}
        self._left_out = LeftOutParts()
        self._has_document = False

    def items(self, parts: Iterator[FeedPart]) -> Iterator[ReaderItem]:
        """Yields the documents of the feed, then what is left out."""
        try:
            for part in parts:
                yield from self._item(part)
        except (ReaderError, OSError):
            yield from self._left_out.items(self._source)
            raise
        yield from self._left_out.items(self._source)
        if not self._has_document:
            self._left_out.refuse_if_named(self._source, "entries is an article with a text")

    def _item(self, part: FeedPart) -> Iterator[ReaderItem]:
        if part.number == 0:
            self._about = self._header(part.data)
        elif part.number < 0:
            if b"</" not in part.data:
                raise ReaderError("ends without the end tag of its root: it may be cut off; fetch it again to be sure")
        else:
            self._source.budget.hold()
            result = self._entry(part)
            if isinstance(result, str):
                self._left_out.add(result)
            else:
                self._has_document = True
                yield result

    def _header(self, data: bytes) -> Mapping[str, str]:
        """What the feed says of itself; nothing if that cannot be decoded, which costs no entry."""
        try:
            return read_header(self._decoded(data)[0], self._form.prefixes) if data else {}
        except DecodingError:
            return {}

    def _entry(self, part: FeedPart) -> Record | Unreadable | str:
        """The document of an entry, its failure, or the reason to leave it out."""
        if part.fault is not None:
            return self._failed(part, part.fault)
        try:
            text, faults = self._decoded(part.data)
            entry = read_entry(text, self._form.prefixes)
        except DecodingError as error:
            return self._failed(part, str(error))
        except EntryError as error:
            return self._failed(part, f"is no XML: {printable(error)}; repair the feed, or leave it out")
        if reason := left_out_reason(entry.values):
            return reason
        if entry.field is None:
            return NO_TEXT
        content = with_paragraphs(entry.content) if is_export(entry.values) else entry.content
        return self._record(part, entry, content, faults if entry.is_sound else (*faults, REPAIRED))

    def _record(self, part: FeedPart, entry: FeedEntry, content: str, faults: tuple[str, ...]) -> Record:
        location = self._source.location
        origin = Origin(
            path=location.file,
            media_type=self._form.media_type,
            member=location.member,
            row=part.number,
            field=entry.field,
            sha256=None,
        )
        remarks = (_summary_remark(entry.field),) if entry.field in SUMMARY_FIELDS else ()
        metadata = {**self._about, **entry.metadata}
        name = f"{self._source.id}#{part.number}"
        return Record(name, content, origin, metadata, faults=faults, remarks=remarks)

    def _decoded(self, data: bytes) -> tuple[str, tuple[str, ...]]:
        """The text of some bytes, and what was odd about them. Raises `DecodingError`."""
        declared = self._form.encoding
        encoding = self._encoding or (confirmed_encoding(declared, data) if declared else None)
        decoded = decode(data, encoding=encoding)
        odd = len(decoded.undecodable)
        return decoded.text, (f"bytes that no codec reads ({odd:,})",) if odd else ()

    def _failed(self, part: FeedPart, fault: str) -> Unreadable:
        where = f"{self._source.location}, entry {part.number} at byte {part.offset:,}"
        return Unreadable(f"{self._source.id}#{part.number}", f"{where}: {fault}")


def _summary_remark(field: str | None) -> Remark:
    message = f"the feed has no more of this entry than its <{field}>, which may be only a summary"
    return Remark(
        stage="conversion", rule="feeds.summary-only", severity="info", message=message, start=0, end=0, suggestion=None
    )
