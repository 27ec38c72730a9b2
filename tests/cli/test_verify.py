"""`pipeline verify` checks that every article is valid and restores its source."""

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pipeline
from pipeline.cli import main

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def written(raw: Path, output: Path) -> Path:
    """An output with the state of its run."""
    assert main(["run", str(raw), "-o", str(output), "-q"]) == 0
    return output


@pytest.fixture
def articles(articles: Path) -> Path:
    """The articles of an output without the state of the run, as when they are passed on."""
    (articles / "_run" / "state.sqlite").unlink()
    return articles


def change(path: Path, how: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    how(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_good_output_is_counted(articles: Path, capsys: Captured) -> None:
    assert main(["verify", str(articles)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("2/2 articles valid; all sources restored exactly; ")
    assert captured.err == ""


def test_quiet_prints_nothing_for_a_valid_output(articles: Path, capsys: Captured) -> None:
    assert main(["verify", str(articles), "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_one_article_can_be_checked(articles: Path, capsys: Captured) -> None:
    assert main(["verify", str(articles / "lamps.json")]) == 0
    assert capsys.readouterr().out.startswith("1/1 articles valid")


def test_damaged_json_is_named_and_the_others_are_checked(articles: Path, capsys: Captured) -> None:
    path = articles / "lamps.json"
    path.write_bytes(path.read_bytes()[:-20])
    assert main(["verify", str(articles)]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("1/2 articles valid")
    (line,) = captured.err.splitlines()
    assert line.startswith("lamps.json: is not an article")


def test_a_changed_text_does_not_restore(articles: Path, capsys: Captured) -> None:
    change(articles / "wire" / "locks.json", lambda document: document.update(text=document["text"] + "!"))
    assert main(["verify", str(articles)]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("1/2 articles valid")
    assert captured.err.startswith("wire/locks.json: /provenance/")


def test_a_changed_field_is_not_what_its_span_says(articles: Path, capsys: Captured) -> None:
    """The text can be restored, but the field does not match it."""
    change(articles / "lamps.json", lambda document: document["title"].update(text="Lamps for Nobody"))
    assert main(["verify", str(articles), "-q"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lamps.json: /title/text: is 'Lamps for Nobody'")


def test_a_field_of_the_wrong_type_is_named(articles: Path, capsys: Captured) -> None:
    change(articles / "lamps.json", lambda document: document.update(lead="no list"))
    assert main(["verify", str(articles), "-q"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lamps.json: is not a valid article")
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
    assert capsys.readouterr().err == f"pipeline: error: {tmp_path / 'none'} does not exist\n"


def test_nothing_to_check_is_not_all_well(tmp_path: Path, capsys: Captured) -> None:
    assert main(["verify", str(tmp_path)]) == 2
    assert "no articles in " in capsys.readouterr().err


# Articles that were edited, where it is known how they were written


def translate(document: dict[str, Any]) -> None:
    """An edit after which an article is still valid."""
    document["language"] = "fr"


def test_unedited_output_is_valid(written: Path, capsys: Captured) -> None:
    assert main(["verify", str(written)]) == 0
    captured = capsys.readouterr()
    assert "edited" not in captured.out + captured.err


def test_a_sound_article_that_was_edited_is_named_as_edited_and_not_as_broken(written: Path, capsys: Captured) -> None:
    change(written / "wire" / "locks.json", translate)
    before = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}
    assert main(["verify", str(written)]) == 1
    captured = capsys.readouterr()
    assert captured.err == "wire/locks.json: edited after it was written\n"
    assert captured.out.startswith("2/2 articles valid")
    assert captured.out.endswith("; 1 edited by hand\n")
    assert {path: path.read_bytes() for path in written.rglob("*") if path.is_file()} == before


def test_faults_caused_by_an_edit_are_reported_too(written: Path, capsys: Captured) -> None:
    (written / "lamps.json").write_bytes((written / "lamps.json").read_bytes()[:-20])
    assert main(["verify", str(written), "-q"]) == 1
    edited, broken = capsys.readouterr().err.splitlines()
    assert edited == "lamps.json: edited after it was written"
    assert broken.startswith("lamps.json: is not an article")


@pytest.mark.parametrize("part", ["wire", "wire/locks.json"])
def test_a_part_of_an_output_can_be_checked(written: Path, capsys: Captured, part: str) -> None:
    change(written / "lamps.json", translate)
    assert main(["verify", str(written / part), "-q"]) == 0
    change(written / "wire" / "locks.json", translate)
    assert main(["verify", str(written / part), "-q"]) == 1
    assert capsys.readouterr().err == "locks.json: edited after it was written\n"


def test_new_timestamp_and_missing_article_are_not_edits(written: Path) -> None:
    os.utime(written / "lamps.json", ns=(1, 1))
    (written / "wire" / "locks.json").unlink()
    assert main(["verify", str(written), "-q"]) == 0


def test_an_edit_of_the_same_length_and_time_is_seen(written: Path, capsys: Captured) -> None:
    path = written / "lamps.json"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b'"language": "en"', b'"language": "fr"', 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert main(["verify", str(written), "-q"]) == 1
    assert capsys.readouterr().err == "lamps.json: edited after it was written\n"


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_articles_in_a_shard_that_were_edited_are_named(raw: Path, output: Path, capsys: Captured, form: str) -> None:
    assert main(["run", str(raw), "-o", str(output), "-q", "--format", form]) == 0
    assert main(["verify", str(output), "-q"]) == 0
    (shard,) = output.glob("part-*")
    articles = [
        msgspec.structs.replace(article, language="fr") if article.id == "wire/locks" else article
        for article in pipeline.read(shard)
    ]
    pipeline.export(articles, shard)
    assert main(["verify", str(output), "-q"]) == 1
    assert capsys.readouterr().err == f"{shard.name}:2: edited after it was written\n"
    pipeline.export(articles[:1], shard)
    assert main(["verify", str(output)]) == 1
    captured = capsys.readouterr()
    assert captured.err == f"{shard.name}: edited after it was written\n"
    assert captured.out.startswith("1/1 articles valid")


def test_only_articles_that_were_edited_are_named_after_a_run_that_was_refused_for_them(
    raw: Path, output: Path, capsys: Captured
) -> None:
    run = ["run", str(raw), "-o", str(output), "-q", "--format", "jsonl"]
    assert main(run) == 0
    (shard,) = output.glob("part-*")
    first, second = pipeline.read(shard)
    pipeline.export([first, msgspec.structs.replace(second, language="fr")], shard)
    capsys.readouterr()
    for more in ([], ["--fresh"]):
        assert main([*run, *more]) == 1
        # Nothing was begun, and the same command again would be refused again.
        (refusal,) = capsys.readouterr().err.splitlines()
        assert refusal.startswith("pipeline: error: edited after it was written: part-00000.jsonl.zst")
        assert main(["verify", str(output), "-q"]) == 1
        assert capsys.readouterr().err == f"{shard.name}:2: edited after it was written\n"


def test_linked_article_belongs_to_its_output(written: Path, tmp_path: Path, capsys: Captured) -> None:
    path = written / "lamps.json"
    (tmp_path / "outputs").mkdir()
    elsewhere = path.rename(tmp_path / "outputs" / "lamps.json")
    path.symlink_to(elsewhere)
    assert main(["verify", str(path), "-q"]) == 0
    change(path, translate)
    linked = tmp_path / "linked"
    linked.symlink_to(written)
    for source in (path, written, linked, linked / "lamps.json"):
        assert main(["verify", str(source), "-q"]) == 1
        assert capsys.readouterr().err == "lamps.json: edited after it was written\n"


def test_an_article_that_cannot_be_read_hides_nothing_of_the_others(
    written: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(written / "wire" / "locks.json", translate)
    opened = Path.open

    def refused(path: Path, *given: Any, **named: Any) -> Any:
        if path.name == "lamps.json":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *given, **named)

    monkeypatch.setattr(Path, "open", refused)
    assert main(["verify", str(written)]) == 1
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "lamps.json: edited after it was written",
        "lamps.json: cannot be read: Permission denied",
        "wire/locks.json: edited after it was written",
    ]
    assert captured.out.startswith("1/2 articles valid")


@pytest.mark.parametrize("damage", [b"no database at all" * 400, None])
def test_unreadable_run_state_is_reported(written: Path, capsys: Captured, damage: bytes | None) -> None:
    state = written / "_run" / "state.sqlite"
    if damage is None:
        with sqlite3.connect(state) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
    else:
        state.write_bytes(damage)
    assert main(["verify", str(written)]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith(f"pipeline: warning: cannot check for articles edited by hand: {state} ")
    assert captured.err.count("\n") == 1
    assert captured.out.startswith("2/2 articles valid")


def test_a_folder_that_can_only_be_read_is_checked(written: Path, capsys: Captured) -> None:
    change(written / "lamps.json", translate)
    (written / "_run").chmod(0o555)
    try:
        assert main(["verify", str(written), "-q"]) == 1
    finally:
        (written / "_run").chmod(0o755)
    assert capsys.readouterr().err == "lamps.json: edited after it was written\n"


def test_a_file_that_is_not_called_as_its_article_is_named(articles: Path, capsys: Captured) -> None:
    """As on a file system that treats two names as one, so that the later article replaced the earlier one."""
    (articles / "lamps.json").write_bytes((articles / "wire" / "locks.json").read_bytes())
    assert main(["verify", str(articles)]) == 1
    said = capsys.readouterr()
    assert "lamps.json: the file name does not match the id of its article, 'wire/locks'" in said.out + said.err
    with pytest.warns(UserWarning, match="does not match the id"):
        list(pipeline.read(articles))


def test_one_file_or_a_folder_of_the_output_may_be_verified(articles: Path) -> None:
    assert main(["verify", str(articles / "wire")]) == 0
    (articles / "moved.json").write_bytes((articles / "lamps.json").read_bytes())
    assert main(["verify", str(articles / "moved.json")]) == 0
