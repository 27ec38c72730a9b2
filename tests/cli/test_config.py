"""`pipeline config`: settings with their sources, and a file with every setting."""

import tomllib
from pathlib import Path

import pytest
import regex
from installed import InstalledPackages

from pipeline.cli import main
from pipeline.cli.config import literal
from pipeline.config.settings import Settings, load
from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import recipe

SAID = """
[input]
encoding = "gb18030"
[stages.words]
longest = 30
[rules]
words = 0.95
"words.number" = "off"
[vocabulary]
words = ["alot"]
roles = { "策展" = "curator" }
[profiles.wire]
match.id = "wire/*"
stages.words.longest = 20
rules."credits.line" = 0.99
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "p.toml"
    path.write_text(SAID, "utf-8")
    return path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    """The printed lines, each with its source."""
    assert main(["config", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    return {line.rpartition("  # ")[0].strip(): line.rpartition("  # ")[2] for line in lines}


def test_every_setting_is_shown_with_its_source(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = shown(capsys, "--config", str(config), "--set", "input.limits.bytes=5000")
    assert settings['input.encoding = "gb18030"'] == str(config)
    assert settings["input.limits.bytes = 5000"] == "--set input.limits.bytes=5000"
    assert settings['input.id_field = "id"'] == "default"
    assert settings["stages.words.longest = 30"] == str(config)
    assert settings['rules."words.run-together" = 0.95'] == str(config)
    assert settings['rules."words.number" = "off"'] == str(config)
    assert settings['vocabulary.roles = { "策展" = "curator" }'] == str(config)


def test_unchanged_rules_are_not_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert not [line for line in shown(capsys) if line.startswith("rules")]


def test_settings_of_a_profile_are_shown_with_its_name(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = shown(capsys, "--config", str(config), "--profile", "wire")
    assert settings["stages.words.longest = 20"] == f"{config}, profile wire"
    assert settings['rules."credits.line" = 0.99'] == f"{config}, profile wire"
    assert settings['rules."words.number" = "off"'] == str(config)


def test_an_unknown_profile_is_refused_with_the_nearest(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--config", str(config), "--profile", "wires"]) == 2
    assert "unknown profile 'wires'; did you mean 'wire'?" in capsys.readouterr().err


def test_printed_settings_can_be_read_back(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--config", str(config)]) == 0
    again = tmp_path / "again.toml"
    again.write_text(capsys.readouterr().out, "utf-8")
    before, after = Pipeline.load(config), Pipeline.load(again)
    assert before.recipe == after.recipe
    assert load(config).input == load(again).input


@pytest.mark.parametrize("given", [[], ["--config"]], ids=["defaults", "a file"])
def test_the_file_with_every_setting_means_what_it_was_made_from(
    config: Path, tmp_path: Path, given: list[str]
) -> None:
    whole, source = tmp_path / "all.toml", [str(config)] if given else []
    assert main(["config", *given, *source, "--all", "-o", str(whole)]) == 0
    before, after = load(config) if given else Settings(), load(whole)
    assert [way.version for way in Pipeline.configured(before).variants] == [
        way.version for way in Pipeline.configured(after).variants
    ]
    assert (after.input, after.vocabulary) == (before.input, before.vocabulary)


def test_every_commented_setting_can_be_uncommented(tmp_path: Path) -> None:
    whole = tmp_path / "all.toml"
    assert main(["config", "--all", "-o", str(whole)]) == 0
    live = regex.sub(r"^# (?=[\w\".-]+ = (?!…))", "", whole.read_text("utf-8"), flags=regex.MULTILINE)
    live = live.partition("# [profiles.NAME]")[0]
    whole.write_text(live, "utf-8")
    assert Pipeline.load(whole).recipe.stages == recipe().stages
    rules = {rule.name: rule.threshold for stage in recipe().stages for rule in stage.rules}
    assert tomllib.loads(live)["rules"] == rules


def test_every_setting_has_a_description_and_allowed_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--all"]) == 0
    shown = capsys.readouterr().out
    assert "# A whole number from 1 to 1099511627776; default: 33554432\n# bytes = 33554432\n" in shown
    assert '# From 0 to 1, or "off"; default: 0.7\n# "words.in-vocabulary" = 0.7\n' in shown
    assert "does not say what it does" not in shown


def test_settings_of_installed_stages_are_in_it(
    packages: InstalledPackages, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.stage("loud")
    (tmp_path / "p.toml").write_text('recipe = ["loud"]', "utf-8")
    assert main(["config", "--config", str(tmp_path / "p.toml"), "--all"]) == 0
    shown = capsys.readouterr().out
    assert "[stages.loud]\n\n# How many are made loud.\n# A whole number from 1; default: 100\n# most = 100\n" in shown


@pytest.mark.parametrize(
    "value", ["plain", 'quo"ted\\', "tab\tand \x7f and \x00", "渡轮", [], ["a", ["b"]], {"a b": {"c": [1, 2.5, True]}}]
)
def test_values_are_written_as_toml_reads_them(value: object) -> None:
    assert tomllib.loads(f"x = {literal(value)}") == {"x": value}


def test_options_of_readers_and_all_limits_are_shown_with_their_source(capsys: pytest.CaptureFixture[str]) -> None:
    settings = shown(
        capsys, "--set", "sources.zstd.window=31", "--set", "input.limits.ratio=9", "--set", "input.format=text"
    )
    assert settings["sources.zstd.window = 31"] == "--set sources.zstd.window=31"
    assert settings["input.limits.ratio = 9"] == "--set input.limits.ratio=9"
    assert settings["input.limits.members = 1000000"] == "default"
    assert settings['input.format = "text"'] == "--set input.format=text"


def test_file_with_every_setting_includes_reader_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--all"]) == 0
    printed = capsys.readouterr().out
    assert "\n[sources.zstd]\n\n# Memory for the window of a frame" in printed
    assert "# A whole number from 10 to 31; default: 27\n# window = 27\n" in printed
    assert "# A whole number from 1; default: 5\n# depth = 5\n" in printed


def test_an_option_of_a_reader_that_is_not_known_is_refused_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["config", "--set", "sources.zstd.windw=27"]) == 2
    assert "[sources.zstd]: no setting 'windw'; did you mean 'window'?" in capsys.readouterr().err


def test_a_reader_that_takes_part_and_has_no_options_is_in_it(
    packages: InstalledPackages, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.reader("logbook")
    (tmp_path / "p.toml").write_text("[sources.logbook]", "utf-8")
    assert "sources.logbook = {}" in shown(capsys, "--config", str(tmp_path / "p.toml"))
    assert main(["config", "--config", str(tmp_path / "p.toml"), "--all"]) == 0
    assert tomllib.loads(capsys.readouterr().out)["sources"]["logbook"] == {}


def test_a_reader_that_is_only_installed_is_a_comment(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.reader("logbook")
    assert main(["config", "--all"]) == 0
    printed = capsys.readouterr().out
    assert "\n# An installed reader; this table enables it.\n# [sources.logbook]\n" in printed
    assert "logbook" not in tomllib.loads(printed)["sources"]
