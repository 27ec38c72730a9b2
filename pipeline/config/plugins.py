"""Find the stages, readers and exporters of other packages, through three groups of entry points.

A plugin is imported only if the settings name it, so a broken package has no effect unless it is used.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, packages_distributions, version
from typing import cast

import msgspec

from pipeline.config import validate
from pipeline.errors import UsageError
from pipeline.model.stage import Stage

STAGES = "bilingual_pipeline.stages"
SOURCES = "bilingual_pipeline.sources"
SINKS = "bilingual_pipeline.sinks"
KINDS = {STAGES: "stage", SOURCES: "reader", SINKS: "exporter"}
"""What messages call a plugin of each group."""


class Package(msgspec.Struct, frozen=True):
    """Name and version of an installed distribution; both are None for code that belongs to none."""

    name: str | None = None
    version: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.name else "no package"


class Offer(msgspec.Struct, frozen=True):
    """A plugin of a package: its name, and the place of its class as `module:attribute`."""

    name: str
    package: Package
    value: str
    group: str = STAGES

    def load(self) -> Stage:
        """Import the stage, with its default options. Raises `UsageError`, which names package and stage."""
        return cast("Stage", self.made(validate.faults))

    def made(self, faults: Callable[[object], Iterator[str]]) -> object:
        """Import the stage, reader or exporter, with its default options. `faults` yields what is wrong with it.

        Raises `UsageError`, which names the package, for the first fault or if the import fails.
        """
        try:
            loaded: object = EntryPoint(self.name, self.value, self.group).load()
            made = loaded() if isinstance(loaded, type) else loaded
        except (Exception, SystemExit) as error:
            raise self._unfit(f"cannot be loaded from {self.value!r}: {type(error).__name__}: {error}") from error
        for fault in faults(made):
            raise self._unfit(fault)
        name = getattr(made, "name", None)
        if name != self.name:
            raise self._unfit(f"is named {name!r}; the entry point must have the same name")
        return made

    def _unfit(self, fault: str) -> UsageError:
        return UsageError(f"{KINDS[self.group]} {self.name!r} of package {self.package} {fault}")


def offers(group: str = STAGES) -> tuple[Offer, ...]:
    """All plugins of a group, sorted by name and package. Nothing is imported."""
    return tuple(sorted(_offers(group), key=lambda offer: (offer.name, str(offer.package), offer.value)))


def _offers(group: str) -> Iterator[Offer]:
    for point in entry_points(group=group):
        package = Package(point.dist.name, point.dist.version) if point.dist else Package()
        yield Offer(point.name, package, point.value, group)


def offered(name: str, among: tuple[Offer, ...]) -> Offer | None:
    """The plugin of this name, or None. Raises `UsageError` if two packages have one of this name."""
    matching = [offer for offer in among if offer.name == name]
    if len(matching) > 1:
        packages = " and ".join(f"{offer.package} ({offer.value})" for offer in matching)
        raise UsageError(f"{KINDS[matching[0].group]} {name!r} is offered by {packages}; uninstall all but one")
    return matching[0] if matching else None


def package_of(stage: Stage) -> Package:
    """The installed package that the class of `stage` belongs to."""
    return _package(type(stage).__module__)


@cache
def _distributions(_path: tuple[str, ...]) -> Mapping[str, list[str]]:
    """The installed packages of each top-level module. Reads the metadata of all packages on `sys.path`, once."""
    return packages_distributions()


@cache
def _package(module: str) -> Package:
    # An editable install lists none of its modules, but it does list its entry points.
    owners = {offer.package.name for offer in _offers(STAGES) if offer.value.partition(":")[0] == module}
    owners = owners or set(_distributions(tuple(sys.path)).get(module.partition(".")[0], ()))
    if len(owners) != 1:
        return Package()
    (name,) = owners
    try:
        return Package(name, version(name)) if name else Package()
    except PackageNotFoundError:
        return Package()
