"""`pipeline stages new`: creates a small installable package with a stage, its cases and its tests."""

import argparse
import json
from importlib.resources import files
from pathlib import Path
from string import Template

import msgspec

from pipeline.cli.new_package import (
    TEMPLATE_SUFFIX,
    check_name,
    class_name,
    fill_templates,
    module_name,
    print_next_steps,
    read_templates,
    shown_path,
    write_package,
)
from pipeline.config.plugins import offers
from pipeline.core.recipe import BUILT_IN
from pipeline.version import __version__

NEW_EXAMPLES = """examples:
  pipeline stages new lost-quotes                 create a repair in ./lost-quotes
  pipeline stages new years --kind finder         create a finder, which labels spans of text
  pipeline stages new asked --kind filter -o ../stages
"""

RECIPE_POSITIONS = {"repair": "punctuation", "finder": None, "filter": "languages"}
"""The kinds of stages, and the built-in stage before which the example of that kind runs."""

TEMPLATE_IMPORTS = frozenset(
    {"Annotated", "Case", "ClassVar", "Document", "Edit", "Finding", "Iterator", "Label", "Law", "Path", "Reject"}
    | {"Rule"}
)
"""Names that the templates import, which the class must not have."""


class StagePackage(msgspec.Struct, frozen=True):
    """The values for the templates."""

    name: str
    kind: str

    @property
    def module(self) -> str:
        """`lost_quotes` for `lost-quotes`."""
        return module_name(self.name)

    @property
    def class_name(self) -> str:
        """`LostQuotes` for `lost-quotes`."""
        return class_name(self.name)

    @property
    def recipe(self) -> str:
        """The built-in recipe with the new stage, as a line of TOML."""
        names, before = list(BUILT_IN), RECIPE_POSITIONS[self.kind]
        names.insert(names.index(before) if before else len(names), self.name)
        # A list of strings is the same in TOML and JSON.
        return f"recipe = {json.dumps(names)}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = NEW_EXAMPLES
    parser.add_argument("name", metavar="NAME", help="name of the stage: lowercase letters, digits and single hyphens")
    parser.add_argument(
        "--kind",
        choices=RECIPE_POSITIONS,
        default="repair",
        help="repair: edit the text (default); finder: label spans; filter: reject documents",
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", default=".", help="folder to create the package in (default: .)"
    )


def main(options: argparse.Namespace) -> int:
    """Creates the package and prints the next steps."""
    package = StagePackage(options.name, options.kind)
    check(package)
    target = Path(options.output) / package.name
    written = rendered(package)
    write_package(written, target)
    print_next_steps(
        target,
        written,
        example=package.kind,
        edited=(f"{package.module}/__init__.py", f"{package.module}/cases.json"),
        further=(f"pipeline stages check {shown_path(target)}",),
        use=f"to use the stage, add it to the recipe in pipeline.toml:\n\n  {package.recipe}",
    )
    return 0


def check(package: StagePackage) -> None:
    """Raises `UsageError` if the name is not valid or is taken, as stage, module or class."""
    check_name(package.name, "stage", "lost-quotes", BUILT_IN, offers(), TEMPLATE_IMPORTS)


def rendered(package: StagePackage) -> dict[str, str]:
    """The contents of the files of the package, by relative path with `/`."""
    root = files(__package__) / "template"
    values = {
        "name": package.name,
        "module": package.module,
        "class_name": package.class_name,
        "recipe": package.recipe,
        "version": __version__,
    }
    about = Template((root / package.kind / f"about.md{TEMPLATE_SUFFIX}").read_text("utf-8")).substitute(values).strip()
    # The first line is also the description of the package.
    values |= {"about": about, "what": about.partition("\n")[0]}
    templates = {**dict(read_templates(root / "every")), **dict(read_templates(root / package.kind))}
    del templates[f"about.md{TEMPLATE_SUFFIX}"]
    return fill_templates(templates, values)
