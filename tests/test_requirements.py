"""The pinned requirements are what `pyproject.toml` asks for, and a run installs nothing that only tests need."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
OWN = PROJECT["project"]["name"]
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
GROUPS: dict[str, list[Any]] = PROJECT["dependency-groups"]
EDITABLE = ["editables", *PROJECT["build-system"]["requires"]]
"""What `pip install --no-build-isolation --editable .` needs."""


def pins(name: str) -> dict[str, Requirement]:
    """The pinned packages of a requirements file, without those of a file that it includes."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


RUN = pins("requirements.txt")
DEV = pins("requirements-dev.txt")


def group(name: str) -> Iterator[str]:
    """The requirements of a dependency group and of the groups in it."""
    for item in GROUPS[name]:
        if isinstance(item, dict):
            yield from group(item["include-group"])
        else:
            yield item


def expanded(items: Iterable[str]) -> Iterator[Requirement]:
    """The requirements that apply here, with what stands for extras of this package replaced by those."""
    for item in items:
        requirement = Requirement(item)
        if canonicalize_name(requirement.name) == OWN:
            for extra in sorted(requirement.extras):
                yield from expanded(EXTRAS[extra])
        elif requirement.marker is None or requirement.marker.evaluate():
            yield requirement


def closure(asked: Iterable[Requirement]) -> set[str]:
    """The names of packages and all that they need in turn, as the installed ones say."""
    seen: set[tuple[str, str]] = set()
    pending = [(requirement.name, extra) for requirement in asked for extra in ("", *requirement.extras)]
    while pending:
        name, extra = pending.pop()
        name = canonicalize_name(name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                pending += [(needed.name, inner) for inner in ("", *needed.extras)]
    return {name for name, _ in seen}


RUNTIME = [*expanded(PROJECT["project"]["dependencies"]), *expanded(EDITABLE)]
DEVELOPMENT = list({str(x): x for x in expanded([*group("dev"), *(f"{OWN}[{extra}]" for extra in EXTRAS)])}.values())


@pytest.mark.parametrize("requirement", RUNTIME, ids=str)
def test_what_running_needs_is_pinned(requirement: Requirement) -> None:
    pin = RUN[canonicalize_name(requirement.name)]
    (version,) = pin.specifier
    assert requirement.specifier.contains(version.version)


@pytest.mark.parametrize("requirement", DEVELOPMENT, ids=str)
def test_what_development_needs_is_pinned(requirement: Requirement) -> None:
    pin = {**DEV, **RUN}[canonicalize_name(requirement.name)]
    (version,) = pin.specifier
    assert requirement.specifier.contains(version.version)


def test_a_run_installs_nothing_that_only_tests_need() -> None:
    assert {name for name, pin in RUN.items() if pin.marker is None} <= closure(RUNTIME)


def test_what_running_needs_in_turn_is_pinned_too() -> None:
    assert closure(RUNTIME) <= set(RUN)


def test_what_development_needs_in_turn_is_pinned_too() -> None:
    assert closure(DEVELOPMENT) <= set(RUN) | set(DEV)


def test_no_package_is_pinned_twice() -> None:
    assert not set(RUN) & set(DEV)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_line_is_one_exact_version_and_names_no_host(name: str) -> None:
    for line in (ROOT / name).read_text("utf-8").splitlines():
        assert re.fullmatch(r'#.*|-r requirements\.txt|[\w.-]+==[\w.]+(; python_version < "[\d.]+")?', line), line


def test_the_first_line_includes_what_running_needs() -> None:
    assert "-r requirements.txt" in (ROOT / "requirements-dev.txt").read_text("utf-8").splitlines()
