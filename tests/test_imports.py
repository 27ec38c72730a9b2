"""Whichever module of the package is imported first, it can be imported: there are no circular imports."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline"

MODULES = {
    ".".join(("pipeline", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

IMPORT_EACH = """
import gc, importlib, sys, traceback
from importlib.machinery import SourceFileLoader

gc.disable()  # what is dropped below would otherwise be looked through again and again
codes, get_code = {}, SourceFileLoader.get_code


def read_once(loader, name):
    if name not in codes:
        codes[name] = get_code(loader, name)
    return codes[name]


SourceFileLoader.get_code = read_once
failed = False
for name in sys.argv[1:]:
    for loaded in [each for each in sys.modules if each.partition(".")[0] == "pipeline"]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except BaseException:
        failed = True
        print(f"import {name}", file=sys.stderr)
        traceback.print_exc()
sys.exit(failed)
"""


def statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when a module is imported: not those of functions, nor those for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            for otherwise in child.orelse:
                yield from statements(otherwise)
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from statements(child)


def ancestors(name: str) -> set[str]:
    """The packages that a module is in."""
    parts = name.split(".")
    return {".".join(parts[:count]) for count in range(1, len(parts))}


def imported(name: str) -> set[str]:
    """The modules that a module imports, with the packages that they are in and it is not."""
    named: set[str] = set()
    for statement in statements(ast.parse(MODULES[name].read_text("utf-8"))):
        if isinstance(statement, ast.Import):
            named |= {alias.name for alias in statement.names}
        else:
            assert statement.level == 0, f"{name} has a relative import"
            module = statement.module or ""
            parts = {f"{module}.{alias.name}" for alias in statement.names}
            submodules = parts & MODULES.keys()
            named |= submodules if submodules == parts else {module, *submodules}
    named &= MODULES.keys()
    return named.union(*map(ancestors, named)) - ({*ancestors(name), name} - named)


def test_there_are_no_circular_imports() -> None:
    """Raises `CycleError` with the modules of the circle."""
    order = list(TopologicalSorter({name: imported(name) for name in MODULES}).static_order())
    assert set(order) == MODULES.keys()


@pytest.mark.soak
def test_each_module_imports_on_its_own() -> None:
    """One process imports all of them and forgets the package in between: an interpreter for each takes minutes."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH, *MODULES], capture_output=True, text=True, check=False, cwd=PACKAGE.parent
    )
    assert done.returncode == 0, done.stderr
