"""Which reader takes which bytes: the built-in ones, and those of other packages that the settings name."""

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
from pipeline.readers.reader import PROTOCOL, Claim, Reader

BUILT_IN = {
    "gzip": "archives.compressed:Gzip",
    "zstd": "archives.compressed:Zstd",
    "xz": "archives.compressed:Xz",
    "bzip2": "archives.compressed:Bzip2",
    "zip": "archives.zip_archive:Zip",
    "tar": "archives.tar:Tar",
    "warc": "warc.reader:Warc",
    "parquet": "arrow.parquet:Parquet",
    "arrow": "arrow.ipc:Arrow",
    "sqlite": "sqlite.reader:Sqlite",
    "html": "html.reader:Page",
    "jsonl": "json.lines_reader:Jsonl",
    "json": "json.reader:Json",
    "csv": "csv.reader:Csv",
    "markdown": "markdown.reader:Markdown",
    "text": "text:Text",
}
"""The readers of this package: name, and module and class. Of those with equal claims the first one is taken."""
PACKING = frozenset({"gzip", "zstd", "xz", "bzip2", "zip", "tar"})
"""Those that unpack: what is inside is what `[input] format` is about."""
COMPRESSIONS = frozenset({"gzip", "zstd", "xz", "bzip2"})
"""Those of them that hold one other file, which is called as they are."""


class Registry(msgspec.Struct, frozen=True):
    """The readers that take part, those of other packages first, and the one that takes everything, if one does."""

    readers: tuple[Reader, ...]
    forced: Reader | None = None
    packages: tuple[Package, ...] = ()
    """The other packages: another version of one may find other documents in the same bytes."""

    def of(self, blob: ByteSource) -> Reader | None:
        """The reader with the strongest claim; None where no one has any."""
        best, strongest = None, Claim.NONE
        for reader in self.readers:
            claim = reader.sniff(blob)
            if claim > strongest:
                best, strongest = reader, claim
        if self.forced is not None and (best is None or best.name not in PACKING):
            return self.forced
        return best


def choice(sources: Mapping[str, Mapping[str, object]] | None = None, form: str | None = None) -> Registry:
    """The readers with the options that `sources` holds for each. One of another package takes part where it is named.

    `form` is the reader of all files, if the settings name one. Raises `UsageError`, a `SettingError` where a setting
    is to blame.
    """
    sources = sources or {}
    if form in PACKING:
        told = f"key 'input.format': {form!r} unpacks, which is done anyhow; name the reader of what is inside"
        raise SettingError(("input", "format"), told)
    foreign = [name for name in sources if name not in BUILT_IN]
    if form is not None and form not in (*foreign, *BUILT_IN):
        foreign.append(form)
    readers = []
    for name in (*foreign, *BUILT_IN):
        key = ("sources", name) if name in sources else ("input", "format")
        readers.append(options.with_options(reader(name, key), sources.get(name, {}), ("sources", name)))
    packages = tuple(offer.package for offer in offers(SOURCES) if offer.name in foreign) if foreign else ()
    return Registry(tuple(readers), next((made for made in readers if made.name == form), None), packages)


def reader(name: str, key: Key = ("sources",)) -> Reader:
    """The built-in or installed reader of that name, with its default options; `key` is the setting that names it.

    Raises `UsageError`, a `SettingError` for an unknown one.
    """
    if name in BUILT_IN:
        return built_in(name)
    installed = offers(SOURCES)
    offer = offered(name, installed)
    if offer is None:
        known = [*BUILT_IN, *(other.name for other in installed)]
        raise SettingError(key, f"reader {name!r} is not known{did_you_mean(name, known)}")
    return cast("Reader", offer.made(faults))


@cache
def built_in(name: str) -> Reader:
    """A reader of this package with its default options. Raises `KeyError` for another name."""
    module, _, kind = BUILT_IN[name].partition(":")
    return cast("Reader", getattr(import_module(f"pipeline.readers.{module}"), kind)())


def faults(reader: object) -> Iterator[str]:
    """What is wrong with the declaration of a reader, each as a clause. Nothing where all is well."""
    if misfit := misfit_of(reader, PROTOCOL):
        yield misfit
        return
    for method in ("sniff", "read"):
        if not callable(getattr(reader, method, None)):
            yield f"has no method {method!r}"
    yield from options.faults(reader)


def who_could(suffix: str) -> str:
    """A hint at installed readers that no setting names, for a file that nobody claims; empty where there are none."""
    idle = _idle(tuple(sys.path))
    likely = [name for name in idle if name == suffix.removeprefix(".")] or idle
    if not likely:
        return ""
    return f"; reader {likely[0]!r} is installed: a table [sources.{likely[0]}] in the settings lets it try"


@cache
def _idle(path: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 -- what is installed depends on it
    """Readers of other packages. To look for them takes milliseconds, and a folder may hold many files of no kind."""
    return tuple(sorted({offer.name for offer in offers(SOURCES)} - set(BUILT_IN)))
