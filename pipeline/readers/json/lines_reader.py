"""Reads JSON Lines: each line is an object, with the text in one field and metadata in the others."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, cast

import msgspec
import regex

from pipeline.config.settings import Input, Limits
from pipeline.readers.byte_source import ByteSource, read_lines
from pipeline.readers.json import value_limits
from pipeline.readers.json.transcode import head_of, stream_of
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.tables import TableRow, table_records

LONE_SURROGATE = regex.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
NO_NUMBER = regex.compile(rb"[:,\[]\s*+-?(?:NaN|Infinity)\b")
JSON_LINES_SUFFIXES = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True)
class JsonLinesReader:
    """Reads JSON Lines, one object a line. A line that fails costs no other line."""

    name: ClassVar = "jsonl"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by suffix, or by content if the first two lines are objects."""
        first = head_of(source).split(b"\n", 2)
        if len(first) == 3 and all(map(_is_object, first[:2])):
            return Claim.CONTENT
        return Claim.NAME if source.suffix in JSON_LINES_SUFFIXES else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields a document for each line. Rows are line numbers, so empty lines count."""
        yield from documents(source, stream_of(source, options.encoding), options)


def documents(source: ByteSource, stream: BinaryIO, options: Input) -> Iterator[ReaderItem]:
    """Yields the documents in the lines of `stream`, which holds the bytes of `source`."""
    yield from table_records(source, _rows(stream, options), options, media_type="application/jsonl", unit="line")


def row(
    number: int | None,
    data: bytes | bytearray,
    limits: Limits,
    *,
    unit: str = "line",
    at: tuple[str, int] | None = None,
) -> TableRow:
    """Returns the object in some JSON, or the fault. `unit` is the word for it in messages."""
    if (over := value_limits.fault(data, limits)) is not None:
        return TableRow(number, fault=over, at=at)
    try:
        fields = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        fields = _with_nan(data)
        if fields is None:
            return TableRow(number, fault=_reason(data, error, unit), at=at)
    if not isinstance(fields, dict):
        return TableRow(number, fault=f"is not a JSON object; each {unit} must be one", at=at)
    if len(fields) > limits.columns:
        over = f"has {len(fields):,} fields, over the limit of {limits.columns:,}; {value_limits.remedy('columns')}"
        return TableRow(number, fault=over, at=at)
    return TableRow(number, fields, at=at)


def _rows(stream: BinaryIO, options: Input) -> Iterator[TableRow]:
    """Yields the lines that are not empty, decoded or with the reason why they cannot be decoded."""
    for number, line in read_lines(stream, options.limits.bytes):
        if line is None:
            fault = f"is over the limit of {options.limits.bytes:,} bytes; raise [input.limits] bytes"
            yield TableRow(number, fault=fault)
        elif line.strip():
            yield row(number, line.removeprefix(BOM_UTF8) if number == 1 else line, options.limits)


def _is_object(line: bytes) -> bool:
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(fields, dict) and bool(fields)


def _with_nan(data: bytes | bytearray) -> object | None:
    """Decodes JSON with NaN or Infinity, which Python and pandas write; None for anything else that is invalid."""
    if not NO_NUMBER.search(data) or LONE_SURROGATE.search(data):
        return None
    try:
        return cast("object", json.loads(data.decode("utf-8")))
    except (ValueError, RecursionError):
        return None


def _reason(data: bytes | bytearray, error: Exception, unit: str) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8 ({error.reason}); set [input] encoding, convert the file, or repair the record"
    if isinstance(error, RecursionError):
        return "is nested too deeply; leave it out"
    if LONE_SURROGATE.search(data):
        return "contains a lone surrogate escape (\\ud800–\\udfff), which is not text; repair the record"
    return f"is not JSON ({error}); repair the {unit}"
