"""Hostile outputs to be read: articles, shards and databases with too much of something."""

import gzip
import json
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from hostile.attack import MIB, at_most, repeated
from hostile.tables import HANGS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Json = Any
Write = Callable[[Path, Sequence[bytes], random.Random], None]
"""Puts what is hostile into the folder of the output, or in its place; the second are the JSON of sound articles."""


class OutputAttack(msgspec.Struct, frozen=True):
    """`file` is passed to the commands instead of the folder; then nothing sound is next to it."""

    name: str
    write: Write
    file: str | None = None

    @property
    def title(self) -> str:
        """Its name in the table."""
        return f"{self.name}, read back"


def _article(name: str, change: Callable[[Json, random.Random], None]) -> OutputAttack:
    """A sound article with one change, next to sound ones."""

    def write(folder: Path, sound: Sequence[bytes], chance: random.Random) -> None:
        article = json.loads(sound[0])
        article["id"] = "m-attack"
        change(article, chance)
        (folder / "m-attack.json").write_text(json.dumps(article), encoding="utf-8")

    return OutputAttack(f"article: {name}", write)


def _replaced(name: str, body: Callable[[bytes, random.Random], bytes]) -> OutputAttack:
    def write(folder: Path, sound: Sequence[bytes], chance: random.Random) -> None:
        (folder / "m-attack.json").write_bytes(body(sound[0], chance))

    return OutputAttack(f"article: {name}", write)


def _set(path: str, value: Json) -> Callable[[Json, random.Random], None]:
    *keys, last = [int(key) if key.isdigit() else key for key in path.split("/")]

    def change(article: Json, _: random.Random) -> None:
        for key in keys:
            article = article[key]
        article[last] = value

    return change


def _edits(count: int) -> Json:
    edit = {"start": 0, "old": "", "new": "x", "rule": "words.run-together", "confidence": 0.9}
    return [{"stage": "words", "edits": [{**edit, "start": n} for n in range(count)]}]


def _articles() -> Iterator[OutputAttack]:
    yield _replaced("nesting", lambda _, c: b"[" * at_most(200_000, c))
    yield _replaced("nesting in a field that is not known", lambda sound, c: b'{"more":' + b"[" * (
        depth := at_most(100_000, c)) + b"]" * depth + b"," + sound.lstrip()[1:])  # fmt: skip
    yield _replaced("nesting of objects", lambda sound, c: b'{"more":' + b'{"a":' * (
        depth := at_most(100_000, c)) + b"1" + b"}" * depth + b"," + sound.lstrip()[1:])  # fmt: skip
    yield _replaced("nesting of the schema", lambda _, c: b'{"schema":' + b"[" * at_most(100_000, c))
    yield _replaced(
        "digits of an integer", lambda sound, c: b'{"more":' + b"9" * at_most(4 * MIB, c) + b"," + sound.lstrip()[1:]
    )
    yield _replaced("length", lambda sound, c: sound + b" " * at_most(400 * MIB, c))
    yield _replaced(
        "members of one name", lambda sound, c: b"{" + b'"id":"x",' * at_most(2 * MIB, c) + sound.lstrip()[1:]
    )
    yield _replaced("bytes of no encoding", lambda _, c: c.randbytes(1000))
    yield _replaced("nothing", lambda *_: b"")
    for name in ("../../attack-outside", "/tmp/attack-outside", "\x1b[2Jattack\x1b]0;x\x07", "", "a-sound", "A-SOUND",
                 "attack\u202e", "attack/" * 2000, "x" * 100_000):  # fmt: skip
        yield _article(f"id {name[:20]!r}", _set("id", name))
    for encoding in ("zlib", "rot13", "idna", "punycode", "unicode_escape", "base64", "hex", "no-such", "../x",
                     "\x1b[2J",
                     "utf-8\0", "x" * MIB):  # fmt: skip
        runs = [{"start": 0, "end": 10, "encoding": encoding}]
        yield _article(f"encoding {encoding[:20]!r}", _set("provenance/source/runs", runs))
    for n in (-1, 1 << 62, 1 << 40):
        runs = [{"start": 0, "end": n, "encoding": "utf-8"}]
        yield _article(f"end of a run {n}", _set("provenance/source/runs", runs))
        yield _article(f"place of bytes {n}", _set("provenance/source/undecodable", [{"at": n, "base64": "gA=="}]))
        yield _article(f"start of an edit {n}", _set("provenance/changes", [{"stage": "words", "edits": [
            {"start": n, "old": "", "new": "x", "rule": "words.x", "confidence": 0.9}]}]))  # fmt: skip
        yield _article(f"start of a segment {n}", _set("segments/0/start", n))
        yield _article(f"bytes of the source {n}", _set("provenance/source/bytes", n))
    yield _article("base64 that is none", _set("provenance/source/undecodable", [{"at": 0, "base64": "\x1b[2J!"}]))
    yield _article("edits", _set("provenance/changes", _edits(100_000)))
    yield _article("stages of edits", _set("provenance/changes", _edits(1) * 20_000))
    yield _article("size that edits give back", _set("provenance/changes", [{"stage": "words", "edits": [
        {"start": 0, "old": "lamp" * MIB, "new": "", "rule": "words.x", "confidence": 0.9}]}] * 4))  # fmt: skip
    yield _article("segments", lambda a, _: a.update(segments=a["segments"] * 50_000))
    yield _article("runs", lambda a, _: a["provenance"]["source"].update(
        runs=[{"start": n, "end": n, "encoding": "utf-8"} for n in range(100_000)]))  # fmt: skip
    yield _article("field that names nothing", _set("segments/0/field", "/sections/" + "9" * 5000 + "/heading"))
    yield _article("levels of a field", _set("segments/0/field", "/a" * 100_000))
    yield _article("rules that control", _set("segments/0/rule", "\x1b[2J\x1b]0;attack\x07"))
    yield _article("sections", lambda a, _: a.update(sections=a["sections"] * 20_000))
    yield _article("path of the source", _set("provenance/source/origin/path", "../../../attack-outside.txt\x1b[2J"))
    yield _article("newline that is none", _set("provenance/source/newline", "\x1b[2J"))


