"""Reads the fields of a record: the text, and the metadata as text."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import cast
from uuid import UUID

import msgspec

from pipeline.text.decoding import DecodingError, decode


class UndecodedText(bytes):
    """A text that is invalid in its table's encoding. It is decoded on its own, as a file is."""


def value_at(fields: Mapping[str, object], name: str) -> object:
    """The value of a field, or of a nested one such as `article.body`; None if there is none.

    >>> value_at({"a.b": 1}, "a.b"), value_at({"a": {"b": 2}}, "a.b"), value_at({"a": 1}, "a.b")
    (1, 2, None)
    """
    if name in fields or "." not in name:
        return fields.get(name)
    first, _, rest = name.partition(".")
    inner = fields.get(first)
    return value_at(inner, rest) if isinstance(inner, Mapping) else None


def has(metadata: Mapping[str, str], name: str, text_field: str) -> bool:
    """Whether a record has a field; `metadata` are its fields other than the text.

    >>> has({"uid": "7"}, "uid", "text"), has({"a": '{"b":1}'}, "a.b", "text"), has({}, "uid", "text")
    (True, True, False)
    """
    if name in metadata or name == text_field:
        return True
    first, _, rest = name.partition(".")
    if not rest or first not in metadata:
        return False
    try:
        inner = msgspec.json.decode(metadata[first])
    except (msgspec.DecodeError, RecursionError):
        return False
    return isinstance(inner, dict) and _within(inner, rest)


def _within(fields: Mapping[str, object], name: str) -> bool:
    if name in fields:
        return True
    first, _, rest = name.partition(".")
    inner = fields.get(first)
    return bool(rest) and isinstance(inner, Mapping) and _within(inner, rest)


def holds(fields: Mapping[str, object], name: str) -> bool:
    """Whether a record has a field, or a nested one such as `article.body`, whatever its value."""
    return _within(fields, name)


def others(fields: Mapping[str, object], field: str) -> Iterable[tuple[str, object]]:
    """All fields other than the text, which may be nested in another field."""
    if field in fields or "." not in field:
        return [(key, value) for key, value in fields.items() if key != field]
    first, _, rest = field.partition(".")
    inner = cast("Mapping[str, object]", fields[first])
    left = dict(others(inner, rest))
    return [(key, left if key == first else value) for key, value in fields.items() if key != first or left]


def as_text(value: object) -> str:
    """A metadata value as text: strings as they are, dates in ISO 8601, bytes in Base64, others as JSON.

    >>> as_text(date(2024, 5, 1)), as_text([1, None]), as_text(b"ab"), as_text(Decimal("1.50"))
    ('2024-05-01', '[1,null]', 'YWI=', '1.50')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UndecodedText):
        try:
            return decode(value).text
        except DecodingError:
            return value.decode("utf-8", "replace")
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Decimal | UUID):
        return str(value)
    try:
        return msgspec.json.encode(value, enc_hook=str).decode()
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError):
        # Integers beyond 64 bits, or keys that are not strings.
        return str(value)
