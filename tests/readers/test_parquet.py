"""Columnar tables: Parquet and Arrow."""

import datetime as dt
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

import pipeline
from pipeline.config.settings import Input, Limits
from pipeline.model.record import Record, Unreadable
from readers.found import failures, found, ids, in_file, only_aside, only_failure, only_record, texts

QUESTION = "Daily Post: Why a weir?\nIda Moss: 为了鳗鱼。"


def parquet(table: pa.Table, path: Path) -> Path:
    pq.write_table(table, path.with_suffix(".parquet"), row_group_size=4)
    return path.with_suffix(".parquet")


def file(table: pa.Table, path: Path) -> Path:
    with pa.ipc.new_file(path.with_suffix(".arrow"), table.schema) as writer:
        writer.write_table(table, max_chunksize=4)
    return path.with_suffix(".arrow")


def stream(table: pa.Table, path: Path) -> Path:
    with pa.ipc.new_stream(path.with_suffix(".arrows"), table.schema) as writer:
        writer.write_table(table, max_chunksize=4)
    return path.with_suffix(".arrows")


def feather(table: pa.Table, path: Path) -> Path:
    pyarrow.feather.write_feather(table, str(path.with_suffix(".feather")))
    return path.with_suffix(".feather")


Writer = Callable[[pa.Table, Path], Path]
every_form = pytest.mark.parametrize("write", [parquet, file, stream, feather])


def table(*texts: str | None, **columns: Any) -> pa.Table:
    return pa.table({"id": [f"n{number}" for number in range(1, len(texts) + 1)], "text": list(texts), **columns})


@every_form
def test_a_row_is_a_document_and_its_other_columns_are_metadata(tmp_path: Path, write: Writer) -> None:
    items = in_file(write(table(QUESTION, "Salt.", by=["Wu", None], n=[1, 2]), tmp_path / "t"))
    assert texts(items) == [QUESTION, "Salt."]
    first, second = items
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.id, first.origin.row, first.origin.field) == ("n1", 1, "text")
    assert first.metadata == {"id": "n1", "by": "Wu", "n": "1"}
    assert second.metadata == {"id": "n2", "by": "null", "n": "2"}


@every_form
def test_rows_are_counted_across_row_groups(tmp_path: Path, write: Writer) -> None:
    items = in_file(write(pa.table({"text": [f"盐 {n}" for n in range(11)]}), tmp_path / "t"))
    assert ids(items) == [f"wire/t#{n}" for n in range(1, 12)]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
@every_form
def test_texts_of_any_column_type_are_read(tmp_path: Path, write: Writer, kind: pa.DataType) -> None:
    assert texts(in_file(write(table("盐", "b", "盐").cast(schema_with(kind)), tmp_path / "t"))) == ["盐", "b", "盐"]


def schema_with(kind: pa.DataType) -> pa.Schema:
    return pa.schema([("id", pa.string()), ("text", kind)])


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view()], ids=str)
@every_form
def test_binary_texts_are_returned_as_bytes(tmp_path: Path, write: Writer, kind: pa.DataType) -> None:
    raw = "记者问：潮水几点来？".encode("gb18030")
    only = only_record(in_file(write(pa.table({"content": pa.array([raw], kind)}), tmp_path / "t")))
    assert only.data == raw
    assert pipeline.process(only.data, id="a").text == "记者问：潮水几点来？"


@every_form
def test_only_texts_that_are_not_utf8_are_returned_as_bytes(tmp_path: Path, write: Writer) -> None:
    """Some writers do not check what they write."""
    broken = pa.array([b"salt \xff", "盐".encode()]).view(pa.string())
    items = in_file(write(pa.table({"text": broken, "by": broken}), tmp_path / "t"))
    assert texts(items) == [b"salt \xff", "盐"]
    assert [item.metadata for item in items if isinstance(item, Record)] == [{"by": "salt \ufffd"}, {"by": "盐"}]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (pa.array([dt.datetime(2024, 5, 1, 6, 30)], pa.timestamp("ms")), "2024-05-01T06:30:00"),
        (pa.array([1], pa.timestamp("ns")), "1970-01-01T00:00:00.000000001"),
        (pa.array([1_500], pa.timestamp("ms", "Asia/Shanghai")), "1970-01-01T00:00:01.5+00:00"),
        (pa.array([2**62], pa.timestamp("us")), str(2**62)),
        (pa.array([dt.date(2024, 5, 1)]), "2024-05-01"),
        (pa.array([2**31 - 1], pa.date32()), "a date32[day] that cannot be told"),
        (pa.array([dt.time(6, 30)]), "06:30:00"),
        (pa.array([decimal.Decimal("1.50")]), "1.50"),
        (pa.array([b"ab\xff"]), "YWL/"),
        (pa.array([True]), "true"),
        (pa.array([0.5]), "0.5"),
        (pa.array([float("nan")]), "null"),
        (pa.array([2**64 - 1], pa.uint64()), str(2**64 - 1)),
        (pa.array([["盐", None]]), '["盐",null]'),
        (pa.array([{"name": "Wu", "on": dt.date(2024, 5, 1)}]), '{"name":"Wu","on":"2024-05-01"}'),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())), '[["a",1]]'),
        (pa.array([None]), "null"),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
@every_form
def test_metadata_that_are_not_text_are_converted_to_text(
    tmp_path: Path, write: Writer, value: pa.Array, shown: str
) -> None:
    only = only_record(in_file(write(pa.table({"text": ["Salt."], "m": value}), tmp_path / "t")))
    assert only.metadata == {"m": shown}


