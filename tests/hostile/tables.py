"""Arrow and Parquet files, and SQLite databases, with too much of something."""

import random
import sqlite3
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from hostile.attack import MIB, Attack, at_most

TALK = "Editor: Who lights the lamp?\nInes Tal: My aunt did, and I do.\n"
Table = Callable[[random.Random], Any]


def _tables() -> Iterator[tuple[str, Table]]:
    """Tables with too much of something, small when they are compressed."""

    def wide(count: int, megabytes: int) -> Table:
        def table(chance: random.Random) -> Any:
            value = pa.array(["x" * (megabytes * MIB)])
            return pa.table({f"c{n}" if n else "text": value for n in range(at_most(count, chance))})

        return table

    def columns(chance: random.Random) -> Any:
        return pa.table({f"c{n}": pa.array(["x"]) for n in range(at_most(20_000, chance))})

    def equal_columns(chance: random.Random) -> Any:
        count = at_most(20_000, chance)
        return pa.Table.from_arrays([pa.array(["x"])] * count, names=["text"] * count)

    def dictionary(chance: random.Random) -> Any:
        index = pa.array([0] * at_most(20_000, chance), pa.int32())
        return pa.table({"text": pa.DictionaryArray.from_arrays(index, pa.array([TALK * 16_000]))})

    def value(chance: random.Random) -> Any:
        return pa.table({"text": pa.array(["x" * at_most(500 * MIB, chance)])})

    def bits(chance: random.Random) -> Any:
        return pa.table({"text": pa.nulls(at_most(100_000_000, chance), pa.string())})

    def lists(chance: random.Random) -> Any:
        array = pa.array(["x"])
        for _ in range(at_most(120, chance)):
            array = pa.ListArray.from_arrays([0, 1], array)
        return pa.table({"text": ["x"], "deep": array})

    def elements(chance: random.Random) -> Any:
        count = at_most(50_000_000, chance)
        return pa.table({"text": ["x"], "many": pa.ListArray.from_arrays([0, count], pa.nulls(count, pa.int8()))})

    def metadata(chance: random.Random) -> Any:
        return pa.table({"text": ["x"]}).replace_schema_metadata({"a": "b" * at_most(64 * MIB, chance)})

    def name(chance: random.Random) -> Any:
        return pa.table({"text": ["x"], "n" * at_most(32 * MIB, chance): ["x"]})

    def empty(chance: random.Random) -> Any:
        return pa.table({"text": pa.array([""] * at_most(100_000, chance))})

    yield "values of all columns", wide(100, 64)
    yield "columns", columns
    yield "columns of one name", equal_columns
    yield "entry of a dictionary", dictionary
    yield "length of a value", value
    yield "rows without a value", bits
    yield "nesting of lists", lists
    yield "elements of a list", elements
    yield "metadata", metadata
    yield "length of a name", name
    yield "empty rows", empty


def _arrow(kind: str, table: Table) -> Callable[[Path, random.Random], None]:
    new = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream

    def write(raw: Path, chance: random.Random) -> None:
        made = table(chance)
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with new(raw / f"m-attack.{kind}", made.schema, options=options) as writer:
            writer.write_table(made)

    return write


def _parquet(table: Table) -> Callable[[Path, random.Random], None]:
    def write(raw: Path, chance: random.Random) -> None:
        made = table(chance)
        # To look for equal values in hundreds of megabytes takes longer than to write them.
        repeats = any(pa.types.is_dictionary(column.type) for column in made.columns)
        path = raw / "m-attack.parquet"
        pq.write_table(made, path, use_dictionary=repeats, compression="zstd", write_statistics=False)

    return write


def _runs(kind: str) -> Attack:
    """A run of 100 million documents of 1 MB each, in a kilobyte."""

    def table(chance: random.Random) -> Any:
        many = at_most(200_000_000, chance)
        return pa.table({"text": pa.RunEndEncodedArray.from_arrays(pa.array([many]), pa.array(["x" * 1_000_000]))})

    return Attack(f"{kind}: declared documents", _arrow(kind, table))


