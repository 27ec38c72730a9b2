"""A JSON file: a list of records, one in a field of an object, a single record, or several in sequence."""

import json
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline.config.settings import Input, Limits
from pipeline.exporters.json import encode_article
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile
from readers.found import failures, found, ids, only_aside, only_failure, only_record, texts

TWO = [{"id": "n1", "text": "Salt. 盐。", "by": "Wu"}, {"id": "n2", "text": "Wind.", "by": None}]


def test_each_element_of_a_list_is_a_document(tmp_path: Path) -> None:
    first, second = found(tmp_path, "t.json", json.dumps(TWO))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.id, first.data, first.metadata) == ("n1", "Salt. 盐。", {"id": "n1", "by": "Wu"})
    assert second.metadata["by"] == "null"
    assert (second.origin.row, second.origin.field, second.origin.media_type) == (2, "text", "application/json")


@pytest.mark.parametrize("name", ["t.json", "t.dat", "t"])
def test_a_list_of_records_is_detected_by_its_content(tmp_path: Path, name: str) -> None:
    assert texts(found(tmp_path, name, json.dumps(TWO, indent=2))) == ["Salt. 盐。", "Wind."]


@pytest.mark.parametrize("data", [json.dumps(TWO), json.dumps({"data": TWO}), json.dumps({"data": TWO})[:-20]])
def test_a_text_that_begins_like_json_stays_a_text(tmp_path: Path, data: str) -> None:
    """Scrapers write such files, and they are often truncated."""
    assert only_record(found(tmp_path, "t.txt", data)).data == data.encode()


def test_an_element_without_an_id_is_named_by_file_and_number(tmp_path: Path) -> None:
    assert ids(found(tmp_path, "t.json", '[{"text": "a"}, {"text": "b"}]')) == ["wire/t#1", "wire/t#2"]


def test_one_object_with_a_text_is_one_document(tmp_path: Path) -> None:
    only = only_record(found(tmp_path, "t.json", '{"text": "Salt.", "comments": [{"text": "too long"}]}'))
    assert (only.id, only.data, only.origin.row) == ("wire/t", "Salt.", None)
    assert only.metadata == {"comments": '[{"text":"too long"}]'}


@pytest.mark.parametrize("around", ['{{"data": {}}}', '{{"next": null, "total": 2, "articles": {}, "errors": []}}'])
def test_a_field_of_an_object_may_hold_the_list(tmp_path: Path, around: str) -> None:
    items = found(tmp_path, "t.json", around.format(json.dumps(TWO)))
    assert ids(items) == ["n1", "n2"]
    assert isinstance(items[1], Record)
    assert items[1].origin.row == 2


def test_the_list_that_has_texts_is_read(tmp_path: Path) -> None:
    data = {"authors": [{"name": "Wu"}], "articles": TWO}
    assert ids(found(tmp_path, "t.json", json.dumps(data))) == ["n1", "n2"]


def test_the_text_may_be_nested(tmp_path: Path) -> None:
    data = [{"id": 1, "article": {"body": "盐。", "lang": "zh"}}]
    only = only_record(found(tmp_path, "t.json", json.dumps(data), Input(text_field="article.body")))
    assert (only.data, only.metadata) == ("盐。", {"id": "1", "article": '{"lang":"zh"}'})


def test_one_object_per_line_is_json_lines_whatever_the_suffix(tmp_path: Path) -> None:
    items = found(tmp_path, "t.json", '{"text": "a"}\n\n{"text": "b"\n{"text": "c"}')
    assert ids(items) == ["wire/t#1", "wire/t#3", "wire/t#4"]
    assert failures(items)[0].startswith("wire/t.json, line 3: is not JSON")
    assert isinstance(items[0], Record)
    assert items[0].origin.media_type == "application/jsonl"


def test_long_json_lines_are_detected(tmp_path: Path) -> None:
    """The head that is used for detection ends within the first line."""
    line = json.dumps({"text": "盐 " * 50_000}) + "\n"
    assert ids(found(tmp_path, "t.json", line * 3)) == ["wire/t#1", "wire/t#2", "wire/t#3"]


