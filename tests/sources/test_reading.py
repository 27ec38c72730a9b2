"""Which reader takes which file, and that no id is given twice."""

from pathlib import Path

from pipeline.settings import Input
from pipeline.sources.folder import File
from pipeline.sources.reading import records
from pipeline.sources.record import LeftOut, Record, Unreadable


def put(folder: Path, name: str, data: str) -> File:
    (folder / name).write_text(data, encoding="utf-8")
    return File(folder / name, name)


def test_a_suffix_chooses_the_reader_whatever_its_case(tmp_path: Path) -> None:
    line = '{"id": "n1", "text": "from a table"}\n'
    for name in ("a.jsonl", "a.ndjson", "a.JSONL"):
        (only,) = records([put(tmp_path, name, line)], Input())
        assert isinstance(only, Record)
        assert only.data == "from a table"


def test_any_other_file_is_one_text(tmp_path: Path) -> None:
    """A suffix says little: the bytes decide later whether they are text."""
    for name in ("a.txt", "a.md", "a"):
        (only,) = records([put(tmp_path, name, "{}\n{}\n")], Input())
        assert isinstance(only, Record)
        assert only.data == b"{}\n{}\n"


def test_files_are_read_in_order(tmp_path: Path) -> None:
    files = [
        put(tmp_path, "b.txt", "text"),
        put(tmp_path, "a.jsonl", '{"text": "x"}\n{"text": "y"}'),
        put(tmp_path, "c.txt", "text"),
    ]
    assert [each.id for each in records(files, Input()) if not isinstance(each, LeftOut)] == ["b", "a#1", "a#2", "c"]


def test_a_record_whose_id_an_earlier_one_had_fails_and_the_earlier_one_stands(tmp_path: Path) -> None:
    files = [
        put(tmp_path, "n1.txt", "first"),
        put(tmp_path, "t.jsonl", '{"id": "n1", "text": "second"}\n{"id": "n2", "text": "third"}'),
    ]
    first, second, third = records(files, Input())
    assert isinstance(first, Record)
    assert isinstance(second, Unreadable)
    assert (second.id, second.reason) == ("n1", "line 1 of t.jsonl: an earlier document has this id; make ids unique")
    assert isinstance(third, Record)


def test_a_file_whose_id_an_earlier_record_had_fails_too(tmp_path: Path) -> None:
    files = [put(tmp_path, "a.jsonl", '{"id": "n1", "text": "first"}'), put(tmp_path, "n1.txt", "second")]
    first, second = records(files, Input())
    assert isinstance(first, Record)
    assert second == Unreadable("n1", "n1.txt: an earlier document has this id; make ids unique")


def test_an_id_that_only_a_failed_record_had_is_free(tmp_path: Path) -> None:
    """Line 1 fails as `t#1`; a record that is called so is a document of its own."""
    files = [put(tmp_path, "t.jsonl", 'broken\n{"id": "t#1", "text": "whole"}')]
    broken, whole = records(files, Input())
    assert isinstance(broken, Unreadable)
    assert isinstance(whole, Record)


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    files = [put(tmp_path, "a.txt", "text"), File(tmp_path / "none.txt", "none.txt")]
    found = records(files, Input())
    assert isinstance(next(found), Record)
    put(tmp_path, "none.txt", "there after all")
    assert isinstance(next(found), Record)
