"""A file per article: names that are safe everywhere, and files that are there whole or not at all."""

import os
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import Article
from pipeline.exporters.json import encode_article, write_article
from pipeline.storage.atomic import resolve_target, write_atomic
from pipeline.storage.file_names import MAX_NAME_BYTES, UNSAFE, file_name

CHARACTERS = st.one_of(
    st.characters(codec="utf-8"), st.sampled_from("/._%~ :?*\\-aA0\x00\n\x7f"), st.sampled_from("山東e\u0301👩‍🚀")
)
IDS = st.one_of(
    st.text(CHARACTERS, min_size=1, max_size=60),
    st.lists(st.sampled_from(["..", ".", "", "_run", "con", "NUL.txt", "a.json", "a", "a."]), min_size=1).map("/".join),
    st.text(CHARACTERS, min_size=1, max_size=8).map(lambda text: text * 40),
)


def article(name: str = "wire/a") -> Article:
    return pipeline.process("The tide was out.\n", id=name)


@given(IDS)
def test_a_name_is_safe_on_every_file_system(name: str) -> None:
    path = file_name(name)
    assert path.endswith(".json")
    for part in path.split("/"):
        assert part
        assert not part.startswith((".", "_")), "readers of data pass over such names"
        assert not part.endswith((".", " ")), "Windows drops them"
        assert len(part.encode()) <= MAX_NAME_BYTES
        assert not UNSAFE - {"%"} & set(part)


@given(IDS)
def test_a_name_stays_below_the_output(name: str) -> None:
    path = Path(file_name(name))
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert len(path.parts) == name.count("/") + 1


@given(st.lists(IDS, min_size=2, max_size=8, unique=True))
def test_ids_have_distinct_files_and_no_folder_has_the_name_of_a_file(ids: list[str]) -> None:
    """Read as file systems do: part by part, so that one article cannot lie inside another."""
    parts = sorted(tuple(file_name(name).split("/")) for name in ids)
    for first, second in pairwise(parts):
        assert first != second[: len(first)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a", "a.json"),
        ("wire/000_5f82", "wire/000_5f82.json"),
        ("湖畔对话", "湖畔对话.json"),
        ("two words", "two words.json"),
        ("table#7", "table#7.json"),
        ("_private", "%5Fprivate.json"),
        ("wire/.hidden", "wire/%2Ehidden.json"),
        ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd.json"),
        ("/etc/passwd", "%/etc/passwd.json"),
        ("https://example.org/a?b=1", "https%3A/%/example.org/a%3Fb=1.json"),
        ("50%", "50%25.json"),
        ("C:\\dir", "C%3A%5Cdir.json"),
        ("one\ntwo", "one%0Atwo.json"),
        ("CON/a", "%43ON/a.json"),
        ("dir./a", "dir%2E/a.json"),
        ("a.json/b", "a%2Ejson/b.json"),
    ],
)
def test_only_unsafe_characters_are_encoded(name: str, expected: str) -> None:
    assert file_name(name) == expected


def test_a_long_name_is_cut_between_characters_and_ends_in_a_hash() -> None:
    path = file_name("评" * 100)
    assert path.startswith("评" * 40)
    assert len(path.encode()) <= MAX_NAME_BYTES
    assert path != file_name("评" * 101)


def test_article_is_written_to_its_name_as_utf8(tmp_path: Path) -> None:
    path = write_article(article("湖/a"), tmp_path)
    assert path == tmp_path / "湖" / "a.json"
    assert path.read_bytes() == encode_article(article("湖/a"))
    assert "湖/a".encode() in path.read_bytes()


def test_written_article_can_be_read(tmp_path: Path) -> None:
    write_article(article(), tmp_path)
    assert list(pipeline.read(tmp_path)) == [article()]


def test_a_difference_shows_by_field() -> None:
    """A line a field, as people compare and version them; ends as text files do."""
    data = encode_article(article())
    assert data.startswith(b'{\n "schema": "bilingual-article/1",\n "id": "wire/a",\n')
    assert data.endswith(b"\n}\n")
    assert msgspec.json.decode(data, type=Article) == article()


def test_an_article_replaces_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "wire").mkdir()
    (tmp_path / "wire" / "a.json").write_text("an earlier and much longer article" * 500, encoding="utf-8")
    write_article(article(), tmp_path)
    assert (tmp_path / "wire" / "a.json").read_bytes() == encode_article(article())


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_failed_write_keeps_the_earlier_file_and_leaves_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"earlier")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if call == "fsync" else Path, call, full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, b"later")
    assert path.read_bytes() == b"earlier"
    assert os.listdir(tmp_path) == ["a.json"]


def test_link_named_by_the_user_is_kept_and_its_target_replaced(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "a.json").symlink_to(tmp_path / "disk" / "a.json")
    for data in (b"first", b"later"):
        write_atomic(resolve_target(tmp_path / "a.json"), data)
        assert (tmp_path / "disk" / "a.json").read_bytes() == data
    assert (tmp_path / "a.json").is_symlink()
    assert os.listdir(tmp_path / "disk") == ["a.json"]


def test_interrupted_write_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a.json", b"later")
    assert os.listdir(tmp_path) == []


def test_unfinished_file_is_not_read_as_an_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of the folder during a write sees only complete articles."""
    seen: list[list[Article]] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(list(pipeline.read(tmp_path))))
    write_article(article(), tmp_path)
    assert seen == [[]]


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    """The name of the unfinished file is longer by a few bytes."""
    name = "评" * 300
    write_article(article(name), tmp_path)
    assert [found.id for found in pipeline.read(tmp_path)] == [name]
