"""`pipeline readers new`: creates a small installable package with a reader and its tests."""

import argparse
from importlib.resources import files
from pathlib import Path

from pipeline.cli.new_package import (
    check_name,
    class_name,
    fill_templates,
    module_name,
    print_next_steps,
    read_templates,
    write_package,
)
from pipeline.config.plugins import SOURCES, offers
from pipeline.readers.registry import BUILT_IN_READERS
from pipeline.version import __version__

NEW_READER_EXAMPLES = """examples:
  pipeline readers new chat-log                create a reader of *.chat-log in ./chat-log
  pipeline readers new chat-log -o ../readers
"""
READER_TEMPLATE_IMPORTS = frozenset(
    {"Annotated", "ByteSource", "Claim", "ClassVar", "Input", "InputFile", "Iterator", "Meta", "Origin", "Path"}
    | {"ReaderError", "ReaderItem", "Record", "Registry", "Unreadable"}
)
"""Names that the templates import, which the class must not have."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = NEW_READER_EXAMPLES
    parser.add_argument("name", metavar="NAME", help="name of the reader: lowercase letters, digits and single hyphens")
    parser.add_argument(
        "-o", "--output", metavar="DIR", default=".", help="folder to create the package in (default: .)"
    )


def main(options: argparse.Namespace) -> int:
    """Creates the package and prints the next steps."""
    name = options.name
    check_name(name, "reader", "chat-log", BUILT_IN_READERS, offers(SOURCES), READER_TEMPLATE_IMPORTS)
    target = Path(options.output) / name
    written = reader_files(name)
    write_package(written, target)
    print_next_steps(
        target,
        written,
        example="reader",
        edited=(f"{module_name(name)}/__init__.py",),
        use=f"to use the reader, name it in pipeline.toml:\n\n  [sources.{name}]",
    )
    return 0


def reader_files(name: str) -> dict[str, str]:
    """The contents of the files of the package, by relative path with `/`."""
    values = {"name": name, "module": module_name(name), "class_name": class_name(name), "version": __version__}
    return fill_templates(dict(read_templates(files(__package__) / "template")), values)
