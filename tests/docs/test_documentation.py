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
from docs.page_commands import WAYS, run_command

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DOCS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
CONTRACT = DOCS["contract.md"]
TOUR = {"README.md": README} | {name: DOCS[name] for name in ("command-line.md", "settings.md", "stages.md")}
"""Pages whose commands are run one after the other, in a folder with `raw/`."""


def blocks(text: str, kind: str) -> list[str]:
    """The fenced code blocks of one kind, in order."""
    return regex.findall(rf"^```{kind}\n(.*?)^```", text, regex.DOTALL | regex.MULTILINE)


def shape(printed: str) -> str:
    """What was printed without its numbers, which change with every improvement, and without the width of columns."""
    lines = (regex.sub(r"\s*\d[\d,.]*", " N", line).strip() for line in printed.strip().splitlines())
    # Only a run that takes long says how long, and on a busy machine any does.
    kept = (line for line in lines if not regex.search(r"N s with N workers", line))
    return "\n".join(regex.sub(r" {2,}", "  ", line) for line in kept)


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """How to run the commands of a page."""
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, way: str) -> Path:
    """A folder like the repository's root, in which the documentation's commands may write."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(ROOT / "raw", folder / "raw")
    return folder


@pytest.fixture(scope="module")
def sessions(workplace: Path, way: str) -> dict[str, list[tuple[str, str, str]]]:
    """Every console command of each page: the command, what the page shows, what it printed."""
    done: dict[str, list[tuple[str, str, str]]] = {}
    for page, text in TOUR.items():
        if page == "command-line.md":
            shutil.rmtree(workplace / "output")  # this page begins with the first run again
        done[page] = []
        for block in blocks(text, "console"):
            for session in regex.split(r"^\$ ", block, flags=regex.MULTILINE)[1:]:
                command, _, shown = session.partition("\n")
                finished = run_command(command, workplace, way)
                assert finished.code == 0, f"{page}: {command}\n{finished.err}"
                done[page].append((command, shown, finished.out))
    return done


@pytest.mark.parametrize("page", TOUR)
def test_commands_print_what_the_page_shows(page: str, sessions: dict[str, list[tuple[str, str, str]]]) -> None:
    assert sessions[page]
    for command, shown, printed in sessions[page]:
        assert shape(printed) == shape(shown), command


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("page", ["README.md", "python.md"])
def test_the_python_of_a_page_runs_in_order(page: str, workplace: Path) -> None:
    text = README if page == "README.md" else DOCS[page]
    code = "\n".join(blocks(text, "python"))
    ran = subprocess.run([sys.executable, "-c", code], cwd=workplace, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    if page == "python.md":
        for line in blocks(text, "text")[-1].splitlines():
            assert line in ran.stdout


def test_the_example_of_the_readme_is_what_the_pipeline_gives() -> None:
    source, example = blocks(README, "text")[0], blocks(README, "jsonc")[0]
    want = json.loads(regex.sub(r"(?m)\s+//.*$", "", example))
    import msgspec

    got = json.loads(msgspec.json.encode(pipeline.process(source, id=want["id"])))
    for key in set(want) - {"provenance"}:
        assert got[key] == want[key], key
    (shown,) = want["provenance"]["changes"]
    assert any(
        shown["stage"] == each["stage"] and shown["edits"][0] in each["edits"] for each in got["provenance"]["changes"]
    )


def test_the_readme_is_short_and_names_only_targets_of_make_that_exist() -> None:
    assert len(README.splitlines()) <= 150
    makefile = (ROOT / "Makefile").read_text("utf-8")
    pages = [README, DOCS["development.md"]]
    targets = {target for text in pages for target in regex.findall(r"(?:^|`)make (\w+)", text, regex.MULTILINE)}
    assert "run" in targets
    assert targets <= set(regex.findall(r"^(\w+):", makefile, regex.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", *DOCS])
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    folder, text = (ROOT, README) if page == "README.md" else (ROOT / "docs", DOCS[page])
    text = regex.sub(r"^```.*?^```", "", text, flags=regex.DOTALL | regex.MULTILINE)
    for file, anchor in regex.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
        target = folder / file if file else folder / page
        assert target.exists(), file
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{file}#{anchor}"


def anchors(text: str) -> set[str]:
    """The names under which the headings of a page can be linked to."""
    headings = (line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    return {regex.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


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


def test_the_command_line_page_names_every_command_and_no_other() -> None:
    from pipeline.cli import COMMANDS

    named = set(regex.findall(r"^\| `pipeline (\w+)", DOCS["command-line.md"], regex.MULTILINE))
    assert named == set(COMMANDS)


def test_the_reader_and_the_sink_of_the_how_to_do_what_it_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "write-a-reader.md").read_text("utf-8")
    code = "\n".join(blocks(page, "python"))
    environment = {**os.environ, "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
