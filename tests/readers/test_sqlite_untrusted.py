"""Hostile SQLite databases: their computations run only on request, and are stopped if they are endless."""

import signal
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record
from pipeline.readers.sqlite import connection, tables, work_limit
from readers.found import failures, ids, in_file, only_failure, only_record, texts

TALKS = "CREATE TABLE talks (id TEXT, text TEXT)"
ROW = "INSERT INTO talks (id, text) VALUES ('n', 'Why the weir? 为了鳗鱼。')"
FOR_EVER = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'a' AS text FROM n"

FOR_NOTHING = f"SELECT count(*) AS text FROM ({FOR_EVER}) WHERE id < 0"


def database(path: Path, *statements: str | tuple[str, tuple[object, ...]]) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(*((statement,) if isinstance(statement, str) else statement))
        connection.commit()
    return path


def computed(path: Path, column: str) -> Path:
    """A table with a generated column. It is added after the row, because SQLite would compute it on insert."""
    return database(
        path,
        TALKS,
        ROW,
        "PRAGMA writable_schema = ON",
        ("UPDATE sqlite_master SET sql = ?", (f"CREATE TABLE talks (id TEXT, text TEXT, w AS ({column}))",)),
    )


# --- what a database computes


@pytest.mark.parametrize(
    "column",
    [
        "hex(zeroblob(1000000000))",
        "replace(replace(hex(zeroblob(100000)), '0', hex(zeroblob(100000))), '0', hex(zeroblob(100000)))",
        "printf('%*c', 900000000, 'x')",
        "printf('%.*f', 100000000, 1.0)",
        "hex(zeroblob(1000000)) LIKE '%' || replace(hex(zeroblob(20000)), '0', '%a')",
    ],
)
def test_a_generated_column_is_skipped_and_reported(column: str, tmp_path: Path) -> None:
    path = computed(tmp_path / "t.db", column)
    skipped, only = in_file(path)
    assert skipped == LeftOut(
        "wire/t.db, talks", "its generated columns are not read (w); name it in [sources.sqlite] table"
    )
    assert isinstance(only, Record)
    assert (only.id, only.metadata) == ("n", {"id": "n"})


