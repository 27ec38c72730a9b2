"""A run changes nothing outside its output, whatever the output holds: links, special files, files of others."""

import inspect
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from pipeline import Pipeline, UsageError
from pipeline.cli import main
from pipeline.config.settings import Input
from pipeline.errors import PipelineError
from pipeline.readers.documents import file_documents
from pipeline.readers.input_files import find_files
from pipeline.readers.registry import select_readers
from pipeline.runs.counters import Counters
from pipeline.runs.file_sources import FileSources
from pipeline.runs.job import Job
from pipeline.runs.output.output_folder import LocalOutput
from pipeline.runs.output.shard_names import RUN_FOLDER_SHARD
from pipeline.runs.plan import RerunOptions
from pipeline.runs.run import run
from pipeline.storage.atomic import resolve_target, write_atomic
from runs.callbacks import Callbacks
from runs.inline_executor import InlineExecutor

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes")

PLAIN = Pipeline(stages=["entities", "languages"])
SECRET = "Somebody's own words, and nobody else's.\n"
CHANGED = (
    "lock", "writes", "state.sqlite", "state.sqlite-wal", "state.sqlite-shm", "state.sqlite-journal"
)  # fmt: skip
"""Files that a run changes where they lie."""
REPLACED = (
    "run.json", "failures.jsonl", "rejected.jsonl", "left-out.jsonl", "unaccounted.jsonl", ".failures.jsonl.part",
    ".rejected.jsonl.part", ".left-out.jsonl.part", ".run.json.part", ".unaccounted.jsonl.part",
)  # fmt: skip
"""Files that it replaces whole."""
TOO_LONG = "its id is too long for the path of a file; shorten it"
FOLDERS = ("open", "previous", "replaced")
OF_ARTICLES = (
    "quay.json", ".quay.json.part", "wire/pier.json", "wire/.pier.json.part", "part-00000.jsonl.zst",
    ".part-00000.jsonl.zst.part", "part-00001.jsonl.zst",
)  # fmt: skip


