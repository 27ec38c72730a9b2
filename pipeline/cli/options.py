"""Options that several verbs share."""

import argparse
import sys
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.processing import Pipeline
from pipeline.settings import Settings, load


def recipe_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--config` and `--stages`."""
    parser.add_argument(
        "--config", metavar="FILE", help="settings (pipeline.toml); ./pipeline.toml is not read by itself"
    )
    parser.add_argument("--stages", metavar="A,B", help="only these stages of the recipe, in its order")


def settings(options: argparse.Namespace) -> Settings:
    """The settings that the options name, or the defaults. Raises `UsageError`."""
    return load(options.config) if options.config else Settings()


def pipeline(options: argparse.Namespace, given: Settings) -> Pipeline:
    """The pipeline that options and settings ask for. Raises `UsageError`."""
    try:
        made = Pipeline(given.recipe, given.stages)
    except UsageError as error:
        raise UsageError(f"{options.config}: {error}" if options.config else str(error)) from None
    if options.stages is not None:
        made = made.only([name.strip() for name in options.stages.split(",") if name.strip()])
    return made


def write_bytes(data: bytes, target: str | None) -> None:
    """Writes to a file, or to standard output for none or `-`."""
    if target in {None, "-"}:
        sys.stdout.buffer.write(data)
    else:
        Path(str(target)).write_bytes(data)
