"""Which files are documents, and their ids."""

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline import UsageError
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers.input_files import IS_LINK, IS_SPECIAL, InputFile, find_files
from pipeline.readers.open_file import open_local_file


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text", encoding="utf-8")


def ids(inputs: Sequence[str | Path], **options: Any) -> list[str]:
    files, lost = find_files(inputs, **options)
    assert not lost
    return [file.id for file in files]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "a"),
        ("wire/a.txt", "wire/a"),
        ("a", "a"),
        ("a.b.txt", "a.b"),
        ("wire.2024/a", "wire.2024/a"),
        (".hidden", ".hidden"),
        ("wire/.hidden", "wire/.hidden"),
    ],
)
def test_an_id_is_the_path_without_the_suffix(name: str, expected: str) -> None:
    assert InputFile(Path(name), name).id == expected


def test_files_are_found_at_any_depth_sorted_by_name(tmp_path: Path) -> None:
    put(tmp_path, "b.txt", "wire/c/d.txt", "a.html")
    assert ids([tmp_path]) == ["a", "b", "wire/c/d"]


def test_several_inputs_are_one_list_sorted_by_name(tmp_path: Path) -> None:
    put(tmp_path, "one/b.txt", "two/a.txt", "c.txt")
    assert ids([tmp_path / "c.txt", tmp_path / "one", tmp_path / "two"]) == ["a", "b", "c"]


