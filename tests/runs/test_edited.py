"""An article that somebody edited after it was written is never replaced or deleted, unless that is asked for."""

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline import Pipeline
from pipeline.export.json import encode_article
from pipeline.runs.output import article_writer, manual_edits, write_log
from pipeline.runs.output.shard_store import ShardError
from pipeline.runs.state import State
from pipeline.storage import atomic
from pipeline.storage.compression import compressing, decompressing
from runs.perils import Doorkeeper
from runs.test_plan import ALL, PLAIN, Runs
from runs.test_plan import runs as runs  # noqa: PLC0414 -- a fixture

OTHER = Pipeline(stages=["entities", "markup", "languages"])
GUARDED = Pipeline(stages=["entities", "languages", Doorkeeper()])
"""Turns down a text of less than ten characters."""


def same_length(path: Path) -> bytes:
    """An edit that keeps the length of the file and its time."""
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Two", b"Ten"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    return path.read_bytes()


def longer(path: Path) -> bytes:
    path.write_bytes(path.read_bytes().replace(b"Two boats", b"Twenty boats"))
    return path.read_bytes()


def sound(path: Path) -> bytes:
    """An edit after which the article still holds to the contract, formatted as a run formats it."""
    document = json.loads(path.read_text("utf-8"))
    document["language"] = "fr"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
    return path.read_bytes()


def reformatted(path: Path) -> bytes:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), "utf-8")
    return path.read_bytes()


def broken(path: Path) -> bytes:
    path.write_bytes(path.read_bytes()[:-9])
    return path.read_bytes()


EDITS = [same_length, longer, sound, reformatted, broken]
Edit = Callable[[Path], bytes]


def kept(runs: Runs, path: Path, data: bytes) -> None:
    """The article is as somebody left it, the run said so, and the account adds up."""
    assert path.read_bytes() == data
    assert runs.failures == ["b"]
    told = [json.loads(line) for line in (runs.output / "_run" / "failures.jsonl").read_text("utf-8").splitlines()]
    assert [(entry["document"], entry["kind"]) for entry in told] == [("b", "edited")]
    assert "b.json was edited after it was written" in told[0]["reason"]
    assert "--overwrite-edited" in told[0]["reason"]
    assert runs.account.totals.edited == 1
    documents = json.loads((runs.output / "_run" / "run.json").read_text("utf-8"))["documents"]
    assert documents["edited"] == 1
    assert documents["documents"] == sum(documents.values()) - documents["documents"]


@pytest.fixture
def article(runs: Runs) -> Path:
    assert runs.run() == ALL
    return runs.output / "b.json"


@pytest.mark.parametrize("edit", EDITS)
def test_it_stays_where_nothing_else_has_changed_and_is_named_each_time(runs: Runs, article: Path, edit: Edit) -> None:
    data = edit(article)
    for _ in range(2):
        assert runs.run() == []
        kept(runs, article, data)
        assert runs.account.unchanged == 4


@pytest.mark.parametrize("edit", EDITS)
def test_it_stays_where_another_file_was_added(runs: Runs, article: Path, edit: Edit) -> None:
    data = edit(article)
    runs.write("new.txt", "A new quay.\n")
    assert runs.run() == ["new"]
    kept(runs, article, data)


@pytest.mark.parametrize("edit", EDITS)
def test_it_stays_where_its_source_has_changed(runs: Runs, article: Path, edit: Edit) -> None:
    data = edit(article)
    runs.table("dump.jsonl", z="A new row.", b="Four boats.", c="Three boats.", a="One boat.")
    assert runs.run() == ["a", "z"]
    kept(runs, article, data)


@pytest.mark.parametrize("chosen", [{"fresh": True}, {"retry_failed": True}, {"check_hash": True}])
def test_it_stays_whatever_is_to_be_done_again(runs: Runs, article: Path, chosen: dict[str, Any]) -> None:
    data = sound(article)
    for _ in range(2):
        assert "b" not in runs.run(**chosen)
        kept(runs, article, data)


def test_it_stays_under_other_settings(runs: Runs, article: Path) -> None:
    data = sound(article)
    assert runs.run(OTHER) == ["a", "c", "quay", "wire/pier"]
    kept(runs, article, data)