class Ground:
    """Raw documents, an output, and a folder outside of it that must not change."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.output, self.outside = folder / "raw", folder / "output", folder / "outside"
        (self.raw / "wire").mkdir(parents=True)
        (self.raw / "quay.txt").write_text("The quay is wet.\n", "utf-8")
        (self.raw / "wire" / "pier.txt").write_text("The pier quot;groans quot;.\n", "utf-8")
        self.outside.mkdir()
        (self.outside / "a.txt").write_text(SECRET, "utf-8")
        (self.outside / "folder").mkdir()
        for name in ("pier.json", "part-00000.jsonl.zst", "00000.jsonl", "1.jsonl", "state.sqlite", "lock", "a.txt"):
            (self.outside / "folder" / name).write_text(SECRET, "utf-8")

    def run(self, form: Any = "json", **chosen: Any) -> Counters:
        executor, account, readers = InlineExecutor(), Counters(), select_readers()
        files, lost = find_files([self.raw], leave_out=self.output)
        self.failures: list[Any] = []
        job = Job(PLAIN, self.output, form=form, choices=RerunOptions(**chosen))
        run(
            FileSources(files, lambda files, at: file_documents(files[at], Input(), readers), Input()),
            job,
            engine=executor.engine,
            lost=lost,
            counters=account,
            events=Callbacks(log_entry=self.failures.append),
        )
        return account

    def seen(self) -> dict[str, bytes]:
        """Returns all files of the folder outside."""
        return {
            str(path.relative_to(self.outside)): path.read_bytes() if path.is_file() else b""
            for path in self.outside.rglob("*")
        }


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path)
    before = made.seen()
    yield made
    assert made.seen() == before


def clear(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)


def a_link(path: Path, outside: Path) -> None:
    clear(path)
    path.symlink_to(outside / "a.txt")


def a_link_to_nowhere(path: Path, outside: Path) -> None:
    clear(path)
    path.symlink_to(outside / "new.txt")


def a_link_to_a_folder(path: Path, outside: Path) -> None:
    clear(path)
    path.symlink_to(outside / "folder", target_is_directory=True)


def a_hard_link(path: Path, outside: Path) -> None:
    clear(path)
    path.hardlink_to(outside / "a.txt")


def a_pipe(path: Path, _: Path) -> None:
    clear(path)
    os.mkfifo(path)


PLANTS = (a_link, a_link_to_nowhere, a_link_to_a_folder, a_hard_link, a_pipe)


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("before", [False, True])
def test_links_instead_of_files_change_nothing_outside(
    ground: Ground, plant: Callable[[Path, Path], None], form: str, *, before: bool
) -> None:
    """The fixture `ground` checks the folder outside after the test. Each run ends, and says why if it ends early."""
    if before:
        ground.run(form)
    for name in (*(f"_run/{name}" for name in REPLACED), *OF_ARTICLES):
        plant(ground.output / name, ground.outside)
    runs_that_write_and_delete(ground, form)


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("before", [False, True])
def test_links_instead_of_files_changed_in_place_are_refused(
    ground: Ground, plant: Callable[[Path, Path], None], name: str, *, before: bool
) -> None:
    if before:
        ground.run()
    plant(ground.output / "_run" / name, ground.outside)
    with pytest.raises(UsageError, match=rf"_run/{name} is (a symbolic link|a hard link|not a file of a run)"):
        ground.run()


def runs_that_write_and_delete(ground: Ground, form: str) -> None:
    for chosen in ({}, {"overwrite_edited": True}):
        with suppress(PipelineError):
            ground.run(form, **chosen)
    # A document that fails now is deleted, and the shards with it.
    (ground.raw / "wire" / "pier.txt").write_text("", "utf-8")
    with suppress(PipelineError):
        ground.run(form, overwrite_edited=True)


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("name", ["_run", "wire", *(f"_run/{name}" for name in FOLDERS)])
@pytest.mark.parametrize("before", [False, True])
def test_links_instead_of_folders_change_nothing_outside(ground: Ground, form: str, name: str, *, before: bool) -> None:
    if before:
        ground.run(form)
    path = ground.output / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        path.rename(ground.output / "moved")
    path.symlink_to(ground.outside / "folder", target_is_directory=True)
    runs_that_write_and_delete(ground, form)


@pytest.mark.parametrize("name", ["_run", *(f"_run/{name}" for name in FOLDERS)])
def test_a_link_instead_of_the_folder_of_a_run_is_refused(ground: Ground, name: str) -> None:
    (ground.output / name).parent.mkdir(parents=True, exist_ok=True)
    (ground.output / name).symlink_to(ground.outside / "folder")
    with pytest.raises(UsageError, match=rf"{name} is a symbolic link, which a run does not follow"):
        ground.run()


def test_an_article_below_a_link_fails_alone(ground: Ground) -> None:
    ground.output.mkdir()
    (ground.output / "wire").symlink_to(ground.outside / "folder", target_is_directory=True)
    account = ground.run()
    assert (account.written, account.failed) == (1, 1)
    (failure,) = ground.failures
    assert failure.document == "wire/pier"
    assert "output/wire is a symbolic link, and nothing is written through it; replace it" in failure.reason


@pytest.mark.parametrize("plant", [a_link, a_link_to_nowhere, a_pipe])
def test_a_link_instead_of_an_article_is_kept_unless_overwritten(
    ground: Ground, plant: Callable[[Path, Path], None]
) -> None:
    plant(ground.output / "quay.json", ground.outside)
    account = ground.run()
    assert (account.written, account.edited) == (2, 1) or (account.written, account.edited) == (1, 1)
    ground.run(overwrite_edited=True)
    assert json.loads((ground.output / "quay.json").read_bytes())["id"] == "quay"
    assert (ground.output / "quay.json").is_file()
    assert not (ground.output / "quay.json").is_symlink()


# What others left there


def another_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE recipes (name TEXT)")


def another_version(path: Path) -> None:
    another_database(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA user_version = 77")


def a_state_with_programs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE about (key TEXT, value)")
        database.execute("CREATE TABLE files (file INTEGER)")
        database.execute("CREATE TABLE documents (id BLOB)")
        database.execute("CREATE TRIGGER each AFTER INSERT ON about BEGIN DELETE FROM files; END")


def a_text(path: Path) -> None:
    path.write_text(SECRET, "utf-8")


@pytest.mark.parametrize(
    ("name", "leave"),
    [
        ("lock", a_text),
        ("lock", another_database),
        ("writes", a_text),
        ("state.sqlite", a_text),
        ("state.sqlite", another_database),
        ("state.sqlite", another_version),
        ("state.sqlite", a_state_with_programs),
    ],
)
def test_files_of_others_are_renamed_and_kept(ground: Ground, name: str, leave: Callable[[Path], None]) -> None:
    path = ground.output / "_run" / name
    path.parent.mkdir(parents=True)
    leave(path)
    before = path.read_bytes()
    assert ground.run().written == 2
    (aside,) = path.parent.glob(f"{name}.damaged-*")
    assert aside.read_bytes() == before


@pytest.mark.parametrize("left", [b"", b"123\n", b"4194304\n"])
def test_the_lock_of_an_ended_run_is_taken(ground: Ground, left: bytes) -> None:
    lock = ground.output / "_run" / "lock"
    lock.parent.mkdir(parents=True)
    lock.write_bytes(left)
    with LocalOutput(ground.output).held():
        assert lock.read_bytes() == b"%d\n" % os.getpid()


@pytest.mark.parametrize("path", ["../../outside/a.txt", "previous/../../../outside/a.txt", "/etc/passwd", "open/x"])
def test_a_state_cannot_name_files_outside(ground: Ground, path: str) -> None:
    """A state from somebody else may say anything."""
    assert not RUN_FOLDER_SHARD.fullmatch(path)
    ground.run("jsonl")
    size = (ground.outside / "a.txt").stat().st_size
    with closing(sqlite3.connect(ground.output / "_run" / "state.sqlite")) as database, database:
        for sealed in (0, 1):
            database.execute(
                "INSERT INTO places (shard, sealed, path, size, documents) VALUES (7, ?, ?, ?, 1)", (sealed, path, size)
            )
    assert ground.run("jsonl").totals.complete


# Other writers


def test_a_link_named_by_the_user_is_followed_but_not_one_below_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SECRET, "utf-8")
    (tmp_path / "link").symlink_to("a.txt")
    write_atomic(resolve_target(tmp_path / "link"), b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a.txt").read_bytes() == b"new"
    write_atomic(tmp_path / "link", b"newer")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "a.txt").read_bytes() == b"new"


def test_an_export_and_a_restore_write_nothing_through_a_link_in_their_folder(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ground.run()
    for verb in (["export", "--to", "json"], ["export", "--to", "text"], ["restore"]):
        target = tmp_path / f"{verb[0]}-{verb[-1]}"
        target.mkdir()
        (target / "wire").symlink_to(ground.outside / "folder", target_is_directory=True)
        assert main([verb[0], str(ground.output), *verb[1:], "-o", str(target)]) == 2
        assert f"{target}/wire is a symbolic link, and nothing is written through it" in capsys.readouterr().err


@pytest.mark.parametrize(("parts", "written"), [(300, 1), (5_000, 0)])
def test_an_id_with_many_parts_is_written_or_fails_alone(tmp_path: Path, parts: int, written: int) -> None:
    """Its folders are nested."""
    ground = Ground(tmp_path)
    name = "d/" * parts + "a"
    (ground.raw / "deep.jsonl").write_text(json.dumps({"id": name, "text": "The quay is wet."}) + "\n", "utf-8")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 250)
    try:
        account = ground.run()
    finally:
        sys.setrecursionlimit(before)
    assert account.written == 2 + written
    assert [each.reason for each in ground.failures] == ["line 1 of deep.jsonl: " + TOO_LONG] * (1 - written)
