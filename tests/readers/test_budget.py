"""How much a small file can expand to: more than a limit is an error that names it, and the rest is read."""

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.tables import unique_names
from readers.found import found, in_file

FIRST, LAST = '{"id": "a", "text": "The tide is out."}', '{"id": "c", "text": "The tide is in."}'
SMALL = Input(limits=Limits(columns=10, values=50, nesting=5, rows=20))

VALUES = "has more than the limit of 50 values; leave it out, or raise [input.limits] values"
NESTING = "is nested deeper than the limit of 5 levels; leave it out, or raise [input.limits] nesting"
FIELDS = "has 22 fields, over the limit of 10; leave it out, or raise [input.limits] columns"

RECORDS = [
    pytest.param('"x": [' + "[]," * 60 + "[]]", VALUES, id="empty lists"),
    pytest.param('"x": [' + "1.5," * 60 + "1]", VALUES, id="numbers"),
    pytest.param('"y": NaN, "x": [' + "{}," * 60 + "{}]", VALUES, id="objects beside a NaN"),
    pytest.param('"x": ' + "[" * 6 + "]" * 6, NESTING, id="lists in lists"),
    pytest.param('"x": ' + '{"a":' * 6 + "1" + "}" * 6, NESTING, id="objects in objects"),
    pytest.param(", ".join(f'"{n}": 0' for n in range(20)), FIELDS, id="fields"),
]


def reasons(items: list[Record | Unreadable | LeftOut]) -> list[str]:
    return [item.reason for item in items if not isinstance(item, Record)]


def ids(items: list[Record | Unreadable | LeftOut]) -> list[str]:
    return [item.id for item in items if isinstance(item, Record)]


@pytest.mark.parametrize("form", ["jsonl", "json", "jsonl.gz"])
@pytest.mark.parametrize(("member", "reason"), RECORDS)
def test_a_record_over_a_limit_fails_alone(tmp_path: Path, form: str, member: str, reason: str) -> None:
    lines = [FIRST, f'{{"id": "b", "text": "x", {member}}}', LAST]
    text = "[" + ",".join(lines) + "]" if form == "json" else "\n".join(lines) + "\n"
    items = found(tmp_path, f"t.{form}", gzip.compress(text.encode()) if form.endswith("gz") else text, SMALL)
    assert ids(items) == ["a", "c"]
    (message,) = reasons(items)
    assert message.endswith(reason)


def test_brackets_and_commas_in_a_text_are_not_counted(tmp_path: Path) -> None:
    record = {"id": "a", "text": '[{",' * 200, "x": [1, 2, {"y": '\\"[['}]}
    (only,) = found(tmp_path, "t.jsonl", json.dumps(record) + "\n", SMALL)
    assert isinstance(only, Record)
    assert only.data == record["text"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(",".join("x" * 11), id="cells"),
        pytest.param('"' + "\n" + '"' + "," * 6 + '"' + "\n" + '"' + "," * 6, id="cells over several lines"),
    ],
)
def test_a_row_with_too_many_cells_fails_alone(tmp_path: Path, row: str) -> None:
    items = found(tmp_path, "t.csv", f"id,text\na,The tide is out.\n{row}\nc,The tide is in.\n", SMALL)
    assert ids(items) == ["a", "c"]
    (reason,) = reasons(items)
    assert reason.endswith("has more cells than the limit of 10; leave it out, or raise [input.limits] columns")


def test_delimiters_in_a_quoted_text_are_not_counted(tmp_path: Path) -> None:
    text = "salt, wind,\n" * 50
    (only,) = found(tmp_path, "t.csv", f'id,text\na,"{text}"\n', SMALL)
    assert isinstance(only, Record)
    assert only.data == text


def test_a_header_of_commas_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    data = gzip.compress(b"id,text" + b"," * 2_000_000 + b"\n1,x\n")
    (reason,) = reasons(found(tmp_path, "t.csv.gz", data))
    assert "line 1: has more cells than the limit of 10,000" in reason


def test_equal_column_names_are_made_unique_in_few_steps() -> None:
    """With one step per earlier name this would take a minute."""
    names = unique_names(["a"] * 20_000)
    assert names[-1] == "a_20000"
    assert len(set(unique_names(["a_2", "a"] * 5_000))) == 10_000


@pytest.mark.parametrize("name", ["t.jsonl.gz", "t.csv.gz"])
def test_more_rows_than_the_bytes_can_hold_end_the_file(tmp_path: Path, name: str) -> None:
    rows = b"[]\n" if name.startswith("t.jsonl") else b"1\n"
    first = FIRST.encode() + b"\n" if name.startswith("t.jsonl") else b"id,text\na,The tide is out.\n"
    items = found(tmp_path, name, gzip.compress(first + rows * 100_000), SMALL)
    assert ids(items) == ["a"]
    assert "has more than 20 rows beyond one for each of its bytes" in reasons(items)[-1]
    assert len(items) < 1000


# --- Arrow and Parquet


