"""Options that several verbs share."""

import argparse
import sys
from collections.abc import Callable

from pipeline.config.settings import Layers, Limits, layers
from pipeline.core.pipeline import Pipeline
from pipeline.readers.registry import Registry, choice
from pipeline.storage import Place, Remote, place
from pipeline.storage.atomic import named, replace, replaceable
from pipeline.storage.links import inside


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--config`, `--set` and `--stages`."""
    add_config_options(parser)
    parser.add_argument("--stages", metavar="A,B", help="run only these stages of the recipe")


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--config` and `--set`."""
    parser.add_argument(
        "--config", metavar="FILE", help="read settings from this file; ./pipeline.toml is not read unless named"
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="overrides",
        help="override a setting, such as stages.words.longest=30 (repeatable)",
    )


def add_web_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--allow-private`."""
    parser.add_argument(
        "--allow-private",
        action="store_true",
        help="allow URLs that point to this machine or a private network",
    )


def integer_from(least: int) -> Callable[[str], int]:
    """What reads the value of an option that is a whole number, `least` or more."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not {'a positive integer' if least == 1 else f'an integer >= {least}'}"
            )
        return int(text)

    return number


def settings(options: argparse.Namespace) -> Layers:
    """The settings that the options name, or the defaults. Raises `UsageError`."""
    flags = [f"input.{name}=true" for name in ("allow_private", "follow_symlinks") if getattr(options, name, False)]
    return layers(options.config, [*options.overrides, *flags])


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Adds what says how an output is read back: `--config` and `--set` for its limits, and `--allow-private`."""
    add_config_options(parser)
    add_web_options(parser)


def limits(options: argparse.Namespace) -> Limits:
    """What an output that is read back may ask for: `[input.limits]`. Raises `UsageError`."""
    return settings(options).settings.input.limits


def output_place(said: str, options: argparse.Namespace) -> Place:
    """The output at a path or URL, which may be read as `[input]` says. Raises `UsageError`."""
    return place(said, settings(options).settings.input.access)


def pipeline(options: argparse.Namespace, said: Layers) -> Pipeline:
    """The pipeline that options and settings ask for. Raises `UsageError`."""
    with said.blamed():
        made = Pipeline.configured(said.settings)
    if options.stages is not None:
        made = made.only([name.strip() for name in options.stages.split(",") if name.strip()])
    return made


def readers(said: Layers) -> Registry:
    """The readers that the settings ask for. Raises `UsageError`."""
    with said.blamed():
        return choice(said.settings.sources, said.settings.input.format)


def write_bytes(data: bytes, target: str | None) -> None:
    """Writes to a file, which is there whole or not at all, or to standard output for none or `-`."""
    if target is None or target == "-":
        sys.stdout.buffer.write(data)
    else:
        write_to(place(target), data)


def write_to(target: Place, data: bytes) -> None:
    """Writes to a file or an object, which is there whole or not at all, or to a pipe."""
    if isinstance(target, Remote):
        target.write(data)
    elif replaceable(target):
        replace(named(target), data)
    else:
        target.write_bytes(data)


def write_below(folder: Place, name: str, data: bytes) -> None:
    """Writes a file or an object below a folder. Raises `UsageError` where a link in the folder leads elsewhere."""
    if isinstance(folder, Remote):
        (folder / name).write(data)
    else:
        replace(inside(folder, name), data)
