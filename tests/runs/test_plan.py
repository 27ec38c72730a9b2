"""What is processed again, and what is not."""

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline import Pipeline, UsageError
from pipeline.config.settings import Input
from pipeline.core.pipeline import NOWHERE
from pipeline.model.record import Record
from pipeline.readers.documents import file_documents, is_document
from pipeline.readers.input_files import find_files
from pipeline.readers.registry import select_readers
from pipeline.runs.cache_keys import key_of_article, key_of_record, reading_key
from pipeline.runs.counters import Counters
from pipeline.runs.file_sources import FileSources
from pipeline.runs.job import Job
from pipeline.runs.output.shard_lines import ShardLines
from pipeline.runs.plan import RerunOptions
from pipeline.runs.records import encode_record, record_key
from pipeline.runs.run import run
from pipeline.runs.state_entries import ShardFile
from runs.callbacks import Callbacks
from runs.inline_executor import InlineExecutor

PLAIN = Pipeline(stages=["entities", "languages"])


class Runs:
    """A folder of raw documents, and runs."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.output = folder / "raw", folder / "output"
        self.raw.mkdir()
        self.inputs: list[Path] = []
        """Folders to name instead of the one."""
        self.failures: list[str] = []

    def write(self, name: str, text: str) -> Path:
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def table(self, name: str, **rows: str) -> Path:
        return self.write(name, "".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in rows.items()))

    def run(self, made: Pipeline = PLAIN, *, form: Any = "json", **chosen: Any) -> list[str]:
        """Runs, and returns the ids of the documents that were processed."""
        executor, account = InlineExecutor(), Counters()
        options = msgspec.structs.replace(Input(), **chosen.pop("input", {}))
        readers = select_readers()
        is_one = lambda file: is_document(file, options, readers)  # noqa: E731
        files, lost = find_files(
            self.inputs or [self.raw], leave_out=self.output, is_document=is_one, follow_symlinks=True
        )
        taken = FileSources(files, lambda files, at: file_documents(files[at], options, readers), options)
        job = Job(made, self.output, form=form, reading=reading_key(options), choices=RerunOptions(**chosen))
        self.failures = []
        events = Callbacks(log_entry=lambda entry: self.failures.append(getattr(entry, "document", "")))
        run(taken, job, engine=executor.engine, lost=lost, counters=account, events=events)
        assert account.totals.complete
        self.account = account
        return sorted(executor.processed)


@pytest.fixture
def runs(tmp_path: Path, run_in_process: None) -> Runs:
    made = Runs(tmp_path)
    made.write("quay.txt", "The quay is wet.\n")
    made.write("wire/pier.txt", "The pier quot;groans quot;.\n")
    made.table("dump.jsonl", a="One boat.", b="Two boats.", c="Three boats.")
    return made


ALL = ["a", "b", "c", "quay", "wire/pier"]


def test_the_first_run_processes_all_documents_and_the_second_none(runs: Runs) -> None:
    assert runs.run() == ALL
    assert runs.run() == []
    assert runs.account.unchanged == 5


def test_only_a_changed_file_is_processed_again(runs: Runs) -> None:
    runs.run()
    runs.write("quay.txt", "The quay is dry.\n")
    assert runs.run() == ["quay"]
    assert "dry" in (runs.output / "quay.json").read_text("utf-8")


def test_only_changed_rows_of_a_changed_table_are_processed_again(runs: Runs) -> None:
    runs.run()
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", d="Four boats.")
    assert runs.run() == ["b", "d"]
    assert runs.account.unchanged == 3


def test_a_row_that_moved_within_its_table_is_another_article(runs: Runs) -> None:
    """The row number is part of the article's origin."""
    runs.run()
    runs.table("dump.jsonl", z="A first row.", a="One boat.", b="Two boats.", c="Three boats.")
    assert runs.run() == ["a", "b", "c", "z"]


def test_a_touched_file_is_read_but_not_processed_again(runs: Runs) -> None:
    runs.run()
    for path in runs.raw.rglob("*.*"):
        os.utime(path, ns=(1, 1))
    assert runs.run() == []


