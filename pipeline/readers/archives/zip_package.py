"""Reads the parts of a document that is a zip archive inside, such as an e-book, by their names."""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote

from pipeline.config.settings import Input
from pipeline.model.record import ReaderError
from pipeline.readers.archives import members
from pipeline.readers.archives.zip_archive import member_stream, survey_members
from pipeline.readers.archives.zip_directory import ZipEntry, read_directory, read_entries
from pipeline.readers.byte_source import CHUNK_BYTES, ByteSource

if TYPE_CHECKING:
    from lxml.etree import _Element

ZIP_START = b"PK\3\4"
MAX_PACKAGE_MEMBERS = 100_000
"""Maximum number of parts of a document."""


class ZipPackage:
    """The parts of an open zip file. What they unpack to counts against the budget of its source."""

    def __init__(self, source: ByteSource, file: BinaryIO, options: Input) -> None:
        directory = read_directory(file)
        most = min(options.limits.members, MAX_PACKAGE_MEMBERS)
        if directory.members > most:
            raise ReaderError(f"has {directory.members:,} members, over the limit of {most:,}; {members.REMEDY}")
        self._source = source
        self._file = file
        self._limit = options.limits.bytes
        self._survey = survey_members(file, directory, most)
        self._entries: dict[str, ZipEntry] = {}
        for entry in read_entries(file, directory):
            self._entries.setdefault(entry.name.replace("\\", "/"), entry)
            if len(self._entries) > most:
                raise ReaderError(f"has more members than the limit of {most:,}; {members.REMEDY}")

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    @property
    def has_fault(self) -> bool:
        """Whether a limit of the whole file was exceeded, so that no other part can be read."""
        return self._source.budget.fault is not None

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises `ReaderError` if it is missing, damaged or over the limit of a document."""
        data = bytearray()
        for piece in self.pieces(name):
            data += piece
            if len(data) > self._limit:
                raise ReaderError(
                    f"its part {name} is over the limit of {self._limit:,} bytes; raise [input.limits] bytes"
                )
        return bytes(data)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a part in pieces. Raises `ReaderError` if it is missing or damaged."""
        entry = self._entries.get(name) or self._entries.get(unquote(name))
        if entry is None:
            raise ReaderError(f"has no part {name}; it is damaged, fetch it again")
        budget = self._source.budget
        try:
            if self._survey.overlaps(entry):
                raise ReaderError("overlaps another member, as in a zip bomb; leave it out")
            stream = member_stream(self._file, entry, budget if self._source.depth == 0 else None, budget)
            while piece := stream.read(CHUNK_BYTES):
                yield piece
        except ReaderError as error:
            if error is budget.fault:
                raise
            raise ReaderError(f"its part {name} {error}") from None

    def xml(self, name: str, *, recover: bool = False) -> "_Element":
        """The root element of a part. Nothing outside of the part is read.

        Raises `ReaderError`, for XML that is not valid only if it should not `recover`.
        """
        from lxml.etree import XMLParser, XMLSyntaxError, fromstring

        parser = XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, recover=recover
        )
        try:
            root: _Element | None = fromstring(self.read(name), parser)
        except (XMLSyntaxError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else "it is empty"
            raise ReaderError(f"its part {name} is no valid XML ({reason}); save the document again") from None
        if root is None:
            raise ReaderError(f"its part {name} is empty; save the document again")
        return root


def local_name(element: "_Element") -> str:
    """The name of an element without its namespace; empty for an entity."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def elements_named(root: "_Element", name: str) -> "Iterator[_Element]":
    """The elements of that name in any namespace, in order."""
    return (element for element in root.iter() if local_name(element) == name)


def attribute(element: "_Element", name: str) -> str | None:
    """The value of an attribute, in whatever namespace; None if there is none."""
    return next((str(value) for key, value in element.items() if str(key).rpartition("}")[2] == name), None)


def sha256_of(file: BinaryIO) -> str:
    """The hash of all bytes of a file."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(CHUNK_BYTES):
        digest.update(piece)
    return digest.hexdigest()