def _shards() -> Iterator[OutputAttack]:
    def bomb(kind: str, line: bytes, size: int) -> Write:
        def write(folder: Path, sound: Sequence[bytes], chance: random.Random) -> None:
            opened = zstd.open if kind == ".zst" else gzip.open
            with opened(folder / f"m-attack.jsonl{kind}", "wb") as file:
                file.write(b"".join(json.dumps(json.loads(each)).encode() + b"\n" for each in sound))
                for chunk in repeated(line, at_most(size, chance)):
                    file.write(chunk)

        return write

    yield OutputAttack("jsonl.zst: length of a line", bomb(".zst", b" ", 6000 * MIB), "m-attack.jsonl.zst")
    yield OutputAttack("jsonl.gz: length of a line", bomb(".gz", b" ", 1000 * MIB), "m-attack.jsonl.gz")
    yield OutputAttack(
        "jsonl.zst: nesting of lines", bomb(".zst", b"[" * 100_000 + b"\n", 20 * MIB), "m-attack.jsonl.zst"
    )
    yield OutputAttack("jsonl.zst: empty lines", bomb(".zst", b"\n", 64 * MIB), "m-attack.jsonl.zst")
    yield OutputAttack("jsonl.zst: window of 2 GB", lambda folder, *_: _bytes(
        folder / "m-attack.jsonl.zst", b"\x28\xb5\x2f\xfd\x00\xa8\x11\x00\x00{}"), "m-attack.jsonl.zst")  # fmt: skip


