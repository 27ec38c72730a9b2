"""The guides, templates and workflows name commands, files and groups that are there."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
GUIDES = ["CONTRIBUTING.md", "SECURITY.md", ".github/pull_request_template.md"]
YAML = [".pre-commit-config.yaml", *(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml"))]
WORKFLOW = (ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", [*GUIDES, ".github/workflows/tests.yml", "README.md"])
def test_every_make_target_that_is_named_exists(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert set(re.findall(r"(?:`|^\s*|run: )make ([a-z-]+)", text, re.MULTILINE)) <= TARGETS


@pytest.mark.parametrize("name", GUIDES)
def test_every_link_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text("utf-8"))
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_path_in_a_guide_exists(name: str) -> None:
    """Those with a placeholder, such as `<name>`, are left out; `_run/` is made by a run."""
    words = re.findall(r"`([\w./-]+)`", (ROOT / name).read_text("utf-8"))
    paths = [word for word in words if "/" in word and not word.startswith("_run/")]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", YAML)
def test_yaml_is_sound(name: str) -> None:
    assert yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_the_workflow_tests_folders_and_installs_groups_that_exist() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    assert set(re.findall(r"--group ([\w-]+)", WORKFLOW)) <= groups.keys()
    folders = re.findall(r"\btests/\w+", WORKFLOW)
    assert folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
    files = re.findall(r"--requirement (\S+)", WORKFLOW)
    assert [file for file in files if not (ROOT / file).is_file()] == []
