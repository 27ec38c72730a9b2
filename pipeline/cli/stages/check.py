"""`pipeline stages check`: runs the conformance tests on stages, and shows the smallest text for each failure."""

import argparse
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import TYPE_CHECKING, cast

from pipeline.config.plugins import offered, offers
from pipeline.core.recipe import BUILT_IN, step
from pipeline.errors import UsageError, did_you_mean
from pipeline.model.stage import Stage

if TYPE_CHECKING:
    from pipeline.testing import Broken, Case

CHECK_EXAMPLES = """examples:
  pipeline stages check ./lost-quotes              a folder with a package or with modules
  pipeline stages check lost_quotes                an importable module
  pipeline stages check lost_quotes:LostQuotes     one stage of that module
  pipeline stages check words                      an installed stage

cases.json next to the module is also checked. Exit codes: 0 all tests pass; 1 a test fails.
"""
CASES_FILE = "cases.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = CHECK_EXAMPLES
    parser.add_argument("module", metavar="MODULE", help="module, file, folder or name of a stage")
    parser.add_argument(
        "--examples", type=int, default=100, metavar="N", help="number of random texts per law (default: 100)"
    )


def main(options: argparse.Namespace) -> int:
    """Prints a line per law, then the failures. Returns 1 if there are any."""
    if importlib.util.find_spec("hypothesis") is None:
        raise UsageError("the conformance tests need hypothesis: pip install 'bilingual-pipeline[testing]'")
    if options.examples < 1:
        raise UsageError(f"--examples: '{options.examples}' is not a positive integer")
    from hypothesis import configuration

    # Hypothesis caches character tables in a folder, by default in the current one.
    with TemporaryDirectory() as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            faults = sum(_check(stage, beside, options.examples) for stage, beside in _stages(options.module))
        finally:
            configuration.set_hypothesis_home_dir(None)
    return 1 if faults else 0


def _check(stage: Stage, beside: Path, examples: int) -> int:
    """Prints each result, then the failures; returns their number."""
    from pipeline.testing import LAWS, Broken, cases
    from pipeline.testing.laws import prevents_other_checks, verdicts

    known = cases(beside) if beside.is_file() else ()
    name = getattr(stage, "name", type(stage).__name__)
    print(f"{name} ({type(stage).__module__}.{type(stage).__qualname__})", flush=True)
    failures: list[Broken] = []
    untried = list(LAWS)
    stopped = False
    for law, broken in verdicts(stage, examples=examples):
        untried.remove(law)
        _say("FAIL" if broken else "ok", law.name, broken.what if broken else law.meaning)
        if broken:
            failures.append(broken)
            stopped = prevents_other_checks(stage, law, broken)
    for law in untried:
        _say("-", law.name, "not tried")
    if known and stopped:
        _say("-", beside.name, "not tried")
    elif known:
        failed = list(_failed(stage, known))
        _say("FAIL" if failed else "ok", beside.name, f"{len(known)} cases")
        failures += failed
    for fault in failures:
        print(f"\n{fault}")
    print(f"\n{name}: {_counted(failures, known)}\n", flush=True)
    return len(failures)


def _say(verdict: str, name: str, what: str) -> None:
    print(f"  {verdict:4} {name:14} {what}", flush=True)


def _failed(stage: Stage, known: "tuple[Case, ...]") -> "Iterator[Broken]":
    from pipeline.testing import Broken

    for case in known:
        try:
            case.check(stage)
        except Broken as broken:
            yield broken


def _counted(failures: "list[Broken]", known: "tuple[Case, ...]") -> str:
    from pipeline.testing import LAWS

    if not failures:
        return f"all {len(LAWS)} laws hold" + (f", and all {len(known)} cases" if known else "")
    return f"{len(failures)} {'fault' if len(failures) == 1 else 'faults'}"


def _stages(named: str) -> Iterator[tuple[Stage, Path]]:
    """The stages to check, each with the path of its cases. Raises `UsageError`."""
    place, _, attribute = named.partition(":")
    installed = offers()
    if place in BUILT_IN or any(offer.name == place for offer in installed):
        offered(place, installed)
        stage = step(place, installed).stage
        yield stage, _cases_of(type(stage))
        return
    classes = [kind for module in _modules(place) for kind in _classes(module)]
    chosen = [kind for kind in classes if attribute in {"", kind.__name__}]
    if not chosen:
        known = [kind.__name__ for kind in classes]
        raise UsageError(
            f"{place} has no stage {attribute!r}{did_you_mean(attribute, known)}"
            if attribute
            else f"{place} has no stage: a frozen dataclass with 'name' and 'find'"
        )
    for kind in chosen:
        try:
            yield cast("Stage", kind()), _cases_of(kind)
        except TypeError as error:
            raise UsageError(
                f"{named}: {kind.__name__} cannot be created without arguments: {error}; give every setting a default"
            ) from None


def _modules(place: str) -> list[ModuleType]:
    """Imports the modules at a path, or the module with this name, also from the current folder."""
    from pipeline.testing.named import find_in

    path = Path(place)
    if path.suffix == ".py" or path.is_dir():
        if not path.exists():
            raise UsageError(f"{place} does not exist")
        root_of = {name: root for name, root in _below(path.resolve()).items() if not _is_taken(name, root)}
        if not root_of and not path.is_dir():
            raise UsageError(
                f"{place}: Python or a loaded package already uses the name {path.stem!r}; rename the file"
            )
        names = list(root_of)
    else:
        top, current_folder = place.partition(".")[0], Path.cwd()
        is_here = (current_folder / f"{top}.py").is_file() or (current_folder / top).is_dir()
        root_of = {top: str(current_folder)} if is_here and not _is_taken(top, str(current_folder)) else {}
        names = [place]
    find_in(root_of)
    return [_imported(name, place) for name in names]


def _is_taken(name: str, root: str) -> bool:
    """Whether Python or a loaded package has a module of this name, which one in `root` must not replace."""
    loaded = sys.modules.get(name)
    file = getattr(loaded, "__file__", None)
    is_this = file is not None and Path(file).resolve().is_relative_to(Path(root).resolve())
    return name in sys.stdlib_module_names or (loaded is not None and not is_this)


def _below(path: Path) -> dict[str, str]:
    """Maps module names to the folder to import them from, for a file, a package or a folder of packages."""
    if path.is_file():
        return {path.stem: str(path.parent)}
    if (path / "__init__.py").is_file():
        return {path.name: str(path.parent)}
    roots = [root for root in (path / "src", path) if root.is_dir()]
    root_of = {
        child.stem: str(root)
        for root in roots
        for child in sorted(root.iterdir())
        if child.suffix == ".py" or (child / "__init__.py").is_file()
    }
    others = {"tests", "setup", "conftest"}
    return {name: root for name, root in root_of.items() if name.isidentifier() and name not in others}


def _imported(name: str, named: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{named} cannot be imported: {type(error).__name__}: {error}") from error


def _classes(module: ModuleType) -> Iterator[type]:
    """The classes of a module or package that look like stages, even invalid ones."""
    for _, kind in inspect.getmembers(module, inspect.isclass):
        within = kind.__module__ == module.__name__ or kind.__module__.startswith(f"{module.__name__}.")
        if within and hasattr(kind, "name") and callable(getattr(kind, "find", None)):
            yield kind


def _cases_of(kind: type) -> Path:
    return Path(inspect.getfile(kind)).with_name(CASES_FILE)