@pytest.fixture
def guarded(runs: Runs) -> Path:
    """An article of a document that is turned down from now on."""
    runs.table("dump.jsonl", a="One wide boat.", b="Two boats.", c="Three boats.")
    runs.run(GUARDED)
    runs.table("dump.jsonl", a="One wide boat.", b="None.", c="Three boats.")
    return runs.output / "b.json"


def test_it_stays_where_its_document_is_turned_down_now(runs: Runs, guarded: Path) -> None:
    data = sound(guarded)
    assert runs.run(GUARDED) == []
    kept(runs, guarded, data)


def test_one_that_was_not_edited_goes_where_its_document_is_turned_down_now(runs: Runs, guarded: Path) -> None:
    assert runs.run(GUARDED) == ["b"]
    assert not guarded.exists()
    assert (runs.account.rejected, runs.account.edited) == (1, 0)


def test_an_edit_while_the_run_goes_on_stays_where_its_document_is_turned_down(
    runs: Runs, guarded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data: list[bytes] = []
    process = Pipeline.process

    def slow(made: Pipeline, *given: Any, **named: Any) -> Any:
        data.append(sound(guarded))
        return process(made, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "process", slow)
        assert runs.run(GUARDED) == ["b"]
    kept(runs, guarded, data[0])
    assert runs.run(GUARDED) == []
    kept(runs, guarded, data[0])


def test_the_same_length_and_time_are_looked_through_where_the_hash_is_asked_for(runs: Runs, article: Path) -> None:
    before = article.stat()
    data = same_length(article)
    os.utime(article, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert runs.run() == []
    assert runs.failures == []
    assert runs.run(check_hash=True) == []
    kept(runs, article, data)


@pytest.mark.parametrize("edit", EDITS)
def test_it_is_replaced_where_that_is_asked_for(runs: Runs, article: Path, edit: Edit) -> None:
    before = article.read_bytes()
    edit(article)
    assert runs.run(overwrite_edited=True) == ["b"]
    assert article.read_bytes() == before
    assert runs.failures == []
    assert runs.run() == []
    assert runs.account.unchanged == 5


def test_one_that_was_moved_away_is_made_again(runs: Runs, article: Path) -> None:
    before = article.read_bytes()
    sound(article)
    article.rename(runs.output.parent / "mine.json")
    assert runs.run() == ["b"]
    assert article.read_bytes() == before
    assert runs.failures == []


def test_one_that_is_as_it_was_again_is_unchanged(runs: Runs, article: Path) -> None:
    before = article.read_bytes()
    sound(article)
    runs.run()
    article.write_bytes(before)
    assert runs.run() == []
    assert runs.failures == []
    assert runs.account.unchanged == 5


def test_another_time_alone_is_no_edit_and_costs_one_look(
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


def forget(runs: Runs) -> None:
    for file in (runs.output / "_run").glob("state.sqlite*"):
        file.unlink()


@pytest.mark.parametrize("edit", EDITS)
def test_without_a_state_it_stays_since_the_same_source_gives_other_bytes(
    runs: Runs, article: Path, edit: Edit
) -> None:
    data = edit(article)
    forget(runs)
    assert runs.run() == ALL
    kept(runs, article, data)
    # Now it is known what belongs there.
    assert runs.run() == []
    kept(runs, article, data)
    assert runs.run(OTHER) == ["a", "c", "quay", "wire/pier"]
    kept(runs, article, data)


@pytest.mark.parametrize("edit", [same_length, longer, reformatted, broken])
def test_without_a_state_and_under_other_settings_it_stays_where_it_shows(
    runs: Runs, article: Path, edit: Edit
) -> None:
    data = edit(article)
    forget(runs)
    assert runs.run(OTHER) == ALL
    kept(runs, article, data)


def test_without_a_state_and_under_other_settings_one_that_was_not_edited_is_replaced(
    runs: Runs, article: Path
) -> None:
    before = article.read_bytes()
    forget(runs)
    assert runs.run(OTHER) == ALL
    assert runs.failures == []
    assert article.read_bytes() != before


def test_without_a_state_metadata_that_were_edited_stay(runs: Runs, article: Path) -> None:
    document = json.loads(article.read_text("utf-8"))
    document["metadata"].append({"key": "seen", "value": "by hand"})
    article.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
    data = article.read_bytes()
    forget(runs)
    runs.run()
    kept(runs, article, data)


def test_without_a_state_it_is_replaced_where_that_is_asked_for(runs: Runs, article: Path) -> None:
    before = article.read_bytes()
    sound(article)
    forget(runs)
    assert runs.run(overwrite_edited=True) == ALL
    assert article.read_bytes() == before
    assert runs.failures == []


def test_a_file_of_somebody_else_in_the_place_of_an_article_stays(runs: Runs) -> None:
    runs.output.mkdir()
    (runs.output / "b.json").write_text('{"name": "of another program"}', "utf-8")
    assert runs.run() == ALL
    kept(runs, runs.output / "b.json", b'{"name": "of another program"}')


def older(runs: Runs) -> None:
    """The state as a version wrote it that noted sizes alone."""
    with sqlite3.connect(runs.output / "_run" / "state.sqlite") as database:
        for table in ("documents", "places"):
            for column in ("hash", "stamp"):
                database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 1")
    database.close()
    (runs.output / "_run" / "state.sqlite-closed").unlink()


def test_a_state_of_an_earlier_version_still_tells_what_was_done(runs: Runs, article: Path) -> None:
    older(runs)
    assert runs.run() == []
    assert runs.failures == []
    # From here on the hashes are known.
    data = same_length(article)
    assert runs.run() == []
    kept(runs, article, data)


def test_a_state_of_an_earlier_version_still_tells_an_edit_by_its_length(runs: Runs, article: Path) -> None:
    older(runs)
    data = longer(article)
    assert runs.run() == []
    kept(runs, article, data)


# A run that is killed


def interrupted(runs: Runs, written: str, *wrote: bytes) -> None:
    """The state as a run leaves it that is killed once it has written an article, and before it noted that.

    With the log of the articles that it `wrote`, where there are some.
    """
    if wrote:
        log = runs.output / "_run" / write_log.WRITE_LOG_FILE
        log.write_bytes(b"".join(manual_edits.article_hash(each) for each in wrote) + b"half a hash")
    with sqlite3.connect(runs.output / "_run" / "state.sqlite") as database:
        database.execute("UPDATE documents SET key = x'' WHERE id = ?", (written.encode(),))
        database.execute("UPDATE files SET stamp = NULL, key = NULL")
    database.close()
    (runs.output / "_run" / "state.sqlite-closed").unlink(missing_ok=True)


def test_what_a_killed_run_wrote_is_no_edit(runs: Runs, article: Path, tmp_path: Path) -> None:
    first, output = article.read_bytes(), runs.output
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    runs.output = tmp_path / "elsewhere"
    runs.run()
    second, runs.output = (runs.output / "b.json").read_bytes(), output
    assert second != first
    for lies_there in (first, second):
        for text in ("Two boats.", "Two ships.", "Two rafts."):
            runs.table("dump.jsonl", a="One boat.", b="Two boats.", c="Three boats.")
            runs.run()
            interrupted(runs, "b")
            article.write_bytes(lies_there)
            runs.table("dump.jsonl", a="One boat.", b=text, c="Three boats.")
            assert "b" in runs.run()
            assert runs.failures == []
            assert text in article.read_text("utf-8")


def test_what_a_killed_run_wrote_goes_where_its_document_is_turned_down_now(
    runs: Runs, guarded: Path, tmp_path: Path
) -> None:
    output, runs.output = runs.output, tmp_path / "elsewhere"
    runs.table("dump.jsonl", a="One wide boat.", b="A hundred boats.", c="Three boats.")
    runs.run(GUARDED)
    data, runs.output = (runs.output / "b.json").read_bytes(), output
    interrupted(runs, "b")
    guarded.write_bytes(data)
    runs.table("dump.jsonl", a="One wide boat.", b="None.", c="Three boats.")
    assert runs.run(GUARDED) == ["b"]
    assert (runs.account.rejected, runs.account.edited) == (1, 0)
    assert not guarded.exists()


@pytest.mark.parametrize("edit", [same_length, longer, reformatted, broken])
def test_what_somebody_edited_after_a_kill_stays_where_its_document_is_turned_down_now(
    runs: Runs, guarded: Path, edit: Edit
) -> None:
    interrupted(runs, "b")
    data = edit(guarded)
    assert runs.run(GUARDED) == ["b"]
    kept(runs, guarded, data)
    assert runs.run(GUARDED) == []
    kept(runs, guarded, data)


def test_a_sound_edit_after_a_kill_stays_where_the_source_is_as_it_was(runs: Runs, article: Path) -> None:
    interrupted(runs, "b")
    data = sound(article)
    assert runs.run() == ["b"]
    kept(runs, article, data)


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_after_a_kill_stays_whatever_the_source_is_now(runs: Runs, article: Path, edit: Edit) -> None:
    """The killed run had not come to this article, or had replaced it: the log tells its work from the edit."""
    interrupted(runs, "b", b"another article")
    data = edit(article)
    for text in ("Two boats.", "Two ships.", "Two rafts."):
        runs.table("dump.jsonl", a="One boat.", b=text, c="Three boats.")
        assert "b" not in runs.run()
        kept(runs, article, data)


def test_what_a_killed_run_wrote_and_logged_is_no_edit(runs: Runs, article: Path, tmp_path: Path) -> None:
    """Even where its source has changed again, and where the next run is killed as well."""
    output, runs.output = runs.output, tmp_path / "elsewhere"
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    runs.run()
    wrote, runs.output = (runs.output / "b.json").read_bytes(), output
    for text in ("Two ships.", "Two boats.", "Two rafts."):
        interrupted(runs, "b", b"another article", wrote)
        article.write_bytes(wrote)
        runs.table("dump.jsonl", a="One boat.", b=text, c="Three boats.")
        assert "b" in runs.run()
        assert runs.failures == []
        assert text in article.read_text("utf-8")


def test_a_run_that_has_ended_leaves_no_log(runs: Runs, article: Path) -> None:
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


def test_an_edit_while_the_run_goes_on_stays(runs: Runs, article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the run has looked, and before the worker writes."""
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    data: list[bytes] = []

    def late(path: Path) -> Any:
        if path == article and not data:
            data.append(sound(path))
        return found(path)

    found = manual_edits.read_regular_file
    monkeypatch.setattr("pipeline.runs.output.article_writer.there", late)
    assert runs.run() == ["b"]
    kept(runs, article, data[0])
    assert runs.run() == []
    kept(runs, article, data[0])


def test_articles_of_the_pipeline_do_not_look_edited(runs: Runs) -> None:
    text = "Host: Who built the quay?\n\nIda Brandt: My aunt did, quot;in a week quot;.\n"
    for made in (PLAIN, OTHER, Pipeline()):
        assert not manual_edits.looks_edited(encode_article(made.process(text, id="q")), None, metadata_counts=True)


# Shards


def repacked(path: Path, old: bytes, new: bytes) -> bytes:
    """The shard with another text, packed again."""
    with path.open("rb") as source, decompressing(source, source.peek(16)) as plain:
        data = plain.read()
    with path.open("wb") as file, compressing(file, path.name) as shard:
        shard.write(data.replace(old, new))
    return path.read_bytes()


@pytest.fixture
def shard(runs: Runs) -> Path:
    assert sorted(runs.run(form="jsonl")) == ALL
    assert runs.run(form="jsonl") == []
    return runs.output / "part-00000.jsonl.zst"


@pytest.mark.parametrize("chosen", [{}, {"fresh": True}, {"retry_failed": True}, {"check_hash": True}])
def test_a_shard_that_was_edited_is_named_with_its_articles_and_stays(
    runs: Runs, shard: Path, chosen: dict[str, Any]
) -> None:
    data = repacked(shard, b"Two boats", b"Ten boats")
    runs.write("new.txt", "A new quay.\n")
    for _ in range(2):
        with pytest.raises(
            ShardError, match=r"part-00000.jsonl.zst \(articles that differ: 'b'\); nothing was changed"
        ):
            runs.run(form="jsonl", **chosen)
        assert shard.read_bytes() == data
        assert [path.name for path in runs.output.iterdir() if path.name != "_run"] == [shard.name]


def test_a_shard_of_the_same_length_is_seen(runs: Runs, shard: Path) -> None:
    before = shard.stat()
    data = bytearray(shard.read_bytes())
    data[-1] ^= 1
    shard.write_bytes(data)
    with pytest.raises(ShardError, match="edited after it was written: part-00000"):
        runs.run(form="jsonl")
    os.utime(shard, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ShardError, match="edited after it was written: part-00000"):
        runs.run(form="jsonl", check_hash=True)


def test_a_shard_that_was_edited_is_replaced_where_that_is_asked_for(runs: Runs, shard: Path) -> None:
    before = shard.read_bytes()
    repacked(shard, b"Two boats", b"Ten boats")
    assert sorted(runs.run(form="jsonl", overwrite_edited=True)) == ALL
    assert shard.read_bytes() == before
    assert runs.run(form="jsonl") == []


def test_a_shard_that_was_moved_away_is_made_again(runs: Runs, shard: Path) -> None:
    before = shard.read_bytes()
    repacked(shard, b"Two boats", b"Ten boats")
    shard.rename(runs.output.parent / "mine.jsonl.zst")
    assert sorted(runs.run(form="jsonl")) == ALL
    assert shard.read_bytes() == before


def test_another_time_of_a_shard_alone_is_no_edit(runs: Runs, shard: Path) -> None:
    os.utime(shard, ns=(1, 1))
    assert runs.run(form="jsonl") == []
    with State(runs.output / "_run" / "state.sqlite") as state:
        assert [place.stamp for place in state.places()] == [1]


def test_shards_of_a_state_of_an_earlier_version_are_compared_by_length(runs: Runs, shard: Path) -> None:
    older(runs)
    assert runs.run(form="jsonl") == []
    repacked(shard, b"Two boats", b"Twenty-two boats")
    with pytest.raises(ShardError, match="edited after it was written: part-00000"):
        runs.run(form="jsonl")


def test_without_a_state_the_same_shard_is_made_again(runs: Runs, shard: Path) -> None:
    before = shard.read_bytes()
    forget(runs)
    assert sorted(runs.run(form="jsonl")) == ALL
    assert shard.read_bytes() == before
    assert list((runs.output / "_run" / "replaced").iterdir()) == []
    assert runs.account.aside == 0


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_without_a_state_another_shard_is_kept_and_named(runs: Runs, shard: Path, form: str) -> None:
    data = repacked(shard, b"Two boats", b"Ten boats")
    forget(runs)
    runs.run(form=form)
    for _ in range(2):
        kept_shards = [path.read_bytes() for path in (runs.output / "_run" / "replaced").iterdir()]
        assert kept_shards == [data]
        (line,) = (runs.output / "_run" / "left-out.jsonl").read_text("utf-8").splitlines()
        assert json.loads(line)["name"] == "_run/replaced/part-00000.jsonl.zst"
        assert runs.account.aside == 1
        assert runs.run(form=form) == []


def test_without_a_state_another_shard_is_replaced_where_that_is_asked_for(runs: Runs, shard: Path) -> None:
    before = shard.read_bytes()
    repacked(shard, b"Two boats", b"Ten boats")
    forget(runs)
    runs.run(form="jsonl", overwrite_edited=True)
    assert shard.read_bytes() == before
    assert not (runs.output / "_run" / "replaced").exists()


def test_all_shards_are_made_again_without_keeping_those_of_before(runs: Runs, shard: Path) -> None:
    assert sorted(runs.run(OTHER, form="jsonl", fresh=True)) == ALL
    assert runs.run(OTHER, form="jsonl") == []
    assert runs.run(OTHER, form="parquet") == []
    assert [path.name for path in runs.output.iterdir() if path.name != "_run"] == ["part-00000.parquet"]
    assert not (runs.output / "_run" / "replaced").exists()
    assert not (runs.output / "_run" / "previous").exists()
