"""`pipeline export`: formats, targets and errors."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pipeline
from pipeline.cli import main

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]
Binary = pytest.CaptureFixture[bytes]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.zst", "a.parquet", "a.sqlite", "a.duckdb"])
def test_format_is_inferred_from_the_target(articles: Path, tmp_path: Path, name: str) -> None:
    assert main(["export", str(articles), "-o", str(tmp_path / name)]) == 0
    assert list(pipeline.read(tmp_path / name)) == list(pipeline.read(articles))


def test_format_is_written_to_standard_output(articles: Path, capsysbinary: Binary) -> None:
    for output in ([], ["-o", "-"]):
        assert main(["export", str(articles), "--to", "csv", *output]) == 0
        rows = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode(), newline="")))
        assert [row["question"] for row in rows] == ["Who lights the lamps at night?", "In all weathers?"]


def test_named_format_takes_precedence_over_the_target(articles: Path, tmp_path: Path) -> None:
    assert main(["export", str(articles), "--to", "csv", "-o", str(tmp_path / "a.txt")]) == 0
    assert (tmp_path / "a.txt").read_bytes().startswith(b"id,translation,")


def test_rows_choose_the_table(articles: Path, capsysbinary: Binary) -> None:
    assert main(["export", str(articles), "--to", "csv", "--rows", "edits"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode(), newline="")))
    assert {row["old"] for row in rows} >= {"quot;"}


def test_options_reach_the_format(articles: Path, tmp_path: Path, capsysbinary: Binary) -> None:
    assert main(["export", str(articles), "--to", "csv", "--delimiter", ";", "--bom"]) == 0
    assert capsysbinary.readouterr().out.startswith("\ufeffid;translation;n;".encode())
    target = tmp_path / "chat.jsonl"
    assert main(["export", str(articles), "--to", "messages", "--system", "You keep the lock.", "-o", str(target)]) == 0
    (line,) = target.read_text("utf-8").splitlines()
    assert json.loads(line)["messages"][0] == {"role": "system", "content": "You keep the lock."}
    assert main(["export", str(articles), "--to", "messages", "--pairs"]) == 0
    assert capsysbinary.readouterr().out == b"", "nothing is translated here"


def test_what_an_export_wrote_can_be_exported(articles: Path, tmp_path: Path) -> None:
    before = articles
    for name in ("a.duckdb", "a.sqlite", "a.parquet", "a.jsonl.gz"):
        assert main(["export", str(before), "-o", str(tmp_path / name)]) == 0
        before = tmp_path / name
    assert main(["export", str(before), "--to", "json", "-o", str(tmp_path / "again")]) == 0
    found = {path.relative_to(tmp_path / "again"): path.read_bytes() for path in (tmp_path / "again").rglob("*.json")}
    assert found == {
        path.relative_to(articles): path.read_bytes() for path in articles.rglob("*.json") if "_run" not in path.parts
    }


def test_invalid_article_is_named_and_the_others_are_exported(articles: Path, tmp_path: Path, capsys: Captured) -> None:
    path = articles / "lamps.json"
    path.write_bytes(path.read_bytes()[:-20])
    assert main(["export", str(articles), "-o", str(tmp_path / "a.jsonl")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lamps.json: is not an article")
    assert [article.id for article in pipeline.read(tmp_path / "a.jsonl")] == ["wire/locks"]


def test_article_that_does_not_restore_is_named(articles: Path, tmp_path: Path, capsys: Captured) -> None:
    path = articles / "lamps.json"
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(document | {"text": document["text"].replace("Lamps", "Lumps", 1)}), "utf-8")
    assert main(["export", str(articles), "-o", str(tmp_path / "a.csv"), "--rows", "segments"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lamps.json: /provenance/source/sha256")


def test_earlier_export_is_kept_if_nothing_can_be_exported(articles: Path, tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "a.jsonl"
    assert main(["export", str(articles), "-o", str(target)]) == 0
    before = target.read_bytes()
    assert main(["export", str(articles), "-o", str(tmp_path / "turns.parquet"), "--rows", "turns"]) == 0
    assert main(["export", str(tmp_path / "turns.parquet"), "-o", str(target)]) == 1
    assert "has no article that can be exported; nothing was written" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_files_of_other_articles_stay_in_a_folder(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "earlier.txt").write_text("earlier", "utf-8")
    assert main(["export", str(articles), "--to", "text", "-o", str(tmp_path / "texts")]) == 0
    assert sorted(path.name for path in (tmp_path / "texts").rglob("*.txt")) == [
        "earlier.txt",
        "lamps.txt",
        "locks.txt",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give a format with --to, or a target with -o"),
        (["--to", "parquet"], "format 'parquet' cannot be written to standard output; give a target with -o"),
        (["--to", "parket"], "unknown format 'parket'; did you mean 'parquet'"),
        (["-o", "a.docx"], "cannot infer the format from 'a.docx'; use --to (json, "),
        (["--to", "jsonl", "--rows", "turns"], "--rows does not apply to format 'jsonl'"),
        (["--to", "csv", "--pairs"], "--pairs does not apply to format 'csv'"),
        (["--to", "csv", "--delimiter", "ab"], "delimiter 'ab' must be one character"),
        (["--to", "json", "-o", "a.json"], "is not a folder; give a folder"),
    ],
)
def test_wrong_usage_is_reported_before_anything_is_written(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, arguments: list[str], said: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main(["export", str(articles), *arguments]) == 2
    assert said in capsys.readouterr().err
    assert os.listdir(tmp_path / "here") == []


def test_a_target_that_is_what_is_exported_is_refused(articles: Path, tmp_path: Path, capsys: Captured) -> None:
    together = tmp_path / "a.jsonl"
    assert main(["export", str(articles), "-o", str(together)]) == 0
    before = together.read_bytes()
    (tmp_path / "link.jsonl").symlink_to(together)
    for source, target in (
        (together, together),
        (together, tmp_path / "link.jsonl"),
        (articles, articles / "all.jsonl"),
    ):
        assert main(["export", str(source), "-o", str(target)]) == 2
        assert "; choose another target" in capsys.readouterr().err
    assert main(["export", str(articles), "--to", "json", "-o", str(articles)]) == 2
    assert main(["export", str(articles / "wire"), "--to", "json", "-o", str(articles)]) == 2
    assert together.read_bytes() == before
    assert not (articles / "all.jsonl").exists()


def test_a_source_that_is_not_there_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert main(["export", str(tmp_path / "none"), "--to", "csv"]) == 2
    assert capsys.readouterr().err == f"pipeline: error: {tmp_path / 'none'} does not exist\n"


def test_nothing_to_export_is_an_error(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["export", str(tmp_path / "empty"), "-o", str(tmp_path / "a.jsonl")]) == 2
    assert "no articles in " in capsys.readouterr().err
    assert not (tmp_path / "a.jsonl").exists()


def test_closed_pipe_is_not_an_error(articles: Path) -> None:
    command = f"{sys.executable} -m pipeline export {articles} --to csv --rows segments | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    assert done.stderr == b""
    assert done.stdout.startswith(b"id,n,")


# --- the other verbs, on what was exported


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.sqlite", "a.duckdb"])
def test_verify_and_restore_work_on_every_form(
    raw: Path, articles: Path, tmp_path: Path, name: str, capsysbinary: Binary
) -> None:
    target = str(tmp_path / name)
    assert main(["export", str(articles), "-o", target]) == 0
    assert main(["verify", target]) == 0
    assert capsysbinary.readouterr().out.startswith(b"2/2 articles valid; all sources restored exactly; ")
    assert main(["restore", target, "--id", "wire/locks"]) == 0
    assert capsysbinary.readouterr().out == (raw / "wire" / "locks.txt").read_bytes()
    assert main(["restore", target]) == 2
    assert main(["restore", target, "-o", str(tmp_path / "back")]) == 0
    back = {path.relative_to(tmp_path / "back"): path.read_bytes() for path in (tmp_path / "back").rglob("*.*")}
    assert back == {path.relative_to(raw): path.read_bytes() for path in raw.rglob("*.*")}


def test_one_article_is_restored_whatever_its_file_is_called(
    raw: Path, articles: Path, tmp_path: Path, capsysbinary: Binary
) -> None:
    shutil.copy(articles / "lamps.json", tmp_path / "article")
    assert main(["restore", str(tmp_path / "article")]) == 0
    assert capsysbinary.readouterr().out == (raw / "lamps.txt").read_bytes()


def test_a_damaged_article_does_not_keep_another_from_being_restored(
    raw: Path, articles: Path, tmp_path: Path, capsysbinary: Binary
) -> None:
    together = tmp_path / "a.jsonl"
    assert main(["export", str(articles), "-o", str(together)]) == 0
    together.write_bytes(b"{oops\n" + together.read_bytes())
    assert main(["restore", str(together), "--id", "lamps"]) == 0
    assert capsysbinary.readouterr().out == (raw / "lamps.txt").read_bytes()


def test_settings_set_exporter_options_and_flags_take_precedence(
    articles: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    config = tmp_path / "p.toml"
    config.write_text('[sinks.csv]\ndelimiter = ";"\nrows = "turns"\n', "utf-8")
    assert main(["export", str(articles), "--to", "csv", "--config", str(config), "--rows", "exchanges"]) == 0
    assert capsysbinary.readouterr().out.splitlines()[0].startswith(b"id;")


def test_error_for_an_unknown_exporter_table_names_its_source(
    articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(articles), "--to", "csv", "--set", "sinks.cvs.bom=true"]) == 2
    assert "--set sinks.cvs.bom=true: unknown format 'cvs'; did you mean 'csv'?" in capsys.readouterr().err
