"""SQLite databases: which tables are read, in which order, and that reading leaves no trace."""

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline import UsageError
from pipeline.config.settings import Input, Limits
from pipeline.exporters.json import encode_article
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.registry import select_readers
from readers.found import failures, found, ids, in_file, only_aside, only_failure, only_record, texts

ARTICLES = "CREATE TABLE articles (id TEXT, title TEXT, text TEXT, n INTEGER)"


def database(path: Path, *statements: str | tuple[str, Iterable[Any]]) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            if isinstance(statement, str):
                connection.execute(statement)
            else:
                connection.executemany(*statement)
        connection.commit()
    return path


def articles(path: Path, *rows: tuple[Any, ...]) -> Path:
    return database(path, ARTICLES, ("INSERT INTO articles VALUES (?, ?, ?, ?)", rows))


def test_a_row_is_a_document_and_its_other_columns_are_metadata(tmp_path: Path) -> None:
    only = only_record(in_file(articles(tmp_path / "t.db", ("n7", "The weir", "Why? 为了鳗鱼。", None))))
    assert (only.id, only.data, only.origin.row, only.origin.field) == ("n7", "Why? 为了鳗鱼。", 1, "text")
    assert (only.origin.path, only.origin.member) == ("wire/t.db", "articles")
    assert only.metadata == {"id": "n7", "title": "The weir", "n": "null"}


def test_a_database_is_detected_by_its_content(tmp_path: Path) -> None:
    assert texts(in_file(articles(tmp_path / "t.txt", ("n", "t", "Salt.", 1)))) == ["Salt."]


