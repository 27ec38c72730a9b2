"""Exports to one target: one at a time, and whole or not at all, however an export ends."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from ordeal import GUARD

import pipeline
from pipeline import Article, UsageError
from pipeline.exporters.registry import export
from pipeline.exporters.target import locked, write_local

FILES = ["a.jsonl", "a.jsonl.zst", "a.parquet", "a.csv", "a.sqlite", "a.duckdb", "a.txt"]
FOLDERS = ["json", "text"]

ENDLESS = """
import itertools, sys, pipeline
made = pipeline.process("The tide was out.\\n", id="x")
import msgspec
def articles():
    for n in itertools.count():
        if n == 300:
            print("under way", flush=True)
        yield msgspec.structs.replace(made, id=f"wire/{n}")
pipeline.export(articles(), sys.argv[1], **({"to": sys.argv[2]} if len(sys.argv) > 2 else {}))
"""


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return [pipeline.process(f"Tide {n}.\n", id=f"wire/{n}") for n in range(3)]


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def under_way(target: Path, *form: str) -> "subprocess.Popen[str]":
    """An export that does not end, and has begun to write."""
    child = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(target), *form], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "under way\n"
    return child


def ended(child: "subprocess.Popen[str]", by: signal.Signals) -> None:
    child.send_signal(by)
    child.communicate(timeout=GUARD)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no locks")
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_a_second_export_is_refused_and_one_that_is_killed_leaves_nothing_that_stays(
    articles: list[Article], tmp_path: Path, by: signal.Signals
) -> None:
    target = tmp_path / "a.jsonl"
    export(articles, target)
    before = target.read_bytes()
    child = under_way(target)
    with pytest.raises(UsageError, match=rf"another export \(process {child.pid}\) is writing to .*a\.jsonl; wait"):
        export(articles[:1], target)
    ended(child, by)
    assert target.read_bytes() == before
    if by == signal.SIGINT:
        assert listing(tmp_path) == ["a.jsonl"]
    export(articles[:1], target)
    assert list(pipeline.read(target)) == articles[:1]
    assert listing(tmp_path) == ["a.jsonl"]


def test_a_folder_is_not_there_before_it_is_whole(articles: list[Article], tmp_path: Path) -> None:
    target = tmp_path / "out"
    child = under_way(target, "json")
    ended(child, signal.SIGKILL)
    assert not target.exists()
    export(articles, target, to="json")
    assert list(pipeline.read(target)) == articles
    assert os.listdir(tmp_path) == ["out"]


class StoppedError(Exception):
    pass


def stopped(articles: Iterable[Article]) -> Iterator[Article]:
    yield from articles
    raise StoppedError


@pytest.mark.parametrize("name", FILES)
def test_an_export_that_breaks_off_leaves_what_was_there(articles: list[Article], tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    with pytest.raises(StoppedError):
        export(stopped(articles), target)
    assert listing(tmp_path) == []
    export(articles, target)
    before = target.read_bytes()
    with pytest.raises(StoppedError):
        export(stopped(articles[:1]), target)
    assert target.read_bytes() == before
    assert listing(tmp_path) == [name]


@pytest.mark.parametrize("form", FOLDERS)
def test_a_folder_that_was_there_is_changed_only_by_a_whole_export(
    articles: list[Article], tmp_path: Path, form: str
) -> None:
    target = tmp_path / "out"
    export(articles[:2], target, to=form)
    (target / "notes.md").write_text("mine", "utf-8")
    before = listing(target)
    with pytest.raises(StoppedError):
        export(stopped(articles), target, to=form)
    assert listing(target) == before
    export(articles[2:], target, to=form)
    assert len(listing(target)) == len(before) + 1
    assert (target / "notes.md").read_text("utf-8") == "mine"
    assert os.listdir(tmp_path) == ["out"]


@dataclass(frozen=True)
class Careless:
    """An exporter of another package that writes straight to its target."""

    name: ClassVar = "careless"
    suffixes: ClassVar[tuple[str, ...]] = ()
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        with target.open("w", encoding="utf-8") as file:
            for article in articles:
                file.write(article.text)


def test_the_formats_of_others_are_whole_too(articles: list[Article], tmp_path: Path) -> None:
    target = tmp_path / "a"
    with pytest.raises(StoppedError):
        write_local(Careless(), stopped(articles), target)
    assert listing(tmp_path) == []
    write_local(Careless(), articles, target)
    assert target.read_text("utf-8") == "Tide 0.\nTide 1.\nTide 2.\n"


def test_what_killed_exports_left_is_deleted_and_nothing_else(articles: list[Article], tmp_path: Path) -> None:
    for name in (".a.jsonl.export-part-1", ".b.jsonl.export-part-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_text("half", "utf-8")
    (tmp_path / ".a.jsonl.export-lock").write_text("999999999999\n", "utf-8")
    export(articles, tmp_path / "a.jsonl")
    assert sorted(os.listdir(tmp_path)) == [".b.jsonl.export-part-1", "a.jsonl"]


def test_a_link_stays_and_what_it_names_is_replaced(articles: list[Article], tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "disk" / "a.jsonl")
    export(articles, tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").is_symlink()
    assert os.listdir(tmp_path / "disk") == ["a.jsonl"]


def test_an_error_names_the_target_and_not_the_place_beside_it(articles: list[Article], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", "utf-8")
    with pytest.raises(UsageError, match="out is not a folder") as raised:
        export(articles, tmp_path / "out", to="json")
    assert ".export-part" not in str(raised.value)
    (tmp_path / "x.jsonl").mkdir()
    with pytest.raises(UsageError, match="is a folder; name a file") as raised:
        export(articles, tmp_path / "x.jsonl")
    assert ".export-part" not in str(raised.value)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no locks")
def test_many_exports_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    code = (
        "import sys, pipeline\n"
        "made = [pipeline.process(f'Tide {n}.\\n', id=str(n)) for n in range(20)]\n"
        "try:\n    pipeline.export(made, sys.argv[1])\n"
        "except pipeline.UsageError as error:\n    assert 'another export' in str(error)\n"
    )
    target = tmp_path / "a.jsonl"
    children = [subprocess.Popen([sys.executable, "-c", code, str(target)]) for _ in range(2)]
    assert [child.wait(timeout=GUARD) for child in children] == [0, 0]
    assert len(list(pipeline.read(target))) == 20
    assert os.listdir(tmp_path) == ["a.jsonl"]


def test_a_folder_whose_own_folder_cannot_be_written_takes_an_export(articles: list[Article], tmp_path: Path) -> None:
    """As if the folder were on another disk."""
    target = tmp_path / "disk"
    target.mkdir()
    (target / ".disk.export-part-1").mkdir()
    seen: list[list[str]] = []

    def looked_at(found: list[Article]) -> Iterator[Article]:
        seen.append(os.listdir(tmp_path))
        yield from found

    export(looked_at(articles), target, to="json")
    assert seen == [["disk"]], "there are no other files"
    assert list(pipeline.read(target)) == articles
    assert os.listdir(target) == ["wire"]


def test_a_target_may_be_locked_again_at_once(tmp_path: Path) -> None:
    for _ in range(3):
        with locked(tmp_path / "a"), pytest.raises(UsageError), locked(tmp_path / "a"):
            pass
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a right there")
@pytest.mark.parametrize("make", [os.link, os.symlink, shutil.copy])
def test_lock_that_is_an_unrelated_file_is_refused_and_kept(
    make: Callable[[Path, Path], object], tmp_path: Path
) -> None:
    """A folder unpacked from an untrusted archive may contain links and files of any name."""
    diary = tmp_path / "diary.txt"
    diary.write_text("The mill stood still.\n", "utf-8")
    make(diary, tmp_path / ".a.jsonl.export-lock")
    with pytest.raises(UsageError, match="is not the lock of an export"):
        export([], tmp_path / "a.jsonl")
    assert diary.read_text("utf-8") == "The mill stood still.\n"
