"""`pipeline rules`: every rule with its meaning, cases and threshold."""

import json
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.core.recipe import recipe


def test_every_rule_of_the_recipe_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [rule.name for stage in recipe().stages for rule in stage.rules]


def test_a_stage_s_rules_are_shown_with_their_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "words"]) == 0
    shown = capsys.readouterr().out
    (words,) = [stage for stage in recipe().stages if stage.name == "words"]
    assert [line for line in shown.splitlines() if line and not line.startswith(" ")] == [
        rule.name for rule in words.rules
    ]
    assert "  acts on  This is one ofthe options.\n        →  This is one of the options.\n" in shown
    assert "  spares   the capital of Togo\n" in shown


def test_a_case_of_several_lines_stays_on_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "dialogue.speaker"]) == 0
    assert "⏎Ada Fern: Because it is slow.⏎" in capsys.readouterr().out


def test_threshold_of_the_settings_is_shown_with_that_of_the_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.toml").write_text('rules."words.number" = "off"', "utf-8")
    assert main(["rules", "words.number", "--config", str(tmp_path / "p.toml")]) == 0
    assert "threshold: off (default: 0.6)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "near"), [("words.numbr", "words.number"), ("wrds", "words"), ("wrds.number", "words")]
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", name]) == 2
    assert f"unknown stage or rule {name!r}; did you mean {near!r}?" in capsys.readouterr().err


def test_the_rules_for_machines_have_an_object_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "words.number", "--set", "rules.words=0.5", "--json"]) == 0
    (rule,) = json.loads(capsys.readouterr().out)
    assert (rule["rule"], rule["stage"], rule["threshold"], rule["default"]) == ("words.number", "words", 0.5, 0.6)
    assert rule["in_recipe"]
    assert rule["acts"]
    assert rule["spares"]
