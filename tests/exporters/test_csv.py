"""CSV as spreadsheets and data frames read it."""

import csv
import io
from pathlib import Path

import pytest
from interviews import bridge, everything, paired

import pipeline
from pipeline.errors import SettingError
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ArticleRows


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True, delimiter=delimiter))


def test_an_exchange_is_a_row(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.csv")
    found = rows(tmp_path / "a.csv")
    assert list(found[0]) == list(ROW_TYPES["exchanges"].__struct_fields__)
    assert [row["id"] for row in found] == ["ferry"] * 4 + ["wire/bridge"] * 3
    assert found[4]["question"] == "Why does the steel bridge sing?"
    assert found[4]["answer"] == 'Wind. "It is a flute," my teacher said.\nAt night you hear it in 石湾镇 too.'
    assert found[4]["url"] == "https://stonebay.example/桥?a=1&b=2"


@pytest.mark.parametrize("kind", ROW_TYPES)
def test_every_kind_of_rows_comes_back_as_text(tmp_path: Path, kind: str) -> None:
    pipeline.export(everything(), tmp_path / "a.csv", rows=kind)
    assert list(rows(tmp_path / "a.csv")[0]) == list(ROW_TYPES[kind].__struct_fields__)


def test_lines_end_as_the_standard_says_and_marks_are_doubled(tmp_path: Path) -> None:
    pipeline.export([bridge()], tmp_path / "a.csv", rows="edits")
    data = (tmp_path / "a.csv").read_bytes()
    assert data.endswith(b"\r\n")
    assert b',quot;,"""",0.99,' in data


def test_a_null_is_an_empty_cell_and_a_list_is_joined(tmp_path: Path) -> None:
    pipeline.export([paired(), bridge()], tmp_path / "a.csv", rows="articles")
    ferry, crossing = rows(tmp_path / "a.csv")
    assert ferry["byline"] == ""
    assert crossing["speakers"] == "Stonebay Post; Mara Lindqvist"
    assert crossing["title_truncated"] == "false"


def test_a_tsv_file_has_tabs(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.tsv", rows="turns")
    assert rows(tmp_path / "a.tsv", delimiter="\t")[0]["text"] == "When does the last ferry leave?"


def test_a_delimiter_that_is_named_goes_before_that_of_the_suffix(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.tsv", delimiter=";")
    assert len(rows(tmp_path / "a.tsv", delimiter=";")) == 7


def test_a_mark_for_excel_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.csv", bom=True)
    pipeline.export(everything(), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == "\ufeff".encode() + (tmp_path / "b.csv").read_bytes()


def test_what_a_spreadsheet_may_take_for_a_formula_is_left_as_it_is(tmp_path: Path) -> None:
    article = pipeline.process("Q: =SUM(A1)?\n\nA: -1, +2 and @home.\n", id="=1+1")
    pipeline.export([article], tmp_path / "a.csv")
    (row,) = rows(tmp_path / "a.csv")
    assert row["id"] == "=1+1"


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n"])
def test_a_delimiter_that_cannot_be_is_refused(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(SettingError, match=r"\[sinks.csv\]: delimiter .* must be one character"):
        pipeline.export([], tmp_path / "a.csv", delimiter=delimiter)


def test_pandas_reads_it(tmp_path: Path) -> None:
    import pandas as pd

    pipeline.export(everything(), tmp_path / "a.csv", rows="turns")
    frame = pd.read_csv(tmp_path / "a.csv")
    assert list(frame["n"]) == [row.n for article in everything() for row in ArticleRows(article).turns()]


def test_polars_reads_it(tmp_path: Path) -> None:
    import polars as pl

    pipeline.export(everything(), tmp_path / "a.csv")
    assert pl.read_csv(tmp_path / "a.csv")["question"][5] == "您第一次接受采访是什么时候？"


def test_the_stream_that_is_given_stays_open() -> None:
    from pipeline.exporters.csv import CsvExport

    stream = io.BytesIO()
    CsvExport().stream(everything(), stream)
    stream.write(b"more")
    assert stream.getvalue().startswith(b"id,translation,n,")