@every_form
def test_the_text_may_be_in_a_nested_column(tmp_path: Path, write: Writer) -> None:
    data = pa.table({"article": [{"body": "盐。", "lang": "zh"}]})
    only = only_record(in_file(write(data, tmp_path / "t"), Input(text_field="article.body")))
    assert (only.data, only.metadata) == ("盐。", {"article": '{"lang":"zh"}'})


@every_form
def test_a_missing_named_column_is_one_error(tmp_path: Path, write: Writer) -> None:
    path = write(table("a", "b", n=[1, 2]), tmp_path / "t")
    assert only_failure(in_file(path, Input(text_field="texts"))).reason == (
        "has no column 'texts', which [input] text_field names; did you mean 'text'?"
    )
    assert only_failure(in_file(path, Input(text_field="n"))).reason == (
        "its column 'n' contains no text; name another in [input] text_field"
    )


@every_form
def test_a_missing_text_fails_only_its_row(tmp_path: Path, write: Writer) -> None:
    items = in_file(write(table("a", None, "c"), tmp_path / "t"))
    assert [type(item) for item in items] == [Record, Unreadable, Record]
    assert failures(items)[0].endswith(", row 2: no text field 'text'; name it in [input] text_field")


@every_form
def test_a_table_without_text_is_skipped_in_a_folder(tmp_path: Path, write: Writer) -> None:
    skipped = only_aside(in_file(write(pa.table({"a": ["x"], "n": [1]}), tmp_path / "t"), named=False))
    assert skipped.reason == "no field of its records is a text (there are: a, n); name it in [input] text_field"


@every_form
def test_images_are_not_read_as_texts(tmp_path: Path, write: Writer) -> None:
    data = pa.table({"img": [b"\x89PNG\r\n\x1a\n" * 100], "label": ["weir"]})
    assert "no field of its records is a text" in only_aside(in_file(write(data, tmp_path / "t"), named=False)).reason


@every_form
def test_a_table_without_rows_has_no_document(tmp_path: Path, write: Writer) -> None:
    assert only_aside(in_file(write(table("a").slice(0, 0), tmp_path / "t"), named=False)).reason.startswith(
        "contains no records"
    )


@every_form
def test_columns_with_the_same_name_are_distinguished(tmp_path: Path, write: Writer) -> None:
    data = pa.Table.from_arrays([pa.array(["Salt."]), pa.array(["b"])], names=["text", "text"])
    assert only_record(in_file(write(data, tmp_path / "t"))).metadata == {"text_2": "b"}


@every_form
def test_a_file_is_detected_by_its_content(tmp_path: Path, write: Writer) -> None:
    path = write(table("盐"), tmp_path / "t")
    assert texts(in_file(path.rename(tmp_path / "t.dat"))) == ["盐"]


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow", "t.feather"])
@pytest.mark.parametrize(
    "data", [b"no table", b"PAR1", b"ARROW1\0\0", b"FEA1" + bytes(50), b"\xff\xff\xff\xff\x10\0\0\0abc"]
)
def test_a_file_that_is_not_a_table_is_reported_with_advice(tmp_path: Path, name: str, data: bytes) -> None:
    error = only_failure(found(tmp_path, name, data))
    assert "; fetch it again, or write it again" in error.reason or "; write it again" in error.reason


def test_a_damaged_row_group_is_lost_and_the_others_are_read(tmp_path: Path) -> None:
    data = pa.table({"text": [f"the keeper said {n}: 盐" for n in range(12)]})
    path = tmp_path / "t.parquet"
    pq.write_table(data, path, row_group_size=4, compression="none", use_dictionary=False, write_page_checksum=True)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"said 5", b"said \0"))
    items = in_file(path)
    assert ids(items) == [f"wire/t#{n}" for n in (1, 2, 3, 4, 5, 9, 10, 11, 12)]
    (reason,) = failures(items)
    assert reason.startswith("wire/t.parquet, row 5: it and all up to row 8 are lost (")
    assert reason.endswith("; fetch the file again, or write it again")


def test_a_damaged_batch_is_lost_and_the_others_are_read(tmp_path: Path) -> None:
    path = file(pa.table({"text": [f"the keeper said {n}: 盐" for n in range(12)]}), tmp_path / "t")
    offsets = pa.array([f"the keeper said {n}: 盐" for n in range(4, 8)]).buffers()[1].to_pybytes()
    raw = path.read_bytes()
    at = raw.index(offsets, raw.index(b"said 3"))
    path.write_bytes(raw[:at] + b"\xff" * len(offsets) + raw[at + len(offsets) :])
    items = in_file(path)
    assert len(failures(items)) == 1
    assert "batch 2 of 3 is lost from here on (" in failures(items)[0]
    assert len([item for item in items if isinstance(item, Record)]) == 8


def test_a_truncated_stream_gives_the_rows_before(tmp_path: Path) -> None:
    path = stream(table(*(f"盐 {n}" for n in range(12))), tmp_path / "t")
    path.write_bytes(path.read_bytes()[:-200])
    items = in_file(path)
    assert len([item for item in items if isinstance(item, Record)]) == 8
    assert failures(items)[0].startswith("is truncated after row 8 (")


def test_a_table_that_decompresses_to_too_much_is_refused(tmp_path: Path) -> None:
    path = parquet(table("盐" * 1000), tmp_path / "t")
    error = only_failure(in_file(path, Input(limits=Limits(expanded=100))))
    assert "over the limit of 100 bytes; split it, or raise [input.limits] expanded" in error.reason


def test_long_texts_are_converted_a_few_at_a_time() -> None:
    from pipeline.readers.arrow.columns import rows_at_a_time

    assert rows_at_a_time(1_000_000, 1_000_000 * 100) == 1024
    assert rows_at_a_time(100, 100 << 20) == 8
    assert rows_at_a_time(10, 1 << 40) == 1
    assert rows_at_a_time(0, 0) >= 1
