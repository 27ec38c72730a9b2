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
from installed import InstalledPackages
from ordeal import SMALL, account, lines, log_entries, processed, put, talk, tree
from sampling import only

import pipeline
from pipeline.cli import main, run
from pipeline.readers.input_files import InputFile
from pipeline.readers.open_file import open_local_file
from pipeline.runs.state import State
from runs.inline_reading import Reading

pytestmark = pytest.mark.usefixtures("run_in_process")


class Workspace:
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
def workspace(request: pytest.FixtureRequest, tmp_path: Path, packages: InstalledPackages) -> Workspace:
    """An output of a first run."""
    put(packages)
    workspace = Workspace(tmp_path, request.param)
    assert workspace.go() == {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"}
    return workspace


def test_nothing_is_processed_again_if_nothing_has_changed(workspace: Workspace) -> None:
    before = tree(workspace.output)
    assert workspace.go() == set()
    assert account(workspace.output) == {"documents": 8, "written": 0, "failed": 0, "rejected": 0, "unchanged": 8}
    assert tree(workspace.output) == before


def test_only_a_changed_text_is_processed_again(workspace: Workspace) -> None:
    workspace.write("b", "b1", b2="Another tale.", b3=talk(2, "b3"))
    assert workspace.go() == {"b2"}
    assert [article.text for article in pipeline.read(workspace.output) if article.id == "b2"] == ["Another tale."]


def test_a_row_before_others_moves_them_to_other_lines_which_their_articles_name(workspace: Workspace) -> None:
    workspace.write("a", "a0", "a1", "a2", "a3", "a4")
    assert workspace.go() == {"a0", "a1", "a2", "a3", "a4"}
    assert workspace.ids() == ["a0", "a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"]


def test_only_a_row_added_at_the_end_is_processed(workspace: Workspace) -> None:
    workspace.write("a", "a1", "a2", "a3", "a4", "a5")
    assert workspace.go() == {"a5"}
    assert workspace.ids() == ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "c1"]


def test_a_deleted_row_is_deleted_from_shards(workspace: Workspace) -> None:
    """A folder of articles keeps it: moving a source away must not delete its articles."""
    workspace.write("b", "b1", "b2")
    assert workspace.go() == set()
    assert ("b3" in workspace.ids()) == (workspace.form == "json")
    assert account(workspace.output)["documents"] == 7


def test_a_file_can_be_deleted_and_restored(workspace: Workspace) -> None:
    (workspace.raw / "b.jsonl").rename(workspace.raw.parent / "b.jsonl")
    assert workspace.go() == set()
    (workspace.raw.parent / "b.jsonl").rename(workspace.raw / "b.jsonl")
    assert workspace.go() == (set() if workspace.form == "json" else {"b1", "b2", "b3"})
    assert workspace.ids() == ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"]


def test_a_row_that_moves_to_another_file_is_done_again_and_there_once(workspace: Workspace) -> None:
    workspace.write("a", "a1", "a2", "a3")
    workspace.write("c", "c1", "a4")
    assert workspace.go() == {"a4"}
    assert sorted(workspace.ids()) == ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"]
    assert workspace.go() == set()


def test_another_time_alone_is_not_a_change(workspace: Workspace) -> None:
    os.utime(workspace.raw / "a.jsonl", ns=(1, 1))
    assert workspace.go() == set()
    assert account(workspace.output)["unchanged"] == 8


def test_check_hash_finds_changes_with_the_same_size_and_time(workspace: Workspace) -> None:
    path = workspace.raw / "c.jsonl"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"wheel", b"crank"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert workspace.go() == set()
    assert workspace.go("--check-hash") == {"c1"}
    assert "crank" in [article.text for article in pipeline.read(workspace.output)][-1]


