"""Decodes an article from JSON or from a row; gives the error if it is invalid."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from pipeline.errors import ContractError
from pipeline.exporters.load.limits import TOO_DEEP
from pipeline.model.article import VERSION, Article

ARTICLE_DECODER = msgspec.json.Decoder(Article)

LoadResult: TypeAlias = tuple[str, Article | ContractError]
"""The name of a record, and its article or the error."""


class ContractVersion(msgspec.Struct, frozen=True):
    """The version of the schema that a record declares."""

    schema: str


def decode_json(data: bytes, name: str) -> LoadResult:
    """Decodes an article from JSON."""
    try:
        return name, ARTICLE_DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return name, ContractError(name, _reason(data, error))
    except RecursionError:
        return name, ContractError(name, TOO_DEEP)


def decode_article(data: bytes, name: str) -> Article:
    """Decodes an article from JSON. Raises `ContractError`, which calls it `name`."""
    _, result = decode_json(data, name)
    if isinstance(result, ContractError):
        raise result
    return result


def _reason(data: bytes, error: Exception) -> str:
    try:
        version = msgspec.json.decode(data, type=ContractVersion).schema
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"is not an article: {error}"
    return _version_mismatch(version) or f"is not a valid article: {error}"


def decode_row(row: Mapping[str, Any], name: str) -> LoadResult:
    """Decodes an article from a row of nested columns. Accepts integers written as floats, as pandas does."""
    try:
        return name, _article(row)
    except msgspec.ValidationError as error:
        version = row.get("schema")
        foreign = _version_mismatch(version) if isinstance(version, str) else None
        return name, ContractError(name, foreign or f"is not a valid article: {error}")
    except RecursionError:
        return name, ContractError(name, TOO_DEEP)


def _article(row: Mapping[str, Any]) -> Article:
    try:
        return msgspec.convert(row, Article)
    except msgspec.ValidationError:
        # If a column has missing values, pandas turns its integers into floats, such as 17.0.
        return msgspec.convert(_whole_floats_to_int(row), Article)


def _whole_floats_to_int(value: object) -> object:
    """The same value with whole floats as integers, which are also valid where a float is expected."""
    if isinstance(value, Mapping):
        return {key: _whole_floats_to_int(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_whole_floats_to_int(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _version_mismatch(version: str) -> str | None:
    return None if version == VERSION else f"has schema {version!r}; this version reads {VERSION!r}"


def load_error(name: str, reason: str) -> LoadResult:
    """The result for a record that could not be read."""
    return name, ContractError(name, reason)