def _bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _parquets() -> Iterator[OutputAttack]:
    def table(change: Callable[[Json, random.Random], Json]) -> Write:
        def write(folder: Path, sound: Sequence[bytes], chance: random.Random) -> None:
            rows = pa.Table.from_pylist([json.loads(each) for each in sound])
            pq.write_table(
                change(rows, chance), folder / "m-attack.parquet", compression="zstd", write_statistics=False
            )

        return write

    def texts(rows: Json, chance: random.Random) -> Json:
        """Half a million articles, whose text of a MB is one entry of a dictionary."""
        count = at_most(500_000, chance)
        many = rows.take(pa.array([0] * 1000))
        many = pa.concat_tables([many] * (count // 1000))
        index = pa.array([0] * len(many), pa.int32())
        column = pa.DictionaryArray.from_arrays(index, pa.array(["lamp " * 200_000]))
        return many.set_column(many.schema.get_field_index("text"), "text", column)

    def columns(rows: Json, chance: random.Random) -> Json:
        for n in range(at_most(3000, chance)):
            rows = rows.append_column(f"c{n}", pa.nulls(len(rows), pa.string()))
        return rows

    def wide(rows: Json, chance: random.Random) -> Json:
        value = pa.array(["x" * 64 * MIB] * len(rows))
        for n in range(at_most(80, chance)):
            rows = rows.append_column(f"c{n}", value)
        return rows

    yield OutputAttack("parquet: entry of a dictionary", table(texts), "m-attack.parquet")
    yield OutputAttack("parquet: columns", table(columns), "m-attack.parquet")
    yield OutputAttack("parquet: values of other columns", table(wide), "m-attack.parquet")


def _databases() -> Iterator[OutputAttack]:
    without_end = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"

    def sqlite(name: str, *statements: str) -> OutputAttack:
        def write(folder: Path, sound: Sequence[bytes], _: random.Random) -> None:
            with closing(sqlite3.connect(folder / "m-attack.sqlite")) as database:
                database.execute("CREATE TABLE sound (id TEXT, article TEXT)")
                for number, each in enumerate(sound):
                    database.execute("INSERT INTO sound VALUES (?, ?)", (str(number), each.decode()))
                for statement in statements:
                    database.execute(statement)
                database.commit()

        return OutputAttack(f"sqlite: {name}", write, "m-attack.sqlite")

    yield sqlite(
        "view without end",
        f"CREATE VIEW articles AS {without_end} SELECT n AS id, sound.article, n AS rowid FROM c, sound",
    )
    yield sqlite(
        "view that never gives a row",
        f"CREATE VIEW articles AS {without_end} SELECT n AS rowid, 'x' AS article FROM c WHERE n < 0",
    )
    yield sqlite("generated column that never ends", *_computed(HANGS))
    yield sqlite("generated column of a gigabyte", *_computed("hex(zeroblob(450000000))"))
    yield sqlite("nesting", "CREATE TABLE articles (id, article TEXT)", (
        f"INSERT INTO articles VALUES (1, '{'[' * 100_000}')"))  # fmt: skip
    try:
        import duckdb
    except ModuleNotFoundError:
        return

    def duck(name: str, *statements: str) -> OutputAttack:
        def write(folder: Path, sound: Sequence[bytes], _: random.Random) -> None:
            rows = pa.Table.from_pylist([json.loads(each) for each in sound])
            with closing(duckdb.connect(str(folder / "m-attack.duckdb"))) as database:
                database.register("given", rows)
                database.execute("CREATE TABLE sound AS FROM given")
                database.unregister("given")
                for statement in statements:
                    database.execute(statement.replace("FOLDER", str(folder)))

        return OutputAttack(f"duckdb: {name}", write, "m-attack.duckdb")

    secret = "(SELECT content FROM read_text('/etc/passwd'))"
    yield duck("view of files", f"CREATE VIEW articles AS SELECT * REPLACE ({secret} AS text) FROM sound")
    yield duck("view without end", "CREATE VIEW articles AS SELECT sound.* FROM sound, range(1000000000000)")
    yield duck("view that never gives a row", "CREATE VIEW articles AS SELECT sound.* FROM sound, "
               "range(100000000000) r WHERE hash(r.range) = 0 AND hash(r.range + 1) = 1")  # fmt: skip
    yield duck("view of much memory", "CREATE VIEW articles AS SELECT sound.* REPLACE (repeat('x', 1000000000) "
               "AS text) FROM sound, range(1000)")  # fmt: skip
    yield duck("columns", "CREATE TABLE articles AS FROM sound", *(
        f"ALTER TABLE articles ADD COLUMN c{n} INTEGER" for n in range(400)))  # fmt: skip


def _computed(expression: str) -> Iterator[str]:
    yield "CREATE TABLE articles (id)"
    yield "INSERT INTO articles VALUES (1), (2)"
    yield "PRAGMA writable_schema = 1"
    sql = f"CREATE TABLE articles (id, article TEXT AS ({expression}))".replace("'", "''")
    yield f"UPDATE sqlite_master SET sql = '{sql}' WHERE name = 'articles'"


def _folders() -> Iterator[OutputAttack]:
    def deep(folder: Path, sound: Sequence[bytes], _: random.Random) -> None:
        import os

        here = os.open(folder, os.O_RDONLY)
        for level in range(990):
            name = "attack" if not level else "d"
            os.mkdir(name, dir_fd=here)
            inner = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        with os.fdopen(os.open("m-attack.json", os.O_WRONLY | os.O_CREAT, dir_fd=here), "wb") as file:
            file.write(sound[0])
        os.close(here)

    def links(folder: Path, _: Sequence[bytes], __: random.Random) -> None:
        (folder / "m-attack.json").symlink_to("/dev/zero")
        (folder / "m-attack-circle").symlink_to(folder)
        (folder / "m-attack-secret.json").symlink_to("/etc/passwd")

    def pipe(folder: Path, _: Sequence[bytes], __: random.Random) -> None:
        import os

        os.mkfifo(folder / "m-attack.json")

    yield OutputAttack("folder: 990 levels", deep)
    yield OutputAttack("folder: links", links)
    yield OutputAttack("folder: pipe", pipe)


OUTPUTS: tuple[OutputAttack, ...] = (*_articles(), *_shards(), *_parquets(), *_databases(), *_folders())
