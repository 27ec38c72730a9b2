"""Formats with complete articles: what is read is equal to what was written, for any articles."""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interviews import bridge, everything, paired
from sampling import examples
from strategies import articles

import pipeline
from pipeline import Article, ContractError, UsageError

WHOLE = ("a.jsonl", "a.ndjson", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.sqlite", "a.db", "a.duckdb")
"""Target names of the formats with complete articles."""


def size(path: Path) -> int:
    return path.stat().st_size


@pytest.mark.parametrize("name", WHOLE)
def test_articles_round_trip_equal_and_in_order(tmp_path: Path, name: str) -> None:
    pipeline.export(everything(), tmp_path / name)
    assert list(pipeline.read(tmp_path / name)) == everything()


def test_folder_of_json_is_read_in_order_of_names(tmp_path: Path) -> None:
    pipeline.export(reversed(everything()), tmp_path / "out", to="json")
    assert list(pipeline.read(tmp_path / "out")) == everything()


@pytest.mark.parametrize("name", ["a.jsonl.zst", "a.parquet", "a.sqlite", "a.duckdb"])
@settings(max_examples=examples(15))
@given(found=st.lists(articles(), max_size=3, unique_by=lambda article: article.id))
def test_unusual_values_round_trip(name: str, found: list[Article]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        pipeline.export(found, path)
        assert list(pipeline.read(path)) == found


@pytest.mark.parametrize("name", WHOLE)
def test_export_of_no_articles_reads_as_none(tmp_path: Path, name: str) -> None:
    pipeline.export([], tmp_path / name)
    assert list(pipeline.read(tmp_path / name)) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.csv", "a.tsv", "a.txt"])
def test_the_same_articles_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    """Under another name and in another folder, too."""
    (tmp_path / "b").mkdir()
    pipeline.export(everything(), tmp_path / name)
    pipeline.export(everything(), tmp_path / "b" / f"other-{name}")
    assert (tmp_path / name).read_bytes() == (tmp_path / "b" / f"other-{name}").read_bytes()


def test_the_same_articles_give_the_same_rows_in_sqlite(tmp_path: Path) -> None:
    dumps = []
    for name in ("a.sqlite", "b.sqlite"):
        pipeline.export(everything(), tmp_path / name)
        database = sqlite3.connect(tmp_path / name)
        dumps.append(list(database.iterdump()))
        database.close()
    assert dumps[0] == dumps[1]


@pytest.mark.parametrize("name", [*WHOLE, "a.csv", "a.txt"])
def test_failed_export_keeps_the_earlier_file_and_leaves_no_temporary_one(tmp_path: Path, name: str) -> None:
    def failing() -> Iterator[Article]:
        yield bridge()
        raise OSError(28, "No space left on device")

    pipeline.export([paired()], tmp_path / name)
    before = (tmp_path / name).read_bytes()
    with pytest.raises(OSError, match="No space left"):
        pipeline.export(failing(), tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", [*WHOLE, "a.csv", "a.txt"])
def test_folders_on_the_way_to_the_target_are_made(tmp_path: Path, name: str) -> None:
    pipeline.export([paired()], tmp_path / "new" / "deep" / name)
    assert size(tmp_path / "new" / "deep" / name)


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.sqlite", "a.duckdb", "a.csv"])
def test_folder_at_the_path_of_the_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(UsageError, match="is a folder; name a file"):
        pipeline.export([paired()], tmp_path / name)


@pytest.mark.parametrize(("name", "to"), [("a.sqlite", None), ("out", "json"), ("out", "text")])
def test_duplicate_id_is_refused_by_formats_that_need_unique_ids(tmp_path: Path, name: str, to: str | None) -> None:
    with pytest.raises(UsageError, match="'ferry'"):
        pipeline.export([paired(), paired()], tmp_path / name, to)
    assert not (tmp_path / "a.sqlite").exists()


def test_long_and_many_articles_are_in_several_row_groups(tmp_path: Path) -> None:
    """A reader loads one row group at a time, so their size is limited."""
    import pyarrow.parquet as pq

    many = [msgspec.structs.replace(paired(f"{n}"), text=paired().text + "长" * 2_000_000) for n in range(12)]
    pipeline.export(many, tmp_path / "a.parquet")
    found = pq.ParquetFile(tmp_path / "a.parquet").metadata
    assert found.num_rows == 12
    assert 1 < found.num_row_groups < 12


def test_articles_are_taken_one_at_a_time(tmp_path: Path) -> None:
    """None is asked for before the ones before it are written, or some megabytes of them are held."""
    taken = []

    def counted() -> Iterator[Article]:
        for n in range(100):
            taken.append(n)
            yield paired(f"{n}")

    from pipeline.exporters.tables.columns import estimated_row_bytes, row_batches

    for portion in row_batches(msgspec.structs.replace(article, text="长" * 500_000) for article in counted()):
        assert len(portion) < 5
        assert sum(map(estimated_row_bytes, portion)) < 10 << 20
        break
    assert len(taken) < 5


@pytest.mark.parametrize("name", ["a.parquet", "a.sqlite", "a.duckdb"])
def test_a_number_that_no_column_holds_names_its_article(tmp_path: Path, name: str) -> None:
    origin = msgspec.structs.replace(bridge().provenance.source.origin, row=2**63)
    source = msgspec.structs.replace(bridge().provenance.source, origin=origin)
    large = msgspec.structs.replace(bridge(), provenance=msgspec.structs.replace(bridge().provenance, source=source))
    with pytest.raises(ContractError, match="wire/bridge: does not fit the column types"):
        pipeline.export([paired(), large], tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", WHOLE)
def test_turns_that_are_numbered_wrongly_are_still_written(tmp_path: Path, name: str) -> None:
    """`verify` tells it; nothing is lost meanwhile."""
    data = msgspec.json.encode(bridge()).replace(b'"n":5,', b'"n":4,')
    wrong = msgspec.json.decode(data, type=Article)
    assert list(pipeline.faults(wrong))
    pipeline.export([wrong], tmp_path / name)
    assert list(pipeline.read(tmp_path / name)) == [wrong]
