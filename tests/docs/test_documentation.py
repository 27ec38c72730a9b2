"""What the documentation shows is executed: commands with what they print, Python, the restore of a stranger."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import regex

import pipeline

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CONTRACT = (ROOT / "docs" / "contract.md").read_text("utf-8")


def blocks(text: str, kind: str) -> list[str]:
    """The fenced code blocks of one kind, in order."""
    return regex.findall(rf"^```{kind}\n(.*?)^```", text, regex.DOTALL | regex.MULTILINE)


def shape(printed: str) -> str:
    """What was printed without its numbers, which change with every improvement, and without the width of columns."""
    lines = (regex.sub(r"\s*\d[\d,.]*", " N", line).strip() for line in printed.strip().splitlines())
    # Only a run that takes long says how long, and on a busy machine any does.
    kept = (line for line in lines if not regex.search(r"N s with N workers", line))
    return "\n".join(regex.sub(r" {2,}", "  ", line) for line in kept)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the repository's root, in which the documentation's commands may write."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(ROOT / "raw", folder / "raw")
    return folder


@pytest.fixture(scope="module")
def sessions(workplace: Path) -> list[tuple[str, str, str]]:
    """Every console command of the README: the command, what the README shows, what it printed."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    (workplace / "build").mkdir()
    done = []
    for block in blocks(README, "console"):
        for session in regex.split(r"^\$ ", block, flags=regex.MULTILINE)[1:]:
            command, _, shown = session.partition("\n")
            ran = subprocess.run(
                ["bash", "-c", command], cwd=workplace, env=environment, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, f"{command}\n{ran.stderr}"
            done.append((command, shown, ran.stdout))
    return done


def test_commands_of_the_readme_print_what_it_shows(sessions: list[tuple[str, str, str]]) -> None:
    assert sessions
    for command, shown, printed in sessions:
        assert shape(printed) == shape(shown), command


@pytest.mark.usefixtures("sessions")
def test_python_of_the_readme_runs_in_order(workplace: Path) -> None:
    code = "\n".join(blocks(README, "python"))
    ran = subprocess.run([sys.executable, "-c", code], cwd=workplace, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for line in blocks(README, "text")[-1].splitlines():
        assert line in ran.stdout


def test_a_stranger_restores_with_the_code_of_the_contract() -> None:
    namespace: dict[str, Any] = {}
    for block in blocks(CONTRACT, "python"):
        exec(block, namespace)
    restore: Callable[[dict[str, Any]], bytes] = namespace["restore"]
    files = [path for path in (ROOT / "output").rglob("*.json") if "_run" not in path.parts]
    assert files
    for path in files:
        article = json.loads(path.read_text("utf-8"))
        origin = ROOT / "raw" / article["provenance"]["source"]["origin"]["path"]
        assert restore(article) == origin.read_bytes(), path.name


def test_the_example_of_the_contract_is_what_the_pipeline_gives() -> None:
    source, example = blocks(CONTRACT, "text")[0], blocks(CONTRACT, "jsonc")[0]
    want = json.loads(regex.sub(r"(?m)\s+//.*$", "", example))
    import msgspec

    got = json.loads(msgspec.json.encode(pipeline.process(source, id=want["id"])))
    for key in set(want) - {"segments", "provenance", "text"}:
        assert got[key] == want[key], key
    assert got["text"].startswith(want["text"].rstrip("…"))
    for segment in want["segments"]:
        assert segment in got["segments"]


def test_every_command_of_the_readme_exists() -> None:
    from pipeline.cli import COMMANDS

    named = set(regex.findall(r"^\| `pipeline (\w+)", README, regex.MULTILINE))
    assert named == set(COMMANDS)


def test_the_reader_and_the_sink_of_the_how_to_do_what_it_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "write-a-reader.md").read_text("utf-8")
    code = "\n".join(blocks(page, "python"))
    environment = {**os.environ, "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
