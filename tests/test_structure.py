"""The layout of the package: imports point downwards, modules have good names, and nothing heavy loads early."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline"

FLOORS = (
    {"errors", "version"},
    {"lexicon"},
    {"text"},
    {"model"},
    {"storage"},
    {"segmentation"},
    {"config"},
    {"stages"},
    {"readers"},
    {"exporters"},
    {"core"},
    {"audit"},
    {"runs", "testing"},
    {"cli"},
    {"__main__", "__init__"},
)
"""Lowest first. A module may import from lower floors, and from its own package."""

BANNED = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def floor(room: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if room in rooms)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The rooms of this package that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "pipeline":
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("pipeline.")}
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    here = room(path)
    above = {name for name in imported(path) - {here} if floor(name) >= floor(here)}
    assert not above, f"{here} (floor {floor(here)}) imports from its own floor or above: {above}"


def test_every_module_stands_on_a_floor() -> None:
    assert {room(path) for path in modules()} == set().union(*FLOORS)


def test_modules_are_named_for_what_lives_there() -> None:
    assert not {path.stem for path in modules()} & BANNED


def test_modules_stay_small() -> None:
    assert not [path.name for path in modules() if len(path.read_text("utf-8").splitlines()) > 500]
