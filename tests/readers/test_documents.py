"""Which reader reads which file, and that ids are unique."""

from pathlib import Path

import pytest

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import is_document, records
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import select_readers
from readers.packing import FERRY, gz, rows, zst


def put(folder: Path, name: str, data: str) -> InputFile:
    (folder / name).write_text(data, encoding="utf-8")
    return InputFile(folder / name, name)


def test_a_suffix_selects_the_reader_in_any_case(tmp_path: Path) -> None:
    line = '{"id": "n1", "text": "from a table"}\n'
    for name in ("a.jsonl", "a.ndjson", "a.JSONL"):
        (only,) = records([put(tmp_path, name, line)], Input())
        assert isinstance(only, Record)
        assert only.data == "from a table"


def test_any_other_file_is_one_text(tmp_path: Path) -> None:
    """A suffix does not prove much: later the bytes decide whether they are text."""
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


def test_a_record_with_the_id_of_an_earlier_one_fails(tmp_path: Path) -> None:
    files = [
        put(tmp_path, "n1.txt", "first"),
        put(tmp_path, "t.jsonl", '{"id": "n1", "text": "second"}\n{"id": "n2", "text": "third"}'),
    ]
    first, second, third = records(files, Input())
    assert isinstance(first, Record)
    assert isinstance(second, Unreadable)
    assert second.id == "n1"
    assert second.reason == (
        "line 1 of t.jsonl: an earlier document has this id; make ids unique, or name another field in [input] id_field"
    )
    assert isinstance(third, Record)


def test_a_file_with_the_id_of_an_earlier_record_fails(tmp_path: Path) -> None:
    files = [put(tmp_path, "a.jsonl", '{"id": "n1", "text": "first"}'), put(tmp_path, "n1.txt", "second")]
    first, second = records(files, Input())
    assert isinstance(first, Record)
    assert second == Unreadable("n1", "n1.txt: an earlier document has this id; make ids unique")


def test_the_id_of_a_failed_record_can_be_used_again(tmp_path: Path) -> None:
    """Line 1 fails as `t#1`; a record with this id is a document of its own."""
    files = [put(tmp_path, "t.jsonl", 'broken\n{"id": "t#1", "text": "whole"}')]
    broken, whole = records(files, Input())
    assert isinstance(broken, Unreadable)
    assert isinstance(whole, Record)


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    files = [put(tmp_path, "a.txt", "text"), InputFile(tmp_path / "none.txt", "none.txt")]
    found = records(files, Input())
    assert isinstance(next(found), Record)
    put(tmp_path, "none.txt", "there after all")
    assert isinstance(next(found), Record)


@pytest.mark.parametrize(
    ("name", "data", "is_one"),
    [
        ("a.txt", FERRY, True),
        ("a", FERRY, True),
        ("a.html", b"<html><body><p>Who?</p></body></html>", True),
        ("a.txt.gz", gz(FERRY), True),
        ("a.txt.zst.gz", gz(zst(FERRY)), True),
        ("a.txt", b"", True),
        ("a.jsonl", rows(3), False),
        ("a.jsonl.gz", gz(rows(3)), False),
        ("a.txt", rows(3), False),
        ("a.png", b"\x89PNG\r\n\x1a\n", False),
        ("a.zip", b"PK\5\6" + bytes(18), False),
        ("a.gz", b"\x1f\x8b\x08", True),
    ],
)
def test_a_file_that_is_one_document_is_detected_by_its_beginning(
    tmp_path: Path, name: str, data: bytes, is_one: bool
) -> None:
    (tmp_path / name).write_bytes(data)
    assert is_document(InputFile(tmp_path / name, name), Input(), select_readers()) is is_one


def test_a_missing_file_is_not_a_single_document(tmp_path: Path) -> None:
    assert not is_document(InputFile(tmp_path / "a.txt", "a.txt"), Input(), select_readers())


def test_standard_input_is_not_read_to_detect_a_single_document() -> None:
    assert not is_document(InputFile(None, "stdin"), Input(), select_readers())


def test_programs_and_settings_are_skipped_unless_they_are_named(
    tmp_path: Path,
) -> None:
    (aside,) = records([put(tmp_path, "scrape.py", "print('salt')\n")], Input())
    assert aside == LeftOut("scrape.py", "is a program")
    (read,) = records([InputFile(tmp_path / "scrape.py", "scrape.py", named=True)], Input())
    assert isinstance(read, Record)
