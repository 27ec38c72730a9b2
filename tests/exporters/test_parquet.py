"""Parquet: typed, nested, and readable by whatever reads Parquet."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from interviews import bridge, everything

import pipeline
from pipeline.errors import SettingError
from pipeline.exporters.tables.row_kinds import ROW_TYPES


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "a.parquet"
    pipeline.export(everything(), path)
    return path


def test_columns_are_those_of_the_contract_in_its_order(written: Path) -> None:
    assert pq.read_schema(written).names == list(pipeline.Article.__struct_fields__)


def test_what_may_not_be_null_is_required_at_any_depth(written: Path) -> None:
    schema = pq.read_schema(written)
    assert not schema.field("id").nullable
    assert schema.field("title").nullable
    assert not schema.field("title").type.field("text").nullable
    segment = schema.field("segments").type.value_field
    assert not segment.nullable
    assert segment.type.field("field").nullable
    assert segment.type.field("start").type == pa.int64()
    assert segment.type.field("confidence").type == pa.float64()


def test_the_file_names_its_contract(written: Path) -> None:
    metadata = pq.read_schema(written).metadata
    assert metadata[b"bilingual.contract"] == b"bilingual-article/1"
    assert metadata[b"bilingual.rows"] == b"articles"


def test_it_is_packed_with_zstandard(written: Path) -> None:
    assert pq.ParquetFile(written).metadata.row_group(0).column(0).compression == "ZSTD"


def test_pandas_reads_it(written: Path) -> None:
    import pandas as pd

    frame = pd.read_parquet(written)
    assert list(frame["id"]) == ["ferry", "tide", "wire/bridge"]
    assert frame["title"][2]["text"] == "The Steel Bridge That Sings"


def test_polars_reads_it(written: Path) -> None:
    import polars as pl

    frame = pl.read_parquet(written)
    labels = frame.select("id", pl.col("segments").list.eval(pl.element().struct.field("label"))).rows()
    assert labels[2][1] == [segment.label for segment in bridge().segments]
    assert pl.scan_parquet(written).select("language").collect()["language"].to_list() == ["en", "en", "en"]


def test_duckdb_queries_it(written: Path) -> None:
    import duckdb

    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT id, title.text, len(segments) FROM read_parquet(?) WHERE language = 'en'", [str(written)]
        ).fetchall()
    assert rows[-1] == ("wire/bridge", "The Steel Bridge That Sings", len(bridge().segments))


@pytest.mark.parametrize("rows", [name for name in ROW_TYPES if name != "articles"])
def test_a_flat_table_has_the_columns_of_its_rows(tmp_path: Path, rows: str) -> None:
    pipeline.export(everything(), tmp_path / "a.parquet", rows=rows)
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column_names == list(ROW_TYPES[rows].__struct_fields__)
    assert table.num_rows
    assert set(table["id"].to_pylist()) <= {"ferry", "tide", "wire/bridge"}
    assert table.schema.metadata[b"bilingual.rows"] == rows.encode()


def test_another_kind_of_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"\[sinks.parquet\]: .*'paragraphs'"):
        pipeline.export(everything(), tmp_path / "a.parquet", rows="paragraphs")
