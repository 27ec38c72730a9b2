"""`docs/run-folder.md` names every list of a run and every field in it."""

import json
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import regex
from msgspec import inspect

from docs.test_judging import structs
from pipeline.cli import main
from pipeline.runs.outcome import Failure, WorkerLoss
from pipeline.runs.output.output_folder import STATE_FILE
from pipeline.runs.run_log import LOG_FILES, SUMMARY_FILE, RunSummary
from pipeline.runs.unfinished import UNFINISHED_FILE

PAGE = (Path(__file__).parents[2] / "docs" / "run-folder.md").read_text("utf-8")
FILES, RUN, FAILURES, OTHERS = PAGE.split("\n## ")
LISTS = [(kind, FAILURES if kind is Failure else OTHERS) for kind in LOG_FILES]


def named(section: str) -> set[str]:
    """What a section of the page names in code style."""
    return set(regex.findall(r"`([\w.-]+)`", section))


@pytest.mark.parametrize(("written", "section"), [(RunSummary, RUN), *LISTS])
def test_every_field_is_documented(written: type[msgspec.Struct], section: str) -> None:
    fields = {field.encode_name for struct in structs(inspect.type_info(written)) for field in struct.fields}
    assert fields
    assert fields - named(section) == set()


def test_every_kind_of_failure_is_documented() -> None:
    assert {*get_args(WorkerLoss), "degraded", "edited"} - named(FAILURES) == set()


def test_every_file_is_documented() -> None:
    assert {SUMMARY_FILE, *LOG_FILES.values(), UNFINISHED_FILE, STATE_FILE} - named(FILES) == set()


@pytest.mark.usefixtures("run_in_process")
def test_run_json_has_the_fields_of_its_struct(tmp_path: Path) -> None:
    (tmp_path / "lamps.txt").write_text("The lamps are lit.\n", "utf-8")
    assert main(["run", str(tmp_path / "lamps.txt"), "-o", str(tmp_path / "out"), "-q"]) == 0
    written = (tmp_path / "out" / "_run" / "run.json").read_bytes()
    assert list(json.loads(written)) == list(RunSummary.__struct_fields__)
    assert msgspec.json.decode(written, type=RunSummary).figures.without_exchange == 1


@pytest.mark.usefixtures("run_in_process")
def test_figures_are_of_written_articles_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page says so, and names the command that covers the whole output."""
    (tmp_path / "lamps.txt").write_text("The lamps are lit.\n", "utf-8")
    command = ["run", str(tmp_path / "lamps.txt"), "-o", str(tmp_path / "out"), "-q"]
    assert main(command) == main(command) == 0
    written = (tmp_path / "out" / "_run" / "run.json").read_bytes()
    assert msgspec.json.decode(written, type=RunSummary).figures.without_exchange == 0
    assert main(["explain", str(tmp_path / "out"), "--doubtful"]) == 0
    assert "1 without an exchange" in capsys.readouterr().out
