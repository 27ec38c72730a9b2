"""A shard that was edited by hand is never replaced, unless the user asks for it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.runs.output.shard_lines import ShardError
from pipeline.runs.state import State
from runs.article_edits import OTHER, forget, older, repacked
from runs.article_edits import shard as shard  # noqa: PLC0414 -- a fixture
from runs.test_plan import ALL, Runs
from runs.test_plan import runs as runs  # noqa: PLC0414 -- a fixture


@pytest.mark.parametrize("chosen", [{}, {"fresh": True}, {"retry_failed": True}, {"check_hash": True}])
def test_an_edited_shard_is_kept_and_reported_with_its_articles(
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


def test_an_edit_of_a_shard_with_the_same_length_is_found(runs: Runs, shard: Path) -> None:
    before = shard.stat()
    data = bytearray(shard.read_bytes())
    data[-1] ^= 1
    shard.write_bytes(data)
    with pytest.raises(ShardError, match="edited after it was written: part-00000"):
        runs.run(form="jsonl")
    os.utime(shard, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ShardError, match="edited after it was written: part-00000"):
        runs.run(form="jsonl", check_hash=True)


def test_overwrite_edited_replaces_an_edited_shard(runs: Runs, shard: Path) -> None:
    before = shard.read_bytes()
    repacked(shard, b"Two boats", b"Ten boats")
    assert sorted(runs.run(form="jsonl", overwrite_edited=True)) == ALL
    assert shard.read_bytes() == before
    assert runs.run(form="jsonl") == []


def test_a_moved_shard_is_made_again(runs: Runs, shard: Path) -> None:
    before = shard.read_bytes()
    repacked(shard, b"Two boats", b"Ten boats")
    shard.rename(runs.output.parent / "mine.jsonl.zst")
    assert sorted(runs.run(form="jsonl")) == ALL
    assert shard.read_bytes() == before


def test_another_time_of_a_shard_is_not_an_edit(runs: Runs, shard: Path) -> None:
    os.utime(shard, ns=(1, 1))
    assert runs.run(form="jsonl") == []
    with State(runs.output / "_run" / "state.sqlite") as state:
        assert [place.stamp for place in state.shard_files()] == [1]


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
    assert runs.account.left_out == 0


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_without_a_state_another_shard_is_kept_and_reported(runs: Runs, shard: Path, form: str) -> None:
    data = repacked(shard, b"Two boats", b"Ten boats")
    forget(runs)
    runs.run(form=form)
    for _ in range(2):
        kept_shards = [path.read_bytes() for path in (runs.output / "_run" / "replaced").iterdir()]
        assert kept_shards == [data]
        (line,) = (runs.output / "_run" / "left-out.jsonl").read_text("utf-8").splitlines()
        assert json.loads(line)["name"] == "_run/replaced/part-00000.jsonl.zst"
        assert runs.account.left_out == 1
        assert runs.run(form=form) == []


def test_without_a_state_overwrite_edited_replaces_another_shard(runs: Runs, shard: Path) -> None:
    before = shard.read_bytes()
    repacked(shard, b"Two boats", b"Ten boats")
    forget(runs)
    runs.run(form="jsonl", overwrite_edited=True)
    assert shard.read_bytes() == before
    assert not (runs.output / "_run" / "replaced").exists()


def test_fresh_makes_all_shards_again_and_keeps_no_old_ones(runs: Runs, shard: Path) -> None:
    assert sorted(runs.run(OTHER, form="jsonl", fresh=True)) == ALL
    assert runs.run(OTHER, form="jsonl") == []
    assert runs.run(OTHER, form="parquet") == []
    assert [path.name for path in runs.output.iterdir() if path.name != "_run"] == ["part-00000.parquet"]
    assert not (runs.output / "_run" / "replaced").exists()
    assert not (runs.output / "_run" / "previous").exists()
