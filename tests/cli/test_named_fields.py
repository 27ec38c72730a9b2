"""A mistyped `text_field` or `id_field` is one error, before any document is processed."""

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pipeline
from pipeline.cli import main

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]
ROWS = [{"uid": f"n{i}", "story": f"The lamp of pier {i} is lit.", "place": "Skerry"} for i in range(30)]


def _lines(path: Path) -> None:
    path.with_suffix(".jsonl").write_text("\n".join(map(json.dumps, ROWS)), "utf-8")


def _array(path: Path) -> None:
    path.with_suffix(".json").write_text(json.dumps(ROWS), "utf-8")


def _csv(path: Path) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    path.with_suffix(".csv").write_text(text.getvalue(), "utf-8")


def _parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), path.with_suffix(".parquet"))


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path.with_suffix(".sqlite")) as database:
        database.execute("CREATE TABLE news (uid, story, place)")
        database.executemany("INSERT INTO news VALUES (:uid, :story, :place)", ROWS)


def _files(path: Path) -> None:
    """A file a record."""
    for row in ROWS[:5]:
        path.with_name(f"{row['uid']}.json").write_text(json.dumps(row), "utf-8")


FORMS: dict[str, Callable[[Path], None]] = {
    "JSON Lines": _lines,
    "an array": _array,
    "CSV": _csv,
    "Parquet": _parquet,
    "SQLite": _sqlite,
    "a file a record": _files,
}


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    folder = tmp_path / "dump"
    folder.mkdir()
    return folder


def refused(arguments: list[str], output: Path, capsys: Captured) -> str:
    """The one line on stderr of a run that did nothing."""
    assert main(["run", *arguments, "-o", str(output)]) == 2
    assert not output.exists()
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("form", FORMS)
def test_a_mistyped_text_field_is_one_error_with_the_nearest_name(
    dump: Path, output: Path, form: str, capsys: Captured
) -> None:
    FORMS[form](dump / "rows")
    line = refused([str(dump), "--set", "input.text_field=stroy"], output, capsys)
    assert "key 'input.text_field': no record has a field 'stroy'; did you mean 'story'" in line


@pytest.mark.parametrize("form", FORMS)
def test_a_mistyped_id_field_is_one_error_with_the_nearest_name(
    dump: Path, output: Path, form: str, capsys: Captured
) -> None:
    FORMS[form](dump / "rows")
    settings = ["--set", "input.text_field=story", "--set", "input.id_field=uiid"]
    line = refused([str(dump), *settings], output, capsys)
    assert "key 'input.id_field': no record has a field 'uiid'; did you mean 'uid'" in line


@pytest.mark.parametrize("form", FORMS)
def test_right_fields_are_read(dump: Path, output: Path, form: str) -> None:
    FORMS[form](dump / "rows")
    settings = ["--set", "input.text_field=story", "--set", "input.id_field=uid"]
    assert main(["run", str(dump), "-o", str(output), "-q", *settings]) == 0
    assert {"n0", "n4"} <= {article.id for article in pipeline.read(output)}


def test_names_that_are_not_near_are_listed(dump: Path, output: Path, capsys: Captured) -> None:
    _csv(dump / "rows")
    line = refused([str(dump), "--set", "input.text_field=body"], output, capsys)
    assert line.endswith("no record has a field 'body'; there are: uid, story, place")


def test_the_settings_file_is_named(dump: Path, output: Path, tmp_path: Path, capsys: Captured) -> None:
    _csv(dump / "rows")
    config = tmp_path / "pipeline.toml"
    config.write_text("[input]\ntext_field = 'stroy'\n", "utf-8")
    assert str(config) in refused([str(dump), "--config", str(config)], output, capsys)


def test_dry_run_also_refuses(dump: Path, capsys: Captured) -> None:
    _csv(dump / "rows")
    assert main(["run", str(dump), "--dry-run", "--set", "input.text_field=stroy"]) == 2
    assert "did you mean 'story'" in capsys.readouterr().err


def test_fields_in_other_fields_are_known(dump: Path, output: Path, capsys: Captured) -> None:
    rows = [{"meta": {"uid": f"n{i}"}, "article": {"body": "The lamp is lit."}} for i in range(3)]
    (dump / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    right = ["--set", "input.text_field=article.body", "--set", "input.id_field=meta.uid"]
    assert main(["run", str(dump), "-o", str(output), "-q", *right]) == 0
    assert {article.id for article in pipeline.read(output)} == {"n0", "n1", "n2"}
    other = output.with_name("other")
    assert "input.text_field" in refused([str(dump), "--set", "input.text_field=article.bdy"], other, capsys)
    wrong = ["--set", "input.text_field=article.body", "--set", "input.id_field=meta.id"]
    assert "input.id_field" in refused([str(dump), *wrong], other, capsys)


def test_text_files_next_to_a_table_are_no_error(raw: Path, output: Path, capsys: Captured) -> None:
    """The settings of a dump may name a field that its text files have no use for."""
    assert main(["run", str(raw), "-o", str(output), "-q", "--set", "input.text_field=stroy"]) == 0
    _csv(raw / "rows")
    other = output.with_name("other")
    assert main(["run", str(raw), "-o", str(other), "-q", "--set", "input.text_field=story"]) == 0
    third = output.with_name("third")
    assert "did you mean 'story'" in refused([str(raw), "--set", "input.text_field=stroy"], third, capsys)


def test_only_the_file_without_the_field_fails(dump: Path, output: Path, capsys: Captured) -> None:
    (dump / "a.jsonl").write_text('{"text": "The lamp is lit."}\n' * 9, "utf-8")
    _lines(dump / "rows")
    assert main(["run", str(dump), "-o", str(output), "-q", "--set", "input.text_field=story"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[3].startswith("… and 6 more like this; all in ")
    assert len(list(pipeline.read(output))) == 30


def test_record_without_an_id_is_numbered_if_others_have_one(dump: Path, output: Path) -> None:
    rows = [{"story": "The first lamp is lit."}, *ROWS[:2]]
    (dump / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    settings = ["--set", "input.text_field=story", "--set", "input.id_field=uid"]
    assert main(["run", str(dump), "-o", str(output), "-q", *settings]) == 0
    assert {article.id for article in pipeline.read(output)} == {"rows#1", "n0", "n1"}


def run(arguments: list[str], data: bytes) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "pipeline", "run", *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=False)


def test_standard_input_is_read_once_and_checked(output: Path) -> None:
    data = "\n".join(map(json.dumps, ROWS)).encode()
    right = run(["-", "-o", str(output), "-q", "--set", "input.text_field=story"], data)
    assert (right.returncode, right.stderr) == (0, b"")
    assert len(list(pipeline.read(output))) == 30
    other = output.with_name("other")
    wrong = run(["-", "-o", str(other), "-q", "--set", "input.text_field=stroy"], data)
    assert wrong.returncode == 2
    assert (
        b"--set input.text_field=stroy: key 'input.text_field': no record has a field 'stroy'; did you" in wrong.stderr
    )
    assert list(pipeline.read(other)) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_read_once(tmp_path: Path, output: Path) -> None:
    pipe = tmp_path / "rows.jsonl"
    os.mkfifo(pipe)
    data = "\n".join(map(json.dumps, ROWS)).encode()
    writer = threading.Thread(target=pipe.write_bytes, args=(data,), daemon=True)
    writer.start()
    assert main(["run", str(pipe), "-o", str(output), "-q", "--set", "input.text_field=story"]) == 0
    writer.join(60)
    assert len(list(pipeline.read(output))) == 30
