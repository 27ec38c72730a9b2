"""Edits of articles, and what must be true after them: for the tests of edited articles."""

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pipeline import Pipeline
from pipeline.runs.output import manual_edits, write_log
from pipeline.storage.compression import compressing, decompressing
from runs.harmful_stages import Doorkeeper
from runs.test_plan import ALL, Runs
from runs.test_plan import runs as runs  # noqa: PLC0414 -- a fixture

OTHER = Pipeline(stages=["entities", "markup", "languages"])
GUARDED = Pipeline(stages=["entities", "languages", Doorkeeper()])
"""Rejects a text of less than ten characters."""


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
    """An edit after which the article is still valid, and formatted as a run formats it."""
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
    """The article is as it was edited, the run reported it, and the counters add up."""
    assert path.read_bytes() == data
    assert runs.failures == ["b"]
    failures = [json.loads(line) for line in (runs.output / "_run" / "failures.jsonl").read_text("utf-8").splitlines()]
    assert [(entry["document"], entry["kind"]) for entry in failures] == [("b", "edited")]
    assert "b.json was edited after it was written" in failures[0]["reason"]
    assert "--overwrite-edited" in failures[0]["reason"]
    assert runs.account.totals.edited == 1
    documents = json.loads((runs.output / "_run" / "run.json").read_text("utf-8"))["documents"]
    assert documents["edited"] == 1
    assert documents["documents"] == sum(documents.values()) - documents["documents"]


def forget(runs: Runs) -> None:
    for file in (runs.output / "_run").glob("state.sqlite*"):
        file.unlink()


def older(runs: Runs) -> None:
    """Turns the state into one of a version that noted only sizes."""
    with sqlite3.connect(runs.output / "_run" / "state.sqlite") as database:
        for table in ("documents", "places"):
            for column in ("hash", "stamp"):
                database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 1")
    database.close()
    (runs.output / "_run" / "state.sqlite-closed").unlink()


def repacked(path: Path, old: bytes, new: bytes) -> bytes:
    """Replaces a text in a shard and compresses it again."""
    with path.open("rb") as source, decompressing(source, source.peek(16)) as plain:
        data = plain.read()
    with path.open("wb") as file, compressing(file, path.name) as shard:
        shard.write(data.replace(old, new))
    return path.read_bytes()


def interrupted(runs: Runs, written: str, *wrote: bytes) -> None:
    """Turns the state into that of a run that was killed after it had written an article, before it noted that.

    With the write log of the articles that it `wrote`, if there are some.
    """
    if wrote:
        log = runs.output / "_run" / write_log.WRITE_LOG_FILE
        log.write_bytes(b"".join(manual_edits.article_hash(each) for each in wrote) + b"half a hash")
    with sqlite3.connect(runs.output / "_run" / "state.sqlite") as database:
        database.execute("UPDATE documents SET key = x'' WHERE id = ?", (written.encode(),))
        database.execute("UPDATE files SET stamp = NULL, key = NULL")
    database.close()
    (runs.output / "_run" / "state.sqlite-closed").unlink(missing_ok=True)


@pytest.fixture
def article(runs: Runs) -> Path:
    assert runs.run() == ALL
    return runs.output / "b.json"


@pytest.fixture
def guarded(runs: Runs) -> Path:
    """An article whose document is rejected from now on."""
    runs.table("dump.jsonl", a="One wide boat.", b="Two boats.", c="Three boats.")
    runs.run(GUARDED)
    runs.table("dump.jsonl", a="One wide boat.", b="None.", c="Three boats.")
    return runs.output / "b.json"


@pytest.fixture
def shard(runs: Runs) -> Path:
    assert sorted(runs.run(form="jsonl")) == ALL
    assert runs.run(form="jsonl") == []
    return runs.output / "part-00000.jsonl.zst"
