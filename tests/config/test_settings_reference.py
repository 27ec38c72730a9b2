"""The schema of `pipeline.toml` for editors: it allows what the pipeline reads, and nothing that it refuses."""

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline.config.settings_reference import Parts, list_settings, schema
from pipeline.core.recipe import recipe
from pipeline.exporters.registry import BUILT_IN_EXPORTERS, exporter
from pipeline.readers.registry import select_readers

PUBLISHED = Path(__file__).parents[2] / "docs" / "pipeline.schema.json"
PARTS = Parts(recipe().stages, select_readers().readers, tuple(exporter(name) for name in BUILT_IN_EXPORTERS))
CHECK = jsonschema.Draft202012Validator(schema(PARTS))


def fits(toml: str) -> bool:
    return CHECK.is_valid(tomllib.loads(toml))


def test_schema_is_a_valid_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema(PARTS))


def test_the_published_schema_is_that_of_the_built_in_stages() -> None:
    published: dict[str, Any] = json.loads(PUBLISHED.read_text("utf-8"))
    assert published == json.loads(json.dumps(schema(PARTS))), "where this is meant: make schema"


@pytest.mark.parametrize(
    "toml",
    [
        "",
        'recipe = ["entities", "a-stage-of-mine"]',
        '[input]\ntext_field = "x"\nlimits.bytes = 5',
        "[sources.zstd]\nwindow = 31",
        "[sources.a-reader-of-mine]\nanything = 3",
        '[input]\nformat = "jsonl"\n[input.limits]\nexpanded = 5\nratio = 5\ndepth = 5\nmembers = 5',
        "[stages.words]\nlongest = 3",
        "[stages.a-stage-of-mine]\nanything = 3",
        'rules."words.number" = "off"\nrules.words = 0.5',
        "rules.words.number = 0.5",
        '[vocabulary]\nwords = ["x"]\nroles = { "策展" = "" }',
        '[profiles.x]\nmatch.id = ["a", "b"]\nstages.words.longest = 3\nrules.words = "off"',
    ],
)
def test_schema_accepts_what_the_pipeline_reads(toml: str) -> None:
    assert fits(toml)


@pytest.mark.parametrize(
    "toml",
    [
        "recipes = []",
        'recipe = "words"',
        "input.limits.bytes = 0",
        "[sources.zstd]\nwindow = 32",
        "[sources.zstd]\nwindw = 27",
        "input.limits.ratio = 0",
        "[stages.words]\nlongst = 3",
        '[stages.words]\nlongest = "3"',
        'rules."words.number" = 1.5',
        'rules.words = "on"',
        "[profiles.x]\nstages.words.longest = 3",
        '[profiles.x]\nmatch.id = "a"\nstages.words.longst = 3',
    ],
)
def test_schema_refuses_what_the_pipeline_refuses(toml: str) -> None:
    assert not fits(toml)


def test_every_rule_and_every_setting_of_a_stage_is_described() -> None:
    settings = {setting.key: setting for setting in list_settings(PARTS)}
    assert {key[1] for key in settings if key[0] == "rules"} == {
        rule.name for stage in recipe().stages for rule in stage.rules
    }
    assert all(setting.what for setting in settings.values())
    assert settings["input", "include"].allowed == "a list of text"
    assert settings["input", "limits", "ratio"].default == 250
    assert settings["sources", "zstd", "window"].allowed == "a whole number from 10 to 31"
