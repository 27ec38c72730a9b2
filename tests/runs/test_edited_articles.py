"""An article that was edited by hand is never replaced or deleted, unless the user asks for it."""

import os
from pathlib import Path
from typing import Any

import pytest

from pipeline import Pipeline
from pipeline.exporters.json import encode_article
from pipeline.runs.output import article_writer, manual_edits, write_log
from pipeline.storage import atomic
from runs.article_edits import EDITS, GUARDED, OTHER, Edit, interrupted, kept, same_length, sound
from runs.article_edits import article as article  # noqa: PLC0414 -- a fixture
from runs.article_edits import guarded as guarded  # noqa: PLC0414 -- a fixture
from runs.test_plan import ALL, PLAIN, Runs
from runs.test_plan import runs as runs  # noqa: PLC0414 -- a fixture


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_article_is_kept_and_reported_in_each_run(runs: Runs, article: Path, edit: Edit) -> None:
    data = edit(article)
    for _ in range(2):
        assert runs.run() == []
        kept(runs, article, data)
        assert runs.account.unchanged == 4


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_article_is_kept_if_another_file_was_added(runs: Runs, article: Path, edit: Edit) -> None:
    data = edit(article)
    runs.write("new.txt", "A new quay.\n")
    assert runs.run() == ["new"]
    kept(runs, article, data)


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_article_is_kept_if_its_source_has_changed(runs: Runs, article: Path, edit: Edit) -> None:
    data = edit(article)
    runs.table("dump.jsonl", z="A new row.", b="Four boats.", c="Three boats.", a="One boat.")
    assert runs.run() == ["a", "z"]
    kept(runs, article, data)


@pytest.mark.parametrize("chosen", [{"fresh": True}, {"retry_failed": True}, {"check_hash": True}])
def test_an_edited_article_is_kept_whatever_is_processed_again(
    runs: Runs, article: Path, chosen: dict[str, Any]
) -> None:
    data = sound(article)
    for _ in range(2):
        assert "b" not in runs.run(**chosen)
        kept(runs, article, data)


def test_an_edited_article_is_kept_under_other_settings(runs: Runs, article: Path) -> None:
    data = sound(article)
    assert runs.run(OTHER) == ["a", "c", "quay", "wire/pier"]
    kept(runs, article, data)


def test_an_edited_article_is_kept_if_its_document_is_now_rejected(runs: Runs, guarded: Path) -> None:
    data = sound(guarded)
    assert runs.run(GUARDED) == []
    kept(runs, guarded, data)


def test_an_unedited_article_is_deleted_if_its_document_is_now_rejected(runs: Runs, guarded: Path) -> None:
    assert runs.run(GUARDED) == ["b"]
    assert not guarded.exists()
    assert (runs.account.rejected, runs.account.edited) == (1, 0)


def test_an_edit_during_a_run_is_kept_if_the_document_is_rejected(
    runs: Runs, guarded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data: list[bytes] = []
    process = Pipeline.process

    def slow(made: Pipeline, *arguments: Any, **named: Any) -> Any:
        data.append(sound(guarded))
        return process(made, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "process", slow)
        assert runs.run(GUARDED) == ["b"]
    kept(runs, guarded, data[0])
    assert runs.run(GUARDED) == []
    kept(runs, guarded, data[0])


def test_check_hash_finds_edits_with_the_same_length_and_time(runs: Runs, article: Path) -> None:
    before = article.stat()
    data = same_length(article)
    os.utime(article, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert runs.run() == []
    assert runs.failures == []
    assert runs.run(check_hash=True) == []
    kept(runs, article, data)


@pytest.mark.parametrize("edit", EDITS)
def test_overwrite_edited_replaces_an_edited_article(runs: Runs, article: Path, edit: Edit) -> None:
    before = article.read_bytes()
    edit(article)
    assert runs.run(overwrite_edited=True) == ["b"]
    assert article.read_bytes() == before
    assert runs.failures == []
    assert runs.run() == []
    assert runs.account.unchanged == 5


def test_an_edited_article_that_was_moved_away_is_made_again(runs: Runs, article: Path) -> None:
    before = article.read_bytes()
    sound(article)
    article.rename(runs.output.parent / "mine.json")
    assert runs.run() == ["b"]
    assert article.read_bytes() == before
    assert runs.failures == []


def test_an_article_whose_edit_was_undone_is_unchanged(runs: Runs, article: Path) -> None:
    before = article.read_bytes()
    sound(article)
    runs.run()
    article.write_bytes(before)
    assert runs.run() == []
    assert runs.failures == []
    assert runs.account.unchanged == 5


def test_another_time_alone_is_not_an_edit_and_is_read_once(
    runs: Runs, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Path] = []
    there = manual_edits.read_regular_file

    def counted(path: Path) -> Any:
        looks.append(path)
        return there(path)

    monkeypatch.setattr(manual_edits, "read_regular_file", counted)
    os.utime(article, ns=(1, 1))
    assert runs.run() == []
    assert runs.failures == []
    assert looks == [article]
    assert runs.run() == []
    assert looks == [article]


def test_an_article_that_cannot_be_read_is_kept(runs: Runs, article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    data = sound(article)
    monkeypatch.setattr(manual_edits, "read_regular_file", refused)
    assert runs.run() == []
    kept(runs, article, data)


# Where it is not known what was written


def test_a_finished_run_leaves_no_write_log(runs: Runs, article: Path) -> None:
    log = runs.output / "_run" / write_log.WRITE_LOG_FILE
    assert not log.exists()
    interrupted(runs, "b", article.read_bytes())
    runs.run()
    assert not log.exists()


def test_the_hash_of_each_article_is_logged_before_it_is_written(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    log = runs.output / "_run" / write_log.WRITE_LOG_FILE
    seen: list[bool] = []

    def written(path: Path, body: bytes) -> int:
        seen.append(manual_edits.article_hash(body) in (write_log.begin(log) or ()))
        return atomic.write_atomic(path, body)

    monkeypatch.setattr(article_writer, "write_atomic", written)
    runs.run()
    assert seen == [True] * len(ALL)


def test_an_edit_during_a_run_is_kept(runs: Runs, article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the run has inspected the article, and before the worker writes it."""
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    data: list[bytes] = []

    def late(path: Path) -> Any:
        if path == article and not data:
            data.append(sound(path))
        return found(path)

    found = manual_edits.read_regular_file
    monkeypatch.setattr("pipeline.runs.output.article_writer.read_regular_file", late)
    assert runs.run() == ["b"]
    kept(runs, article, data[0])
    assert runs.run() == []
    kept(runs, article, data[0])


def test_articles_of_the_pipeline_do_not_look_edited(runs: Runs) -> None:
    text = "Host: Who built the quay?\n\nIda Brandt: My aunt did, quot;in a week quot;.\n"
    for made in (PLAIN, OTHER, Pipeline()):
        assert not manual_edits.looks_edited(encode_article(made.process(text, id="q")), None, compare_metadata=True)


# Shards
