"""Reads JSON files: a list of records, one record, or an object that contains records in a list or by id."""

import io
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from pipeline.config.settings import Input, Limits
from pipeline.model.record import ReaderError
from pipeline.readers import text
from pipeline.readers.byte_source import ByteSource, joined_stream
from pipeline.readers.field_values import value_at
from pipeline.readers.json import lines_reader, value_limits
from pipeline.readers.json.transcode import head_of, stream_of
from pipeline.readers.json.values import Values
from pipeline.readers.markdown import reader
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.tables import TableRow, table_records, text_column
from pipeline.text.encodings.signatures import binary_kind

BEGINNING = re.compile(rb'\s*+(?:\[\s*+)?\{\s*+"(?:[^"\\\n]|\\.){0,200}"\s*+:')
LIST = re.compile(rb"\s*+\[\s*+\{")
OF_ANOTHER = lines_reader.JSON_LINES_SUFFIXES | reader.MARKDOWN_SUFFIXES | text.TEXT_SUFFIXES
"""Suffixes of formats whose files may begin like a JSON object: JSON Lines, and Markdown with JSON front matter."""
JSON_MEDIA_TYPE = "application/json"
RECORD_WORD = "record"
MAX_LIST_DEPTH = 3
"""How many levels of nested objects are searched for lists of records."""
Members = dict[str, msgspec.Raw]


@dataclass(frozen=True)
class JsonReader:
    """Reads JSON, one record at a time. A malformed record fails alone if its brackets and quotes are closed."""

    name: ClassVar = "json"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes, unless the suffix is that of a text; or by suffix, if it is not a binary file."""
        begins = BEGINNING.match(head_of(source))
        if begins and source.suffix not in _of_others(begins[0]):
            return Claim.CONTENT
        return Claim.NAME if source.suffix == ".json" and binary_kind(source.head) is None else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the records. If several objects follow each other, each is a record."""
        mark = source.stream.read(len(BOM_UTF8)) if source.head.startswith(BOM_UTF8) else b""
        values = Values(stream_of(source, options.encoding), options.limits, len(mark))
        match values.next():
            case b"[":
                yield from _documents(source, _all_of(values), options)
            case b"{":
                yield from _object(source, values, options)
            case _:
                raise ReaderError(f"is not JSON: expected [ or {{ at byte {values.offset:,}; convert or repair it")


def _of_others(beginning: bytes) -> frozenset[str]:
    """Returns the suffixes of other formats whose files may begin like this."""
    opened = beginning.strip()
    if opened.startswith(b"["):
        return text.TEXT_SUFFIXES
    # In JSON Lines an object is on one line. If it continues on the next, the file is not JSON Lines, despite its
    # suffix.
    return OF_ANOTHER - lines_reader.JSON_LINES_SUFFIXES if b"\n" in opened[: opened.find(b'"')] else OF_ANOTHER


def _documents(source: ByteSource, rows: Iterator[TableRow], options: Input) -> Iterator[ReaderItem]:
    return table_records(source, rows, options, media_type=JSON_MEDIA_TYPE, unit=RECORD_WORD)


def _object(source: ByteSource, values: Values, options: Input) -> Iterator[ReaderItem]:
    """Yields the documents of a file that begins with an object."""
    begin = values.offset
    whole = values.whole()
    members = None if whole is None else _members(whole, options.limits)
    if whole is None or (members is None and LIST.search(whole)):
        # Too long for a record, truncated or malformed: records in a list inside it can still be read.
        at = values if whole is None else Values(io.BytesIO(whole), options.limits, begin)
        yield from _documents(source, _first_list(at), options)
        return
    next_byte = values.next()
    if not next_byte:
        yield from _alone(source, whole, members, begin, options)
    elif next_byte != b"{":
        fault = _more_behind(values)
        yield from _alone(source, whole, members, begin, options)
        raise fault
    elif b"\n" not in whole and values.lines_passed:
        read = bytes(whole) + b"\n" * values.lines_passed
        head, stream = values.rest()
        yield from lines_reader.documents(source, joined_stream(read + head, stream), options)
    else:
        yield from _documents(source, _each(whole, begin, values), options)


def _alone(
    source: ByteSource, whole: bytearray, members: Members | None, begin: int, options: Input
) -> Iterator[ReaderItem]:
    """Yields the documents of a single object: the object itself if it has a text, else the records in it."""
    lists = list(_lists(members or {}, options.limits))
    only = lines_reader.row(None, whole, options.limits, unit=RECORD_WORD)
    if _has_text(only.fields, options):
        lists = []
    elif members and all(map(_is_record(options), members.values())):
        yield from _documents(source, _by_key(members, whole, begin, options), options)
        return
    chosen = next((raw for raw in lists if _holds_texts(raw, options)), None)
    if chosen is None and (not lists or text_column([only.fields])):
        yield from _documents(source, iter([only]), options)
        return
    raw = bytes(chosen or lists[0])
    values = Values(io.BytesIO(raw), options.limits, begin + whole.find(raw))
    yield from _documents(source, _elements(values), options)


