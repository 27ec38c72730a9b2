"""The command: its subcommands, help and exit codes."""

import os
import subprocess
import sys

import pytest

import pipeline
from pipeline.cli import COMMANDS, main


def test_python_dash_m_prints_the_version() -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "pipeline", "--version"], capture_output=True, text=True, check=True
    )
    assert (completed.stdout, completed.stderr) == (f"pipeline {pipeline.__version__}\n", "")


def test_help_is_shown_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("usage: pipeline")
    assert captured.err == ""


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    printed = capsys.readouterr().out
    for verb, what in COMMANDS.items():
        assert f"    {verb}" in printed
        # argparse wraps long lines.
        assert what in " ".join(printed.split())


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    assert left.value.code == 0
    printed = capsys.readouterr().out
    assert f"usage: pipeline {verb}" in printed
    assert f"\n  pipeline {verb}" in printed


@pytest.mark.parametrize("arguments", [["rnu"], ["run"], ["run", "raw", "--wrong"], ["--", "schema"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "pipeline: error:" in captured.err or "pipeline run: error:" in captured.err


def test_interrupted_command_reports_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.model.article.json_schema", stopped)
    assert main(["schema"]) == 130
    assert capsys.readouterr().err == "pipeline: stopped\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
@pytest.mark.parametrize("verb", ["schema", "rules", "stages"])
def test_closed_pipe_is_not_an_error(verb: str) -> None:
    """`pipeline schema | head -1`; rich, which prints the tables of other commands, handles closed pipes itself."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        completed = subprocess.run(
            [sys.executable, "-m", "pipeline", verb], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (completed.returncode, completed.stderr) == (0, "")
