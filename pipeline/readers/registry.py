"""Chooses the reader for some bytes: a built-in one, or one of another package that the settings name."""

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import cast

import msgspec

from pipeline.config import options
from pipeline.config.plugins import SOURCES, Package, offered, offers
from pipeline.config.settings import Key
from pipeline.config.validate import misfit_of
from pipeline.errors import SettingError, did_you_mean
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import READER_PROTOCOL, Claim, Reader

BUILT_IN_READERS = {
    "gzip": "archives.compressed:GzipReader",
    "zstd": "archives.compressed:ZstdReader",
    "xz": "archives.compressed:XzReader",
    "bzip2": "archives.compressed:Bzip2Reader",
    "epub": "epub.reader:EpubReader",
    "docx": "docx.reader:DocxReader",
    "xlsx": "xlsx.reader:XlsxReader",
    "pdf": "pdf.reader:PdfReader",
    "zip": "archives.zip_archive:ZipReader",
    "tar": "archives.tar:TarReader",
    "warc": "warc.reader:WarcReader",
    "parquet": "arrow.parquet:ParquetReader",
    "arrow": "arrow.ipc:ArrowReader",
    "sqlite": "sqlite.reader:SqliteReader",
    "feed": "feeds.reader:FeedReader",
    "mail": "mail.reader:MailReader",
    "mbox": "mail.reader:MailboxReader",
    "html": "html.reader:HtmlReader",
    "subtitles": "subtitles.reader:SubtitlesReader",
    "jsonl": "json.lines_reader:JsonLinesReader",
    "json": "json.reader:JsonReader",
    "csv": "csv.reader:CsvReader",
    "markdown": "markdown.reader:MarkdownReader",
    "text": "text:TextReader",
}
"""The readers of this package, as `module:class` by name. Of equal claims the first one wins."""
UNPACKING_READERS = frozenset({"gzip", "zstd", "xz", "bzip2", "zip", "tar"})
"""Readers that unpack. `[input] format` names the reader of what is inside."""
COMPRESSION_READERS = frozenset({"gzip", "zstd", "xz", "bzip2"})
"""Of these, the readers of formats that hold one file, with the name of the packed one."""


class Registry(msgspec.Struct, frozen=True):
    """The active readers, those of other packages first, and the one that `[input] format` forces, if it names one."""

    readers: tuple[Reader, ...]
    forced: Reader | None = None
    packages: tuple[Package, ...] = ()
    """The other packages: a new version of one may find different documents in the same bytes."""

    def of(self, source: ByteSource) -> Reader | None:
        """The reader with the strongest claim, or None if no reader has one."""
        best, strongest = None, Claim.NONE
        for reader in self.readers:
            claim = reader.sniff(source)
            if claim > strongest:
                best, strongest = reader, claim
        if self.forced is not None and (best is None or best.name not in UNPACKING_READERS):
            return self.forced
        return best


def select_readers(sources: Mapping[str, Mapping[str, object]] | None = None, form: str | None = None) -> Registry:
    """The built-in readers and those of other packages that the settings name, with their options.

    `sources` holds the options by the reader's name; `form` is the reader of all files, if the settings name one.
    Raises `UsageError`, or `SettingError` if a setting is wrong.
    """
    sources = sources or {}
    if form in UNPACKING_READERS:
        message = f"key 'input.format': {form!r} unpacks files, which is always done; name the reader of their content"
        raise SettingError(("input", "format"), message)
    foreign = [name for name in sources if name not in BUILT_IN_READERS]
    if form is not None and form not in (*foreign, *BUILT_IN_READERS):
        foreign.append(form)
    readers = []
    for name in (*foreign, *BUILT_IN_READERS):
        key = ("sources", name) if name in sources else ("input", "format")
        readers.append(options.with_options(find_reader(name, key), sources.get(name, {}), ("sources", name)))
    packages = tuple(offer.package for offer in offers(SOURCES) if offer.name in foreign) if foreign else ()
    return Registry(tuple(readers), next((made for made in readers if made.name == form), None), packages)


def find_reader(name: str, key: Key = ("sources",)) -> Reader:
    """The built-in or installed reader of that name, with its default options; `key` is the setting that names it.

    Raises `UsageError`, or `SettingError` for an unknown name.
    """
    if name in BUILT_IN_READERS:
        return built_in_reader(name)
    installed = offers(SOURCES)
    offer = offered(name, installed)
    if offer is None:
        known = [*BUILT_IN_READERS, *(other.name for other in installed)]
        raise SettingError(key, f"reader {name!r} is not known{did_you_mean(name, known)}")
    return cast("Reader", offer.made(reader_faults))


@cache
def built_in_reader(name: str) -> Reader:
    """A reader of this package with its default options. Raises `KeyError` for another name."""
    module, _, kind = BUILT_IN_READERS[name].partition(":")
    return cast("Reader", getattr(import_module(f"pipeline.readers.{module}"), kind)())


def reader_faults(reader: object) -> Iterator[str]:
    """Yields what is wrong with a reader's declaration, a clause each; nothing if it is valid."""
    if misfit := misfit_of(reader, READER_PROTOCOL):
        yield misfit
        return
    for method in ("sniff", "read"):
        if not callable(getattr(reader, method, None)):
            yield f"has no method {method!r}"
    yield from options.faults(reader)


def installed_reader_hint(suffix: str) -> str:
    """A hint at an installed reader that the settings do not name, for a file that no reader claims; may be empty."""
    idle = _idle(tuple(sys.path))
    likely = [name for name in idle if name == suffix.removeprefix(".")] or idle
    if not likely:
        return ""
    return f"; reader {likely[0]!r} is installed: a table [sources.{likely[0]}] in the settings lets it try"


@cache
def _idle(path: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 -- what is installed depends on it
    """Readers of other packages. Cached: a look-up takes milliseconds, and unknown files may be many."""
    return tuple(sorted({offer.name for offer in offers(SOURCES)} - set(BUILT_IN_READERS)))
