"""Stages that other packages offer, through the entry-point group `bilingual_pipeline.stages`.

An offer is only looked at until a recipe names it: a package that is broken disturbs nobody who does not use it.
"""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, packages_distributions, version
from typing import cast

import msgspec

from pipeline import declaration
from pipeline.errors import UsageError
from pipeline.stage import Stage

GROUP = "bilingual_pipeline.stages"


class Package(msgspec.Struct, frozen=True):
    """An installed distribution, or neither name nor version where code belongs to none."""

    name: str | None = None
    version: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.name else "no package"


class Offer(msgspec.Struct, frozen=True):
    """A stage that a package offers: under which name, and the place of its class as `module:attribute`."""

    name: str
    package: Package
    value: str

    def load(self) -> Stage:
        """The stage with its default settings. Raises `UsageError`, which names package and stage."""
        try:
            made: object = EntryPoint(self.name, self.value, GROUP).load()
            stage = made() if isinstance(made, type) else made
        except (Exception, SystemExit) as error:
            raise self._unfit(f"cannot be loaded from {self.value!r}: {type(error).__name__}: {error}") from error
        for fault in declaration.faults(stage):
            raise self._unfit(fault)
        stage = cast("Stage", stage)
        if stage.name != self.name:
            raise self._unfit(f"calls itself {stage.name!r}; the entry point must have the same name")
        return stage

    def _unfit(self, fault: str) -> UsageError:
        return UsageError(f"stage {self.name!r} of package {self.package} {fault}")


def offers() -> tuple[Offer, ...]:
    """Every offer of an installed package, by name and package; nothing is imported."""
    return tuple(sorted(_offers(), key=lambda offer: (offer.name, str(offer.package), offer.value)))


def _offers() -> Iterator[Offer]:
    for point in entry_points(group=GROUP):
        package = Package(point.dist.name, point.dist.version) if point.dist else Package()
        yield Offer(point.name, package, point.value)


def offered(name: str, among: tuple[Offer, ...]) -> Offer | None:
    """The offer under `name`, or none. Raises `UsageError` where two packages offer that name."""
    found = [offer for offer in among if offer.name == name]
    if len(found) > 1:
        packages = " and ".join(f"{offer.package} ({offer.value})" for offer in found)
        raise UsageError(f"stage {name!r} is offered by {packages}; uninstall all but one")
    return found[0] if found else None


def package_of(stage: Stage) -> Package:
    """The installed package that the class of `stage` belongs to."""
    return _package(type(stage).__module__)


@cache
def _package(module: str) -> Package:
    # An editable install lists none of its modules, but it does list its entry points.
    owners = {offer.package.name for offer in _offers() if offer.value.partition(":")[0] == module}
    owners = owners or set(packages_distributions().get(module.partition(".")[0], ()))
    if len(owners) != 1:
        return Package()
    (name,) = owners
    try:
        return Package(name, version(name)) if name else Package()
    except PackageNotFoundError:
        return Package()
