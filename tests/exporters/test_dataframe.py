"""Articles as data frames of pandas and polars."""

import importlib.util
from typing import Any

import msgspec
import pytest
from interviews import bridge, everything

import pipeline
from pipeline import UsageError
from pipeline.exporters import dataframe
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")


def want(rows: str) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(row) for article in everything() for row in ROW_MAKERS[rows](ArticleRows(article))]


@pytest.mark.parametrize("rows", ROW_TYPES)
def test_a_pandas_frame_has_the_rows_and_their_columns(rows: str) -> None:
    frame = pipeline.to_frame(everything(), rows, kind="pandas")
    assert list(frame.columns) == list(ROW_TYPES[rows].__struct_fields__)
    found = frame.astype("object").where(frame.notna(), None).to_dict("records")
    assert found == want(rows)


@pytest.mark.parametrize("rows", ROW_TYPES)
def test_a_polars_frame_has_the_rows_and_their_columns(rows: str) -> None:
    frame = pipeline.to_frame(everything(), rows, kind="polars")
    assert isinstance(frame, pl.DataFrame)
    assert [{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()} for row in frame.to_dicts()] == want(
        rows
    )


@pytest.mark.parametrize("rows", ROW_TYPES)
def test_types_do_not_depend_on_what_is_there(rows: str) -> None:
    """An empty frame, and one without a single null, have the types of any other."""
    for kind in ("pandas", "polars"):
        full = pipeline.to_frame(everything(), rows, kind=kind)
        empty = pipeline.to_frame([], rows, kind=kind)
        assert list(full.dtypes) == list(empty.dtypes)


def test_positions_are_whole_numbers_even_where_some_are_missing() -> None:
    frame = pipeline.to_frame(everything(), kind="pandas")
    assert frame["source_start"].dtype == "Int64"
    assert frame["translates"].tolist()[:4] == [pd.NA, pd.NA, 1, 2]


def test_exchanges_in_pandas_are_what_is_given_by_default() -> None:
    frame = pipeline.to_frame([bridge()])
    assert isinstance(frame, pd.DataFrame)
    assert frame.query("section == 2")["question"].tolist() == ["Who pays for the paint?"]


def test_polars_is_taken_where_there_is_no_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(dataframe, "find_spec", lambda name: None if name == "pandas" else found(name))
    assert isinstance(pipeline.to_frame([bridge()]), pl.DataFrame)
    with pytest.raises(UsageError, match=r"pandas is not installed: pip install 'bilingual-pipeline\[pandas\]'"):
        pipeline.to_frame([bridge()], kind="pandas")


def test_without_either_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataframe, "find_spec", lambda _: None)
    with pytest.raises(
        UsageError, match=r"pandas or polars is not installed: pip install 'bilingual-pipeline\[pandas\]'"
    ):
        pipeline.to_frame([bridge()])


def test_unknown_rows_and_kinds_are_errors_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown rows='turn'; did you mean 'turns'"):
        pipeline.to_frame([], "turn")
    with pytest.raises(UsageError, match="unknown kind='panda'; did you mean 'pandas'"):
        pipeline.to_frame([], kind="panda")
