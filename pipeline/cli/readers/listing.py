"""Lists readers: those that take part, other installed ones, and those that lack a package."""

import argparse
import dataclasses
import sys
from collections.abc import Iterator, Mapping

import msgspec

from pipeline.cli.options import add_config_options, readers, settings
from pipeline.cli.standard_streams import write_json
from pipeline.config.plugins import SOURCES, Package, offered, offers
from pipeline.errors import UsageError
from pipeline.readers.documents_extra import INSTALL, documents_library, library_of
from pipeline.readers.reader import Reader
from pipeline.readers.registry import BUILT_IN_READERS, Registry, find_reader
from pipeline.version import __version__

OWN = Package("bilingual-pipeline", __version__)


class ReaderRow(msgspec.Struct, frozen=True):
    """One reader; `active` is whether it takes part in a run; `fault` is why it cannot read, and what to do."""

    reader: str
    package: str | None
    version: str | None
    active: bool
    options: tuple[str, ...] = ()
    what: str | None = None
    fault: str | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_config_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, one object per reader")


def main(options: argparse.Namespace) -> int:
    """Prints a table of the readers that take part, and a table of other installed ones."""
    registry = readers(settings(options))
    rows = [*_active(registry), *_idle(registry)]
    if options.json:
        write_json(msgspec.json.format(msgspec.json.encode(rows)))
        return 0
    _table([row for row in rows if row.active])
    idle = [row for row in rows if not row.active]
    if idle:
        print("\ninstalled but not named in the settings:\n")
        _table(idle)
    for row in rows:
        if row.fault:
            print(f"\n{row.reader}: {row.fault}")
    for row in idle:
        if not row.fault:
            print(f"\nto let {row.reader} read files: --set 'sources.{row.reader}={{}}', or [sources.{row.reader}]")
    return 0


def _active(registry: Registry) -> Iterator[ReaderRow]:
    packages = {offer.name: offer.package for offer in offers(SOURCES)}
    for reader in registry.readers:
        yield _row(reader, packages, active=True)


def _idle(registry: Registry) -> Iterator[ReaderRow]:
    """Installed readers that the settings do not name, and readers that cannot be used, with the reason."""
    active = {reader.name for reader in registry.readers}
    installed = offers(SOURCES)
    packages = {offer.name: offer.package for offer in installed}
    for offer in installed:
        if offer.name in active and offer.name not in BUILT_IN_READERS:
            continue
        try:
            if offer.name in BUILT_IN_READERS:
                raise UsageError(
                    f"reader {offer.name!r} of package {offer.package} has the name of a built-in reader, which reads "
                    "instead; rename it"
                )
            offered(offer.name, installed)
            yield _row(find_reader(offer.name), packages, active=False)
        except UsageError as error:
            yield ReaderRow(offer.name, offer.package.name, offer.package.version, active=False, fault=str(error))


def _row(reader: Reader, packages: Mapping[str, Package], *, active: bool) -> ReaderRow:
    name = reader.name
    package = OWN if name in BUILT_IN_READERS else packages.get(name, Package())
    library = library_of(name) if name in BUILT_IN_READERS else None
    lacks = library is not None and documents_library(library) is None
    return ReaderRow(
        reader=name,
        package=package.name,
        version=package.version,
        active=active,
        options=tuple(field.name for field in dataclasses.fields(reader)),  # type: ignore[arg-type]
        what=_what(reader),
        fault=f"needs {library}, which the extra [documents] brings: {INSTALL}" if lacks else None,
    )


def _what(reader: Reader) -> str:
    """The first sentence of the class, without the word `Reads`."""
    first = " ".join((type(reader).__doc__ or "").split("\n\n")[0].split())
    sentence = first.partition(". ")[0].rstrip(".")
    return sentence.removeprefix("Reads ")


def _table(rows: list[ReaderRow]) -> None:
    from rich.table import Table

    from pipeline.cli.rich_console import Console

    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("reader", "package", "options", "reads"):
        table.add_column(head)
    for row in rows:
        package = f"{row.package or '–'} {row.version or ''}".strip()
        what = f"{row.what or ''}{' (cannot read yet, see below)' if row.fault else ''}".strip()
        table.add_row(row.reader, package, ", ".join(row.options) or "–", what)
    width = None if sys.stdout.isatty() else 200
    Console(sys.stdout, width=width).print(table)
