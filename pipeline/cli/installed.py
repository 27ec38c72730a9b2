"""The stages that are there to be named in a recipe: the built-in ones, and those of other packages."""

import sys
from collections.abc import Iterator

from pipeline.errors import UsageError
from pipeline.plugins import offers
from pipeline.recipe import BUILT_IN, Step, step


def steps() -> Iterator[Step]:
    """Each stage that can run; one that cannot is named on standard error, with the reason."""
    installed = offers()
    for name in dict.fromkeys((*BUILT_IN, *(offer.name for offer in installed))):
        try:
            yield step(name, installed)
        except UsageError as error:
            print(f"pipeline: left out: {error}", file=sys.stderr)