def _patched(kind: str, name: str, patch: Callable[[bytearray, random.Random], None]) -> Attack:
    """A sound file with some bytes overwritten."""

    def write(raw: Path, chance: random.Random) -> None:
        table = pa.table({"id": ["1", "2"], "text": [TALK, TALK]})
        path = raw / f"m-attack.{kind}"
        if kind == "parquet":
            pq.write_table(table, path)
        else:
            _arrow(kind, lambda _: table)(raw, chance)
        data = bytearray(path.read_bytes())
        patch(data, chance)
        path.write_bytes(data)

    return Attack(f"{kind}: {name}", write)


def _footer(data: bytearray, chance: random.Random) -> None:
    data[-8:-4] = struct.pack("<I", chance.choice([0x7FFFFFFF, 0xFFFFFFFF, len(data)]))


def _thrift(data: bytearray, _: random.Random) -> None:
    """A footer of structures in structures."""
    data[4:] = b"\x1c" * 100_000 + struct.pack("<I", 100_000) + b"PAR1"


def _counts(data: bytearray, _: random.Random) -> None:
    """A footer whose list of columns declares two thousand million."""
    footer = b"\x15\x04\x19\xfc\xff\xff\xff\xff\x07" + b"\0" * 64
    data[4:] = footer + struct.pack("<I", len(footer)) + b"PAR1"


def _message(data: bytearray, _: random.Random) -> None:
    at = data.index(b"\xff\xff\xff\xff") + 4
    data[at : at + 4] = struct.pack("<I", 0x7FFFFFF0)


def _lengths(data: bytearray, chance: random.Random) -> None:
    for at in range(8, len(data) - 8, 8):
        if data[at : at + 8] == struct.pack("<q", 2):
            data[at : at + 8] = struct.pack("<q", chance.choice([1 << 40, 1 << 62, -1]))


def _columnar() -> Iterator[Attack]:
    for kind in ("arrow", "arrows"):
        yield _runs(kind)
    for excess, table in _tables():
        yield Attack(f"arrow: {excess}", _arrow("arrow", table))
        yield Attack(f"parquet: {excess}", _parquet(table))
    yield Attack("arrows: values of all columns", _arrow("arrows", dict(_tables())["values of all columns"]))
    yield _patched("parquet", "length of the footer", _footer)
    yield _patched("parquet", "nesting of the footer", _thrift)
    yield _patched("parquet", "declared columns", _counts)
    yield _patched("arrows", "length of a message", _message)
    yield _patched("arrow", "declared rows", _lengths)


HANGS = "instr(hex(zeroblob(8000000)), hex(zeroblob(4000000)) || '1')"
"""An expression that takes an hour within one call of a function, which nothing interrupts."""
WITH = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"


