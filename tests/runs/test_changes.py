"""Only what has changed is processed again."""

import importlib
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from installed import Shelf
from ordeal import SMALL, account, lines, processed, put, talk, told, tree
from sampling import only

import pipeline
from pipeline.cli import main, run
from pipeline.readers.input_files import InputFile
from pipeline.readers.open_file import open_local_file
from pipeline.runs.state import State
from runs.inline_reading import Reading


class Desk:
    """A folder of documents, an output, and runs."""

    def __init__(self, folder: Path, form: str) -> None:
        self.raw = folder / "raw"
        self.output = folder / "out"
        self.log = folder / "log"
        self.form = form
        self.raw.mkdir()
        self.write("a", "a1", "a2", "a3", "a4")
        self.write("b", "b1", "b2", "b3")
        self.write("c", "c1")

    def write(self, name: str, *rows: str, **others: str) -> None:
        """Writes a file with a document for each id, and those with the given texts."""
        lines(self.raw / f"{name}.jsonl", [*((row, talk(len(row), row)) for row in rows), *others.items()])

    def go(self, *more: str, code: int = 0) -> set[str]:
        """Runs, and returns the ids of the documents that were processed."""
        self.log.unlink(missing_ok=True)
        arguments = ["run", str(self.raw), "-o", str(self.output), "-q", "--format", self.form, "--workers", "1"]
        settings = ["--set", SMALL, "--set", f"stages.poison.log={self.log}"]
        assert main([*arguments, *settings, *more]) == code
        # Once each: nothing crashes here.
        assert set(processed(self.log).values()) <= {1}
        account(self.output)
        return set(processed(self.log))

    def ids(self) -> list[str]:
        return [article.id for article in pipeline.read(self.output)]


@pytest.fixture(params=["json", "jsonl"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, shelf: Shelf) -> Desk:
    """An output of a first run."""
    put(shelf)
    desk = Desk(tmp_path, request.param)
    assert desk.go() == {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"}
    return desk


def test_nothing_is_processed_again_if_nothing_has_changed(desk: Desk) -> None:
    before = tree(desk.output)
    assert desk.go() == set()
    assert account(desk.output) == {"documents": 8, "written": 0, "failed": 0, "rejected": 0, "unchanged": 8}
    assert tree(desk.output) == before


def test_only_a_changed_text_is_processed_again(desk: Desk) -> None:
    desk.write("b", "b1", b2="Another tale.", b3=talk(2, "b3"))
    assert desk.go() == {"b2"}
    assert [article.text for article in pipeline.read(desk.output) if article.id == "b2"] == ["Another tale."]


def test_a_row_before_others_moves_them_to_other_lines_which_their_articles_name(desk: Desk) -> None:
    desk.write("a", "a0", "a1", "a2", "a3", "a4")
    assert desk.go() == {"a0", "a1", "a2", "a3", "a4"}
    assert desk.ids() == ["a0", "a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"]


def test_only_a_row_added_at_the_end_is_processed(desk: Desk) -> None:
    desk.write("a", "a1", "a2", "a3", "a4", "a5")
    assert desk.go() == {"a5"}
    assert desk.ids() == ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "c1"]


def test_a_deleted_row_is_deleted_from_shards(desk: Desk) -> None:
    """A folder of articles keeps it: moving a source away must not delete its articles."""
    desk.write("b", "b1", "b2")
    assert desk.go() == set()
    assert ("b3" in desk.ids()) == (desk.form == "json")
    assert account(desk.output)["documents"] == 7


def test_a_file_can_be_deleted_and_restored(desk: Desk) -> None:
    (desk.raw / "b.jsonl").rename(desk.raw.parent / "b.jsonl")
    assert desk.go() == set()
    (desk.raw.parent / "b.jsonl").rename(desk.raw / "b.jsonl")
    assert desk.go() == (set() if desk.form == "json" else {"b1", "b2", "b3"})
    assert desk.ids() == ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"]


def test_a_row_that_moves_to_another_file_is_done_again_and_there_once(desk: Desk) -> None:
    desk.write("a", "a1", "a2", "a3")
    desk.write("c", "c1", "a4")
    assert desk.go() == {"a4"}
    assert sorted(desk.ids()) == ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"]
    assert desk.go() == set()


def test_another_time_alone_is_not_a_change(desk: Desk) -> None:
    os.utime(desk.raw / "a.jsonl", ns=(1, 1))
    assert desk.go() == set()
    assert account(desk.output)["unchanged"] == 8


def test_check_hash_finds_changes_with_the_same_size_and_time(desk: Desk) -> None:
    path = desk.raw / "c.jsonl"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"wheel", b"crank"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk.go() == set()
    assert desk.go("--check-hash") == {"c1"}
    assert "crank" in [article.text for article in pipeline.read(desk.output)][-1]


def test_an_id_belongs_to_the_first_document_that_has_it(desk: Desk) -> None:
    desk.write("a", "a1", "a2", "a3", "a4", c1="It stood in the first file.")
    assert desk.go(code=1) == {"c1"}
    (failure,) = told(desk.output)
    assert failure["document"] == "c1"
    assert "an earlier document has this id" in failure["reason"]
    assert desk.go(code=1) == set()
    desk.write("a", "a1", "a2", "a3", "a4")
    assert desk.go() == {"c1"}
    assert told(desk.output) == []
    assert [article.text for article in pipeline.read(desk.output) if article.id == "c1"] == [talk(2, "c1")]


def test_an_unreadable_file_is_retried_in_each_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: InputFile) -> BinaryIO:
        if file.name == "b.jsonl":
            raise PermissionError(13, "Permission denied", file.name)
        return open_local_file(file)

    os.utime(desk.raw / "b.jsonl", ns=(1, 1))
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.readers.documents.open_local_file", refused)
        patch.setattr(run, "ReadingProcess", Reading)
        assert desk.go(code=1) == set()
    assert told(desk.output)[0]["document"] == "b"
    assert desk.go() == {"b1", "b2", "b3"}
    assert told(desk.output) == []
    assert desk.ids() == ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"]