def test_a_change_with_the_same_size_and_time_is_found_only_by_hash(runs: Runs) -> None:
    path = runs.write("quay.txt", "The quay is wet.\n")
    runs.run()
    was = path.stat()
    path.write_text("The quay is hot.\n", encoding="utf-8")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert runs.run() == []
    assert runs.run(check_hash=True) == ["quay"]


def test_fresh_processes_all_documents_again(runs: Runs) -> None:
    runs.run()
    assert runs.run(fresh=True) == ALL


def test_a_missing_or_empty_article_is_made_again(runs: Runs) -> None:
    runs.run()
    (runs.output / "a.json").unlink()
    (runs.output / "quay.json").write_bytes(b"")
    assert runs.run() == ["a", "quay"]


def test_other_settings_process_all_documents_again(runs: Runs) -> None:
    runs.run()
    assert runs.run(Pipeline(stages=["entities", "languages"], rules={"entities": 0.5})) == ALL
    assert runs.run(Pipeline(stages=["entities"])) == ALL


def test_reading_settings_matter_only_if_they_change_documents(runs: Runs) -> None:
    runs.run()
    assert runs.run(input={"id_field": "text"}) == ["One boat.", "Three boats.", "Two boats."]


def test_a_document_that_moved_to_another_file_is_processed_once(runs: Runs) -> None:
    runs.run()
    runs.table("dump.jsonl", b="Two boats.", c="Three boats.")
    runs.table("later.jsonl", a="One boat.")
    assert runs.run() == ["a", "b", "c"]
    assert runs.run() == []


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_tables_of_one_name_in_two_folders_are_two_files(runs: Runs, form: str) -> None:
    runs.inputs = [runs.raw / "east", runs.raw / "west"]
    east, west = runs.table("east/day.jsonl", e1="An egg.", e2="An elm."), runs.table("west/day.jsonl", w="A wave.")
    os.utime(east, ns=(1, 1))
    os.utime(west, ns=(1, 1))
    assert runs.run(form=form) == ["e1", "e2", "w"]
    assert (runs.run(form=form), runs.account.unchanged, runs.failures) == ([], 3, [])
    runs.inputs.reverse()
    assert (runs.run(form=form), runs.account.unchanged) == ([], 3)
    runs.table("west/day.jsonl", w="A wall.")
    assert (runs.run(form=form), runs.account.unchanged) == (["w"], 2)


