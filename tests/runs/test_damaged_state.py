"""A damaged state costs time, but no article, and blocks no later run."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.runs.state import State
from pipeline.runs.state_entries import DamagedStateError, StateError
from runs.damaged_state import Trial, cases, foreign
from runs.test_plan import Runs
from runs.test_state import entry

LAYOUT_99 = "CREATE TABLE documents (id); PRAGMA user_version = 99;"
SOMEBODYS = "CREATE TABLE recipes (name); INSERT INTO recipes VALUES ('soup');"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(tmp_path_factory.mktemp("damaged"))


@pytest.mark.parametrize("was_killed", [False, True])
def test_a_run_continues_after_the_state_was_damaged(trial: Trial, *, was_killed: bool) -> None:
    found = list(cases(trial.data, seed=26, flips=25))
    faults = {
        what: fault
        for what, data in found[:: 3 if was_killed else 5]
        if (fault := trial.fault(lambda path, data=data: path.write_bytes(data), was_killed=was_killed))  # type: ignore[misc]
    }
    assert not faults


def test_shards_are_the_same_without_the_state(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.table("dump.jsonl", **{f"d{n}": f"Boat {n}." for n in range(30)})
    runs.run(form="jsonl")
    shard = runs.output / "part-00000.jsonl.zst"
    before = shard.read_bytes()
    state = runs.output / "_run" / "state.sqlite"
    state.write_bytes(state.read_bytes()[:5_000])
    assert len(runs.run(form="jsonl")) == 30
    assert shard.read_bytes() == before
    assert not list((runs.output / "_run" / "replaced").glob("*"))
    assert runs.run(form="jsonl") == []


@pytest.mark.parametrize("at", [18, 19, 28, 44, 56, 60, 95])
def test_a_run_continues_after_the_header_was_damaged(trial: Trial, at: int) -> None:
    """For some of these bytes SQLite says that the file cannot be opened or written."""
    data = bytearray(trial.data)
    data[at] ^= 0x7F
    assert trial.fault(lambda path: path.write_bytes(data), was_killed=True) is None


@pytest.mark.parametrize("statements", [LAYOUT_99, SOMEBODYS])
def test_a_database_of_another_program_is_set_aside_unchanged(trial: Trial, tmp_path: Path, statements: str) -> None:
    data = foreign(tmp_path / "other.sqlite", statements)
    assert trial.fault(lambda path: path.write_bytes(data), was_killed=True) is None
    (aside,) = trial.state.parent.glob("state.sqlite.damaged-*")
    assert aside.read_bytes() == data


def test_a_state_with_table_names_that_are_not_utf_8_is_set_aside(trial: Trial) -> None:
    """SQLite quotes such a name in its error message, which Python cannot decode."""
    data = trial.data.replace(b"CREATE TABLE documents", b"CREATE TABLX documents")
    data = data.replace(b"documents", b"doc\xf3ments")
    assert trial.fault(lambda path: path.write_bytes(data), was_killed=True) is None
    assert list(trial.state.parent.glob("state.sqlite.damaged-*"))


@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
def test_a_folder_instead_of_the_state_file_is_set_aside(trial: Trial, end: str) -> None:
    def damage(path: Path) -> None:
        there = path.with_name(path.name + end)
        there.unlink(missing_ok=True)
        there.mkdir()
        (there / "note.txt").write_text("kept", "utf-8")

    assert trial.fault(damage, was_killed=True) is None
    assert list(trial.state.parent.glob("state.sqlite.damaged-*/note.txt"))


def test_a_state_that_was_set_aside_is_reported(trial: Trial) -> None:
    trial.reset()
    trial.state.write_bytes(trial.data[:-4096])
    trial.runs.run()
    lines = (trial.state.parent / "left-out.jsonl").read_text("utf-8").splitlines()
    (entry,) = [each for each in map(json.loads, lines) if "damaged" in each["name"]]
    assert (trial.output / entry["name"]).read_bytes() == trial.data[:-4096]
    assert "is damaged" in entry["reason"]


def test_a_sound_state_is_not_checked_again(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    trial.reset()
    trial.runs.run()

    def checked(_: object) -> None:
        raise AssertionError("checked")

    monkeypatch.setattr("pipeline.runs.state_file.check", checked)
    assert trial.runs.run() == []
    trial.state.touch()
    assert trial.runs.run() == [], "its hash is that of the mark"
    (trial.state.parent / "state.sqlite-closed").unlink()
    with pytest.raises(AssertionError, match="checked"):
        trial.runs.run()


def test_invalid_values_are_found_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    for change in ("fate = 7", "told = 'text'", "hash = x'00'", "n = 1.5", "line = -1", "size = 'large'"):
        with State(path) as state:
            state.save_document(entry("quay"))
            state.save_document(entry("wharf", 1))
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"UPDATE documents SET {change} WHERE id = ?", (b"quay",))
            database.commit()
        path.with_name("state.sqlite-closed").unlink()
        with State(path) as state:
            assert state.damaged is not None, change
            assert "documents" in state.damaged.reason
            assert state.document("wharf") is None


def test_damage_during_a_run_is_reported_and_the_next_run_continues(trial: Trial) -> None:
    trial.reset()
    with closing(sqlite3.connect(trial.state)) as database:
        database.execute("UPDATE documents SET told = ? WHERE fate = 1", (b"no JSON",))
        database.commit()
    trial.state.with_name("state.sqlite-closed").unlink()
    with pytest.raises(
        DamagedStateError, match=r"the state of earlier runs is damaged .*; it is now state.sqlite.damaged-"
    ):
        trial.runs.run()
    trial.runs.run()
    assert trial.articles() == trial.expected


def test_a_full_disk_is_not_mistaken_for_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.sqlite"
    with State(path) as state:
        state.save_document(entry("quay"))

    def full(_: object, *, is_checked: bool) -> sqlite3.Connection:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(State, "_open", full)
        with pytest.raises(StateError, match="disk is full"), State(path):
            pass
    with State(path) as state:
        assert state.damaged is None
        assert state.document("quay") is not None


@pytest.mark.parametrize(
    "name", ["lock", "writes", "run.json", "failures.jsonl", "state.sqlite-closed", "unaccounted.jsonl"]
)
@pytest.mark.parametrize("content", [b"", b"\xff\0garbage 99999999999999999999", b"9" * 32, None])
def test_other_files_of_a_run_may_hold_anything(trial: Trial, name: str, content: bytes | None) -> None:
    def damage(state: Path) -> None:
        path = state.with_name(name)
        path.unlink(missing_ok=True)
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content)

    fault = trial.fault(damage, was_killed=False)
    if content is None and fault is not None:
        assert fault.startswith("no run goes on: ")
        assert name in fault, "an error that names the folder"
    else:
        assert fault is None
