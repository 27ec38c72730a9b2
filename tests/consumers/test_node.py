"""Node reads JSON and JSON Lines, and a schema checker that is not ours finds nothing wrong."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from interviews import everything

import pipeline

HERE = Path(__file__).parent
SCHEMA = HERE.parent.parent / "docs" / "article.schema.json"

NODE = shutil.which("node")
pytestmark = [
    pytest.mark.skipif(NODE is None, reason="node is not installed"),
    pytest.mark.skipif(
        not (HERE / "node_modules" / "ajv").is_dir(),
        reason="ajv is not installed: npm install --prefix tests/consumers",
    ),
]


def checked(*paths: Path) -> list[dict[str, Any]]:
    command = [str(NODE), str(HERE / "check.mjs"), str(SCHEMA), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_folder_of_json_holds_to_the_schema(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "out", to="json")
    found = checked(*sorted((tmp_path / "out").rglob("*.json")))
    assert [article["id"] for article in found] == ["ferry", "tide", "wire/bridge"]
    assert all(article["valid"] for article in found), found


def test_lines_hold_to_it_and_offsets_count_code_points(tmp_path: Path) -> None:
    astral = pipeline.process("👩‍🚀 and the 𠮷野家\n\nQ: When?\n\nA: Now.\n", id="astral")
    pipeline.export([*everything(), astral], tmp_path / "a.jsonl")
    found = checked(tmp_path / "a.jsonl")
    assert all(article["valid"] for article in found), found
    assert found[-1]["title"] == (astral.title and astral.title.text)


def test_the_checker_does_see_what_is_wrong(tmp_path: Path) -> None:
    wrong = msgspec.to_builtins(everything()[0]) | {"language": 7}
    (tmp_path / "a.json").write_bytes(msgspec.json.encode(wrong))
    (found,) = checked(tmp_path / "a.json")
    assert not found["valid"]
    assert found["errors"][0]["instancePath"] == "/language"
