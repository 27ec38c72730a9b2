"""Reads Word documents (DOCX)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import regex

from pipeline.config.settings import Input
from pipeline.model.article import Origin
from pipeline.model.record import DOCX_MEDIA_TYPE, ReaderError, Record
from pipeline.readers.archives.zip_package import (
    ZIP_START,
    ZipPackage,
    attribute,
    elements_named,
    local_name,
    sha256_of,
)
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.docx.markup import WordMarkup
from pipeline.readers.docx.styles import read_styles
from pipeline.readers.reader import Claim, ReaderItem

WORD_SUFFIXES = frozenset({".docx", ".docm", ".dotx"})
MAIN_PART, STYLES, CORE, RELATIONS = "word/document.xml", "word/styles.xml", "docProps/core.xml", "_rels/.rels"
NOTES = ("word/footnotes.xml", "word/endnotes.xml")
STATED = {"title": "title", "creator": "author", "created": "date", "language": "language", "subject": "subject"}
"""What a document says of itself, by the name of the element, and the key of the metadata."""
STATED_SPACES = regex.compile(r"\s+")
MAX_STATED_CHARS = 500


@dataclass(frozen=True)
class DocxReader:
    """Reads Word documents (docx). Claims them by their suffix, or by the names of the first parts."""

    name: ClassVar = "docx"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """Claims zip archives with such a suffix or such parts at their beginning."""
        if not source.head.startswith(ZIP_START):
            return Claim.NONE
        holds_parts = b"[Content_Types].xml" in source.head and b"word/" in source.head
        return Claim.CONTENT if holds_parts or source.suffix in WORD_SUFFIXES else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the document as HTML, which a worker converts to text; its hash is that of the file."""
        with source.on_disk() as path, path.open("rb") as file:
            package = ZipPackage(source, file, options)
            main = _main_part(package)
            if main is None:
                yield source.left_out(
                    f"has no part {MAIN_PART}, so it is no Word document; rename it if it is another file"
                )
                return
            yield _record(source, file, _html(package, main), _metadata(package))


def _main_part(package: ZipPackage) -> str | None:
    if MAIN_PART in package:
        return MAIN_PART
    # Another program may have given it another name.
    if RELATIONS in package:
        for element in elements_named(package.xml(RELATIONS, recover=True), "Relationship"):
            target = (attribute(element, "Target") or "").lstrip("/")
            if (attribute(element, "Type") or "").endswith("/officeDocument") and target.startswith("word/"):
                return target if target in package else None
    return None


def _html(package: ZipPackage, main: str) -> str:
    markup = WordMarkup(read_styles(package.xml(STYLES)) if STYLES in package else {})
    root = package.xml(main)
    blocks = [block for body in root if local_name(body) == "body" for block in markup.blocks(body)]
    for part in NOTES:
        for note in package.xml(part) if part in package else ():
            # The first notes are the lines between text and notes.
            if attribute(note, "type") in {None, "normal"}:
                blocks += markup.blocks(note)
    if not blocks:
        raise ReaderError("has no text; leave it out")
    return "\n".join(["<html><body>", *blocks, "</body></html>"])


def _metadata(package: ZipPackage) -> dict[str, str]:
    """What the document says of itself; nothing if that is damaged."""
    try:
        root = package.xml(CORE, recover=True) if CORE in package else ()
    except ReaderError:
        if package.has_fault:
            raise
        return {}
    known = {}
    for element in root:
        key = STATED.get(local_name(element))
        value = STATED_SPACES.sub(" ", "".join(map(str, element.itertext()))).strip()
        if key and value:
            known[key] = value[:MAX_STATED_CHARS]
    return known


def _record(source: ByteSource, file: BinaryIO, html: str, metadata: dict[str, str]) -> Record:
    location = source.location
    origin = Origin(
        path=location.file,
        media_type=DOCX_MEDIA_TYPE,
        member=location.member,
        row=None,
        field=None,
        sha256=sha256_of(file),
    )
    return Record(source.id, html, origin, metadata)
