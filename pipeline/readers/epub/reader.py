"""Reads e-books (EPUB)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import regex

from pipeline.config.settings import Input
from pipeline.model.article import Origin
from pipeline.model.record import EPUB_MEDIA_TYPE, ReaderError, Record, Unreadable
from pipeline.readers.archives.zip_package import ZIP_START, ZipPackage
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.epub.package import Book, SpineItem, read_book
from pipeline.readers.left_out import LeftOutParts
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.text.decoding import DecodingError, decode

MEDIA_TYPE_AT = 30
"""Where the name of the first member is, which must be `mimetype`, stored and without extra fields."""
EBOOK_SUFFIX = ".epub"
BODY_START = regex.compile(r"(?i)<body\b[^<>]{0,2000}>")
MARKUP_IN_PAGE = regex.compile(r"<[^<>]{1,4000}>")
CHAPTER_HEADING = regex.compile(r"(?i)<h[1-3][\s>]")
CHAPTER_WORD = regex.compile(r"[\p{L}\p{N}]")


class _Chapter(msgspec.Struct):
    """A chapter while it is put together: the files of the book that it consists of."""

    number: int
    item: SpineItem
    pages: list[str]
    size: int


@dataclass(frozen=True)
class EpubReader:
    """Reads e-books (epub): a chapter is a document. Claims them by their first member or their suffix."""

    name: ClassVar = "epub"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the media type in the first member; by suffix if it is a zip archive."""
        if not source.head.startswith(ZIP_START):
            return Claim.NONE
        begins = source.head.startswith(b"mimetype" + EPUB_MEDIA_TYPE.encode(), MEDIA_TYPE_AT)
        return Claim.CONTENT if begins or source.suffix == EBOOK_SUFFIX else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the chapters in the order of reading."""
        with source.on_disk() as path, path.open("rb") as file:
            package = ZipPackage(source, file, options)
            book = read_book(package)
            left_out = LeftOutParts()
            is_empty = True
            for item in _chapters(source, package, book, left_out, options.limits.bytes):
                source.budget.hold()
                is_empty = False
                yield item if isinstance(item, Unreadable) else _record(source, book, item)
            yield from left_out.items(source)
            if is_empty:
                left_out.refuse_if_named(source, "files is a chapter with a text")


def _chapters(
    source: ByteSource, package: ZipPackage, book: Book, left_out: LeftOutParts, limit: int
) -> Iterator[_Chapter | Unreadable]:
    """Yields the chapters.

    A file goes on with the chapter before it if the table of contents does not name it and it has no heading.
    """
    chapter: _Chapter | None = None
    for number, item in enumerate(book.spine, 1):
        if item.aside is not None:
            left_out.add(item.aside)
            continue
        try:
            page = _page(package, item)
        except ReaderError as error:
            if package.has_fault:
                raise
            if chapter is not None:
                yield chapter
                chapter = None
            location = source.location.inside(item.path)
            yield Unreadable(location.id, f"{location}: {error}")
            continue
        if not CHAPTER_WORD.search(MARKUP_IN_PAGE.sub(" ", _body(page))):
            left_out.add("page without text")
        elif chapter is not None and book.has_contents and item.label is None and not CHAPTER_HEADING.search(page):
            if chapter.size + len(page) > limit:
                yield chapter
                chapter = _Chapter(number, item, [page], len(page))
            else:
                chapter.pages.append(page)
                chapter.size += len(page)
        else:
            if chapter is not None:
                yield chapter
            chapter = _Chapter(number, item, [page], len(page))
    if chapter is not None:
        yield chapter


def _page(package: ZipPackage, item: SpineItem) -> str:
    if item.is_encrypted:
        raise ReaderError("is encrypted; only the program that it was bought for reads it")
    data = package.read(item.path)
    try:
        return decode(data).text if data else ""
    except DecodingError as error:
        raise ReaderError(str(error)) from None


def _record(source: ByteSource, book: Book, chapter: _Chapter) -> Record:
    location = source.location.inside(chapter.item.path)
    origin = Origin(
        path=location.file, media_type=EPUB_MEDIA_TYPE, member=location.member, row=None, field=None, sha256=None
    )
    label = {"title": chapter.item.label} if chapter.item.label else {}
    first, *others = chapter.pages
    # The parser would end at the end of the first page.
    bodies = [_body(page) for page in others]
    whole = first if not bodies else "\n".join(["<html><body>", _body(first), *bodies, "</body></html>"])
    return Record(location.id, whole, origin, {**label, **book.metadata, "chapter": str(chapter.number)})


def _body(page: str) -> str:
    start = BODY_START.search(page)
    end = page.lower().rfind("</body")
    return page[start.end() if start else 0 : end if end > 0 else len(page)]
