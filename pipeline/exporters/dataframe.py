"""Converts articles to a pandas or polars DataFrame."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import msgspec

from pipeline.errors import UsageError, did_you_mean
from pipeline.exporters.load.articles import read
from pipeline.exporters.tables.columns import record_batches, schema, unwrapped_type
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows
from pipeline.model.arguments import expect_all, expect_path, expect_text
from pipeline.model.article import Article
from pipeline.storage import AnyPath, RemotePath

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

LIBRARIES = ("pandas", "polars")


@overload
def to_frame(
    articles: Iterable[Article] | str | AnyPath, rows: str = ..., *, kind: Literal["pandas"]
) -> "pd.DataFrame": ...
@overload
def to_frame(
    articles: Iterable[Article] | str | AnyPath, rows: str = ..., *, kind: Literal["polars"]
) -> "pl.DataFrame": ...
@overload
def to_frame(articles: Iterable[Article] | str | AnyPath, rows: str = ..., kind: str | None = ...) -> Any: ...  # noqa: ANN401 -- what is installed
def to_frame(articles: Iterable[Article] | str | AnyPath, rows: str = "exchanges", kind: str | None = None) -> Any:
    """Returns a DataFrame with one row per exchange, or per item that `rows` names.

    `rows` is `exchanges`, `articles`, `turns`, `prose`, `edits`, `credits` or `segments`; the columns are those of
    `pipeline.exporters.tables.row_kinds`. Column types do not depend on the data: nullable integers are `Int64`, lists
    are tuples in pandas and lists in polars. `kind` is the library, by default pandas if installed, otherwise polars.
    `articles` can be the path or URL of an output to read. Raises `UsageError` for invalid arguments, or if the
    library is not installed.
    """
    expect_text("to_frame", "rows", rows)
    expect_text("to_frame", "kind", kind, optional=True)
    checked = _articles(articles)
    if rows not in ROW_TYPES:
        raise UsageError(f"unknown rows={rows!r}{did_you_mean(rows, ROW_TYPES)}")
    library = _library(kind)
    row_iterator = (row for article in checked for row in ROW_MAKERS[rows](ArticleRows(article)))
    return _pandas(row_iterator, ROW_TYPES[rows]) if library == "pandas" else _polars(row_iterator, ROW_TYPES[rows])


def _articles(articles: object) -> Iterable[Article]:
    if isinstance(articles, str | Path | RemotePath):
        expect_path("to_frame", "articles", articles, RemotePath)
        return read(articles)
    return expect_all("to_frame", "articles", articles, Article)


def _library(kind: str | None) -> str:
    if kind is not None and kind not in LIBRARIES:
        raise UsageError(f"unknown kind={kind!r}{did_you_mean(kind, LIBRARIES)}")
    for name in LIBRARIES if kind is None else (kind,):
        if find_spec(name) is not None:
            return name
    missing = kind or "pandas"
    raise UsageError(f"{kind or ' or '.join(LIBRARIES)} is not installed: pip install 'bilingual-pipeline[{missing}]'")


def _pandas(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> "pd.DataFrame":
    import pandas as pd

    columns: dict[str, list[Any]] = {name: [] for name in kind.__struct_fields__}
    for row in rows:
        for column, value in zip(columns.values(), msgspec.structs.astuple(row), strict=True):
            column.append(value)
    types = {field.name: _type(field.type) for field in msgspec.structs.fields(kind)}
    return pd.DataFrame({name: pd.Series(values, dtype=types[name]) for name, values in columns.items()})


def _type(annotation: object) -> Any:  # noqa: ANN401 -- pandas takes names of types
    plain_type, nullable = unwrapped_type(annotation)
    if plain_type is int:
        return "Int64" if nullable else "int64"
    if plain_type is bool:
        return "boolean" if nullable else "bool"
    if plain_type is float:
        return "float64"
    return "object" if getattr(plain_type, "__origin__", None) is tuple else "string"


def _polars(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct]) -> "pl.DataFrame":
    import polars as pl
    import pyarrow as pa

    frame = pl.from_arrow(pa.Table.from_batches(list(record_batches(rows, kind)), schema=schema(kind)))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 -- a table gives a frame; only a column gives a series
    return frame
