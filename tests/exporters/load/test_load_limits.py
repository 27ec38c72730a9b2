"""Untrusted outputs: malicious data is one error, and does not hide other articles."""

import gzip
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pipeline
from pipeline import Article, ContractError
from pipeline.cli import main
from pipeline.config.settings import Limits
from pipeline.exporters.json import encode_article
from pipeline.exporters.load import columnar
from pipeline.exporters.load.articles import load_each
from pipeline.exporters.load.limits import FIRST_LINE_BYTES
from pipeline.exporters.tables.columns import schema
from pipeline.model.restore import source_text
from pipeline.model.verify import faults
from pipeline.readers import budget as source_limits
from pipeline.text.edits import Change, Edit

MIB = 1 << 20
SMALL = Limits(bytes=20_000, ratio=20)


def article(name: str) -> Article:
    return pipeline.process(f"The mill at {name} still turns.\n", id=name)


def as_json(name: str) -> bytes:
    return msgspec.json.encode(article(name))


def loaded(path: Path, limits: Limits = SMALL) -> list[tuple[str, str]]:
    """The name of each document, with its id or error."""
    return [(name, a.reason if isinstance(a, ContractError) else a.id) for name, a in load_each(path, limits)]


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ratio counts from the first MiB on, so that bombs of a test are small."""
    monkeypatch.setattr(source_limits, "FREE_BYTES", MIB)


# --- JSON

NESTED = (b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b"[" * 100_000)
VERSION = b'{"schema":"bilingual-article/1","x":%s}'


@pytest.mark.parametrize("nested", [*NESTED, *(VERSION % each for each in NESTED)], ids=range(6))
def test_json_nested_too_deeply_does_not_hide_others(nested: bytes, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(nested)
    (tmp_path / "a.json").write_bytes(as_json("a"))
    (tmp_path / "c.jsonl").write_bytes(nested + b"\n" + as_json("c") + b"\n")
    first, second, third, fourth = loaded(tmp_path, Limits())
    assert (first, fourth) == (("a.json", "a"), ("c.jsonl:2", "c"))
    assert (second[0], third[0]) == ("b.json", "c.jsonl:1")
    assert "is nested too deeply to be an article" in second[1] or nested.startswith(b"[")


@pytest.mark.parametrize("verb", ["verify", "diff", "export", "restore", "explain"])
def test_every_command_continues_after_deeply_nested_json(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    for name in ("a", "c"):
        (tmp_path / "out" / f"{name}.json").write_bytes(as_json(name))
    (tmp_path / "out" / "b.json").write_bytes(NESTED[1])
    out = str(tmp_path / "out")
    more = {
        "diff": [out],
        "export": ["-o", str(tmp_path / "x.jsonl")],
        "restore": ["-o", str(tmp_path / "restored")],
        "explain": ["--doubtful"],
    }
    assert main([verb, out, *more.get(verb, [])]) == 1
    printed = capsys.readouterr()
    assert "b.json: is nested too deeply to be an article" in printed.out + printed.err
    if verb == "export":
        assert len((tmp_path / "x.jsonl").read_bytes().splitlines()) == 2
    if verb == "restore":
        assert sorted(os.listdir(tmp_path / "restored")) == ["a.txt", "c.txt"]


def test_a_long_line_is_named_and_the_next_one_read(tmp_path: Path) -> None:
    for name, long in (("junk", b"x" * 5 * MIB), ("text", b'{"id": "' + b"x" * 5 * MIB + b'"}')):
        (tmp_path / f"{name}.jsonl").write_bytes(long + b"\n" + as_json("b") + b"\n")
    reason = "is longer than 320,000 bytes, 16 times [input.limits] bytes; remove it or raise the limit"
    assert loaded(tmp_path) == [
        ("junk.jsonl:1", reason), ("junk.jsonl:2", "b"), ("text.jsonl:1", reason), ("text.jsonl:2", "b")
    ]  # fmt: skip


def test_a_long_article_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{\n" + b'"a": 1,\n' * 100_000 + as_json("b")[1:])
    assert "is longer than 320,000 bytes" in loaded(tmp_path)[0][1]
    assert loaded(tmp_path, Limits()) == [("a.json", "b")]


def test_a_number_of_a_million_digits_is_no_article(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(as_json("a").replace(b'"start":0', b'"start":' + b"9" * 1_000_000, 1))
    assert "is not a valid article" in loaded(tmp_path, Limits())[0][1] or "is not an article" in loaded(tmp_path)[0][1]


@pytest.mark.usefixtures("no_grace")
@pytest.mark.parametrize("content", [b"x" * 32 * MIB, b"\n" * 32 * MIB, b"{}\n" * 5 * MIB, b" " * 32 * MIB])
@pytest.mark.parametrize("pack", ["gz", "zst"])
def test_file_that_unpacks_to_many_times_its_size_is_refused(content: bytes, pack: str, tmp_path: Path) -> None:
    from backports import zstd

    line = as_json("a") + b"\n"
    (tmp_path / f"a.jsonl.{pack}").write_bytes((gzip.compress if pack == "gz" else zstd.compress)(line + content))
    (tmp_path / "b.json").write_bytes(as_json("b"))
    found = loaded(tmp_path, Limits(ratio=20))
    assert found[0] == (f"a.jsonl.{pack}:1", "a")
    assert found[-1] == ("b.json", "b")
    assert "unpacks to more than 20 times its size" in found[-2][1]


@pytest.mark.usefixtures("no_grace")
def test_repeated_article_is_not_a_decompression_bomb(tmp_path: Path) -> None:
    line = as_json("a") + b"\n"
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(line * 1500))
    assert (tmp_path / "a.jsonl.gz").stat().st_size * 100 < 1500 * len(line)
    assert loaded(tmp_path / "a.jsonl.gz", Limits(ratio=20))[-1] == ("a.jsonl.gz:1500", "a")


@pytest.mark.usefixtures("no_grace")
def test_leading_empty_lines_are_counted_but_not_kept(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n" * 3 + as_json("a") + b"\n\n" + as_json("b"))
    (tmp_path / "b").write_bytes(b"\n" * 3 + as_json("a") + b"\n\n" + as_json("b"))
    assert loaded(tmp_path / "a.jsonl") == [("a.jsonl:4", "a"), ("a.jsonl:6", "b")]
    assert loaded(tmp_path / "b") == [("b:4", "a"), ("b:6", "b")]


def test_shards_of_articles_are_far_below_the_limits(tmp_path: Path) -> None:
    many = [article(f"place {n}") for n in range(200)]
    for name in ("a.jsonl.zst", "b.parquet", "c.sqlite"):
        pipeline.export(many, tmp_path / name)
        assert len(list(load_each(tmp_path / name, Limits()))) == 200
        assert not any(isinstance(a, ContractError) for _, a in load_each(tmp_path / name, Limits()))


# --- folders


def test_a_folder_may_be_deep(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(as_json("a"))
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(1100):
            os.mkdir("d", dir_fd=here)
            inner = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        with os.fdopen(os.open("b.json", os.O_WRONLY | os.O_CREAT, dir_fd=here), "wb") as file:
            file.write(as_json("b"))
    finally:
        os.close(here)
    found = loaded(tmp_path)
    # Delete it here: `shutil.rmtree` recurses for each level.
    while (tmp_path / "d" / "d").exists():
        (tmp_path / "d" / "d").rename(tmp_path / "e")
        (tmp_path / "d").rmdir()
        (tmp_path / "e").rename(tmp_path / "d")
    names, ids = zip(*found, strict=True)
    assert ids == ("a", "b")
    assert names[1] == "d/" * 1100 + "b.json"


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.json").write_bytes(as_json("a"))
    listing = os.scandir

    def refused(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert loaded(tmp_path) == [("closed", "cannot be listed: Permission denied"), ("a.json", "a")]


# --- tables


def rows(*names: str) -> pa.Table:
    return pa.Table.from_pylist([msgspec.to_builtins(article(name)) for name in names], schema=schema(Article))


def with_text(table: pa.Table, texts: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index("text"), table.schema.field("text"), texts)


@pytest.mark.usefixtures("no_grace")
def test_a_text_that_all_rows_refer_to_is_counted_for_each(tmp_path: Path) -> None:
    table = pa.concat_tables([with_text(rows("a"), pa.array(["x" * 100_000]))] * 300)
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    ((name, reason),) = loaded(tmp_path / "a.parquet")
    assert name == "a.parquet:1"
    assert reason.startswith("rows 1 to 300 cannot be read: unpacks to more than 20 times its size")


@pytest.mark.usefixtures("no_grace")
def test_a_page_that_unpacks_to_much_costs_its_row_group(tmp_path: Path) -> None:
    with pq.ParquetWriter(tmp_path / "a.parquet", schema(Article), compression="zstd", use_dictionary=False) as writer:
        for table in (rows("a"), with_text(rows("b"), pa.array(["x" * 30 * MIB])), rows("c")):
            writer.write_table(table)
    first, second, third = loaded(tmp_path / "a.parquet")
    assert (first, third) == (("a.parquet:1", "a"), ("a.parquet:3", "c"))
    assert "rows 2 to 2 cannot be read: declares that its" in second[1]


@pytest.mark.usefixtures("no_grace")
def test_a_list_of_millions_of_nothing_is_refused(tmp_path: Path) -> None:
    table = rows("a")
    lead = pa.array([[""] * 3_000_000], table.schema.field("lead").type)
    table = table.set_column(table.column_names.index("lead"), table.schema.field("lead"), lead)
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    assert "declares that its" in loaded(tmp_path / "a.parquet")[0][1]


@pytest.mark.usefixtures("no_grace")
@pytest.mark.parametrize("name", ["a.arrow", "a.arrows"])
@pytest.mark.parametrize("kind", ["rows", "packed"])
def test_an_arrow_file_that_declares_too_much_is_refused(name: str, kind: str, tmp_path: Path) -> None:
    if kind == "rows":
        nulls = [pa.nulls(100_000_000)] * 3
        batch = pa.RecordBatch.from_arrays(nulls, names=["schema", "segments", "provenance"])
        options = None
    else:
        batch = with_text(rows("a"), pa.array(["x" * 30 * MIB])).to_batches()[0]
        options = pa.ipc.IpcWriteOptions(compression="zstd")
    make: Callable[..., pa.RecordBatchStreamWriter] = pa.ipc.new_file if name == "a.arrow" else pa.ipc.new_stream
    with pa.OSFile(str(tmp_path / name), "wb") as out, make(out, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    ((_, reason),) = loaded(tmp_path / name)
    assert reason.startswith("cannot be read: declares that its")
    assert reason.endswith("more than 20 times; leave it out, or raise [input.limits] ratio if you trust it")


def test_offsets_out_of_an_arrow_file_cost_their_row(tmp_path: Path) -> None:
    batch = rows("a", "b").to_batches()[0]
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as out, pa.ipc.new_file(out, batch.schema) as writer:
        writer.write_batch(batch)
    data = bytearray((tmp_path / "a.arrow").read_bytes())
    size = len(article("a").text)
    at = data.find(b"".join(n.to_bytes(4, "little") for n in (0, size, 2 * size)))
    assert at > 0
    data[at + 8 : at + 12] = (1 << 30).to_bytes(4, "little")
    (tmp_path / "a.arrow").write_bytes(data)
    assert any("is not an article" in reason for _, reason in loaded(tmp_path / "a.arrow"))


def test_rows_are_made_into_objects_one_by_one_where_they_are_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(rows(*"abcdef"), tmp_path / "a.parquet")
    with pa.OSFile(str(tmp_path / "b.arrow"), "wb") as out, pa.ipc.new_file(out, schema(Article)) as writer:
        writer.write_table(rows(*"abcdef"))
    whole = [[(n, a) for n, a in load_each(tmp_path / name, Limits())] for name in ("a.parquet", "b.arrow")]
    monkeypatch.setattr(columnar, "CONVERTED_BYTES", 1)
    assert [[(n, a) for n, a in load_each(tmp_path / name, Limits())] for name in ("a.parquet", "b.arrow")] == whole


# --- databases


def sqlite(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW articles AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i article FROM n",
        "CREATE TABLE articles (id, article AS (hex(zeroblob(1000))))",
        "CREATE VIRTUAL TABLE articles USING fts5(article)",
    ],
)
def test_computed_articles_in_sqlite_are_refused(made: str, tmp_path: Path) -> None:
    path = sqlite(tmp_path / "a.sqlite", made)
    found = loaded(path)
    assert all("a.sqlite" in name for name, _ in found)
    assert not found or "has no articles" in found[0][1] or "cannot read" in found[0][1]


def test_a_sqlite_database_gives_no_more_rows_than_it_has_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.readers.sqlite.connection import ValueBudget

    monkeypatch.setattr(ValueBudget, "SMALLEST_ROW", 4000)
    monkeypatch.setattr(ValueBudget, "FEW", 0)
    path = sqlite(tmp_path / "a.sqlite", "CREATE TABLE articles (article)", "INSERT INTO articles VALUES (1), (2), (3)")
    assert loaded(path)[-1][0] == "a.sqlite:3"
    assert "more rows than its 8,192 bytes have room for" in loaded(path)[-1][1]


def test_a_duckdb_database_reaches_no_file_and_computes_nothing(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    (tmp_path / "secret").write_text("the key")
    columns = "'bilingual-article/1' AS schema, 1 AS segments, 2 AS provenance"
    made = {
        "view": f"CREATE VIEW articles AS SELECT {columns}, content AS id FROM read_text('{tmp_path / 'secret'}')",
        "plain": f"CREATE VIEW articles AS SELECT {columns}",
        "column": "CREATE TABLE articles (schema VARCHAR, segments INT, provenance INT, w AS (upper(schema)))",
    }
    for name, statement in made.items():
        with closing(duckdb.connect(str(tmp_path / f"{name}.duckdb"))) as database:
            database.execute(statement)
            database.execute("CREATE SCHEMA other")
            database.execute(f"CREATE TABLE other.articles AS SELECT {columns}")
        ((_, reason),) = loaded(tmp_path / f"{name}.duckdb")
        assert "key" not in reason
        assert "has no articles" in reason or "has generated columns" in reason


# --- what a run remembers


@pytest.mark.parametrize(
    "made",
    [
        ["ALTER TABLE documents RENAME TO old", "CREATE VIEW documents AS SELECT *, randomblob(id) AS other FROM old"],
        ["ALTER TABLE documents DROP COLUMN hash", "ALTER TABLE documents ADD COLUMN hash AS (zeroblob(1000))"],
        ["UPDATE documents SET id = 'text'"],
        ["UPDATE documents SET size = 'many'"],
        ["INSERT INTO places (shard, sealed, path, documents, size, hash) VALUES (1, 1, '..', 1, 1, x'00')"],
    ],
    ids=["view", "column", "id", "size", "path"],
)
def test_verify_survives_malicious_run_state(
    made: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("The mill still turns.\n")
    out = str(tmp_path / "out")
    assert main(["run", str(tmp_path / "raw"), "-o", out, "-q"]) == 0
    (state,) = (path for path in (tmp_path / "out" / "_run").iterdir() if path.read_bytes().startswith(b"SQLite"))
    sqlite(state, *made)
    assert main(["verify", out]) == 0
    printed = capsys.readouterr()
    assert "cannot check for articles edited by hand" in printed.err
    assert "1/1 articles valid" in printed.out


# --- what an article may ask for when it is restored or checked


def changed(**parts: object) -> Article:
    made = article("a")
    return msgspec.structs.replace(made, provenance=msgspec.structs.replace(made.provenance, **parts))


def test_an_article_of_very_many_layers_is_refused() -> None:
    layer = Change("words", (Edit(0, "", "T", "words.a", 1.0),))
    with pytest.raises(ContractError, match="/provenance/changes: are 5,000, more than 1,000"):
        source_text(changed(changes=(layer,) * 5000))


@pytest.mark.parametrize("codec", ["punycode", "idna", "PUNYCODE", "Puny_code", "idna "])
def test_host_name_codecs_cannot_restore_long_texts(codec: str) -> None:
    source = article("a").provenance.source
    run = msgspec.structs.replace(source.runs[0], start=0, end=50_000, encoding=codec)
    made = msgspec.structs.replace(
        changed(changes=(), source=msgspec.structs.replace(source, runs=(run,))), text="盐" * 50_000
    )
    with pytest.raises(ContractError):
        pipeline.restore(made)


def test_message_for_a_fault_is_short() -> None:
    made = article("a")
    segment = msgspec.structs.replace(made.segments[0], field="/sections" * 300_000)
    found = list(faults(msgspec.structs.replace(made, segments=(segment,))))
    assert found
    assert max(map(len, found)) <= 1001


def test_large_edits_are_compared_by_their_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.model.verify.MAX_CHARS_IN_SETS", 10)
    monkeypatch.setattr("pipeline.model.verify.HASH_TABLE_BYTES", 64)
    cases = {
        ("abcdefghijklmnop", "ABCDEFGHIJKLMNOP"): False,
        ("abcdefghijklmnop", "__abcdefghijkl__"): True,
        ("abcdefghijklmnop", "__abcdefghijk___"): False,
        ("short", "abcdefghijklmnop"): False,
    }
    for (old, new), shared in cases.items():
        change = Change("words", (Edit(0, old, new, "words.a", 1.0),))
        size_faults = [fault for fault in faults(changed(changes=(change,))) if "is not the smallest" in fault]
        assert bool(size_faults) is shared


def test_repeats_that_take_too_long_to_find_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    made = article("a")
    (first,) = made.segments
    size = len(made.text)
    repeat = msgspec.structs.replace(first, start=size, end=size + 4, label="repeat", field=None)
    longer = msgspec.structs.replace(made, text=f"{made.text}mill", segments=(first, repeat))
    assert not any("repeat" in fault for fault in faults(longer))
    monkeypatch.setattr("pipeline.model.verify.MAX_COMPARED_CHARS", 1)
    assert any("1 repeats are too many to look for in" in fault for fault in faults(longer))


def test_an_article_on_many_lines_may_have_a_long_text(tmp_path: Path) -> None:
    """Its text is on one line, which begins with the name of the field."""
    article = pipeline.process("Q: Who owns the pans?\n\nA: " + "The village does. " * 200_000, id="pans")
    path = tmp_path / "pans.json"
    path.write_bytes(encode_article(article))
    assert max(map(len, path.read_bytes().split(b"\n"))) > 2 * FIRST_LINE_BYTES
    assert next(pipeline.read(path)) == article
