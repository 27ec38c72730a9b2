"""A file that is one document."""

from pathlib import Path

import pytest

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile


def only(path: Path, options: Input | None = None) -> Record | Unreadable:
    (found,) = records([InputFile(path, f"wire/{path.name}")], options or Input())
    assert not isinstance(found, LeftOut)
    return found


def test_a_file_is_one_document_with_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    found = only(path)
    assert isinstance(found, Record)
    assert found.id == "wire/a"
    assert found.data == b"\xef\xbb\xbfone\r\ntwo"
    assert found.metadata == {}


def test_the_origin_is_relative_to_the_input(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")
    found = only(path)
    assert isinstance(found, Record)
    assert (found.origin.path, found.origin.media_type, found.origin.row) == ("wire/a.txt", "text/plain", None)


def test_a_document_over_the_limit_is_refused_without_reading_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 1001)
    monkeypatch.delattr(Path, "read_bytes")
    found = only(path, Input(limits=Limits(bytes=1000)))
    assert isinstance(found, Unreadable)
    assert found.id == "wire/a"
    assert "1,001 bytes" in found.reason
    assert "raise [input.limits] bytes" in found.reason


def test_a_document_exactly_at_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 1000)
    assert isinstance(only(path, Input(limits=Limits(bytes=1000))), Record)


def test_a_file_that_disappeared_is_reported(tmp_path: Path) -> None:
    found = only(tmp_path / "a.txt")
    assert isinstance(found, Unreadable)
    assert found.id == "wire/a"
    assert found.reason.startswith("cannot be read: No such file or directory")


def test_a_file_without_read_permission_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")

    def refused(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipeline.readers.documents.open_local_file", refused)
    found = only(path)
    assert isinstance(found, Unreadable)
    assert found.reason == "cannot be read: Permission denied; check its permissions and run again"
