"""DuckDB: articles in nested columns, and flat tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from interviews import bridge, everything

import pipeline
from pipeline import UsageError
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

duckdb = pytest.importorskip("duckdb")


@pytest.fixture
def database(tmp_path: Path) -> "Iterator[DuckDBPyConnection]":
    pipeline.export(everything(), tmp_path / "a.duckdb")
    with duckdb.connect(str(tmp_path / "a.duckdb"), read_only=True) as found:
        yield found


def test_nested_fields_are_asked_for_by_their_names(database: "DuckDBPyConnection") -> None:
    found = database.execute(
        "SELECT title.text, [s.rule FOR s IN segments IF s.label = 'heading'][1] FROM articles WHERE id LIKE 'wire/%'"
    ).fetchall()
    assert found == [("The Steel Bridge That Sings", "dialogue.heading")]


@pytest.mark.parametrize("name", [name for name in ROW_TYPES if name != "articles"])
def test_flat_tables_have_rows_in_the_order_of_the_articles(database: "DuckDBPyConnection", name: str) -> None:
    ids = [row[0] for row in database.execute(f"SELECT id FROM {name}").fetchall()]
    assert ids == [article.id for article in everything() for _ in ROW_MAKERS[name](ArticleRows(article))]


def test_no_column_needs_a_quotation_mark(database: "DuckDBPyConnection") -> None:
    for name, kind in ROW_TYPES.items():
        if name != "articles":
            database.execute(f"SELECT {', '.join(kind.__struct_fields__)} FROM {name}")


def test_required_columns_are_not_null(database: "DuckDBPyConnection") -> None:
    nullable = dict(
        database.execute(
            "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = 'turns'"
        ).fetchall()
    )
    assert nullable["text"] == "NO"
    assert nullable["speaker"] == "YES"


def test_lists_are_lists(database: "DuckDBPyConnection") -> None:
    found = database.execute("SELECT answerers FROM exchanges WHERE id = 'wire/bridge' AND n = 1").fetchall()
    assert found == [(["Mara Lindqvist"],)]


def test_error_without_the_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.export([bridge()], tmp_path / "a.duckdb")
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"pip install 'bilingual-pipeline\[duckdb\]'"):
        pipeline.export([bridge()], tmp_path / "b.duckdb")
    with pytest.raises(UsageError, match=r"pip install 'bilingual-pipeline\[duckdb\]'"):
        list(pipeline.read(tmp_path / "a.duckdb"))
