"""`pipeline restore`: the source bytes, from the output alone."""

import json
import os
from pathlib import Path

import pytest

import pipeline
from pipeline.cli import main

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]


def damage(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(document | {"text": document["text"].replace("Lamps", "Lumps", 1)}), encoding="utf-8")


def test_one_article_is_restored_to_stdout(
    raw: Path, articles: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = (raw / "wire" / "locks.txt").read_bytes()
    (raw / "wire" / "locks.txt").unlink()
    assert main(["restore", str(articles / "wire" / "locks.json")]) == 0
    assert capsysbinary.readouterr() == (source, b"")


def test_one_article_is_restored_to_a_file(raw: Path, articles: Path, tmp_path: Path) -> None:
    assert main(["restore", str(articles / "lamps.json"), "-o", str(tmp_path / "back.txt")]) == 0
    assert (tmp_path / "back.txt").read_bytes() == (raw / "lamps.txt").read_bytes()


def test_the_folders_of_a_target_are_made(raw: Path, articles: Path, tmp_path: Path) -> None:
    """As `export` and `run` make them."""
    target = tmp_path / "new" / "back.txt"
    assert main(["restore", str(articles / "lamps.json"), "-o", str(target)]) == 0
    assert target.read_bytes() == (raw / "lamps.txt").read_bytes()


def test_an_earlier_file_stays_where_the_new_one_cannot_be_written(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "back.txt"
    target.write_bytes(b"earlier")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["restore", str(articles / "lamps.json"), "-o", str(target)]) == 1
    assert target.read_bytes() == b"earlier"
    assert sorted(path.name for path in tmp_path.glob("*.txt*")) == ["back.txt"]


def test_a_pipe_is_written_to(raw: Path, articles: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert main(["restore", str(articles / "lamps.json"), "-o", str(tmp_path / "pipe")]) == 0
    assert os.read(reader, 1 << 16) == (raw / "lamps.txt").read_bytes()
    os.close(reader)


def test_one_document_of_a_folder_is_named_by_its_id(
    raw: Path, articles: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["restore", str(articles), "--id", "wire/locks"]) == 0
    assert capsysbinary.readouterr().out == (raw / "wire" / "locks.txt").read_bytes()


def test_a_document_is_found_by_its_id_whatever_its_file_is_called(
    raw: Path, articles: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (articles / "lamps.json").rename(articles / "renamed.json")
    assert main(["restore", str(articles), "--id", "lamps"]) == 0
    assert capsysbinary.readouterr().out == (raw / "lamps.txt").read_bytes()


def test_one_document_of_a_jsonl_file_is_named_by_its_id(
    raw: Path, articles: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    together = tmp_path / "all.jsonl"
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(articles.rglob("[!_]*s.json"))]
    together.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    assert main(["restore", str(together), "--id", "wire/locks"]) == 0
    assert capsysbinary.readouterr().out == (raw / "wire" / "locks.txt").read_bytes()


def test_all_documents_are_restored_each_at_its_path(raw: Path, articles: Path, tmp_path: Path) -> None:
    assert main(["restore", str(articles), "-o", str(tmp_path / "back")]) == 0
    restored = {p.relative_to(tmp_path / "back"): p.read_bytes() for p in (tmp_path / "back").rglob("*.*")}
    assert restored == {p.relative_to(raw): p.read_bytes() for p in raw.rglob("*.*")}


def test_records_of_a_table_are_restored_as_their_text(tmp_path: Path, output: Path) -> None:
    """Not under the table's suffix: they are no tables."""
    (tmp_path / "t.jsonl").write_text('{"id": "n1", "text": "One boat &amp; a net."}\n', encoding="utf-8")
    assert main(["run", str(tmp_path / "t.jsonl"), "-o", str(output), "-q"]) == 0
    assert main(["restore", str(output), "-o", str(tmp_path / "back")]) == 0
    assert [path.name for path in (tmp_path / "back").iterdir()] == ["n1.txt"]
    assert (tmp_path / "back" / "n1.txt").read_bytes() == b"One boat &amp; a net."


def test_a_damaged_article_is_named_and_the_others_are_restored(
    articles: Path, tmp_path: Path, capsys: Captured
) -> None:
    damage(articles / "lamps.json")
    assert main(["restore", str(articles), "-o", str(tmp_path / "back")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lamps: /provenance/")
    assert [path.name for path in (tmp_path / "back").rglob("*.txt")] == ["locks.txt"]


def test_bytes_that_are_not_the_recorded_ones_are_not_given_back(articles: Path, capsys: Captured) -> None:
    damage(articles / "lamps.json")
    assert main(["restore", str(articles / "lamps.json")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("pipeline: error: lamps: /provenance/source/sha256")


def test_several_documents_do_not_go_to_stdout(articles: Path, capsys: Captured) -> None:
    assert main(["restore", str(articles)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "give one with -o, or choose a document with --id" in captured.err


def test_an_id_that_is_not_there_is_refused(articles: Path, capsys: Captured) -> None:
    assert main(["restore", str(articles), "--id", "lumps"]) == 2
    assert "no document 'lumps' in " in capsys.readouterr().err


def test_a_path_that_is_not_there_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert main(["restore", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"pipeline: error: {tmp_path / 'none'} does not exist\n"


def test_documents_whose_names_some_file_system_takes_for_one_are_all_restored(tmp_path: Path) -> None:
    articles = [pipeline.process(f"Tide {n}.\n", id=name) for n, name in enumerate(["Quay", "quay"])]
    pipeline.export(articles, tmp_path / "a.jsonl")
    assert main(["restore", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "out")]) == 0
    found = {path.name.casefold(): path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}
    assert sorted(found.values()) == ["Tide 0.\n", "Tide 1.\n"]


def test_one_document_is_found_by_its_id_where_the_name_belongs_to_another(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    articles = [pipeline.process(f"Tide {n}.\n", id=name) for n, name in enumerate(["Quay", "quay"])]
    pipeline.export(articles, tmp_path / "out", to="json")
    for n, name in enumerate(["Quay", "quay"]):
        assert main(["restore", str(tmp_path / "out"), "--id", name]) == 0
        assert capsysbinary.readouterr().out == f"Tide {n}.\n".encode()


def test_an_id_that_is_too_long_for_a_path_costs_no_other_document(tmp_path: Path, capsys: Captured) -> None:
    """Articles of others may be called anything; in a file of lines an id has no limit."""
    articles = [pipeline.process("Q: Who?\n\nA: Me.", id=name) for name in ("quay", "pier/" * 2000 + "end", "weir")]
    pipeline.export(articles, tmp_path / "a.jsonl")
    assert main(["restore", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "out")]) == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_file()) == ["quay.txt", "weir.txt"]
    assert "its id is too long for a file path; restore it alone" in capsys.readouterr().err