def test_going_back_to_earlier_settings_is_a_change(desk: Desk) -> None:
    everything = {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"}
    before = tree(desk.output)
    assert desk.go("--set", "stages.poison.version=2") == everything
    assert desk.go("--set", "stages.poison.version=2") == set()
    assert desk.go() == everything
    assert tree(desk.output) == before


def test_another_version_of_a_stage_is_a_change(desk: Desk, shelf: Shelf) -> None:
    (about,) = shelf.folder.glob("poison_stages-*.dist-info")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: poison-stages\nVersion: 1.5\n", "utf-8")
    assert len(desk.go()) == 8
    assert {
        stage.version for article in pipeline.read(desk.output) for stage in article.provenance.pipeline.stages
    } == {"1.5"}


def test_another_version_of_a_reader_is_a_change(desk: Desk, shelf: Shelf) -> None:
    asked = ("--set", "sources.logbook={}")
    (desk.raw / "watch.log").write_text(f"LOG {talk(5)}", "utf-8")
    shelf.reader("logbook")
    assert desk.go(*asked) == {"watch"}
    assert desk.go(*asked) == set()
    (about,) = shelf.folder.glob("log_readers-*.dist-info")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: log-readers\nVersion: 1.5\n", "utf-8")
    module = next(path for path in shelf.folder.glob("log_readers_*") if path.is_file())
    module.write_text(module.read_text("utf-8").replace('{"reader": "logbook"}', '{"reader": "second"}'), "utf-8")
    del sys.modules[module.stem]
    importlib.invalidate_caches()
    assert desk.go(*asked) == {"watch"}


def test_another_version_of_the_page_converter_processes_pages_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "<html><body><article><p>Host: Who built it?</p><p>Ida Brandt: My aunt.</p></article></body></html>"
    (desk.raw / "page.html").write_text(page, "utf-8")
    assert desk.go() == {"page"}
    monkeypatch.setattr("pipeline.readers.html.converter", lambda: "another 2.0")
    monkeypatch.setattr(run, "ReadingProcess", Reading)
    assert desk.go() == {"page"}


def test_a_profile_is_a_setting(desk: Desk) -> None:
    profile = ["--set", 'profiles.b={match={id="b*"}, stages={poison={version=3}}}']
    assert "b2" in desk.go(*profile)
    assert desk.go(*profile) == set()
    profiles = {article.id: article.provenance.pipeline.profile for article in pipeline.read(desk.output)}
    assert {name for name, profile in profiles.items() if profile == "b"} == {"b1", "b2", "b3"}


def test_workers_and_limits_are_not_a_change(desk: Desk) -> None:
    assert desk.go("--set", "run.seconds=77", "--set", "run.memory=3000", "--workers", "2") == set()


def test_fresh_processes_everything_again(desk: Desk) -> None:
    before = tree(desk.output)
    assert len(desk.go("--fresh")) == 8
    assert account(desk.output)["written"] == 8
    assert tree(desk.output) == before


def test_a_missing_article_is_made_again(desk: Desk) -> None:
    before = tree(desk.output)
    (desk.output / next(name for name in before if not name.startswith("_"))).unlink()
    again = desk.go()
    assert again == ({"a1"} if desk.form == "json" else {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"})
    assert tree(desk.output) == before


# The state: what is wrong with it costs only time


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _noise(data: bytes) -> bytes:
    return random.Random(5).randbytes(len(data))


def _hole(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[: middle - 6000] + random.Random(6).randbytes(12_000) + data[middle + 6000 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": _cut,
    "noise": _noise,
    "a hole in the middle": _hole,
    "no database": lambda _: b"What was here before?\n" * 400,
    "another layout": lambda data: data[:60] + b"\0\0\0\x63" + data[64:],
}


@pytest.mark.parametrize("damage", only(DAMAGE, ["empty", "a hole in the middle"]))
def test_a_damaged_state_costs_only_time(desk: Desk, damage: str) -> None:
    before = tree(desk.output)
    state = desk.output / "_run" / "state.sqlite"
    state.write_bytes(DAMAGE[damage](state.read_bytes()))
    assert len(desk.go()) == 8
    assert tree(desk.output) == before
    assert desk.go() == set()


def test_a_deleted_state_costs_only_time(desk: Desk) -> None:
    before = tree(desk.output)
    (desk.output / "_run" / "state.sqlite").unlink()
    assert len(desk.go()) == 8
    assert tree(desk.output) == before


def test_a_folder_in_place_of_the_state_is_set_aside(desk: Desk) -> None:
    state = desk.output / "_run" / "state.sqlite"
    state.unlink()
    state.mkdir()
    assert len(desk.go()) == 8
    assert any(path.is_dir() for path in state.parent.glob("state.sqlite.damaged-*"))


# Only some


def test_a_run_with_first_can_be_continued(desk: Desk, tmp_path: Path) -> None:
    desk.output = tmp_path / "few"
    assert desk.go("--first", "3") == {"a1", "a2", "a3"}
    assert account(desk.output)["documents"] == 3
    assert desk.go("--first", "3") == set()
    assert desk.go("--first", "5") == {"a4", "b1"}
    assert desk.ids() == ["a1", "a2", "a3", "a4", "b1"]
    assert desk.go() == {"b2", "b3", "c1"}


def test_a_run_with_first_does_not_replace_a_whole_run(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    before = {name: data for name, data in tree(desk.output).items() if not name.startswith("_run/")}
    assert desk.go("--first", "3", code=0 if desk.form == "json" else 2) == set()
    assert before == {name: data for name, data in tree(desk.output).items() if not name.startswith("_run/")}
    if desk.form != "json":
        assert "holds the shards of a whole run" in capsys.readouterr().err
        assert desk.go("--first", "3", code=2) == set()


def test_another_format_in_the_same_output_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader would find each article twice."""
    before = tree(desk.output)
    desk.form = "jsonl" if desk.form == "json" else "json"
    assert desk.go(code=2) == set()
    assert "name another folder with -o" in capsys.readouterr().err
    assert tree(desk.output) == before


def test_shards_are_converted_to_another_format_without_processing(desk: Desk) -> None:
    if desk.form == "json":
        pytest.skip("has no shards")
    before = [article.id for article in pipeline.read(desk.output)]
    for form in ("parquet", "jsonl"):
        desk.form = form
        assert desk.go() == set()
        assert desk.ids() == before
        assert len(list(desk.output.glob("part-*"))) == 1


def test_shards_of_other_sources_are_not_replaced(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    if desk.form == "json":
        pytest.skip("files of other articles stay")
    before = tree(desk.output)
    for name in "abc":
        (desk.raw / f"{name}.jsonl").rename(desk.raw / f"{name}x.jsonl")
    assert desk.go(code=2) == set()
    assert "holds the shards of other sources" in capsys.readouterr().err
    assert tree(desk.output) == before
    assert len(desk.go("--fresh")) == 8


def test_the_files_of_a_run_are_json(desk: Desk) -> None:
    desk.go()
    assert json.loads((desk.output / "_run" / "run.json").read_text("utf-8"))["finished"] is True
    with State(desk.output / "_run" / "state.sqlite") as state:
        assert state.get_metadata("form") == desk.form
