"""A JSONL file: each line is a document, and a line that fails does not affect others."""

import json
from pathlib import Path

import pytest

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile

TRADITIONAL = str.maketrans("盐场潮说闸点着墙", "鹽場潮說閘點著牆")


def found(folder: Path, *lines: str | bytes, options: Input | None = None) -> list[Record | Unreadable]:
    path = folder / "t.jsonl"
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines) + b"\n")
    return [
        each for each in records([InputFile(path, "wire/t.jsonl")], options or Input()) if not isinstance(each, LeftOut)
    ]


def record(folder: Path, fields: dict[str, object], options: Input | None = None) -> Record:
    (only,) = found(folder, json.dumps(fields), options=options)
    assert isinstance(only, Record), only
    return only


def failure(folder: Path, line: str | bytes, options: Input | None = None) -> Unreadable:
    (only,) = found(folder, line, options=options)
    assert isinstance(only, Unreadable), only
    return only


def test_a_line_is_a_document_and_its_other_fields_are_metadata(tmp_path: Path) -> None:
    only = record(tmp_path, {"id": "n7", "text": "Salt.", "url": "https://example.org/7"})
    assert (only.id, only.data) == ("n7", "Salt.")
    assert only.metadata == {"id": "n7", "url": "https://example.org/7"}


def test_metadata_that_are_not_text_are_kept_as_json(tmp_path: Path) -> None:
    only = record(tmp_path, {"text": "Salt.", "n": 3, "tags": ["盐", "b"], "draft": None, "by": {"name": "Wu"}})
    assert only.metadata == {"n": "3", "tags": '["盐","b"]', "draft": "null", "by": '{"name":"Wu"}'}


def test_a_document_has_the_position_of_its_line(tmp_path: Path) -> None:
    first, second = found(tmp_path, '{"text": "a"}', "", '{"content": "b"}')
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.origin.path, first.origin.row, first.origin.field) == ("wire/t.jsonl", 1, "text")
    assert (second.origin.path, second.origin.row, second.origin.field) == ("wire/t.jsonl", 3, "content")


def test_a_line_without_an_id_is_named_by_file_and_number(tmp_path: Path) -> None:
    assert [each.id for each in found(tmp_path, '{"text": "a"}', "", '{"text": "b"}')] == ["wire/t#1", "wire/t#3"]


@pytest.mark.parametrize(("value", "name"), [("n7", "n7"), (12, "12"), ("", "wire/t#1"), (None, "wire/t#1")])
def test_an_id_is_a_string_or_an_integer(tmp_path: Path, value: object, name: str) -> None:
    assert record(tmp_path, {"id": value, "text": "a"}).id == name


def test_settings_name_the_fields(tmp_path: Path) -> None:
    options = Input(text_field="正文", id_field="nr")
    only = record(tmp_path, {"nr": 5, "正文": "盐。", "text": "not this"}, options)
    assert (only.id, only.data) == ("5", "盐。")
    assert only.metadata == {"nr": "5", "text": "not this"}


def test_a_usual_field_is_read_if_none_is_named(tmp_path: Path) -> None:
    """A field without a text is skipped."""
    assert record(tmp_path, {"text": None, "body": "b", "content": "c"}).data == "c"


def test_a_missing_named_field_is_reported(tmp_path: Path) -> None:
    reason = failure(tmp_path, '{"text": "a"}', Input(text_field="story")).reason
    assert reason == "wire/t.jsonl, line 1: no text field 'story'; name it in [input] text_field"


def test_a_field_that_is_not_a_text_is_reported(tmp_path: Path) -> None:
    first, second = found(tmp_path, '{"headline": "a", "text": 7}', '{"text": "Salt."}')
    assert isinstance(first, Unreadable)
    assert first.reason == "wire/t.jsonl, line 1: no text field 'text'; name it in [input] text_field"
    assert isinstance(second, Record)


@pytest.mark.parametrize("line", ['{"text": "a"', "not json", '{"text": "a"} {"text": "b"}'])
def test_an_invalid_line_is_reported_with_its_number(tmp_path: Path, line: str) -> None:
    error = failure(tmp_path, line)
    assert error.id == "wire/t#1"
    assert error.reason.startswith("wire/t.jsonl, line 1: is not JSON")


@pytest.mark.parametrize("line", ["[1, 2]", '"text"', "null", "7"])
def test_a_line_that_is_not_an_object_is_reported(tmp_path: Path, line: str) -> None:
    assert "is not a JSON object; each line must be one" in failure(tmp_path, line).reason


@pytest.mark.parametrize(
    "line", [rb'{"text": "a \ud800 b"}', rb'{"text": "a \udc00 b"}', rb'{"text": "\uD83D\uD83D\uDE00"}']
)
def test_a_lone_surrogate_is_reported_with_what_to_fix(tmp_path: Path, line: bytes) -> None:
    error = failure(tmp_path, line)
    assert error.id == "wire/t#1"
    assert "line 1" in error.reason
    assert "repair the record" in error.reason


