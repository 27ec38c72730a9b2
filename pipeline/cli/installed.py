"""What is there to be named in settings: the built-in stages, readers and sinks, and those of other packages."""

import sys
from collections.abc import Iterator

from pipeline.config.plugins import SOURCES, offers
from pipeline.config.settings_reference import Parts
from pipeline.core.recipe import BUILT_IN, Step, step
from pipeline.errors import UsageError
from pipeline.export.exporter import Exporter
from pipeline.export.registry import exporter, exporter_names
from pipeline.readers import registry
from pipeline.readers.reader import Reader


def steps() -> Iterator[Step]:
    """Each stage that can run; one that cannot is named on standard error, with the reason."""
    installed = offers()
    for name in dict.fromkeys((*BUILT_IN, *(offer.name for offer in installed))):
        try:
            yield step(name, installed)
        except UsageError as error:
            print(f"pipeline: skipped: {error}", file=sys.stderr)


def readers() -> Iterator[Reader]:
    """Each reader that can take part; one that cannot is named on standard error, with the reason."""
    for name in dict.fromkeys((*registry.BUILT_IN, *(offer.name for offer in offers(SOURCES)))):
        try:
            yield registry.reader(name)
        except UsageError as error:
            print(f"pipeline: skipped: {error}", file=sys.stderr)


def exporters() -> Iterator[Exporter]:
    """Each sink that can write; one that cannot is named on standard error, with the reason."""
    for name in exporter_names():
        try:
            yield exporter(name)
        except UsageError as error:
            print(f"pipeline: skipped: {error}", file=sys.stderr)


def parts() -> Parts:
    """All that has settings of its own."""
    return Parts(tuple(step.stage for step in steps()), tuple(readers()), tuple(exporters()))