def _sql(name: str, *statements: str, rows: Sequence[tuple[object, ...]] = (), file: str = "m-attack.sqlite") -> Attack:
    def write(raw: Path, _: random.Random) -> None:
        with closing(sqlite3.connect(raw / file, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            for statement in statements:
                connection.execute(statement)
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO talks VALUES ({marks})", rows)
            connection.execute("COMMIT")

    return Attack(f"sqlite: {name}", write)


def _circle(name: str, change: Callable[[bytearray, list[int]], None]) -> Attack:
    """A table of many small pages, whose inner pages are changed."""

    def write(raw: Path, _: random.Random) -> None:
        path = raw / "m-attack.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA page_size = 512")
            connection.execute("CREATE TABLE talks (id TEXT, text TEXT)")
            connection.executemany("INSERT INTO talks VALUES (?, ?)", [(str(n), TALK * 3) for n in range(4000)])
            connection.commit()
        data = bytearray(path.read_bytes())
        change(data, [page for page in range(2, len(data) // 512 + 1) if data[(page - 1) * 512] == 5])
        path.write_bytes(data)

    return Attack(f"sqlite: {name}", write)


def _cells(data: bytearray, page: int) -> list[int]:
    at = (page - 1) * 512
    count = struct.unpack_from(">H", data, at + 3)[0]
    return [*(at + cell for cell in struct.unpack_from(f">{count}H", data, at + 12)), at + 8]


def _itself(data: bytearray, pages: list[int]) -> None:
    """Every inner page has itself as each of its children but the first."""
    for page in pages:
        for at in _cells(data, page)[1:]:
            struct.pack_into(">I", data, at, page)


def _each_other(data: bytearray, pages: list[int]) -> None:
    for page, other in zip(pages, pages[::-1], strict=True):
        for at in _cells(data, page)[1:]:
            struct.pack_into(">I", data, at, other)


def _computed(columns: str) -> Iterator[str]:
    """A table that gets its columns after its rows, so that nothing is computed while it is built."""
    yield "CREATE TABLE talks (id TEXT)"
    yield "INSERT INTO talks VALUES ('1'), ('2'), ('3')"
    yield "PRAGMA writable_schema = 1"
    sql = f"CREATE TABLE talks (id TEXT, {columns})".replace("'", "''")
    yield f"UPDATE sqlite_master SET sql = '{sql}'"


def _databases() -> Iterator[Attack]:
    talks = "CREATE TABLE talks (id TEXT, text TEXT"
    rows = [(str(n), TALK) for n in range(3)]
    yield _sql("generated column that never ends", *_computed(f"text TEXT GENERATED ALWAYS AS ({HANGS}) VIRTUAL"))
    yield _sql("generated column of a gigabyte", *_computed("text TEXT AS (hex(zeroblob(400000000)))"))
    yield _sql("generated columns of gigabytes", *_computed(
        ", ".join(f"c{n} TEXT AS (printf('%.30000000c', 'x'))" for n in range(200))))  # fmt: skip
    yield _sql("view without end", f"CREATE VIEW talks AS {WITH} SELECT n AS id, 'lamp ' || n AS text FROM c")
    yield _sql(
        "view that never gives a row", f"CREATE VIEW talks AS {WITH} SELECT n AS id, 'x' AS text FROM c WHERE n < 0"
    )
    yield _sql("views in views", *(
        f"CREATE VIEW v{n} AS SELECT a.id, a.text FROM v{n - 1} a, v{n - 1} b" if n
        else "CREATE VIEW v0 AS SELECT 1 AS id, 'x' AS text UNION ALL SELECT 2, 'y'" for n in range(12)))  # fmt: skip
    yield _sql("check that never ends", *_computed(f"text TEXT, CHECK ({HANGS} = 0)"))
    yield _sql("default that never ends", *_computed(f"text TEXT DEFAULT ({HANGS})"))
    yield _sql("trigger", f"{talks})", "CREATE TRIGGER t AFTER INSERT ON talks BEGIN DELETE FROM talks; END", rows=rows)
    yield _sql("tables", *(f"CREATE TABLE t{n} (id, text)" for n in range(3000)))
    yield _sql("columns", f"CREATE TABLE talks ({', '.join(f'c{n} TEXT' for n in range(1990))})")
    yield _sql("length of a name", f'CREATE TABLE "{"n" * 500_000}" (id TEXT, text TEXT)')
    yield _sql("names that control", 'CREATE TABLE "\x1b]0;attack\x07\x1b[2J" ("id\n" TEXT, "text\x1b[31m" TEXT)')
    yield _sql("length of a value", f"{talks})", "INSERT INTO talks VALUES ('1', CAST(zeroblob(300000000) AS TEXT))")
    yield _sql("values", f"{talks})", rows=[(str(n), "x" * 30_000_000) for n in range(4)])
    yield _sql(
        "full-text search of a table that is not there", "CREATE VIRTUAL TABLE f USING fts5(text, content='none')"
    )
    yield _sql("schema that is no SQL", f"{talks})", "PRAGMA writable_schema = 1", (
        "UPDATE sqlite_master SET sql = 'CREATE TABLE talks (id' || hex(zeroblob(1000000))"), rows=rows)  # fmt: skip
    yield _sql("schema that names itself", "CREATE TABLE a (id, text)", "PRAGMA writable_schema = 1", (
        "INSERT INTO sqlite_master VALUES ('view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT * FROM v')"))  # fmt: skip
    yield _circle("page that points to itself", _itself)
    yield _circle("pages that point to each other", _each_other)


TABLES: tuple[Attack, ...] = (*_columnar(), *_databases())