def test_an_id_belongs_to_the_first_document_that_has_it(workspace: Workspace) -> None:
    workspace.write("a", "a1", "a2", "a3", "a4", c1="It stood in the first file.")
    assert workspace.go(code=1) == {"c1"}
    (failure,) = log_entries(workspace.output)
    assert failure["document"] == "c1"
    assert "an earlier document has this id" in failure["reason"]
    assert workspace.go(code=1) == set()
    workspace.write("a", "a1", "a2", "a3", "a4")
    assert workspace.go() == {"c1"}
    assert log_entries(workspace.output) == []
    assert [article.text for article in pipeline.read(workspace.output) if article.id == "c1"] == [talk(2, "c1")]


def test_an_unreadable_file_is_retried_in_each_run(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: InputFile) -> BinaryIO:
        if file.name == "b.jsonl":
            raise PermissionError(13, "Permission denied", file.name)
        return open_local_file(file)

    os.utime(workspace.raw / "b.jsonl", ns=(1, 1))
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.readers.documents.open_local_file", refused)
        patch.setattr(run, "ReadingProcess", Reading)
        assert workspace.go(code=1) == set()
    assert log_entries(workspace.output)[0]["document"] == "b"
    assert workspace.go() == {"b1", "b2", "b3"}
    assert log_entries(workspace.output) == []
    assert workspace.ids() == ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"]


