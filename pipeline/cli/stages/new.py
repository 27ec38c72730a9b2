"""`pipeline stages new`: creates a small installable package with a stage, its cases and its tests."""

import argparse
import builtins
import json
import keyword
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

import msgspec

from pipeline.config.plugins import offers
from pipeline.config.validate import NAME
from pipeline.core.recipe import BUILT_IN
from pipeline.errors import UsageError
from pipeline.version import __version__

NEW_EXAMPLES = """examples:
  pipeline stages new lost-quotes                 create a repair in ./lost-quotes
  pipeline stages new years --kind finder         create a finder, which labels spans of text
  pipeline stages new asked --kind filter -o ../stages
"""

RECIPE_POSITIONS = {"repair": "punctuation", "finder": None, "filter": "languages"}
"""The kinds of stages, and the built-in stage before which the example of that kind runs."""

TEMPLATE_SUFFIX = ".template"
MAX_STAGE_NAME_CHARS = 40
"""Most characters of a stage name; longer names would make the generated lines too long."""

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
        return self.name.replace("-", "_")

    @property
    def class_name(self) -> str:
        """`LostQuotes` for `lost-quotes`."""
        return "".join(part.capitalize() for part in self.name.split("-"))

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
    write(written, target)
    shown = target if target.is_absolute() or ".." in target.parts else f"./{target}"
    print(f"created {shown} with an example {package.kind}:\n")
    for path in written:
        print(f"  {path}")
    print(f"\nnext, edit {package.module}/__init__.py and {package.module}/cases.json, then run:\n")
    print(f"  python -m pip install -e '{shown}[test]'")
    print(f"  python -m pytest {shown}")
    print(f"  pipeline stages check {shown}")
    print(f"\nto use the stage, add it to the recipe in pipeline.toml:\n\n  {package.recipe}")
    return 0


def check(package: StagePackage) -> None:
    """Raises `UsageError` if the name is not valid or is taken, as stage, module or class."""
    name, module = package.name, package.module
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a valid stage name; use lowercase letters, digits and single hyphens, starting with a "
            "letter, such as lost-quotes"
        )
    if len(name) > MAX_STAGE_NAME_CHARS:
        raise UsageError(f"{name!r} has {len(name)} characters; use at most {MAX_STAGE_NAME_CHARS}")
    if name in BUILT_IN:
        raise UsageError(f"{name!r} is a built-in stage; choose another name")
    for offer in offers():
        if offer.name == name:
            raise UsageError(
                f"stage {name!r} is already provided by {offer.package}; uninstall it or choose another name"
            )
    if _is_installed(name):
        raise UsageError(f"{name!r} is the name of an installed package; choose another name")
    if keyword.iskeyword(module):
        raise UsageError(f"{module!r} is a Python keyword; choose a longer name")
    if module in sys.stdlib_module_names:
        raise UsageError(f"{module!r} is a module of the standard library; choose a longer name")
    if module == "tests" or _is_importable(module):
        raise UsageError(f"module {module!r} already exists and would be hidden; choose another name")
    taken = package.class_name in TEMPLATE_IMPORTS or package.class_name in dir(builtins)
    if taken:
        raise UsageError(
            f"the class for {name!r} would be {package.class_name}, which is already taken; choose a longer name"
        )


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
    templates = {**dict(_templates(root / "every")), **dict(_templates(root / package.kind))}
    del templates[f"about.md{TEMPLATE_SUFFIX}"]
    return {
        path.removesuffix(TEMPLATE_SUFFIX).replace("MODULE", package.module): Template(text).substitute(values)
        for path, text in sorted(templates.items())
    }


def write(contents: dict[str, str], target: Path) -> None:
    """Writes the files to the folder `target`, all or none. Raises `UsageError`."""
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent} is not a folder; create it first, or choose another with -o")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} already exists; choose another name, or another folder with -o")
    try:
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as beside:
            made = Path(beside) / target.name
            for path, text in contents.items():
                file = made / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
            if target.exists():
                target.rmdir()
            made.rename(target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None


def _templates(folder: Traversable, below: str = "") -> Iterator[tuple[str, str]]:
    """Yields the path and text of each template in a folder."""
    for entry in folder.iterdir():
        path = f"{below}{entry.name}"
        if entry.is_dir():
            yield from _templates(entry, f"{path}/")
        elif path.endswith(TEMPLATE_SUFFIX):
            yield path, entry.read_text("utf-8")


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _is_importable(module: str) -> bool:
    spec = find_spec(module)
    # Any folder on the path can be imported as a namespace package, which has no origin.
    return spec is not None and spec.origin is not None
