"""`pipeline schema`: the contract, for other programs."""

import json
from pathlib import Path

import pytest

import pipeline
from pipeline.cli import main


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == pipeline.json_schema()


def test_the_schema_is_written_as_people_read_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "-o", str(tmp_path / "article.schema.json")]) == 0
    assert capsys.readouterr().out == ""
    data = (tmp_path / "article.schema.json").read_text(encoding="utf-8")
    assert data == json.dumps(pipeline.json_schema(), indent=2, ensure_ascii=False) + "\n"
