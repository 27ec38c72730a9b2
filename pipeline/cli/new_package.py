"""Creates a small installable package from templates: checks its name, fills them in, writes all or nothing."""

import builtins
import keyword
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from pipeline.config.plugins import Offer
from pipeline.config.validate import NAME
from pipeline.errors import UsageError

TEMPLATE_SUFFIX = ".template"
MAX_PLUGIN_NAME_CHARS = 40
"""Most characters of a name; longer names would make the generated lines too long."""


def module_name(name: str) -> str:
    """The module of a plugin.

    >>> module_name("lost-quotes")
    'lost_quotes'
    """
    return name.replace("-", "_")


def class_name(name: str) -> str:
    """The class of a plugin.

    >>> class_name("lost-quotes")
    'LostQuotes'
    """
    return "".join(part.capitalize() for part in name.split("-"))


def check_name(
    name: str, kind: str, example: str, built_in: Collection[str], offers: Collection[Offer], imports: Collection[str]
) -> None:
    """Raises `UsageError` if the name of a plugin is not valid or is taken, as plugin, package, module or class.

    `kind` is what it is, such as `stage`. `imports` are the names that the templates import.
    """
    module = module_name(name)
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a valid {kind} name; use lowercase letters, digits and single hyphens, starting with a "
            f"letter, such as {example}"
        )
    if len(name) > MAX_PLUGIN_NAME_CHARS:
        raise UsageError(f"{name!r} has {len(name)} characters; use at most {MAX_PLUGIN_NAME_CHARS}")
    if name in built_in:
        raise UsageError(f"{name!r} is a built-in {kind}; choose another name")
    for offer in offers:
        if offer.name == name:
            raise UsageError(
                f"{kind} {name!r} is already provided by {offer.package}; uninstall it or choose another name"
            )
    if _is_installed(name):
        raise UsageError(f"{name!r} is the name of an installed package; choose another name")
    if keyword.iskeyword(module):
        raise UsageError(f"{module!r} is a Python keyword; choose a longer name")
    if module in sys.stdlib_module_names:
        raise UsageError(f"{module!r} is a module of the standard library; choose a longer name")
    if module == "tests" or _is_importable(module):
        raise UsageError(f"module {module!r} already exists and would be hidden; choose another name")
    made = class_name(name)
    if made in imports or made in dir(builtins):
        raise UsageError(f"the class for {name!r} would be {made}, which is already taken; choose a longer name")


def read_templates(folder: Traversable, below: str = "") -> Iterator[tuple[str, str]]:
    """Yields the path and text of each template in a folder."""
    for entry in folder.iterdir():
        path = f"{below}{entry.name}"
        if entry.is_dir():
            yield from read_templates(entry, f"{path}/")
        elif path.endswith(TEMPLATE_SUFFIX):
            yield path, entry.read_text("utf-8")


def fill_templates(templates: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The contents of the files of a package, by relative path with `/`."""
    return {
        path.removesuffix(TEMPLATE_SUFFIX).replace("MODULE", values["module"]): Template(text).substitute(values)
        for path, text in sorted(templates.items())
    }


def write_package(contents: Mapping[str, str], target: Path) -> None:
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


def print_next_steps(
    target: Path,
    written: Iterable[str],
    *,
    example: str,
    edited: Iterable[str],
    further: Iterable[str] = (),
    use: str,
) -> None:
    """Prints what was created, and what to do next.

    `written` are the files, `example` is what the package holds, `edited` are the files to edit, `further` are commands
    to run after the tests, and `use` says how to use the plugin.
    """
    shown = shown_path(target)
    print(f"created {shown} with an example {example}:\n")
    for path in written:
        print(f"  {path}")
    print(f"\nnext, edit {' and '.join(edited)}, then run:\n")
    for command in (f"python -m pip install -e '{shown}[test]'", f"python -m pytest {shown}", *further):
        print(f"  {command}")
    print(f"\n{use}")


def shown_path(target: Path) -> str:
    """The path of a new package, as commands take it for a path and not for a name."""
    return str(target) if target.is_absolute() or ".." in target.parts else f"./{target}"


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
