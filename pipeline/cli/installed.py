"""The built-in and installed stages, readers and exporters."""

import sys
from collections.abc import Iterator

from pipeline.config.plugins import SOURCES, offers
from pipeline.config.settings_reference import Parts
from pipeline.core.recipe import BUILT_IN, Step, step
from pipeline.errors import UsageError
from pipeline.exporters.exporter import Exporter
from pipeline.exporters.registry import exporter, exporter_names
from pipeline.readers import registry
from pipeline.readers.reader import Reader


def steps() -> Iterator[Step]:
    """Yields each stage that can run, and prints why others cannot."""
    installed = offers()
    for name in dict.fromkeys((*BUILT_IN, *(offer.name for offer in installed))):
        try:
            yield step(name, installed)
        except UsageError as error:
            print(f"pipeline: skipped: {error}", file=sys.stderr)


def readers() -> Iterator[Reader]:
    """Yields each reader that can be used, and prints why others cannot."""
    for name in dict.fromkeys((*registry.BUILT_IN_READERS, *(offer.name for offer in offers(SOURCES)))):
        try:
            yield registry.find_reader(name)
        except UsageError as error:
            print(f"pipeline: skipped: {error}", file=sys.stderr)


def exporters() -> Iterator[Exporter]:
    """Yields each exporter that can be used, and prints why others cannot."""
    for name in exporter_names():
        try:
            yield exporter(name)
        except UsageError as error:
            print(f"pipeline: skipped: {error}", file=sys.stderr)


def parts() -> Parts:
    """Everything that has its own settings."""
    return Parts(tuple(step.stage for step in steps()), tuple(readers()), tuple(exporters()))