def _lists(members: Members, limits: Limits, depth: int = 1) -> Iterator[msgspec.Raw]:
    """Yields the lists of objects in an object, at any depth up to the limit: `{"data": {"items": [{…}]}}`."""
    for raw in members.values():
        if LIST.match(memoryview(raw)):
            yield raw
        elif depth < MAX_LIST_DEPTH and bytes(memoryview(raw)[:1]) == b"{":
            yield from _lists(_members(bytearray(raw), limits) or {}, limits, depth + 1)


def _is_record(options: Input) -> Callable[[msgspec.Raw], bool]:
    """Returns a function that tells whether a JSON value is an object with a text."""

    def is_record(raw: msgspec.Raw) -> bool:
        return bytes(memoryview(raw)[:1]) == b"{" and _has_text(
            lines_reader.row(None, bytes(raw), options.limits).fields, options
        )

    return is_record


def _by_key(members: Members, whole: bytearray, begin: int, options: Input) -> Iterator[TableRow]:
    """Yields the records of an object that maps ids to records."""
    at = 0
    for number, (key, raw) in enumerate(members.items(), 1):
        data = bytes(raw)
        at = whole.find(data, at)
        row = lines_reader.row(number, data, options.limits, unit=RECORD_WORD, at=("byte", begin + at))
        yield msgspec.structs.replace(row, fields={options.id_field: key, **row.fields})
        at += len(data)


def _has_text(fields: Mapping[str, object], options: Input) -> bool:
    """Whether an object is a record: it has the configured field, or a text field by name."""
    if options.text_field is not None:
        return isinstance(value_at(fields, options.text_field), str)
    # Their values are not decoded yet, so only the names are checked.
    return text_column([{name: "" for name, value in fields.items() if isinstance(value, str)}]) is not None


def _holds_texts(raw: msgspec.Raw, options: Input) -> bool:
    fields = next(_elements(Values(io.BytesIO(raw), options.limits))).fields
    return _has_text(fields, options) or (options.text_field is None and text_column([fields]) is not None)


def _members(whole: bytearray, limits: Limits) -> Members | None:
    if value_limits.too_many_members(whole, limits):
        return None
    try:
        return msgspec.json.decode(whole, type=Members)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _all_of(values: Values) -> Iterator[TableRow]:
    """Yields the elements of a list that is the whole file."""
    yield from _elements(values)
    if values.next():
        raise _more_behind(values)


def _elements(values: Values) -> Iterator[TableRow]:
    """Yields the elements of the list that begins at the next byte."""
    values.next()
    values.take()
    number = 0
    while True:
        number += 1
        if (element := values.flat()) is not None:
            yield lines_reader.row(number, element, values.limits, unit=RECORD_WORD, at=("byte", values.began))
            continue
        if values.next() == b"]":
            # Trailing commas are accepted, because many programs write them.
            values.take()
            return
        element = values.element()
        at = ("byte", values.began)
        if element is None:
            yield TableRow(number, fault=values.fault, at=at)
        else:
            yield lines_reader.row(number, element, values.limits, unit=RECORD_WORD, at=at)
        end = values.next()
        if end == b",":
            values.take()
        elif end != b"]":
            reason = f"cannot be read after record {number}: expected , or ] at byte {values.offset:,}"
            raise ReaderError(f"{reason}; repair it")


def _each(first: bytearray, begin: int, values: Values) -> Iterator[TableRow]:
    """Yields concatenated objects, the first of which was already consumed."""
    yield lines_reader.row(1, first, values.limits, unit=RECORD_WORD, at=("byte", begin))
    number = 1
    while next_byte := values.next():
        if next_byte != b"{":
            raise _more_behind(values)
        number += 1
        at = values.offset
        whole = values.whole()
        if whole is None:
            raise ReaderError(f"breaks off: record {number} at byte {at:,} has no end, or is over the limit; repair it")
        yield lines_reader.row(number, whole, values.limits, unit=RECORD_WORD, at=("byte", at))


def _first_list(values: Values) -> Iterator[TableRow]:
    """Yields the elements of the first list of objects in the object that begins at the next byte.

    Raises `ReaderError` if there is none.
    """
    begin = values.offset
    end = b","
    while end == b",":
        values.take()
        values.skip()
        if values.next() != b":":
            break
        values.take()
        values.next()
        if values.begins(LIST):
            yield from _elements(values)
            return
        values.skip()
        end = values.next()
    if values.fault == value_limits.too_deep(values.limits):
        raise ReaderError(f"the object at byte {begin:,} {values.fault}")
    raise ReaderError(
        f"the object at byte {begin:,} is not JSON, or over the limit of {values.limit:,} bytes; repair it"
    )


def _more_behind(values: Values) -> ReaderError:
    return ReaderError(f"has data after its end, at byte {values.offset:,}; repair it")
