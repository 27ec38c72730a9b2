"""`pipeline readers new`: a package whose tests pass at once, or a refusal that says what to do."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from installed import InstalledPackages

from pipeline.cli import main
from pipeline.cli.readers.new import READER_TEMPLATE_IMPORTS, reader_files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the command is called."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_the_tests_of_a_new_package_pass_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["readers", "new", "night-log"]) == 0
    assert "python -m pip install -e './night-log[test]'" in capsys.readouterr().out
    done = run(here, "pytest", "-q", "-p", "no:cacheprovider", "night-log")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["k", "night-log", "k" * 40])
def test_the_code_of_a_new_package_is_in_the_style_of_this_project(here: Path, name: str) -> None:
    assert main(["readers", "new", name]) == 0
    for check in (["format", "--check"], ["check", "--config", str(ROOT / "pyproject.toml")]):
        done = run(here / name, "ruff", *check, "--no-cache", ".")
        assert done.returncode == 0, done.stdout


def test_a_new_reader_is_an_entry_point_under_its_name(here: Path) -> None:
    assert main(["readers", "new", "night-log"]) == 0
    manifest = tomllib.loads((here / "night-log" / "pyproject.toml").read_text("utf-8"))
    assert manifest["project"]["entry-points"]["bilingual_pipeline.sources"] == {"night-log": "night_log:NightLog"}


def test_all_that_the_templates_import_is_refused_as_a_class(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported = {
        alias.name
        for path, text in reader_files("night-log").items()
        if path.endswith(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module != "night_log"
        for alias in node.names
    }
    classes = {name for name in imported if name[0].isupper()}
    assert classes <= READER_TEMPLATE_IMPORTS
    assert main(["readers", "new", "record"]) == 2
    assert "the class for 'record' would be Record, which is already taken" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Night", "'Night' is not a valid reader name"),
        ("pdf", "'pdf' is a built-in reader; choose another name"),
        ("json", "'json' is a built-in reader"),
        ("email", "'email' is a module of the standard library"),
        ("k" * 41, "has 41 characters; use at most 40"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    assert main(["readers", "new", name]) == 2
    assert message in capsys.readouterr().err
    assert not list(here.iterdir())


def test_the_name_of_an_installed_reader_is_refused(
    here: Path, packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.reader("logbook")
    assert main(["readers", "new", "logbook"]) == 2
    assert "reader 'logbook' is already provided by" in capsys.readouterr().err