def test_a_path_may_be_a_string(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    assert ids([str(tmp_path)]) == ["a"]


def test_names_that_begin_with_a_dot_or_an_underscore_are_skipped(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", ".b.txt", "_c.txt", "_run/d.txt", ".git/e.txt", "wire/_f.txt")
    assert ids([tmp_path]) == ["a"]


def test_a_named_file_is_read_whatever_its_name_is(tmp_path: Path) -> None:
    put(tmp_path, "_a.dat")
    assert ids([tmp_path / "_a.dat"], include=["*.txt"]) == ["_a"]


def test_an_output_within_the_input_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the second run would read the articles of the first. The two paths may be spelt differently."""
    put(tmp_path, "a.txt", "output/a.json")
    monkeypatch.chdir(tmp_path)
    assert ids(["."], leave_out=tmp_path / "output") == ["a"]
    assert ids([tmp_path], leave_out=Path("output")) == ["a"]


def test_patterns_select_paths_below_the_folder(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "b.md", "wire/c.txt", "wire/d.html")
    assert ids([tmp_path], include=["*.txt"]) == ["a", "wire/c"]
    assert ids([tmp_path], include=["b.*", "wire/*.html"]) == ["b", "wire/d"]


def test_patterns_are_case_sensitive_on_every_system(tmp_path: Path) -> None:
    put(tmp_path, "a.TXT")
    assert ids([tmp_path], include=["*.txt"]) == []


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none does not exist"):
        find_files([tmp_path / "none"])


@pytest.mark.parametrize(("first", "second"), [("a.html", "a.txt"), ("wire/a", "wire/a.txt")])
def test_two_files_with_one_id_are_refused_and_both_named(tmp_path: Path, first: str, second: str) -> None:
    """The second would overwrite the article of the first."""
    put(tmp_path, first, second)
    with pytest.raises(UsageError) as refused:
        find_files([tmp_path])
    message = str(refused.value)
    assert str(tmp_path / first) in message
    assert str(tmp_path / second) in message
    assert "rename" in message


def test_two_folders_with_the_same_file_name_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "one/a.txt", "two/a.txt")
    with pytest.raises(UsageError, match="document 'a'"):
        find_files([tmp_path / "one", tmp_path / "two"])


def test_a_folder_that_cannot_be_listed_is_reported_and_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.txt", "gone/b.txt", "wire/c.txt")
    vanishing(tmp_path / "gone", monkeypatch)
    files, (lost,) = find_files([tmp_path])
    assert [file.id for file in files] == ["a", "wire/c"]
    assert isinstance(lost, Unreadable)
    assert lost.id == "gone"
    assert lost.reason.startswith("cannot be listed: No such file or directory")


def test_an_input_that_disappears_is_reported_with_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vanishing(tmp_path, monkeypatch)
    files, (lost,) = find_files([tmp_path])
    assert files == []
    assert isinstance(lost, Unreadable)
    assert lost.id == str(tmp_path)


def vanishing(gone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process deletes `gone` between seeing and listing it."""
    scandir = os.scandir

    def listed(path: Any) -> Any:
        if Path(path) == gone:
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", listed)


@pytest.mark.parametrize("above", [".", "wire", "wire/north"])
def test_a_link_to_a_parent_folder_causes_no_loop(tmp_path: Path, above: str) -> None:
    put(tmp_path, "wire/north/a.txt")
    (tmp_path / "wire" / "north" / "up").symlink_to(tmp_path / above, target_is_directory=True)
    assert ids([tmp_path], follow_symlinks=True) == ["wire/north/a"]


def test_a_link_to_another_folder_is_followed(tmp_path: Path) -> None:
    put(tmp_path, "packages/a.txt", "raw/b.txt")
    (tmp_path / "raw" / "more").symlink_to(tmp_path / "packages", target_is_directory=True)
    assert ids([tmp_path / "raw"], follow_symlinks=True) == ["b", "more/a"]


def test_a_link_to_itself_does_not_affect_other_files(tmp_path: Path) -> None:
    """The reader reports that it cannot be read."""
    put(tmp_path, "a.txt")
    (tmp_path / "loop").symlink_to("loop")
    assert ids([tmp_path], follow_symlinks=True) == ["a", "loop"]


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_not_utf8_is_reported_and_others_are_read(tmp_path: Path) -> None:
    """An id is written as JSON, which cannot hold such a name."""
    put(tmp_path, "a.txt")
    strange = os.fsencode(tmp_path) + b"/b\xff.txt"
    try:
        with open(strange, "wb") as file:
            file.write(b"text")
    except OSError:
        pytest.skip("this file system has no such names")
    files, (lost,) = find_files([tmp_path])
    assert [file.id for file in files] == ["a"]
    assert isinstance(lost, Unreadable)
    assert lost.id == r"b\xff.txt"
    assert "rename" in lost.reason
    assert find_files([os.fsdecode(strange)]) == ([], [lost])


def test_standard_input_is_a_file_without_a_path() -> None:
    assert find_files(["-"]) == ([InputFile(None, "stdin", named=True)], [])


def test_standard_input_is_read_once(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    with pytest.raises(UsageError, match="- is named twice; standard input can be read once"):
        find_files(["-", tmp_path / "a.txt", "-"])


def test_a_file_named_twice_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "t.jsonl")
    with pytest.raises(UsageError, match=r"t\.jsonl is named twice; name it once"):
        find_files([tmp_path / "t.jsonl", tmp_path / "t.jsonl"], is_document=lambda _: False)


def test_equal_ids_are_refused_only_for_documents(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "a.jsonl", "a.html", "b.txt")
    asked: list[str] = []

    def is_document(file: InputFile) -> bool:
        asked.append(file.name)
        return file.name == "a.txt"

    assert ids([tmp_path], is_document=is_document) == ["a", "a", "a", "b"]
    assert asked == ["a.html", "a.jsonl", "a.txt"]


def test_an_empty_path_is_not_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `pipeline run "$DUMP"` if the variable is not set."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "a.txt")
    with pytest.raises(UsageError, match="a name is empty"):
        find_files([""])


def test_folders_that_link_to_each_other_are_each_read_once(tmp_path: Path) -> None:
    """Each file is read in its own folder, and once more below the first link to it."""
    names = [f"d{number}" for number in range(12)]
    put(tmp_path, *(f"{name}/a.txt" for name in names))
    for name in names:
        for other in names:
            if other != name:
                (tmp_path / name / f"to-{other}").symlink_to(tmp_path / other)
    files, lost = find_files([tmp_path], follow_symlinks=True)
    assert lost == []
    assert {file.path.resolve() for file in files if file.path} == {tmp_path / name / "a.txt" for name in names}
    assert len(files) <= 2 * len(names)


# Links and special files


def test_links_are_skipped_and_reported(tmp_path: Path) -> None:
    put(tmp_path, "secret.txt", "elsewhere/b.txt", "raw/a.txt")
    raw = tmp_path / "raw"
    (raw / "file.txt").symlink_to(tmp_path / "secret.txt")
    (raw / "folder").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (raw / "nowhere.txt").symlink_to("nowhere")
    files, left_out = find_files([raw])
    assert [file.id for file in files] == ["a"]
    assert left_out == [LeftOut(name, IS_LINK) for name in ("file.txt", "folder", "nowhere.txt")]
    assert ids([raw], follow_symlinks=True) == ["a", "file", "folder/b", "nowhere"]


def test_a_named_link_is_read(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/a.txt")
    (tmp_path / "file.txt").symlink_to(tmp_path / "elsewhere" / "a.txt")
    (tmp_path / "folder").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    files, left_out = find_files([tmp_path / "file.txt", tmp_path / "folder"])
    assert left_out == []
    for file in files:
        with open_local_file(file) as stream:
            assert stream.read() == b"text"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("follow", [False, True])
def test_special_files_are_skipped_and_reported(tmp_path: Path, *, follow: bool) -> None:
    put(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    files, left_out = find_files([tmp_path], follow_symlinks=follow)
    assert ([file.id for file in files], left_out) == (["a"], [LeftOut("pipe.txt", IS_SPECIAL)])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_link_to_a_device_is_skipped_even_if_links_are_followed(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    assert find_files([tmp_path], follow_symlinks=True)[1] == [LeftOut("zero.txt", IS_SPECIAL)]


def test_patterns_also_select_skipped_files(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/b.txt", "raw/a.txt")
    for name in ("a.log", "b.txt", "folder"):
        (tmp_path / "raw" / name).symlink_to(tmp_path / "elsewhere" / ("" if name == "folder" else "b.txt"))
    assert [
        each.name for each in find_files([tmp_path / "raw"], include=["*.txt"])[1] if isinstance(each, LeftOut)
    ] == [
        "b.txt",
        "folder",
    ]


@pytest.mark.parametrize("follow", [False, True])
def test_folders_of_any_depth_are_read(tmp_path: Path, *, follow: bool) -> None:
    put(tmp_path, "a.txt", "z/b.txt")
    deep(tmp_path / "d", 200, "d")
    before = sys.getrecursionlimit()
    # Less than there are levels, whatever the default is.
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        files, lost = find_files([tmp_path], follow_symlinks=follow)
    finally:
        sys.setrecursionlimit(before)
    assert lost == []
    assert [file.name for file in files] == ["a.txt", f"d/{'d/' * 200}inner.txt", "z/b.txt"]


@pytest.mark.parametrize("follow", [False, True])
def test_a_path_too_long_for_the_system_is_reported_and_others_are_read(tmp_path: Path, *, follow: bool) -> None:
    put(tmp_path, "a.txt", "z/b.txt")
    deep(tmp_path / "d", 50, "d" * 100)
    try:
        files, (error,) = find_files([tmp_path], follow_symlinks=follow)
    finally:
        # What takes the folder of the test away later cannot.
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)
    assert [file.name for file in files] == ["a.txt", "z/b.txt"]
    assert isinstance(error, Unreadable)
    assert error.reason.startswith("cannot be listed: its path is longer than this system allows")


def deep(top: Path, depth: int, name: str) -> None:
    """Nested folders with a file in the innermost; the path may be longer than the system allows."""
    top.mkdir()
    above = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=above)
        below = os.open(name, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    os.close(os.open("inner.txt", os.O_WRONLY | os.O_CREAT, dir_fd=above))
    os.close(above)


def a_link(path: Path, outside: Path) -> None:
    path.unlink()
    path.symlink_to(outside / "a.txt")


def a_link_above(path: Path, outside: Path) -> None:
    path.parent.rename(outside.parent / "moved")
    path.parent.symlink_to(outside, target_is_directory=True)


def a_pipe(path: Path, _: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize(
    ("exchange", "message"),
    [
        (a_link, "a part of its path is a link"),
        (a_link_above, "a part of its path is a link"),
        (a_pipe, "it is now a pipe"),
    ],
)
def test_a_special_file_that_replaces_a_found_file_is_not_opened(
    tmp_path: Path, exchange: Callable[[Path, Path], None], message: str
) -> None:
    put(tmp_path, "outside/a.txt", "raw/wire/a.txt")
    (file,), _ = find_files([tmp_path / "raw"])
    exchange(tmp_path / "raw" / "wire" / "a.txt", tmp_path / "outside")
    with pytest.raises(OSError, match=message):
        open_local_file(file)
