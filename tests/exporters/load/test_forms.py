"""Loading articles from every exported format: detection by content, and damage that affects nothing else."""

import gzip
import shutil
import sqlite3
import sys
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from interviews import bridge, everything, paired, prose

import pipeline
from pipeline import Article, ContractError, UsageError
from pipeline.exporters.load.articles import is_single_article, load_each
from pipeline.exporters.tables.columns import record_batch, schema

FORMS = ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.sqlite", "a.duckdb")


def loaded(path: Path) -> list[tuple[str, str]]:
    """Each attempt: its name, and the article's id or the reason why it is none."""
    return [(name, found.reason if isinstance(found, ContractError) else found.id) for name, found in load_each(path)]


def without(article: Article, key: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(article)
    return {name: value for name, value in found.items() if name != key}


def at_row(article: Article, row: int | None) -> Article:
    replace = msgspec.structs.replace
    source = article.provenance.source
    source = replace(source, origin=replace(source.origin, row=row))
    return replace(article, provenance=replace(article.provenance, source=source))


# --- detection by content


@pytest.mark.parametrize("name", FORMS)
def test_format_is_detected_by_content_not_by_name(tmp_path: Path, name: str) -> None:
    pipeline.export(everything(), tmp_path / name)
    for other in ("articles", "articles.json", "a.bin"):
        shutil.copy(tmp_path / name, tmp_path / other)
        assert list(pipeline.read(tmp_path / other)) == everything()


def test_one_article_as_json_is_read_under_any_name(tmp_path: Path) -> None:
    pipeline.export([prose()], tmp_path / "out", to="json")
    for other in ("article", "article.jsonl", "article.parquet"):
        shutil.copy(tmp_path / "out" / "tide.json", tmp_path / other)
        assert list(pipeline.read(tmp_path / other)) == [prose()]


@pytest.mark.parametrize("packed", [False, True])
def test_one_article_on_one_line_is_one(tmp_path: Path, packed: bool) -> None:
    data = msgspec.json.encode(prose())
    path = tmp_path / "a.json"
    path.write_bytes(gzip.compress(data) if packed else data)
    assert list(pipeline.read(path)) == [prose()]
    assert loaded(path) == [("a.json", "tide")]


def test_arrow_files_and_streams_are_read(tmp_path: Path) -> None:
    table = pa.Table.from_batches([record_batch(everything(), Article)])
    with pa.OSFile(str(tmp_path / "file"), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    with pa.OSFile(str(tmp_path / "stream"), "wb") as out, pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    assert list(pipeline.read(tmp_path / "file")) == list(pipeline.read(tmp_path / "stream")) == everything()


def test_a_folder_may_hold_shards_of_several_kinds(tmp_path: Path) -> None:
    pipeline.export([paired()], tmp_path / "1.parquet")
    pipeline.export([prose()], tmp_path / "2" / "a.jsonl.zst")
    pipeline.export([bridge()], tmp_path / "3.jsonl.gz")
    pipeline.export([paired("b")], tmp_path / "4", to="json")
    pipeline.export([paired("c"), paired("d")], tmp_path / "5.jsonl")
    pipeline.export([paired("lost")], tmp_path / "_old.parquet")
    pipeline.export([paired("lost")], tmp_path / ".tmp" / "a.jsonl")
    assert loaded(tmp_path) == [
        ("1.parquet:1", "ferry"),
        ("2/a.jsonl.zst:1", "tide"),
        ("3.jsonl.gz:1", "wire/bridge"),
        ("4/b.json", "b"),
        ("5.jsonl:1", "c"),
        ("5.jsonl:2", "d"),
    ]


@pytest.mark.parametrize("name", ["A.JSON", "A.JSONL", "A.Jsonl.GZ", "A.PARQUET"])
def test_capitals_in_a_name_hide_no_article_of_a_folder(tmp_path: Path, name: str) -> None:
    pipeline.export([prose()], tmp_path / "a", to="parquet" if name.endswith("PARQUET") else "jsonl")
    (tmp_path / "a").rename(tmp_path / name)
    assert loaded(tmp_path)[0][1] == "tide"


def test_table_rewritten_by_another_program_is_read(tmp_path: Path) -> None:
    """Its metadata is lost, and there may be a column more."""
    pipeline.export(everything(), tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet").replace_schema_metadata(None)
    pq.write_table(table.append_column("split", pa.array(["train"] * 3)), tmp_path / "b.parquet")
    assert list(pipeline.read(tmp_path / "b.parquet")) == everything()


def test_a_table_that_polars_wrote_is_read(tmp_path: Path) -> None:
    import polars as pl

    pipeline.export(everything(), tmp_path / "a.parquet")
    pl.read_parquet(tmp_path / "a.parquet").filter(pl.col("id") != "tide").write_parquet(tmp_path / "b.parquet")
    assert list(pipeline.read(tmp_path / "b.parquet")) == [paired(), bridge()]


def test_a_table_that_pandas_wrote_is_read(tmp_path: Path) -> None:
    import pandas as pd

    pipeline.export(everything(), tmp_path / "a.parquet")
    pd.read_parquet(tmp_path / "a.parquet").to_parquet(tmp_path / "b.parquet")
    assert list(pipeline.read(tmp_path / "b.parquet")) == everything()


def test_numbers_with_missing_values_round_trip_through_pandas(tmp_path: Path) -> None:
    """It makes floats of them, as of the row that a record has and a file has not."""
    import pandas as pd

    articles = [at_row(prose(), row) for row in (None, 17)]
    pipeline.export(articles, tmp_path / "a.parquet")
    pd.read_parquet(tmp_path / "a.parquet").to_parquet(tmp_path / "b.parquet")
    column = pq.read_table(tmp_path / "b.parquet")["provenance"].combine_chunks()
    assert column.field("source").field("origin").field("row").to_pylist() == [None, 17.0]
    assert list(pipeline.read(tmp_path / "b.parquet")) == articles


def test_single_article_is_distinguished_from_json_lines(tmp_path: Path) -> None:
    pipeline.export([prose()], tmp_path / "out", to="json")
    assert is_single_article(tmp_path / "out" / "tide.json")
    for name in FORMS:
        pipeline.export([prose()], tmp_path / name)
        assert not is_single_article(tmp_path / name)


# --- invalid articles, and their locations


@pytest.mark.parametrize("rows", ["turns", "exchanges", "edits", "credits", "prose", "segments"])
def test_error_for_a_flat_table_names_its_kind_of_rows(tmp_path: Path, rows: str) -> None:
    pipeline.export(everything(), tmp_path / "a.parquet", rows=rows)
    ((name, reason),) = loaded(tmp_path / "a.parquet")
    assert name == "a.parquet"
    assert reason.startswith(f"has {rows}, not articles; ")


def test_a_foreign_table_names_its_columns(tmp_path: Path) -> None:
    pq.write_table(pa.table({"prompt": ["a"], "answer": ["b"]}), tmp_path / "a.parquet")
    assert loaded(tmp_path / "a.parquet") == [("a.parquet", "has no articles: its columns are prompt, answer")]


def test_invalid_row_does_not_hide_others(tmp_path: Path) -> None:
    loose = pa.schema([pa.field(f.name, f.type) for f in schema(Article)])
    rows = [msgspec.to_builtins(paired()), without(prose(), "language"), msgspec.to_builtins(bridge())]
    pq.write_table(pa.Table.from_pylist(rows, schema=loose), tmp_path / "a.parquet")
    first, second, third = loaded(tmp_path / "a.parquet")
    assert (first, third) == (("a.parquet:1", "ferry"), ("a.parquet:3", "wire/bridge"))
    assert second[0] == "a.parquet:2"
    assert "language" in second[1]


def test_invalid_utf8_in_a_table_fails_only_its_row(tmp_path: Path) -> None:
    table = pa.Table.from_batches([record_batch(everything(), Article)])
    texts = pa.array([b"\xff\xfe" if n == 1 else text.encode() for n, text in enumerate(table["text"].to_pylist())])
    table = table.set_column(table.column_names.index("text"), "text", texts.view(pa.string()))
    pq.write_table(table, tmp_path / "a.parquet")
    first, second, third = loaded(tmp_path / "a.parquet")
    assert (first[1], third[1]) == ("ferry", "wire/bridge")
    assert second[0] == "a.parquet:2"
    assert "is not an article: 'utf-8' codec" in second[1]


def test_another_version_of_the_contract_in_a_table_is_named(tmp_path: Path) -> None:
    row = msgspec.to_builtins(prose()) | {"schema": "bilingual-article/9"}
    pq.write_table(pa.Table.from_pylist([row], schema=schema(Article)), tmp_path / "a.parquet")
    ((_, reason),) = loaded(tmp_path / "a.parquet")
    assert reason == "has schema 'bilingual-article/9'; this version reads 'bilingual-article/1'"


def test_damaged_row_group_does_not_hide_others(tmp_path: Path) -> None:
    table = pa.Table.from_batches([record_batch(everything(), Article)])
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1, compression="zstd")
    column = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(1).column(0)
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + column.total_compressed_size] = b"\xee" * column.total_compressed_size
    (tmp_path / "a.parquet").write_bytes(data)
    first, second, third = loaded(tmp_path / "a.parquet")
    assert (first[1], third[1]) == ("ferry", "wire/bridge")
    assert second[0] == "a.parquet:2"
    assert second[1].startswith("rows 2 to 2 cannot be read: ")


@pytest.mark.parametrize("name", FORMS[1:])
@pytest.mark.parametrize("part", [0.0005, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_named_with_the_reason(tmp_path: Path, name: str, part: float) -> None:
    pipeline.export(everything(), tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: max(int(len(data) * part), 20)])
    found = [(called, article) for called, article in load_each(tmp_path / name)]
    called, error = found[-1]
    if name == "a.duckdb" and [article for _, article in found] == everything():
        return  # what was cut off belonged to another table
    assert isinstance(error, ContractError)
    assert called.partition(":")[0] == name
    assert "\n" not in error.reason


def test_damaged_line_in_a_compressed_file_does_not_hide_others(tmp_path: Path) -> None:
    lines = [msgspec.json.encode(article) for article in everything()]
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines[0] + b"\n{oops\n" + lines[2] + b"\n"))
    first, second, third = loaded(tmp_path / "a.jsonl.gz")
    assert (first[1], third[1]) == ("ferry", "wire/bridge")
    assert second == ("a.jsonl.gz:2", second[1])
    assert "is not an article" in second[1]