def test_multiline_objects_may_follow_each_other(tmp_path: Path) -> None:
    data = "".join(json.dumps(each, indent=1) + "\n" for each in TWO)
    assert ids(found(tmp_path, "t.json", data)) == ["n1", "n2"]


def test_multiline_objects_in_a_jsonl_file_are_read_as_json(tmp_path: Path) -> None:
    """As written by `jq . dump.jsonl > pretty.jsonl`."""
    data = "\n".join(json.dumps(record, indent=2) for record in TWO)
    assert ids(found(tmp_path, "t.jsonl", data)) == ["n1", "n2"]


@pytest.mark.parametrize("behind", [",\n", " and so on", "]"])
def test_an_object_is_read_even_if_something_else_follows(tmp_path: Path, behind: str) -> None:
    first, second = found(tmp_path, "t.json", json.dumps(TWO[0]) + behind)
    assert texts([first]) == ["Salt. 盐。"]
    assert isinstance(second, Unreadable)
    assert "has data after its end" in second.reason


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    assert texts(found(tmp_path, "t.json", b"\xef\xbb\xbf" + json.dumps(TWO).encode())) == ["Salt. 盐。", "Wind."]


def test_nan_from_pandas_loses_no_record(tmp_path: Path) -> None:
    only = only_record(found(tmp_path, "t.json", '[{"text": "a NaN: NaN", "score": NaN}]'))
    assert (only.data, only.metadata) == ("a NaN: NaN", {"score": "null"})


# --- what is broken


def test_an_element_that_is_not_json_does_not_affect_others(tmp_path: Path) -> None:
    items = found(tmp_path, "t.json", '[{"text": "a"}, {"text": b}, {"text": "c"}]')
    assert [type(item) for item in items] == [Record, Unreadable, Record]
    assert failures(items)[0].startswith("wire/t.json, record 2 (byte 16): is not JSON (")


def test_an_element_that_is_not_an_object_is_reported(tmp_path: Path) -> None:
    items = found(tmp_path, "t.json", '[{"text": "a"}, 7, "text", ["b"], null, {"text": "c"}]')
    assert len(failures(items)) == 4
    assert "record 2 (byte 16): is not a JSON object; each record must be one" in failures(items)[0]


@pytest.mark.parametrize("cut", range(1, 14))
def test_records_before_a_truncation_are_read_and_it_is_reported_once(tmp_path: Path, cut: int) -> None:
    items = found(tmp_path, "t.json", '[{"text": "a"}, {"text": "b"}'[: 15 + cut])
    assert isinstance(items[0], Record)
    assert failures(items)[0].startswith(
        ("breaks off: what begins at byte ", "wire/t.json, record 2", "cannot be read")
    )
    assert len(items) == 2


def test_a_truncated_list_in_an_object_is_read_up_to_its_end(tmp_path: Path) -> None:
    items = found(tmp_path, "t.json", '{"n": 2, "data": [{"text": "a"}, {"text": "b')
    assert isinstance(items[0], Record)
    assert failures(items) == ["breaks off: what begins at byte 33 has no end; fetch it again, or repair it"]


def test_a_missing_comma_is_reported_with_its_position(tmp_path: Path) -> None:
    items = found(tmp_path, "t.json", '[{"text": "a"} {"text": "b"}, {"text": "c"}]')
    assert failures(items)[0].startswith("wire/t.json, record 1 (byte 1): is not JSON (")
    assert isinstance(items[1], Record)


@pytest.mark.parametrize(
    "data", ["null", "not json", "'text'", "{text: 1}", "[[[[", '{"text": "a"} 7', '[{"text": "a"}] x']
)
def test_invalid_json_is_reported(tmp_path: Path, data: str) -> None:
    items = found(tmp_path, "t.json", data)
    assert isinstance(items[-1], Unreadable)
    assert len(items) <= 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t"])