def test_going_back_to_earlier_settings_is_a_change(workspace: Workspace) -> None:
    everything = {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"}
    before = tree(workspace.output)
    assert workspace.go("--set", "stages.poison.version=2") == everything
    assert workspace.go("--set", "stages.poison.version=2") == set()
    assert workspace.go() == everything
    assert tree(workspace.output) == before


def test_another_version_of_a_stage_is_a_change(workspace: Workspace, packages: InstalledPackages) -> None:
    (about,) = packages.folder.glob("poison_stages-*.dist-info")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: poison-stages\nVersion: 1.5\n", "utf-8")
    assert len(workspace.go()) == 8
    assert {
        stage.version for article in pipeline.read(workspace.output) for stage in article.provenance.pipeline.stages
    } == {"1.5"}


def test_another_version_of_a_reader_is_a_change(workspace: Workspace, packages: InstalledPackages) -> None:
    asked = ("--set", "sources.logbook={}")
    (workspace.raw / "watch.log").write_text(f"LOG {talk(5)}", "utf-8")
    packages.reader("logbook")
    assert workspace.go(*asked) == {"watch"}
    assert workspace.go(*asked) == set()
    (about,) = packages.folder.glob("log_readers-*.dist-info")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: log-readers\nVersion: 1.5\n", "utf-8")
    module = next(path for path in packages.folder.glob("log_readers_*") if path.is_file())
    module.write_text(module.read_text("utf-8").replace('{"reader": "logbook"}', '{"reader": "second"}'), "utf-8")
    del sys.modules[module.stem]
    importlib.invalidate_caches()
    assert workspace.go(*asked) == {"watch"}


def test_another_version_of_the_page_converter_processes_pages_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "<html><body><article><p>Host: Who built it?</p><p>Ida Brandt: My aunt.</p></article></body></html>"
    (workspace.raw / "page.html").write_text(page, "utf-8")
    assert workspace.go() == {"page"}
    monkeypatch.setattr("pipeline.readers.html.converter", lambda: "another 2.0")
    monkeypatch.setattr(run, "ReadingProcess", Reading)
    assert workspace.go() == {"page"}


def test_a_profile_is_a_setting(workspace: Workspace) -> None:
    profile = ["--set", 'profiles.b={match={id="b*"}, stages={poison={version=3}}}']
    assert "b2" in workspace.go(*profile)
    assert workspace.go(*profile) == set()
    profiles = {article.id: article.provenance.pipeline.profile for article in pipeline.read(workspace.output)}
    assert {name for name, profile in profiles.items() if profile == "b"} == {"b1", "b2", "b3"}


def test_workers_and_limits_are_not_a_change(workspace: Workspace) -> None:
    assert workspace.go("--set", "run.seconds=77", "--set", "run.memory=3000", "--workers", "2") == set()


def test_fresh_processes_everything_again(workspace: Workspace) -> None:
    before = tree(workspace.output)
    assert len(workspace.go("--fresh")) == 8
    assert account(workspace.output)["written"] == 8
    assert tree(workspace.output) == before


def test_a_missing_article_is_made_again(workspace: Workspace) -> None:
    before = tree(workspace.output)
    (workspace.output / next(name for name in before if not name.startswith("_"))).unlink()
    again = workspace.go()
    assert again == ({"a1"} if workspace.form == "json" else {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"})
    assert tree(workspace.output) == before


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
def test_a_damaged_state_costs_only_time(workspace: Workspace, damage: str) -> None:
    before = tree(workspace.output)
    state = workspace.output / "_run" / "state.sqlite"
    state.write_bytes(DAMAGE[damage](state.read_bytes()))
    assert len(workspace.go()) == 8
    assert tree(workspace.output) == before
    assert workspace.go() == set()


def test_a_deleted_state_costs_only_time(workspace: Workspace) -> None:
    before = tree(workspace.output)
    (workspace.output / "_run" / "state.sqlite").unlink()
    assert len(workspace.go()) == 8
    assert tree(workspace.output) == before


def test_a_folder_in_place_of_the_state_is_set_aside(workspace: Workspace) -> None:
    state = workspace.output / "_run" / "state.sqlite"
    state.unlink()
    state.mkdir()
    assert len(workspace.go()) == 8
    assert any(path.is_dir() for path in state.parent.glob("state.sqlite.damaged-*"))


# Only some


def test_a_run_with_first_can_be_continued(workspace: Workspace, tmp_path: Path) -> None:
    workspace.output = tmp_path / "few"
    assert workspace.go("--first", "3") == {"a1", "a2", "a3"}
    assert account(workspace.output)["documents"] == 3
    assert workspace.go("--first", "3") == set()
    assert workspace.go("--first", "5") == {"a4", "b1"}
    assert workspace.ids() == ["a1", "a2", "a3", "a4", "b1"]
    assert workspace.go() == {"b2", "b3", "c1"}


def test_a_run_with_first_does_not_replace_a_whole_run(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: data for name, data in tree(workspace.output).items() if not name.startswith("_run/")}
    assert workspace.go("--first", "3", code=0 if workspace.form == "json" else 2) == set()
    assert before == {name: data for name, data in tree(workspace.output).items() if not name.startswith("_run/")}
    if workspace.form != "json":
        assert "holds the shards of a whole run" in capsys.readouterr().err
        assert workspace.go("--first", "3", code=2) == set()


def test_another_format_in_the_same_output_is_refused(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader would find each article twice."""
    before = tree(workspace.output)
    workspace.form = "jsonl" if workspace.form == "json" else "json"
    assert workspace.go(code=2) == set()
    assert "name another folder with -o" in capsys.readouterr().err
    assert tree(workspace.output) == before


def test_shards_are_converted_to_another_format_without_processing(workspace: Workspace) -> None:
    if workspace.form == "json":
        pytest.skip("has no shards")
    before = [article.id for article in pipeline.read(workspace.output)]
    for form in ("parquet", "jsonl"):
        workspace.form = form
        assert workspace.go() == set()
        assert workspace.ids() == before
        assert len(list(workspace.output.glob("part-*"))) == 1


def test_shards_of_other_sources_are_not_replaced(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    if workspace.form == "json":
        pytest.skip("files of other articles stay")
    before = tree(workspace.output)
    for name in "abc":
        (workspace.raw / f"{name}.jsonl").rename(workspace.raw / f"{name}x.jsonl")
    assert workspace.go(code=2) == set()
    assert "holds the shards of other sources" in capsys.readouterr().err
    assert tree(workspace.output) == before
    assert len(workspace.go("--fresh")) == 8


def test_the_files_of_a_run_are_json(workspace: Workspace) -> None:
    workspace.go()
    assert json.loads((workspace.output / "_run" / "run.json").read_text("utf-8"))["finished"] is True
    with State(workspace.output / "_run" / "state.sqlite") as state:
        assert state.get_metadata("form") == workspace.form