def test_lines_before_damage_in_a_compressed_file_are_read(tmp_path: Path) -> None:
    lines = b"".join(msgspec.json.encode(article) + b"\n" for article in everything())
    whole = gzip.compress(lines)
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-5])
    assert [article for _, article in loaded(tmp_path / "a.jsonl.gz")][:3] == ["ferry", "tide", "wire/bridge"]
    assert loaded(tmp_path / "a.jsonl.gz")[3][0] == "a.jsonl.gz:4"


def test_invalid_row_of_sqlite_does_not_hide_others(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.sqlite")
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        database.execute("UPDATE articles SET article = CAST(x'ff00' AS TEXT) WHERE id = 'tide'")
    database.close()
    first, second, third = loaded(tmp_path / "a.sqlite")
    assert (first[1], third[1]) == ("ferry", "wire/bridge")
    assert second[0] == "a.sqlite:2"
    assert second[1].startswith("is not an article")


def test_error_for_a_foreign_database_says_what_is_missing(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        database.execute("CREATE TABLE articles (id, body)")
    database.close()
    assert loaded(tmp_path / "a.sqlite") == [
        ("a.sqlite", "has no articles: no table 'articles' with a column 'article'")
    ]
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "a.duckdb")) as other:
        other.execute("CREATE TABLE articles (id VARCHAR)")
    assert loaded(tmp_path / "a.duckdb") == [
        ("a.duckdb", "has no articles: no table 'articles' with the columns of an article")
    ]