@pytest.mark.parametrize("data", [b"\xc4\xe3\xba\xc3", b"a \xed\xa0\x80"])
def test_a_line_that_is_not_utf8_is_reported(tmp_path: Path, data: bytes) -> None:
    error = failure(tmp_path, b'{"text": "' + data + b'"}')
    assert error.id == "wire/t#1"
    assert "is not UTF-8" in error.reason
    assert "set [input] encoding, convert the file" in error.reason


CHINESE = ("盐场的清晨，潮水退了下去，她说。", "守闸的人每天四点起床，沿着堤墙走一遍。")


@pytest.mark.parametrize("codec", ["gbk", "gb18030", "big5hkscs"])
@pytest.mark.parametrize("name", ["t.jsonl", "t.json", "t"])
def test_lines_in_a_chinese_encoding_are_read(tmp_path: Path, codec: str, name: str) -> None:
    texts = [text.translate(TRADITIONAL) if codec == "big5hkscs" else text for text in CHINESE]
    lines = ['{"id": "a", "text": "Salt"}', *(json.dumps({"text": text}, ensure_ascii=False) for text in texts)]
    (tmp_path / name).write_bytes("\n".join(lines).encode(codec))
    items = records([InputFile(tmp_path / name, f"wire/{name}")], Input())
    assert [each.data for each in items if isinstance(each, Record)] == ["Salt", *texts]


def test_a_broken_character_in_utf8_is_not_read_as_chinese(tmp_path: Path) -> None:
    """Two bytes of three are a character in GBK. The lines after it are in UTF-8, and are read so."""
    broken, whole = found(tmp_path, b'{"text": "\xe4\xbd"}', '{"text": "盐场的清晨"}')
    assert isinstance(broken, Unreadable)
    assert isinstance(whole, Record)
    assert whole.data == "盐场的清晨"


def test_lines_in_two_encodings_are_read_in_that_of_the_file(tmp_path: Path) -> None:
    lines = [f'{{"text": "{text}"}}' for text in CHINESE]
    broken, whole = found(tmp_path, lines[0].encode("gbk"), lines[1])
    assert isinstance(broken, Unreadable)
    assert "set [input] encoding" in broken.reason
    assert isinstance(whole, Record)
    assert whole.data == CHINESE[1]


def test_a_byte_order_mark_is_not_part_of_the_first_line(tmp_path: Path) -> None:
    """Programs on Windows write one."""
    first, second = found(tmp_path, b'\xef\xbb\xbf{"text": "a"}', '{"text": "b"}')
    assert isinstance(first, Record)
    assert isinstance(second, Record)


def test_a_surrogate_pair_is_one_character(tmp_path: Path) -> None:
    (only,) = found(tmp_path, rb'{"text": "\ud83d\ude00"}')
    assert isinstance(only, Record)
    assert only.data == "😀"


def test_a_line_over_the_limit_is_reported(tmp_path: Path) -> None:
    error = failure(tmp_path, '{"text": "aaaaaaaaaaaaaaaaaaaa"}', Input(limits=Limits(bytes=20)))
    assert error.reason == "wire/t.jsonl, line 1: is over the limit of 20 bytes; raise [input.limits] bytes"


def test_lines_end_only_at_line_feeds(tmp_path: Path) -> None:
    """U+2028 need not be escaped in JSON."""
    only = found(tmp_path, '{"text": "one\u2028two\u0085three"}\r')
    assert [each.data for each in only if isinstance(each, Record)] == ["one\u2028two\u0085three"]


def test_a_line_that_fails_does_not_affect_others(tmp_path: Path) -> None:
    kinds = [type(each) for each in found(tmp_path, '{"text": "a"}', "{", '{"text": "b"}')]
    assert kinds == [Record, Unreadable, Record]


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    (only,) = records([InputFile(tmp_path / "t.jsonl", "t.jsonl")], Input())
    assert isinstance(only, Unreadable)
    assert only.id == "t"
    assert only.reason.startswith("cannot be read: No such file")


def test_records_are_read_one_at_a_time(tmp_path: Path) -> None:
    """A file of many gigabytes is never in memory as a whole: the first record comes before the last line is read."""
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"text": "a"}\n' * 2)
    items = records([InputFile(path, "t.jsonl")], Input())
    assert isinstance(next(items), Record)
    with path.open("ab") as file:
        file.write(b'{"text": "late"}\n' * 10_000)
    assert sum(1 for _ in items) == 10_001


def test_a_field_named_html_is_read_as_a_page_even_without_a_head(tmp_path: Path) -> None:
    page, text = found(tmp_path, '{"raw_html": "<p>Ann: Salt?</p>"}', '{"raw_html": "Ann: Salt?"}')
    assert isinstance(page, Record)
    assert isinstance(text, Record)
    assert (page.origin.media_type, text.origin.media_type) == ("text/html", "application/jsonl")


def test_the_configured_encoding_applies_to_lines_and_an_undecodable_line_fails_alone(tmp_path: Path) -> None:
    lines = ['{"text": "盐田的清晨"}'.encode("gb18030"), b'{"text": "\xff\xff"}', '{"text": "退潮"}'.encode("gb18030")]
    first, broken, last = found(tmp_path, *lines, options=Input(encoding="gb18030"))
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert (first.data, last.data) == ("盐田的清晨", "退潮")
    assert isinstance(broken, Unreadable)
    assert "line 2: is not UTF-8" in broken.reason
