"""A JSONL file: a document a line, its text in one field, the other fields its metadata."""

from codecs import BOM_UTF8
from collections.abc import Iterator

import msgspec
import regex

from pipeline.article import Origin
from pipeline.settings import Input
from pipeline.sources.folder import File
from pipeline.sources.record import Record, Unreadable

TEXT_FIELDS = ("text", "content", "body", "article", "raw")
"""Looked for in this order where the settings name none."""
LONE_SURROGATE = regex.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)


def read(file: File, options: Input) -> Iterator[Record | Unreadable]:
    """The documents of a JSONL file, one at a time; a line that fails harms no other."""
    try:
        with file.path.open("rb") as lines:
            for row, raw in enumerate(lines, 1):
                line = raw.removeprefix(BOM_UTF8) if row == 1 else raw
                if line.strip():
                    yield _record(file, row, line, options)
    except OSError as error:
        yield Unreadable(file.id, f"cannot be read: {error.strerror}; check its permissions and run again")


def _record(file: File, row: int, line: bytes, options: Input) -> Record | Unreadable:
    name = f"{file.id}#{row}"
    if len(line) > options.limits.bytes:
        return Unreadable(name, f"is over the limit of {options.limits.bytes:,} bytes; raise [input.limits] bytes")
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unreadable(name, f"{file.name}, line {row}: {_reason(line, error)}")
    if not isinstance(fields, dict):
        return Unreadable(name, f"{file.name}, line {row}: is no JSON object; each line must be one")
    field = options.text_field or next((key for key in TEXT_FIELDS if isinstance(fields.get(key), str)), None)
    if field is None or not isinstance(fields.get(field), str):
        wanted = f"no text field {field!r}" if field else f"none of the fields {', '.join(TEXT_FIELDS)} holds text"
        return Unreadable(name, f"{file.name}, line {row}: {wanted}; name it in [input] text_field")
    given = fields.get(options.id_field)
    if isinstance(given, str | int) and str(given):
        name = str(given)
    metadata = {key: _text(value) for key, value in fields.items() if key != field}
    origin = Origin(path=file.name, media_type="application/jsonl", member=None, row=row, field=field, sha256=None)
    return Record(name, fields[field], origin, metadata)


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _reason(line: bytes, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"is no UTF-8 ({error.reason}); convert the file, or repair the record"
    if LONE_SURROGATE.search(line):
        return "holds a \\ud800–\\udfff escape that stands alone, which is no text; repair the record"
    return f"is no JSON ({error}); repair the line"