def test_invalid_row_of_duckdb_does_not_hide_others(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pipeline.export(everything(), tmp_path / "a.duckdb")
    with duckdb.connect(str(tmp_path / "a.duckdb")) as database:
        database.execute("UPDATE articles SET language = 'en', schema = 'other/1' WHERE id = 'tide'")
    found = dict(loaded(tmp_path / "a.duckdb"))
    assert sorted(found.values())[:2] == [
        "ferry",
        "has schema 'other/1'; this version reads 'bilingual-article/1'",
    ]
    assert "wire/bridge" in found.values()


def test_reading_a_database_creates_no_other_files(tmp_path: Path) -> None:
    for name in ("a.sqlite", "a.duckdb"):
        pipeline.export(everything(), tmp_path / name)
        before = (tmp_path / name).read_bytes()
        assert list(pipeline.read(tmp_path / name)) == everything()
        assert (tmp_path / name).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.duckdb", "a.sqlite"]


def test_path_with_special_characters_is_read(tmp_path: Path) -> None:
    path = tmp_path / "采访 #1?%20&mode=rw.sqlite"
    pipeline.export(everything(), path)
    assert list(pipeline.read(path)) == everything()


def test_a_packed_file_without_its_library_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.export(everything(), tmp_path / "a.jsonl.zst")
    monkeypatch.setitem(sys.modules, "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", None)
    with pytest.raises(UsageError, match="pip install"):
        list(pipeline.read(tmp_path / "a.jsonl.zst"))


@pytest.mark.skipif(not hasattr(__import__("os"), "mkfifo"), reason="there are no pipes with names")
def test_pipe_can_be_read(tmp_path: Path) -> None:
    """`pipeline verify <(zstd -dc articles.jsonl.zst)`."""
    import os
    import threading

    os.mkfifo(tmp_path / "pipe")
    data = b"".join(msgspec.json.encode(article) + b"\n" for article in everything())
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writer.start()
    assert [article for _, article in loaded(tmp_path / "pipe")] == ["ferry", "tide", "wire/bridge"]
    writer.join()


def test_first_line_before_damage_in_a_compressed_file_is_read(tmp_path: Path) -> None:
    line = msgspec.json.encode(prose()) + b"\n"
    data = gzip.compress(line) + gzip.compress(line)
    (tmp_path / "a.jsonl.gz").write_bytes(data[:-40])
    assert loaded(tmp_path / "a.jsonl.gz")[0] == ("a.jsonl.gz:1", "tide")
    assert "does not unpack" in loaded(tmp_path / "a.jsonl.gz")[1][1]


def test_two_articles_that_are_the_same_are_two(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes((msgspec.json.encode(prose()) + b"\n") * 2)
    assert [name for name, _ in loaded(tmp_path / "a")] == ["a:1", "a:2"]