def arrow(folder: Path, batch: pa.RecordBatch, *, stream: bool = False, compression: str | None = None) -> Path:
    path = folder / "t.arrow"
    opened = pa.ipc.new_stream if stream else pa.ipc.new_file
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.OSFile(str(path), "wb") as file, opened(file, batch.schema, options=options) as writer:
        writer.write(batch)
    return path


def alike(rows: int, text: str) -> list[Any]:
    zeros = pa.array([0] * rows, pa.int32())
    view = struct.pack("<i4sii", len(text), text[:4].encode(), 0, 0)
    buffers = [None, pa.py_buffer(view * rows), pa.py_buffer(text.encode())]
    return [
        pytest.param(pa.DictionaryArray.from_arrays(zeros, pa.array([text])), id="dictionary"),
        pytest.param(pa.RunEndEncodedArray.from_arrays(pa.array([rows], pa.int32()), pa.array([text])), id="run"),
        pytest.param(pa.Array.from_buffers(pa.string_view(), rows, buffers), id="views"),
    ]


@pytest.mark.parametrize("column", alike(2000, "tide " * 20_000))
def test_each_row_that_refers_to_the_same_text_is_counted(tmp_path: Path, column: pa.Array) -> None:
    path = arrow(tmp_path, pa.record_batch([column], names=["text"]), compression="zstd")
    items = in_file(path, Input(limits=Limits(ratio=2)))
    assert 600 < len(items) < 700  # 64 MiB of texts of 100 kB
    assert reasons(items)[-1].startswith("unpacks to more than 2 times its size")


@pytest.mark.parametrize("stream", [False, True])
def test_buffers_that_declare_too_much_are_not_decompressed(tmp_path: Path, stream: bool) -> None:
    batch = pa.record_batch([pa.array(["x" * 70_000_000])], names=["text"])
    (reason,) = reasons(in_file(arrow(tmp_path, batch, stream=stream, compression="zstd")))
    assert "unpack to 70,000," in reason
    assert "more than 250 times; leave it out, or raise [input.limits] ratio" in reason


def test_empty_list_values_are_counted(tmp_path: Path) -> None:
    lists = pa.ListArray.from_arrays(pa.array([0, 1, 50_000_001], pa.int32()), pa.nulls(50_000_001))
    path = arrow(tmp_path, pa.record_batch([pa.array(["one", "two"]), lists], names=["text", "l"]))
    items = in_file(path)
    assert [item.data for item in items if isinstance(item, Record)] == ["one"]
    assert "has 50,000,002 values, over the limit of 1,000,000" in reasons(items)[0]


def test_a_parquet_dictionary_is_not_copied_for_each_row(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 5000, pa.int32()), pa.array(["tide " * 100_000]))
    pq.write_table(pa.table({"text": column}), path, compression="zstd")
    items = in_file(path)
    assert 120 < len(items) < 140  # 64 MiB of texts of 500 kB
    assert "unpacks to more than 250 times its size" in reasons(items)[-1]


def test_parquet_that_declares_too_much_is_not_decompressed(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"text": ["x" * 70_000_000]}), path, compression="zstd", use_dictionary=False)
    (reason,) = reasons(in_file(path))
    assert "more than 250 times; leave it out, or raise [input.limits] ratio" in reason


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_too_many_columns_are_refused(tmp_path: Path, form: str) -> None:
    batch = pa.record_batch([pa.array(["x"])] * 11, names=[f"c{n}" for n in range(11)])
    path = tmp_path / "t.parquet" if form == "parquet" else arrow(tmp_path, batch)
    if form == "parquet":
        pq.write_table(pa.Table.from_batches([batch]), path)
    assert reasons(in_file(path, SMALL)) == [
        "has 11 columns, over the limit of 10; leave it out, or raise [input.limits] columns"
    ]


# --- front matter


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("+++\n" + ".".join("a" * 20_000) + " = 1\n+++\n", "nested more than 20 levels"),
        ("+++\n[" + ".".join("a" * 20_000) + "]\n+++\n", "nested more than 20 levels"),
        ("+++\nx = " + "[" * 300 + "]" * 300 + "\n+++\n", "nested more than 20 levels"),
        ("+++\nx = " + "9" * 50_000 + "\n+++\n", "a number of more than 1,000 digits"),
        ("+++\nx = 0x" + "f" * 50_000 + "\n+++\n", "a number of more than 1,000 digits"),
        ('{"title": "The weir", "x": ' + "[" * 300 + "]" * 300 + "}\n", "nested more than 20 levels"),
    ],
)
def test_expensive_front_matter_is_reported_and_not_parsed(tmp_path: Path, keys: str, reason: str) -> None:
    data = keys.replace("+++\n", '+++\ntitle = "The weir"\n', 1) + "\nThe weir stands.\n"
    left, only = found(tmp_path, "t.md", data)
    assert isinstance(left, LeftOut)
    assert reason in left.reason
    assert isinstance(only, Record)
    assert (only.data, only.metadata) == (data.encode(), {})