def test_tables_of_one_name_and_of_one_size_and_time_are_two_files(runs: Runs) -> None:
    runs.inputs = [runs.raw / "east", runs.raw / "west"]
    for name in ("east", "west"):
        os.utime(runs.table(f"{name}/day.jsonl", **{name: "A wave."}), ns=(1, 1))
    assert runs.run() == ["east", "west"]
    assert (runs.run(), runs.account.unchanged, runs.failures) == ([], 2, [])


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_an_unchanged_document_in_another_file_is_not_forgotten(runs: Runs, form: str) -> None:
    runs.inputs = [runs.raw / "east", runs.raw / "west"]
    runs.table("east/day.jsonl", moved="The gull moved.")
    runs.table("west/day.jsonl", west="A wave.")
    runs.run(form=form)
    # Its place in a table of that name is the same, so all that goes into its article is.
    runs.table("east/day.jsonl", new="The gull has gone.")
    runs.table("west/day.jsonl", moved="The gull moved.")
    assert (runs.run(form=form), runs.account.unchanged) == (["new"], 1)
    assert (runs.run(form=form), runs.account.unchanged) == ([], 2)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_reordered_articles_are_copied_without_rereading_shards(
    runs: Runs, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pack(numbers: Iterable[int]) -> None:
        with zipfile.ZipFile(runs.raw / "quay.zip", "w") as archive:
            for n in numbers:
                archive.writestr(f"{n}.txt", f"Boat {n} is quot;wet quot;.\n")

    opened: list[str] = []
    lines = ShardLines.lines

    def counted(self: ShardLines, place: ShardFile) -> Iterator[bytes]:
        opened.append(place.path)
        return lines(self, place)

    pack(range(50))
    runs.run(form=form)
    pack(reversed(range(50)))
    monkeypatch.setattr(ShardLines, "lines", counted)
    assert (runs.run(form=form), runs.account.unchanged) == ([], 55)
    assert len(opened) <= 3
    again = runs.output
    runs.output = again.with_name("fresh")
    runs.run(form=form)
    assert [file.read_bytes() for file in again.glob("part-*")] == [
        file.read_bytes() for file in runs.output.glob("part-*")
    ]


def test_deleted_documents_are_not_counted(runs: Runs) -> None:
    runs.run()
    runs.table("dump.jsonl", a="One boat.")
    assert runs.run() == []
    assert runs.account.documents == 3
    assert runs.run() == []
    assert runs.account.documents == 3


# Documents that fail


def test_a_failure_is_reported_again_but_not_retried(runs: Runs) -> None:
    runs.table("dump.jsonl", a="One boat.", b="")
    assert "b" in runs.run()
    assert runs.failures == ["b"]
    assert runs.run() == []
    assert (runs.failures, runs.account.failed, runs.account.unchanged) == (["b"], 1, 3)
    assert runs.run(retry_failed=True) == ["b"]


@pytest.mark.parametrize("fresh", [False, True])
def test_a_document_that_now_fails_loses_its_article(runs: Runs, *, fresh: bool) -> None:
    """A reader would take it for the article of the changed document."""
    runs.run()
    runs.table("dump.jsonl", a="", b="Two boats.", c="Three boats.")
    runs.run(fresh=fresh)
    assert runs.failures == ["a"]
    assert not (runs.output / "a.json").exists()
    assert (runs.output / "b.json").exists()


def test_an_article_of_another_source_is_not_deleted(runs: Runs, tmp_path: Path) -> None:
    runs.run()
    runs.raw = tmp_path / "other"
    runs.raw.mkdir()
    runs.table("other.jsonl", a="")
    runs.run()
    assert runs.failures == ["a"]
    assert (runs.output / "a.json").exists()


def test_an_unreadable_line_is_reported_again(runs: Runs) -> None:
    path = runs.table("dump.jsonl", a="One boat.")
    path.write_text(path.read_text("utf-8") + "{no json\n", encoding="utf-8")
    for _ in range(2):
        runs.run()
        assert runs.failures == ["dump#2"]
        assert runs.account.failed == 1


def test_an_unreadable_file_is_retried(runs: Runs) -> None:
    """Its permissions may have changed without changing its time."""
    path = runs.raw / "link.txt"
    path.symlink_to("nowhere")
    runs.run()
    assert runs.failures == ["link"]
    (runs.raw / "nowhere").write_text("A sound text.\n", encoding="utf-8")
    assert "link" in runs.run()
    assert runs.failures == []


# Two documents with one id


def test_the_later_of_two_documents_with_one_id_fails_in_each_run(runs: Runs) -> None:
    runs.table("later.jsonl", c="Another three.")
    for _ in range(2):
        runs.run()
        assert runs.failures == ["c"]


def test_the_later_of_two_documents_with_one_id_is_processed_when_the_earlier_is_gone(runs: Runs) -> None:
    runs.table("later.jsonl", c="Another three.")
    runs.run()
    runs.table("dump.jsonl", a="One boat.", b="Two boats.")
    assert runs.run() == ["c"]
    assert runs.failures == []
    assert "Another" in (runs.output / "c.json").read_text("utf-8")


def test_a_new_earlier_document_replaces_the_later_one_with_its_id(runs: Runs) -> None:
    runs.run()
    runs.table("before.jsonl", c="Another three.")
    assert runs.run() == ["c"]
    assert runs.failures == ["c"]
    assert "Another" in (runs.output / "c.json").read_text("utf-8")
    assert runs.run() == []
    assert runs.failures == ["c"]


# The memory itself


def test_without_its_state_a_run_processes_all_documents_again(runs: Runs) -> None:
    runs.run()
    shutil.rmtree(runs.output / "_run")
    assert runs.run() == ALL


def test_first_limits_the_number_of_documents(runs: Runs) -> None:
    assert runs.run(first=2) == ["a", "b"]
    assert runs.account.documents == 2
    assert runs.run() == ["c", "quay", "wire/pier"]


def test_other_sources_can_be_added_to_the_same_output(runs: Runs, tmp_path: Path) -> None:
    runs.run()
    first, runs.raw = runs.raw, tmp_path / "other"
    runs.raw.mkdir()
    runs.write("ferry.txt", "The ferry is late.\n")
    assert runs.run() == ["ferry"]
    runs.raw = first
    assert runs.run() == []


# Shards


def test_shards_of_other_sources_are_not_replaced_by_mistake(runs: Runs, tmp_path: Path) -> None:
    runs.run(form="jsonl")
    runs.raw = tmp_path / "other"
    runs.raw.mkdir()
    runs.write("ferry.txt", "The ferry is late.\n")
    with pytest.raises(UsageError, match="shards of other sources"):
        runs.run(form="jsonl")
    assert runs.run(form="jsonl", fresh=True) == ["ferry"]


def test_some_of_the_sources_of_shards_may_be_gone(runs: Runs) -> None:
    runs.run(form="jsonl")
    (runs.raw / "dump.jsonl").unlink()
    assert runs.run(form="jsonl") == []
    assert runs.account.unchanged == 2
    (runs.raw / "quay.txt").unlink()
    (runs.raw / "wire" / "pier.txt").unlink()
    runs.write("ferry.txt", "The ferry is late.\n")
    with pytest.raises(UsageError, match="shards of other sources"):
        runs.run(form="jsonl")


def test_shards_of_a_whole_run_are_not_replaced_by_its_first_documents(runs: Runs) -> None:
    runs.run(form="jsonl")
    with pytest.raises(UsageError, match="--first"):
        runs.run(form="jsonl", first=2)


@pytest.mark.parametrize(("before", "after"), [("json", "jsonl"), ("jsonl", "json"), ("parquet", "json")])
@pytest.mark.parametrize("forgotten", [False, True])
def test_an_output_holds_articles_in_one_format(runs: Runs, before: str, after: str, *, forgotten: bool) -> None:
    """A reader would find each article twice."""
    runs.run(form=before)
    if forgotten:
        shutil.rmtree(runs.output / "_run")
    with pytest.raises(UsageError, match=f"--format {after}"):
        runs.run(form=after)


def test_jsonl_shards_can_become_parquet_shards(runs: Runs) -> None:
    runs.run(form="jsonl")
    assert runs.run(form="parquet") == []
    assert [path.name for path in runs.output.glob("part-*")] == ["part-00000.parquet"]


# What makes two documents the same


def test_the_hash_of_a_document_is_of_all_that_goes_into_its_article() -> None:
    record = Record("a", "One boat.", NOWHERE, {"url": "u", "by": "v"})
    others = [
        msgspec.structs.replace(record, id="b"),
        msgspec.structs.replace(record, data=b"One boat."),
        msgspec.structs.replace(record, data="One boat"),
        msgspec.structs.replace(record, metadata={"by": "v", "url": "u"}),
        msgspec.structs.replace(record, metadata={"url": "ub", "y": "v"}),
        msgspec.structs.replace(record, metadata={}),
        msgspec.structs.replace(record, encoding="gb18030"),
        msgspec.structs.replace(record, converted_by="hand 1.0"),
        msgspec.structs.replace(record, origin=msgspec.structs.replace(NOWHERE, row=1)),
        msgspec.structs.replace(record, origin=msgspec.structs.replace(NOWHERE, path="a")),
        msgspec.structs.replace(record, data="half \ud83d"),
    ]
    hashes = {key_of_record(each) for each in [record, *others]}
    assert len(hashes) == len(others) + 1
    assert key_of_record(record) == key_of_record(msgspec.structs.replace(record)) == record_key(encode_record(record))
    assert key_of_article(b"record", b"settings") != key_of_article(b"record", b"others")


def test_another_version_of_a_library_processes_all_documents_again(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of the library that extracts text may give another text."""
    runs.run()
    versions = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "9" if name == "trafilatura" else versions(name))
    assert runs.run() == ALL