def test_utf_16_and_utf_32_are_read(tmp_path: Path, name: str, encoding: str) -> None:
    """`ConvertTo-Json > t.json` in PowerShell writes UTF-16."""
    data = json.dumps(TWO, ensure_ascii=False) if name != "t.jsonl" else "\r\n".join(map(json.dumps, TWO))
    assert texts(found(tmp_path, name, data.encode(encoding))) == ["Salt. 盐。", "Wind."]


def test_half_a_surrogate_pair_in_utf_16_fails_only_its_record(tmp_path: Path) -> None:
    data = '{"text": "Sa\ud83dlt."}\n{"text": "Wind."}\n'.encode("utf-16-le", "surrogatepass")
    broken, whole = found(tmp_path, "t.jsonl", data)
    assert failures([broken])[0].startswith("wire/t.jsonl, line 1: is not UTF-8 (invalid continuation byte); ")
    assert texts([whole]) == ["Wind."]


@pytest.mark.parametrize("size", [1, 2, 3, 65536])
def test_utf_16_does_not_depend_on_read_boundaries(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.readers.json.transcode.HEAD_BYTES", size)
    long = [{"text": "盐😀" * 40_000}, *TWO]
    data = json.dumps(long, ensure_ascii=False).encode("utf-16") if size > 3 else json.dumps(TWO).encode("utf-16")
    assert texts(found(tmp_path, "t.json", data))[-2:] == ["Salt. 盐。", "Wind."]


def test_truncated_utf_16_is_read_up_to_its_end(tmp_path: Path) -> None:
    data = "".join(f'{{"text": "{n}"}}\n' for n in range(20_000)).encode("utf-16-le") + b"x"
    items = found(tmp_path, "t.jsonl", data)
    assert len(items) > 10_000
    assert failures(items) == ["is not valid utf-16-le (truncated data); set [input] encoding, or convert it to UTF-8"]


@pytest.mark.parametrize(
    "data", [b'[{"text": "a \\ud800 b"}]', b'{"text": "a \\ud800 b"}', b'{"text": "a \\ud800 b"}\n{"text": "\\udc00"}']
)
def test_a_lone_surrogate_fails_its_record_as_in_jsonl(tmp_path: Path, data: bytes) -> None:
    reason = failures(found(tmp_path, "t.json", data))[0]
    assert "contains a lone surrogate escape (\\ud800–\\udfff), which is not text; repair the record" in reason


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_fails_only_its_record(tmp_path: Path, opening: str) -> None:
    depth = 100_000
    deep = opening * depth + "1" + ("]" if opening == "[" else "}") * depth
    items = found(tmp_path, "t.json", f'[{{"text": "a", "deep": {deep}}}, {{"text": "b"}}]')
    assert "is nested deeper than the limit of 100 levels" in failures(items)[0]
    assert isinstance(items[1], Record)
    (only,) = found(tmp_path, "u.json", deep)
    assert isinstance(only, Unreadable)


def test_an_element_over_the_limit_fails_and_later_ones_are_read(tmp_path: Path) -> None:
    data = json.dumps([{"text": 'a "quoted" \\ one' * 20_000 + "]}", "in": {"n": [1]}}, {"text": "b"}])
    items = found(tmp_path, "t.json", data, Input(limits=Limits(bytes=1000)))
    assert failures(items) == [
        "wire/t.json, record 1 (byte 1): is over the limit of 1,000 bytes; raise [input.limits] bytes"
    ]
    assert isinstance(items[1], Record)


def test_an_object_over_the_limit_may_hold_a_list_of_records(tmp_path: Path) -> None:
    data = json.dumps({"about": {"list": [1, "[{"]}, "n": [], "data": [{"text": f"盐 {n}"} for n in range(100)]})
    assert len(texts(found(tmp_path, "t.json", data, Input(limits=Limits(bytes=500))))) == 100


def test_a_document_over_the_limit_is_reported(tmp_path: Path) -> None:
    error = only_failure(found(tmp_path, "t.json", '{"text": "' + "x" * 2000 + '"}', Input(limits=Limits(bytes=500))))
    assert "over the limit of 500 bytes" in error.reason


@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_values_do_not_depend_on_read_boundaries(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.readers.json.values.CHUNK", size)
    monkeypatch.setattr("pipeline.readers.json.values.SHOWN", size)
    texts_given = ['a "b" \\', "\\u4e2d 中]}", "{[", ",:", ""]
    data = json.dumps([{"text": text, "n": [{"a": "}"}, 1, text]} for text in texts_given], indent=1)
    assert texts(found(tmp_path, "t.json", data)) == texts_given
    assert texts(found(tmp_path, "u.json", '{"x": "]", "y": [], "data":' + data, Input(limits=Limits(bytes=200))))


# --- what holds no document


def test_an_article_of_this_pipeline_is_not_a_source(tmp_path: Path) -> None:
    article = encode_article(pipeline.process("The weir\nDaily Post: Why?\nIda Moss: 为了鳗鱼。\n", id="weir"))
    for data in (article, b"[" + article + b"]", article + b"\n" + article):
        skipped = only_aside(found(tmp_path, "t.json", data, named=False))
        assert (
            skipped.reason == "is an article that this pipeline wrote (bilingual-article), not a source; leave it out"
        )
    assert "is an article that this pipeline wrote" in only_failure(found(tmp_path, "t.json", article)).reason


@pytest.mark.parametrize("data", [{"name": "a", "version": 1}, [{"name": "a"}], {"items": [{"name": "a"}]}])
def test_json_without_text_is_skipped_in_a_folder(tmp_path: Path, data: Any) -> None:
    skipped = only_aside(found(tmp_path, "t.json", json.dumps(data), named=False))
    assert skipped.reason.startswith("no field of its records is a text (there are: name")


def test_texts_after_many_records_without_any_are_read(tmp_path: Path) -> None:
    """The records before them are counted as skipped; an invalid one fails."""
    pictures: list[Any] = [{"width": n} for n in range(50)]
    items = found(tmp_path, "t.json", json.dumps([*pictures, "broken", *TWO, {"width": 7}]))
    aside = next(item for item in items if isinstance(item, LeftOut))
    assert aside == LeftOut("wire/t.json", "none of their fields is a text, before record 52", 50)
    assert texts([item for item in items if isinstance(item, Record)]) == ["Salt. 盐。", "Wind."]
    broken, last = failures(items)
    assert "record 51" in broken
    assert "record 54" in last


def test_an_empty_list_has_no_document(tmp_path: Path) -> None:
    assert only_aside(found(tmp_path, "t.json", "[]", named=False)).reason == "contains no records; leave it out"


def test_elements_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text("[" + ",\n".join(json.dumps({"text": f"盐 {n}", "x": "y" * 100}) for n in range(5000)))
    items = records([InputFile(path, "t.json")], Input())
    assert isinstance(next(items), Record)
    with path.open("a") as file:
        file.write(', {"id": "late", "text": "潮"}]')
    assert ids(list(items))[-1] == "late"


def test_a_list_may_be_nested(tmp_path: Path) -> None:
    items = '[{"id": "s1", "text": "退潮"}, {"id": "s2", "text": "Salt."}]'
    data = f'{{"meta": {{"tags": ["a"]}}, "data": {{"page": 1, "items": {items}}}}}'
    assert [(each.id, each.data) for each in found(tmp_path, "t.json", data) if isinstance(each, Record)] == [
        ("s1", "退潮"),
        ("s2", "Salt."),
    ]


def test_records_may_be_values_with_their_id_as_key(tmp_path: Path) -> None:
    """As key-value stores export them."""
    data = '{"s1": {"text": "退潮", "by": "Wu"}, "s2": {"text": "Salt.", "id": "own"}}'
    first, second = found(tmp_path, "t.json", data)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.id, first.data, first.metadata) == ("s1", "退潮", {"id": "s1", "by": "Wu"})
    assert (second.id, second.data) == ("own", "Salt.")
