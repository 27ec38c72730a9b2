"""`pipeline stages`: the stages of the recipe in their order."""

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.core.recipe import BUILT_IN


def shown(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Name and kind of each stage of the recipe, which are numbered."""
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    return [words[1:3] for words in lines if words and words[0].isdigit()]


def test_the_built_in_stages_are_shown_in_their_order_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stages"]) == 0
    lines = shown(capsys)
    assert [name for name, _ in lines] == list(BUILT_IN)
    assert [kind for _, kind in lines] == ["repair"] * 5 + ["finder"] * 4


def test_the_stages_of_the_settings_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.toml").write_text("recipe = ['entities', 'words', 'languages']", encoding="utf-8")
    assert main(["stages", "--config", str(tmp_path / "p.toml")]) == 0
    assert [name for name, _ in shown(capsys)] == ["entities", "words", "languages"]


def test_the_named_stages_are_shown_in_the_recipe_s_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stages", "--stages", "words,entities"]) == 0
    assert [name for name, _ in shown(capsys)] == ["entities", "words"]


def test_a_recipe_that_cannot_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.toml"
    path.write_text("recipe = ['words', 'words']", encoding="utf-8")
    assert main(["stages", "--config", str(path)]) == 2
    assert capsys.readouterr().err == f"pipeline: error: {path}: recipe: stage 'words' is listed twice; remove one\n"
