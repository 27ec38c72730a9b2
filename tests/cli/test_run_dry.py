"""`pipeline run --dry-run` and `--first`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runs.inline_reading import Reading

import pipeline
from pipeline.cli import main, run
from pipeline.config.settings import Input
from pipeline.model.record import Record
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.json.lines_reader import JsonLinesReader
from pipeline.readers.reader import ReaderItem

Captured = pytest.CaptureFixture[str]


def tree(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


def test_nothing_is_written(raw: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tree(tmp_path)
    assert main(["run", str(raw), "--dry-run"]) == 0
    assert main(["run", str(raw), "--dry-run", "-o", str(output)]) == 0
    assert tree(tmp_path) == before


def test_an_output_that_is_there_is_left_as_it_is(raw: Path, articles: Path) -> None:
    before = {path: path.read_bytes() for path in articles.rglob("*") if path.is_file()}
    assert main(["run", str(raw), "--dry-run", "-o", str(articles), "-q"]) == 0
    assert {path: path.read_bytes() for path in articles.rglob("*") if path.is_file()} == before


def test_rules_labels_and_the_account_are_shown(raw: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(raw), "--dry-run", "-o", str(output)]) == 0
    out = capsys.readouterr().out
    rows = [line.split() for line in out.splitlines()]
    assert ["entities.lost-quotes", "entities", "2", "1"] in rows
    assert '  lamps: PAVEL DORN: I do, [-quot;-]{+"+}rain or shine quot;, as my f…\n' in out
    assert ["question", "2", "1"] in rows
    assert rows[-6:] == [
        ["2", "documents", "in"],
        ["2", "would", "be", "written"],
        ["0", "failed"],
        ["0", "rejected"],
        ["1", "without", "an", "exchange"],
        ["nothing", "was", "written"],
    ]


def test_notes_are_shown_by_their_rule(raw: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(raw), "--dry-run", "-o", str(output), "--set", "rules.entities=1"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["entities.lost-quotes", "entities", "2", "1"] in rows[rows.index(["notes", "stage", "times", "articles"]) :]


def test_what_fails_is_named_and_counted(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "empty.txt").touch()
    assert main(["run", str(raw), "--dry-run", "-o", str(output)]) == 1
    captured = capsys.readouterr()
    assert captured.err == "empty: is empty; leave it out\n"
    assert "3  documents in\n2  would be written\n1  failed\n" in captured.out


def test_json_has_the_same_content(raw: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(raw), "--dry-run", "--json", "-o", str(output)]) == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert list(printed) == ["documents", "edits", "labels", "notes", "failures", "rejections"]
    assert printed["documents"] == {
        "documents": 2,
        "would_be_written": 2,
        "failed": 0,
        "rejected": 0,
        "degraded": 0,
        "without_exchange": 1,
        "with_warnings": 0,
    }


def test_dry_run_predicts_the_run(raw: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(raw), "--dry-run", "--json", "-o", str(output)]) == 0
    printed = {edit["rule"]: edit["count"] for edit in json.loads(capsys.readouterr().out)["edits"]}
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 0
    assert printed == json.loads((output / "_run" / "run.json").read_text("utf-8"))["edits"]


def test_quiet_shows_failures_only(raw: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(raw), "--dry-run", "-q", "-o", str(output)]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("wrong", [["--json"], ["--dry-run", "--json", "-q"]])
def test_options_that_do_not_go_together_are_refused(
    raw: Path, output: Path, capsys: Captured, wrong: list[str]
) -> None:
    assert main(["run", str(raw), "-o", str(output), *wrong]) == 2
    assert "--json" in capsys.readouterr().err
    assert not output.exists()


# The first documents


@pytest.mark.parametrize("dry", [True, False])
def test_only_the_first_documents_are_taken(raw: Path, output: Path, capsys: Captured, dry: bool) -> None:
    assert main(["run", str(raw), "--first", "1", "-o", str(output), *(["--dry-run"] if dry else [])]) == 0
    assert "1  documents in" in capsys.readouterr().out
    if not dry:
        assert [article.id for article in pipeline.read(output)] == ["lamps"]


def test_the_rest_is_never_read(tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line after the last wanted record of a file is read; a reading process is one batch ahead."""
    seen: list[str] = []
    read = JsonLinesReader.read

    def counted(reader: JsonLinesReader, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        for record in read(reader, source, options):
            assert isinstance(record, Record)
            seen.append(record.id)
            yield record

    monkeypatch.setattr(JsonLinesReader, "read", counted)
    monkeypatch.setattr(run, "ReadingProcess", Reading)
    lines = "".join(f'{{"id": "d{n}", "text": "灯 {n} is lit."}}\n' for n in range(50))
    (tmp_path / "many.jsonl").write_text(lines, "utf-8")
    assert main(["run", str(tmp_path / "many.jsonl"), "--first", "3", "-o", str(output), "-q"]) == 0
    assert seen == ["d0", "d1", "d2"]


def test_more_than_there_are_is_all_of_them(raw: Path, output: Path) -> None:
    assert main(["run", str(raw), "--first", "99", "-o", str(output), "-q"]) == 0
    assert len(list(pipeline.read(output))) == 2


@pytest.mark.parametrize("number", ["0", "-1", "few"])
def test_a_number_that_is_none_is_refused(raw: Path, output: Path, number: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["run", str(raw), f"--first={number}", "-o", str(output)])
    assert left.value.code == 2
