"""Options that several commands share, and the objects they configure."""

import argparse
import sys
from collections.abc import Callable

from pipeline.config.settings import Layers, Limits, layers
from pipeline.core.pipeline import Pipeline
from pipeline.readers.registry import Registry, select_readers
from pipeline.storage import AnyPath, RemotePath, as_path
from pipeline.storage.atomic import is_replaceable, resolve_target, write_atomic
from pipeline.storage.links import path_inside


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
    """Returns a parser for an option that takes an integer of `least` or more."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not {'a positive integer' if least == 1 else f'an integer >= {least}'}"
            )
        return int(text)

    return number


def settings(options: argparse.Namespace) -> Layers:
    """The settings from the options. Raises `UsageError`."""
    flags = [f"input.{name}=true" for name in ("allow_private", "follow_symlinks") if getattr(options, name, False)]
    return layers(options.config, [*options.overrides, *flags])


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options for reading an output: `--config`, `--set` and `--allow-private`."""
    add_config_options(parser)
    add_web_options(parser)


def limits(options: argparse.Namespace) -> Limits:
    """The limits for reading an output, `[input.limits]`. Raises `UsageError`."""
    return settings(options).settings.input.limits


def output_place(path: str, options: argparse.Namespace) -> AnyPath:
    """The output at a path or URL. Raises `UsageError` if `[input]` does not allow to read it."""
    return as_path(path, settings(options).settings.input.access)


def pipeline(options: argparse.Namespace, settings_layers: Layers) -> Pipeline:
    """The pipeline for these options and settings. Raises `UsageError`."""
    with settings_layers.naming_source():
        made = Pipeline.configured(settings_layers.settings)
    if options.stages is not None:
        made = made.only([name.strip() for name in options.stages.split(",") if name.strip()])
    return made


def readers(settings_layers: Layers) -> Registry:
    """The readers for these settings. Raises `UsageError`."""
    with settings_layers.naming_source():
        return select_readers(settings_layers.settings.sources, settings_layers.settings.input.format)


def write_bytes(data: bytes, target: str | None) -> None:
    """Writes to a file, completely or not at all, or to standard output if the target is `None` or `-`."""
    if target is None or target == "-":
        sys.stdout.buffer.write(data)
    else:
        write_to(as_path(target), data)


def write_to(target: AnyPath, data: bytes) -> None:
    """Writes to a file or an object, completely or not at all, or to a pipe."""
    if isinstance(target, RemotePath):
        target.write(data)
    elif is_replaceable(target):
        write_atomic(resolve_target(target), data)
    else:
        target.write_bytes(data)


def write_below(folder: AnyPath, name: str, data: bytes) -> None:
    """Writes a file or an object in a folder. Raises `UsageError` if a link would lead out of the folder."""
    if isinstance(folder, RemotePath):
        (folder / name).write(data)
    else:
        write_atomic(path_inside(folder, name), data)
