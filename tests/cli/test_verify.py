"""`pipeline verify`: everything restores and holds to the contract, or it says what does not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main

Captured = pytest.CaptureFixture[str]


def change(path: Path, how: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    how(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_good_output_is_counted(articles: Path, capsys: Captured) -> None:
    assert main(["verify", str(articles)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("2 of 2 articles restore byte for byte and hold to the contract; ")
    assert captured.err == ""


def test_quiet_says_nothing_of_a_good_output(articles: Path, capsys: Captured) -> None:
    assert main(["verify", str(articles), "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_one_article_can_be_checked(articles: Path, capsys: Captured) -> None:
    assert main(["verify", str(articles / "lamps.json")]) == 0
    assert capsys.readouterr().out.startswith("1 of 1 articles")


def test_damaged_json_is_named_and_the_others_are_checked(articles: Path, capsys: Captured) -> None:
    path = articles / "lamps.json"
    path.write_bytes(path.read_bytes()[:-20])
    assert main(["verify", str(articles)]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("1 of 2 articles")
    (line,) = captured.err.splitlines()
    assert line.startswith("lamps.json: is no article")


def test_a_changed_text_does_not_restore(articles: Path, capsys: Captured) -> None:
    change(articles / "wire" / "locks.json", lambda document: document.update(text=document["text"] + "!"))
    assert main(["verify", str(articles)]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("1 of 2 articles")
    assert captured.err.startswith("wire/locks.json: /provenance/")


def test_a_changed_field_is_not_what_its_span_says(articles: Path, capsys: Captured) -> None:
    """The text still restores; what importers read does not come from it."""
    change(articles / "lamps.json", lambda document: document["title"].update(text="Lamps for Nobody"))
    assert main(["verify", str(articles), "-q"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lamps.json: /title/text: is 'Lamps for Nobody'")


def test_a_field_of_the_wrong_type_is_named(articles: Path, capsys: Captured) -> None:
    change(articles / "lamps.json", lambda document: document.update(lead="no list"))
    assert main(["verify", str(articles), "-q"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lamps.json: is not as the contract says")
    assert "$.lead" in line


def test_of_many_faults_the_first_are_shown_and_the_rest_counted(articles: Path, capsys: Captured) -> None:
    note = {
        "stage": "words", "rule": "words.x", "severity": "info", "message": "", "start": 0, "end": 99_999,
        "suggestion": None,
    }  # fmt: skip
    change(articles / "lamps.json", lambda document: document.update(notes=[note] * 9))
    assert main(["verify", str(articles), "-q"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("lamps.json: /notes/0")
    assert lines[3] == "… and 6 more like this; -v prints all"


def test_a_path_that_is_not_there_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert main(["verify", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"pipeline: error: {tmp_path / 'none'} is not there\n"


def test_nothing_to_check_is_not_all_well(tmp_path: Path, capsys: Captured) -> None:
    assert main(["verify", str(tmp_path)]) == 2
    assert "holds no articles" in capsys.readouterr().err