def test_stored_generated_columns_are_read(tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", "CREATE TABLE talks (id TEXT, text TEXT, w AS (upper(id)) STORED)", ROW)
    assert only_record(in_file(path)).metadata == {"id": "n", "w": "N"}


def test_generated_columns_of_a_named_table_are_read(tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", "CREATE TABLE talks (id TEXT, a AS (upper(text)), text TEXT)", ROW)
    assert only_record(in_file(path, table="talks")).metadata == {"id": "n", "a": "WHY THE WEIR? 为了鳗鱼。"}


def test_a_table_with_a_generated_text_reports_how_to_read_it(tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", "CREATE TABLE talks (id TEXT, b TEXT, text AS (b || '!'))")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO talks (id, b) VALUES ('n', 'Salt.')")
        connection.commit()
    assert "name it in [sources.sqlite] table to read its generated columns" in only_failure(in_file(path)).reason
    assert texts(in_file(path, table="talks")) == ["Salt.!"]


def test_generated_columns_do_not_shift_other_columns(tmp_path: Path) -> None:
    path = database(
        tmp_path / "t.db",
        "CREATE TABLE talks (g AS (1), id TEXT, h AS (2), b INTEGER, text TEXT, PRIMARY KEY (b, id)) WITHOUT ROWID",
        "INSERT INTO talks (id, b, text) VALUES ('m', 2, 'Salt.'), ('n', 1, 'Tide.')",
    )
    items = [item for item in in_file(path) if isinstance(item, Record)]
    assert [(item.id, item.data) for item in items] == [("n", "Tide."), ("m", "Salt.")]


def test_the_check_for_exports_does_not_compute_a_generated_column(tmp_path: Path) -> None:
    path = database(
        tmp_path / "t.db",
        "CREATE TABLE articles (id TEXT, text TEXT, article AS (upper(id)))",
        "INSERT INTO articles (id, text) VALUES ('n', 'Salt.')",
    )
    assert texts([item for item in in_file(path) if isinstance(item, Record)]) == ["Salt."]


def test_a_virtual_table_declared_as_a_table_is_skipped(tmp_path: Path) -> None:
    path = database(
        tmp_path / "t.db",
        TALKS,
        ROW,
        "PRAGMA writable_schema = ON",
        (
            "INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, ?)",
            ("CREATE/*\n*/--\nVIRTUAL TABLE v USING fts5(text)",),
        ),
    )
    left, only = in_file(path)
    assert left == LeftOut("wire/t.db, v", "is a virtual table; name it in [sources.sqlite] table")
    assert isinstance(only, Record)


def test_a_view_declared_as_a_table_runs_nothing(tmp_path: Path) -> None:
    """SQLite may refuse the whole file or the table; in either case nothing is read from it."""
    path = database(
        tmp_path / "t.db",
        TALKS,
        ROW,
        "PRAGMA writable_schema = ON",
        ("INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 2, ?)", (f"CREATE VIEW v AS {FOR_EVER}",)),
    )
    assert len([item for item in in_file(path) if isinstance(item, Record)]) <= 1


@pytest.mark.parametrize(
    "wanted",
    [
        "SELECT upper(text) FROM talks",
        "SELECT * FROM seen",
        "SELECT count(*) FROM talks",
        "SELECT load_extension('x')",
        "ATTACH ':memory:' AS other",
        "PRAGMA writable_schema",
        "PRAGMA journal_mode = DELETE",
        "CREATE TEMP TABLE a (b)",
        "INSERT INTO talks VALUES (1, 2)",
        "BEGIN",
        FOR_EVER,
    ],
)
def test_by_default_a_connection_only_reads_stored_values(wanted: str, tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", TALKS, ROW, "CREATE VIEW seen AS SELECT text FROM talks")
    with tables.opened(path, 1000) as connection:
        with pytest.raises(sqlite3.DatabaseError, match="not authorized|prohibited"):
            connection.execute(wanted)
        assert connection.execute("SELECT min(rowid) FROM talks").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "wanted",
    [
        "SELECT load_extension('x')",
        "SELECT LOAD_EXTENSION('x')",
        "SELECT fts3_tokenizer('simple')",
        "VACUUM INTO 'other.db'",
        "PRAGMA query_only = OFF",
        "PRAGMA table_info(talks); ATTACH 'other.db' AS other",
        "SELECT * FROM pragma_database_list",
    ],
)
def test_a_query_cannot_access_other_files(wanted: str, tmp_path: Path) -> None:
    reason = only_failure(in_file(database(tmp_path / "t.db", TALKS, ROW), query=wanted)).reason
    assert any(words in reason for words in ("not authorized", "one statement", "no such", "gives no rows", "denied"))
    assert [path.name for path in tmp_path.iterdir()] == ["t.db"]


@pytest.mark.parametrize("module", ["fts4(text)", "fts5(text)"])
def test_a_named_virtual_table_is_read(module: str, tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", f"CREATE VIRTUAL TABLE v USING {module}", "INSERT INTO v VALUES ('Salt.')")
    assert texts(in_file(path, table="v")) == ["Salt."]
    assert texts(in_file(path, query="SELECT text FROM v WHERE v MATCH 'salt'")) == ["Salt."]


# --- what is asked for ends


@pytest.fixture
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("INSTRUCTIONS_PER_CHECK", 1000), ("FREE_INSTRUCTIONS", 10_000), ("LEAST_WORK", 100_000)):
        monkeypatch.setattr(work_limit, name, value)


@pytest.mark.usefixtures("little_work")
@pytest.mark.parametrize("asked", [{"table": "seen"}, {"query": FOR_NOTHING}], ids=["view", "query"])
def test_endless_computations_are_stopped(asked: dict[str, Any], tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", TALKS, ROW, f"CREATE VIEW seen AS {FOR_NOTHING}")
    reason = only_failure(in_file(path, **asked, work=1)).reason
    assert "takes more than 100,000 steps of SQLite; raise [sources.sqlite] work" in reason


@pytest.mark.usefixtures("little_work")
def test_a_setting_allows_more_work(tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", TALKS, ROW)
    some = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90000) SELECT 'n' AS id, "
    query = f"{some} 'A text: ' || max(i) AS text FROM n"
    assert "raise [sources.sqlite] work" in only_failure(in_file(path, query=query, work=1)).reason
    assert texts(in_file(path, query=query, work=1000)) == ["A text: 90000"]


def test_a_query_with_endless_rows_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.ValueBudget, "GRACE", 100_000)
    path = database(tmp_path / "t.db", TALKS, ROW)
    items = in_file(path, Input(limits=Limits(ratio=10)), query=FOR_EVER)
    assert len(items) == 501
    assert "gives more than 10 times its 8,192 bytes; raise [input.limits] ratio" in failures(items)[-1]


@pytest.mark.parametrize(
    "value",
    ["hex(zeroblob(900000000))", "replace(hex(zeroblob(9000)), '0', hex(zeroblob(9000)))"],
)
def test_a_value_cannot_be_larger_than_the_file(value: str, tmp_path: Path) -> None:
    path = computed(tmp_path / "t.db", value)
    reason = only_failure(in_file(path, table="talks")).reason
    assert "has or computes a value of more than 65,536 bytes, too much for this file" in reason


def test_a_pattern_of_many_wildcards_is_refused(tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", TALKS, ROW)
    query = "SELECT id, text LIKE replace(hex(zeroblob(1000)), '0', '%a') AS text FROM talks"
    assert "pattern too complex" in only_failure(in_file(path, query=query)).reason


def test_ctrl_c_ends_a_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = database(tmp_path / "t.db", TALKS, ROW)
    monkeypatch.setattr(work_limit, "FREE_INSTRUCTIONS", 1)

    def sound(*_: object, **__: object) -> bool:
        signal.raise_signal(signal.SIGINT)
        return True

    monkeypatch.setattr(work_limit, "is_sound", sound)
    with pytest.raises(KeyboardInterrupt):
        in_file(path, query=FOR_NOTHING)


# --- rows that are not there

PAGE = 512
SHAPES = {
    "rowid": TALKS,
    "without": "CREATE TABLE talks (id TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID",
    "named rowid": "CREATE TABLE talks (rowid TEXT, _rowid_ TEXT, oid TEXT, id TEXT, text TEXT)",
    "integer": "CREATE TABLE talks (n INTEGER PRIMARY KEY, id TEXT, text TEXT)",
}


def many_pages(path: Path, shape: str) -> bytearray:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute(SHAPES[shape])
        rows = [(f"n{n:05}", f"Why the weir? {n}. " * 8) for n in range(120)]
        connection.executemany("INSERT INTO talks (id, text) VALUES (?, ?)", rows)
        connection.commit()
    return bytearray(path.read_bytes())


def pages_that_point(data: bytearray) -> Iterator[tuple[int, int]]:
    """The number of each page with pointers to others, and the offsets of the pointers."""
    for page in range(2, len(data) // PAGE + 1):
        at = (page - 1) * PAGE
        if data[at] in {2, 5}:
            cells = struct.unpack_from(f">{struct.unpack_from('>H', data, at + 3)[0]}H", data, at + 12)
            yield from ((page, at + cell) for cell in (*cells, 8))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_table_cannot_have_more_rows_than_fit_into_its_file(
    shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection.ValueBudget, "FEW", 0)
    path = tmp_path / "t.db"
    sound = many_pages(path, shape)
    for page, at in pages_that_point(sound):
        data = bytearray(sound)
        struct.pack_into(">I", data, at, page)
        path.write_bytes(data)
        items = in_file(path)
        assert len(items) <= len(data) // 4 + 1
        assert len(set(ids(items))) == len(ids(items)) or failures(items)


def test_tables_that_share_a_tree_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.ValueBudget, "FEW", 0)
    same = ("INSERT INTO sqlite_master VALUES ('table', ?, ?, 2, ?)", "CREATE TABLE {} (id TEXT, text TEXT)")
    rows = ", ".join(f"('n{n}', '')" for n in range(900))
    path = database(
        tmp_path / "t.db",
        TALKS,
        f"INSERT INTO talks VALUES {rows}",
        "PRAGMA writable_schema = ON",
        *((same[0], (f"t{n}", f"t{n}", same[1].format(f"t{n}"))) for n in range(40)),
    )
    items = in_file(path)
    assert "the tables give more rows than its 20,480 bytes have room for" in failures(items)[-1]
    assert len(items) < 20_480 / 4 + 100


def test_a_large_default_value_is_counted_for_each_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.ValueBudget, "GRACE", 1_000_000)
    path = database(tmp_path / "t.db", TALKS, *[ROW] * 200, f"ALTER TABLE talks ADD COLUMN w DEFAULT '{'x' * 30_000}'")
    items = in_file(path, Input(limits=Limits(ratio=10)))
    assert len(items) < 60
    assert "raise [input.limits] ratio" in failures(items)[-1]


@pytest.mark.parametrize("asked", [{"query": "SELECT count(*) AS text FROM talks"}, {"table": "seen"}])
def test_the_rows_of_a_damaged_table_are_not_counted(asked: dict[str, Any], tmp_path: Path) -> None:
    """SQLite counts them in one step that cannot be interrupted."""
    path = tmp_path / "t.db"
    data = many_pages(path, "rowid")
    database(path, "CREATE VIEW seen AS SELECT count(*) AS text FROM talks")
    data = bytearray(path.read_bytes())
    page, at = list(pages_that_point(data))[-1]
    struct.pack_into(">I", data, at, page)
    path.write_bytes(data)
    assert "a damaged page points back to another" in only_failure(in_file(path, **asked)).reason


def test_the_rows_of_a_sound_table_are_counted(tmp_path: Path) -> None:
    path = database(tmp_path / "t.db", TALKS, ROW)
    assert (
        only_record(in_file(path, query="SELECT 'n' AS id, 'A text ' || count(*) AS text FROM talks")).data
        == "A text 1"
    )
