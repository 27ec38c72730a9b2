"""One try at an article: from JSON or from a row, with what is wrong where it is none."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from pipeline.errors import ContractError
from pipeline.export.load.limits import TOO_DEEP
from pipeline.model.article import VERSION, Article

ARTICLE_DECODER = msgspec.json.Decoder(Article)

LoadResult: TypeAlias = tuple[str, Article | ContractError]
"""What a document is called, and the article it is, or why it is none."""


class ContractVersion(msgspec.Struct, frozen=True):
    """The part of a document that says which contract it follows."""

    schema: str


def decode_json(data: bytes, name: str) -> LoadResult:
    """The article that a JSON document is."""
    try:
        return name, ARTICLE_DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return name, ContractError(name, _reason(data, error))
    except RecursionError:
        return name, ContractError(name, TOO_DEEP)


def decode_article(data: bytes, name: str) -> Article:
    """The article that a JSON document is; `name` is what an error calls it. Raises `ContractError`."""
    _, found = decode_json(data, name)
    if isinstance(found, ContractError):
        raise found
    return found


def _reason(data: bytes, error: Exception) -> str:
    try:
        version = msgspec.json.decode(data, type=ContractVersion).schema
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"is not an article: {error}"
    return _foreign(version) or f"is not a valid article: {error}"


def decode_row(row: Mapping[str, Any], name: str) -> LoadResult:
    """The article that a row of nested columns is; a whole number may come as a float, as pandas writes it."""
    try:
        return name, _article(row)
    except msgspec.ValidationError as error:
        version = row.get("schema")
        foreign = _foreign(version) if isinstance(version, str) else None
        return name, ContractError(name, foreign or f"is not a valid article: {error}")
    except RecursionError:
        return name, ContractError(name, TOO_DEEP)


def _article(row: Mapping[str, Any]) -> Article:
    try:
        return msgspec.convert(row, Article)
    except msgspec.ValidationError:
        # Where some numbers of a column are missing, others come out of pandas as 17.0.
        return msgspec.convert(_whole(row), Article)


def _whole(value: object) -> object:
    """The same with whole floats as integers, which do as floats, too."""
    if isinstance(value, Mapping):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _foreign(version: str) -> str | None:
    return None if version == VERSION else f"has schema {version!r}; this version reads {VERSION!r}"


def load_error(name: str, reason: str) -> LoadResult:
    """What cannot even be tried."""
    return name, ContractError(name, reason)
