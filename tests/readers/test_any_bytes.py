"""Whatever a file holds, a reader returns records or reasons and never raises."""

import io
import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples
from subtitle_files import SUBRIP, VOICES

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import BUILT_IN_READERS, UNPACKING_READERS, select_readers

TEXTS = ["Daily Post: Why a weir?\nIda Moss: 为了鳗鱼。", 'He said: "Salt, and time."', "潮水六点来。" * 30, ""]
ROWS = [{"id": f"n{n}", "text": text, "n": n, "tags": ["a", None], "by": None} for n, text in enumerate(TEXTS)]
OPTIONS = Input(limits=Limits(bytes=5000))
"""Compressed files have tests of their own."""
fuzzed = settings(max_examples=examples(40))


def table() -> pa.Table:
    kinds = pa.array(["x", None, "x", "y"]).dictionary_encode()
    return pa.Table.from_pylist(ROWS).append_column("kind", kinds)


def parquet(compression: str) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table(), sink, row_group_size=2, compression=compression)
    return sink.getvalue()


def arrow(open_writer: Callable[[io.BytesIO, pa.Schema], pa.ipc.RecordBatchStreamWriter], codec: str | None) -> bytes:
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=codec)
    with open_writer(sink, table().schema, options=options) as writer:  # type: ignore[call-arg]
        writer.write_table(table(), max_chunksize=2)
    return sink.getvalue()


def sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "t.db")) as connection:
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE articles (id TEXT PRIMARY KEY, text TEXT, n INTEGER)")
        connection.execute("CREATE TABLE other (place, body, PRIMARY KEY (place)) WITHOUT ROWID")
        connection.execute("CREATE VIEW seen AS SELECT * FROM articles")
        for row in ROWS:
            connection.execute("INSERT INTO articles VALUES (:id, :text, :n)", row)
            connection.execute("INSERT INTO other VALUES (:id, :text)", row)
        connection.commit()
        return (Path(folder) / "t.db").read_bytes()


@cache
def good() -> dict[str, bytes]:
    """An undamaged file of each kind."""
    lines = "\n".join(json.dumps(row, ensure_ascii=row["n"] == 0) for row in ROWS)
    cells = "\n".join(f'{row["id"]},"{row["text"]}",{row["n"]}'.replace('said: "', 'said: ""') for row in ROWS)
    page = (
        f"<!DOCTYPE html><html><body><article><h1>The weir</h1><p>{'</p><p>'.join(TEXTS)}</p></article></body></html>"
    )
    return {
        "t.jsonl": lines.encode(),
        "list.json": json.dumps(ROWS, indent=1, ensure_ascii=False).encode(),
        "field.json": json.dumps({"total": 4, "data": ROWS}).encode(),
        "behind.json": "".join(json.dumps(row, indent=1) for row in ROWS).encode(),
        "t.csv": f"id,text,n\n{cells}\n".encode(),
        "u.csv": f"id,text,n\n{cells}\n".encode("utf-16"),
        "g.csv": f"id,text,n\n{cells}\n".encode("gb18030"),
        "t.tsv": f"id,text,n\n{cells}\n".replace(",", "\t").encode(),
        "t.parquet": parquet("snappy"),
        "u.parquet": parquet("none"),
        "t.arrow": arrow(pa.ipc.new_file, None),
        "z.arrow": arrow(pa.ipc.new_file, "zstd"),
        "s.arrow": arrow(pa.ipc.new_stream, None),
        "t.db": sqlite(),
        "t.md": f"---\ntitle: The weir\ndate: 2024-05-01\ntags: [eel, 鳗]\n---\n{TEXTS[0]}".encode(),
        "toml.md": f'+++\ntitle = "The weir"\ntags = ["eel"]\n+++\n{TEXTS[0]}'.encode(),
        "json.md": f'{{"title": "The weir", "tags": ["eel"]}}\n{TEXTS[0]}'.encode(),
        "t.txt": "\n".join(TEXTS).encode(),
        "t.html": page.encode(),
        "t.vtt": VOICES.encode(),
        "t.srt": SUBRIP.encode("utf-16"),
    }


NAMES = sorted(good())
SIGNATURES = [
    b"PAR1",
    b"ARROW1\0\0",
    b"\xff\xff\xff\xff\x08\0\0\0",
    b"FEA1",
    b"SQLite format 3\0",
    b"[{",
    b'{"text":"a"}\n',
]
SIGNATURES += [b"id,text\n", b"---\n", b"+++\n", b"<html>", b"\xff\xfe", b"\xef\xbb\xbf", b""]


def look(name: str, data: bytes, form: str | None = None) -> None:
    """Reads a file and asserts what is true for any file."""
    for named in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            for item in records([InputFile(path, f"wire/{name}", named)], OPTIONS, select_readers(form=form)):
                assert isinstance(item, Record | Unreadable | LeftOut)
                if not isinstance(item, Record):
                    assert "failed on it" not in item.reason
                    assert len(item.reason.splitlines()) == 1
                    assert item.reason.isprintable()
                    shown = item.name if isinstance(item, LeftOut) else f"{item.id} {item.reason}"
                    assert "wire/" in shown or item.reason.startswith("wire/")
            assert [entry.name for entry in Path(folder).iterdir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_file_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(good()[name])
    items = list(records([InputFile(tmp_path / name, name, named=True)], Input()))
    assert any(isinstance(item, Record) for item in items)
    assert not [item for item in items if isinstance(item, Unreadable)]


@pytest.mark.parametrize("name", NAMES)
@fuzzed
@given(signature=st.sampled_from(SIGNATURES), noise=st.binary(max_size=400))
def test_any_bytes_after_any_signature(name: str, signature: bytes, noise: bytes) -> None:
    look(name, signature + noise)


@pytest.mark.parametrize("name", NAMES)
@fuzzed
@given(share=st.floats(0, 1))
def test_a_truncated_file(name: str, share: float) -> None:
    data = good()[name]
    look(name, data[: int(share * len(data))])


@pytest.mark.parametrize("name", NAMES)
@fuzzed
@given(data=st.data())
def test_a_file_with_changed_bytes(name: str, data: st.DataObject) -> None:
    broken = bytearray(good()[name])
    for at in data.draw(st.lists(st.integers(0, len(broken) - 1), min_size=1, max_size=6)):
        broken[at] = data.draw(st.integers(0, 255))
    look(name, bytes(broken))


@pytest.mark.parametrize("name", NAMES)
@fuzzed
@given(data=st.data())
def test_a_file_with_bytes_inserted_or_deleted(name: str, data: st.DataObject) -> None:
    sound = good()[name]
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(sound))] * 2)))
    look(name, sound[:start] + data.draw(st.sampled_from([b"", b'"', b"\n", b"\0", b"[{", b"\xff" * 9])) + sound[end:])


@pytest.mark.parametrize("form", sorted(set(BUILT_IN_READERS) - UNPACKING_READERS))
@fuzzed
@given(signature=st.sampled_from(SIGNATURES), noise=st.binary(max_size=200), name=st.sampled_from(NAMES))
def test_any_bytes_for_a_reader_named_in_the_settings(form: str, signature: bytes, noise: bytes, name: str) -> None:
    look("t", signature + noise, form)
    look("t", good()[name], form)
