"""Types as columns: which there are, and which there are not."""

from typing import Literal

import msgspec
import pyarrow as pa
import pytest
from interviews import everything

from pipeline import Article
from pipeline.exporters.tables.columns import record_batch, record_batches, row_type_of, schema
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows


class Part(msgspec.Struct, frozen=True):
    """A part of a row."""

    at: int
    sure: float | None


class Sample(msgspec.Struct, frozen=True):
    """A row with every type that has a column."""

    name: str
    kind: Literal["a", "b"]
    maybe: str | None
    some: tuple[str, ...]
    parts: tuple[Part, ...]
    one: Part | None
    yes: bool


def test_every_type_has_its_column() -> None:
    part = pa.struct([pa.field("at", pa.int64(), nullable=False), pa.field("sure", pa.float64())])
    assert schema(Sample).equals(
        pa.schema(
            [
                pa.field("name", pa.string(), nullable=False),
                pa.field("kind", pa.string(), nullable=False),
                pa.field("maybe", pa.string()),
                pa.field("some", pa.list_(pa.field("element", pa.string(), nullable=False)), nullable=False),
                pa.field("parts", pa.list_(pa.field("element", part, nullable=False)), nullable=False),
                pa.field("one", part),
                pa.field("yes", pa.bool_(), nullable=False),
            ]
        )
    )


@pytest.mark.parametrize("kind", [dict[str, str], int | str, tuple[int, str], bytes, int | str | None])
def test_a_type_without_a_column_is_refused(kind: type) -> None:
    made = msgspec.defstruct("Made", [("field", kind)])
    with pytest.raises(TypeError, match="has no column type"):
        schema(made)


def test_rows_go_through_columns_and_back() -> None:
    rows = [Sample("a", "b", None, ("x",), (Part(1, None), Part(2, 0.5)), None, True)]
    assert [msgspec.convert(row, Sample) for row in record_batch(rows, Sample).to_pylist()] == rows


def test_no_rows_give_no_batch() -> None:
    assert list(record_batches([], Article)) == []


@pytest.mark.parametrize("name", [name for name in ROW_TYPES if name != "articles"])
def test_kind_of_rows_is_detected_with_and_without_metadata(name: str) -> None:
    assert row_type_of(schema(ROW_TYPES[name])) == name
    assert row_type_of(schema(ROW_TYPES[name]).remove_metadata()) == name


def test_articles_are_distinguished_from_their_overviews() -> None:
    for found in (schema(Article), schema(Article).remove_metadata()):
        assert row_type_of(found) == "articles"
    for found in (schema(ROW_TYPES["articles"]), schema(ROW_TYPES["articles"]).remove_metadata()):
        assert row_type_of(found) == "overviews of articles"
    assert row_type_of(pa.schema([("id", pa.string())])) is None


@pytest.mark.parametrize("name", ROW_TYPES)
def test_rows_of_every_kind_fit_their_columns(name: str) -> None:
    rows = [row for article in everything() for row in ROW_MAKERS[name](ArticleRows(article))]
    assert [msgspec.convert(row, ROW_TYPES[name]) for row in record_batch(rows, ROW_TYPES[name]).to_pylist()] == rows
