"""The state of a run."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from pipeline.runs.state import State
from pipeline.runs.state_entries import DocumentEntry, ShardFile, SkippedEntry, StateError


def entry(name: str, n: int = 0, file: int = 1, **fields: object) -> DocumentEntry:
    return msgspec.structs.replace(DocumentEntry(name, file, n, b"key", "written", size=120), **fields)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "_run" / "state.sqlite"


def test_saved_entries_are_there_in_the_next_run(path: Path) -> None:
    with State(path) as state:
        file = state.begin_file("a.jsonl")
        state.save_document(entry("quay", 0, file))
        state.save_document(entry("wharf", 2, file, status="failed", reason=b"{}"))
        state.save_skipped(file, SkippedEntry(1, "unreadable", b"{}"))
        state.end_file(file, "10-20", b"reading")
    with State(path) as state:
        known = state.source("a.jsonl")
        assert known is not None
        assert (known.stamp, known.key) == ("10-20", b"reading")
        assert [each.id for each in state.documents(known.file)] == ["quay", "wharf"]
        assert [oddity.n for oddity in state.skipped_entries(known.file)] == [1]
        assert state.document("wharf") == entry("wharf", 2, file, status="failed", reason=b"{}")
        assert state.document("pier") is None


def test_a_file_that_is_being_read_counts_as_not_read(path: Path) -> None:
    with State(path) as state:
        file = state.begin_file("a.txt")
        state.end_file(file, "1-2", b"k")
        assert state.begin_file("a.txt") == file
        known = state.source("a.txt")
        assert known is not None
        assert known.stamp is None


def test_deleted_documents_are_forgotten_when_the_file_is_read(path: Path) -> None:
    with State(path) as state:
        file = state.begin_file("a.jsonl")
        for n, name in enumerate(("one", "two", "three")):
            state.save_document(entry(name, n, file))
        state.save_skipped(file, SkippedEntry(3, "left-out", b"{}"))
        state.end_file(file, "1-1", b"k")
    with State(path) as state:
        state.begin_file("a.jsonl")
        state.save_document(entry("three", 0, file))
        state.end_file(file, "2-2", b"k")
        assert [(each.id, each.n) for each in state.documents(file)] == [("three", 0)]
        assert list(state.skipped_entries(file)) == []


def test_long_files_are_returned_completely(path: Path) -> None:
    with State(path) as state:
        file = state.begin_file("a.jsonl")
        for n in range(2_500):
            state.save_document(entry(f"d{n}", n, file))
        assert [each.n for each in state.documents(file)] == list(range(2_500))


def test_ids_may_contain_lone_surrogates(path: Path) -> None:
    with State(path) as state:
        state.save_document(entry("half \ud83d"))
        assert state.document("half \ud83d") == entry("half \ud83d")


def test_only_uncommitted_entries_are_lost_with_the_process(path: Path) -> None:
    with State(path) as state:
        state.save_document(entry("kept"))
        state.commit()
    lost = State(path)
    lost.__enter__().save_document(entry("lost"))
    # No error that anybody meets, but the end of the process.
    error = SystemExit()
    lost.__exit__(type(error), error, None)
    with State(path) as state:
        assert state.document("kept") is not None
        assert state.document("lost") is None


@pytest.mark.parametrize("damage", ["nonsense", "cut", "overwritten", "another layout"])
def test_a_damaged_file_is_replaced_by_a_new_one(path: Path, damage: str) -> None:
    with State(path) as state:
        for n in range(2_000):
            state.save_document(entry(f"d{n}", n))
    data = path.read_bytes()
    if damage == "nonsense":
        path.write_bytes(b"no database at all" * 100)
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "overwritten":
        path.write_bytes(data[:8_192] + b"\xff" * 30_000 + data[38_192:])
    else:
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
    with State(path) as state:
        assert state.document("d7") is None
        state.save_document(entry("d7"))
    with State(path) as state:
        assert state.document("d7") is not None


def test_an_error_names_a_file_that_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "_run").write_bytes(b"")
    with pytest.raises((StateError, OSError), match="_run"), State(tmp_path / "_run" / "state.sqlite"):
        pass


def test_articles_move_with_their_shard(path: Path) -> None:
    with State(path) as state:
        place = state.begin_shard_file(0, "_run/open/00000.jsonl")
        for n in range(3):
            state.save_document(entry(f"d{n}", n, shard_file=place, line=n))
        state.save_shard_file(ShardFile(place, 0, sealed=True, path="part-00000.jsonl.zst", size=99, documents=3))
        assert state.bytes_in(place) == 360
        new = state.begin_shard_file(0, "_run/open/00000.jsonl")
        assert new != place
        state.move_first_documents(2, place, new)
        moved = [state.document(f"d{n}") for n in range(3)]
        assert [each.shard_file for each in moved if each] == [new, new, place]


def test_the_source_of_a_lost_shard_is_read_again(path: Path) -> None:
    with State(path) as state:
        file = state.begin_file("a.jsonl")
        place = state.begin_shard_file(0, "part-00000.jsonl.zst")
        state.save_document(entry("d", 0, file, shard_file=place))
        state.end_file(file, "1-1", b"k")
        state.forget_shard_files([place])
        known = state.source("a.jsonl")
        assert known is not None
        assert known.stamp is None
        assert state.document("d") is None