def test_rows_without_an_id_are_named_by_file_and_row_number(tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", "CREATE TABLE a (text)", ("INSERT INTO a VALUES (?)", [("x",), ("盐",)]))
    assert ids(in_file(path)) == ["wire/t#1", "wire/t#2"]


def test_rows_of_several_tables_are_named_by_table_too(tmp_path: Path) -> None:
    path = database(
        tmp_path / "t.db",
        "CREATE TABLE a (text)",
        "CREATE TABLE b (body)",
        "INSERT INTO a VALUES ('x')",
        "INSERT INTO b VALUES ('盐')",
    )
    assert ids(in_file(path)) == ["wire/t.a#1", "wire/t.b#1"]


def test_rows_come_in_rowid_order(tmp_path: Path) -> None:
    rows = [(3, "c"), (1, "a"), (2, "b")]
    path = database(
        tmp_path / "t.db", "CREATE TABLE a (n INTEGER PRIMARY KEY, text)", ("INSERT INTO a VALUES (?, ?)", rows)
    )
    assert texts(in_file(path)) == ["a", "b", "c"]


def test_rows_of_a_table_without_rowid_come_in_primary_key_order(tmp_path: Path) -> None:
    path = database(
        tmp_path / "t.db",
        "CREATE TABLE a (rowid TEXT, text TEXT, place TEXT, PRIMARY KEY (place, text)) WITHOUT ROWID",
        ("INSERT INTO a VALUES (?, ?, ?)", [("x", "b", "1"), ("y", "a", "2"), ("z", "a", "1")]),
    )
    assert texts(in_file(path)) == ["a", "b", "a"]


def test_tables_without_text_are_skipped_with_the_reason(tmp_path: Path) -> None:
    path = articles(tmp_path / "t.db", ("n", "t", "Salt.", 1))
    database(
        path,
        'CREATE TABLE "price list" (price INTEGER)',
        'INSERT INTO "price list" VALUES (7)',
        "CREATE TABLE empty (text)",
        "CREATE VIEW seen AS SELECT text FROM articles",
    )
    items = in_file(path)
    assert [item for item in items if isinstance(item, LeftOut)] == [
        LeftOut("wire/t.db, price list", "has no field that is a text (there are: price)"),
        LeftOut("wire/t.db, empty", "contains no records"),
        LeftOut("wire/t.db, seen", "is a view; name it in [sources.sqlite] table"),
    ]
    assert ids(items) == ["n"]


def test_tables_of_a_full_text_index_are_skipped(tmp_path: Path) -> None:
    path = articles(tmp_path / "t.db", ("n", "t", "Salt.", 1))
    database(path, "CREATE VIRTUAL TABLE found USING fts5(text)", "INSERT INTO found VALUES ('Salt.')")
    first, second = in_file(path)
    assert first == LeftOut("wire/t.db, found", "is a virtual table; name it in [sources.sqlite] table")
    assert isinstance(second, Record)
    assert texts(in_file(path, table="found")) == ["Salt."]


def test_a_database_without_texts_is_skipped_in_a_folder_and_an_error_if_named(tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", "CREATE TABLE p (price INTEGER)", "INSERT INTO p VALUES (7)")
    reason = "none of its tables contains texts (p has no field that is a text (there are: price))"
    assert only_aside(in_file(path, named=False)).reason == reason
    assert only_failure(in_file(path)).reason == reason


def test_settings_can_name_a_table_or_view(tmp_path: Path) -> None:
    path = articles(tmp_path / "t.db", ("n", "t", "Salt.", 1))
    database(path, "CREATE VIEW seen AS SELECT upper(text) AS text FROM articles")
    assert texts(in_file(path, table="Seen")) == ["SALT."]
    assert only_failure(in_file(path, table="article")).reason == (
        "has no table 'article', which [sources.sqlite] names; did you mean 'articles'?"
    )


def test_settings_can_give_a_query(tmp_path: Path) -> None:
    path = articles(tmp_path / "t.db", ("a", "t", "Salt.", 1), ("b", "t", "盐。", 2))
    query = "SELECT id, title || ': ' || text AS body, n, n FROM articles WHERE n > 1"
    only = only_record(in_file(path, query=query))
    assert (only.id, only.data, only.origin.field) == ("b", "t: 盐。", "body")
    assert only.metadata == {"id": "b", "n": "2", "n_2": "2"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT other FROM articles", "no such column: other"),
        ("DELETE FROM articles", "not authorized: it may only read"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("ATTACH 'other.db' AS other", "not authorized: it may only read"),
        ("", "gives no rows; write a SELECT"),
    ],
)
def test_an_invalid_query_is_reported_with_the_message_of_sqlite(tmp_path: Path, query: str, message: str) -> None:
    path = articles(tmp_path / "t.db", ("a", "t", "Salt.", 1))
    reason = only_failure(in_file(path, query=query)).reason
    assert reason.startswith("[sources.sqlite] query: ")
    assert message in reason
    assert os.listdir(tmp_path) == ["t.db"]


def test_a_table_and_a_query_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        select_readers({"sqlite": {"table": "a", "query": "SELECT 1"}})


def test_only_tables_with_the_named_column_are_read(tmp_path: Path) -> None:
    path = articles(tmp_path / "t.db", ("a", "t", "Salt.", 1))
    database(path, "CREATE TABLE other (story)", "INSERT INTO other VALUES ('盐')")
    assert texts([item for item in in_file(path, Input(text_field="story")) if isinstance(item, Record)]) == ["盐"]
    reason = only_failure(in_file(path, Input(text_field="nothing"))).reason
    assert reason.startswith(
        "none of its tables contains texts (articles has no field that is a text (there are: id, title"
    )


# --- values


def test_a_text_that_is_not_utf8_is_returned_as_bytes(tmp_path: Path) -> None:
    raw = "记者问：潮水几点来？".encode("gb18030")
    path = database(
        tmp_path / "t.db",
        ARTICLES,
        f"INSERT INTO articles VALUES ('a', CAST(x'{raw.hex()}' AS TEXT), CAST(x'{raw.hex()}' AS TEXT), 1)",
    )
    only = only_record(in_file(path))
    assert (only.data, type(only.data)) == (raw, bytes)
    assert only.metadata["title"] == "记者问：潮水几点来？"


def test_bytes_in_a_text_column_are_a_text(tmp_path: Path) -> None:
    only = only_record(in_file(articles(tmp_path / "t.db", ("a", b"\xff\xd8", "盐".encode(), 1))))
    assert (only.data, only.metadata["title"]) == ("盐".encode(), "/9g=")


def test_a_utf_16_database_is_read(tmp_path: Path) -> None:
    path = database(
        tmp_path / "t.db", "PRAGMA encoding = 'UTF-16'", ARTICLES, "INSERT INTO articles VALUES ('a', 't', '盐😀', 1)"
    )
    assert texts(in_file(path)) == ["盐😀"]


def test_a_row_over_the_limit_fails_and_later_rows_are_read(tmp_path: Path) -> None:
    long = "x" * 3_000_000
    path = articles(
        tmp_path / "t.db", ("a", "t", "Salt.", 1), ("b", long, long, 2), ("c", "t", long[:3000], 3), ("d", "t", "盐", 4)
    )
    items = in_file(path, Input(limits=Limits(bytes=2000)))
    assert ids(items) == ["a", "wire/t#2", "c", "d"]
    assert failures(items)[0] == (
        "wire/t.db, articles, row 2: is over the limit of 2,000 bytes; raise [input.limits] bytes"
    )


def test_a_limit_above_the_maximum_of_sqlite_is_accepted(tmp_path: Path) -> None:
    path = articles(tmp_path / "t.db", ("a", "t", "Salt.", 1))
    assert ids(in_file(path, Input(limits=Limits(bytes=1 << 40)))) == ["a"]


# --- damage, locks and traces


def test_a_damaged_page_loses_its_row_and_all_later_rows(tmp_path: Path) -> None:
    path = articles(tmp_path / "t.db", *((f"n{n}", "t", f"{n} 盐 " * 300, n) for n in range(1, 51)))
    data = bytearray(path.read_bytes())
    pages = [at for at in range(0, len(data), 4096) if data[at] == 13]
    data[pages[-3] : pages[-3] + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    items = in_file(path)
    assert isinstance(items[0], Record)
    (reason,) = failures(items)
    assert f"wire/t.db, articles, row {len(items)}: it and all rows after it are lost (" in reason
    assert "recover" in reason


def test_a_damaged_table_does_not_affect_others(tmp_path: Path) -> None:
    path = articles(tmp_path / "t.db", *((f"n{n}", "t", f"{n} 盐", n) for n in range(1, 4)))
    database(path, "CREATE TABLE other (text)", "INSERT INTO other VALUES ('潮')")
    data = bytearray(path.read_bytes())
    data[4096 : 2 * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    items = in_file(path)
    assert len(failures(items)) == 1
    assert [item.data for item in items if isinstance(item, Record)] == ["潮"]


@pytest.mark.parametrize("data", [b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_with_only_the_signature_of_a_database_is_reported(tmp_path: Path, data: bytes) -> None:
    assert "cannot be read as an SQLite database (" in only_failure(found(tmp_path, "t.db", data)).reason


def test_a_locked_database_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.readers.sqlite.tables.LOCK_TIMEOUT", 0)
    path = articles(tmp_path / "t.db", ("a", "t", "Salt.", 1))
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert only_failure(in_file(path)).reason == "is locked by another program; close it and run again"


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_reading_changes_nothing_and_creates_no_files(tmp_path: Path, mode: str) -> None:
    path = articles(tmp_path / "t.db", ("a", "t", "Salt.", 1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
    before = path.read_bytes()
    items = records_with_look(path)
    assert items == [["t.db"]]
    assert os.listdir(tmp_path) == ["t.db"]
    assert path.read_bytes() == before


def records_with_look(path: Path) -> list[list[str]]:
    """The files in the folder while each record is read."""
    from pipeline.readers.documents import records
    from pipeline.readers.input_files import InputFile

    return [os.listdir(path.parent) for _ in records([InputFile(path, "t.db")], Input())]


def test_the_write_ahead_log_of_another_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute(ARTICLES)
        writer.execute("INSERT INTO articles VALUES ('a', 't', '盐', 1)")
        writer.commit()
        assert texts(in_file(path)) == ["盐"]


def test_special_characters_in_a_file_name_are_not_options(tmp_path: Path) -> None:
    assert texts(in_file(articles(tmp_path / "a?mode=rwc#b%41.db", ("a", "t", "Salt.", 1)))) == ["Salt."]


def test_table_and_column_names_are_quoted(tmp_path: Path) -> None:
    path = database(
        tmp_path / "t.db", 'CREATE TABLE "a""; DROP" ("te""xt", text)', """INSERT INTO "a""; DROP" VALUES (1, '盐')"""
    )
    only = only_record(in_file(path))
    assert only.metadata == {'te"xt': "1"}


def test_an_export_of_this_pipeline_is_not_a_source(tmp_path: Path) -> None:
    article = encode_article(pipeline.process("The weir\nDaily Post: Why?\nIda Moss: 为了鳗鱼。\n", id="weir")).decode()
    path = database(
        tmp_path / "t.db",
        "CREATE TABLE articles (id TEXT, text TEXT, article TEXT)",
        ("INSERT INTO articles VALUES (?, ?, ?)", [("weir", "The weir", article)]),
    )
    skipped = only_aside(in_file(path, named=False))
    reason = "is an article that this pipeline wrote (bilingual-article), not a source; leave it out"
    assert skipped == LeftOut("wire/t.db", reason)


def test_a_compressed_database_is_read(tmp_path: Path) -> None:
    """Within an archive it is a stream, which is copied to the disk."""
    import gzip

    path = articles(tmp_path / "t.db", ("a", "t", "Salt.", 1))
    packed = tmp_path / "t.db.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    only = only_record(in_file(packed))
    assert (only.data, only.origin.member) == ("Salt.", "articles")


def test_an_unreadable_row_names_its_table(tmp_path: Path) -> None:
    items = in_file(articles(tmp_path / "t.db", ("a", "t", None, 1), ("b", "t", "盐", 2)))
    assert isinstance(items[0], Unreadable)
    assert items[0].reason == "wire/t.db, articles, row 1: no text field 'text'; name it in [input] text_field"
