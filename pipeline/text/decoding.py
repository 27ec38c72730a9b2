"""Bytes to text and back. A decoding is accepted only if it encodes back to the same bytes.

The encoding is that of the byte order mark, or what `encodings` detects from the content; it may differ from line to
line. Bytes that no codec can read and write back are stored beside the text.
"""

import codecs
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Annotated, Literal

import msgspec
import regex
from msgspec import Meta

from pipeline.text.edits import Edit
from pipeline.text.encodings.detect import EncodingSpan, detect_encodings
from pipeline.text.encodings.signatures import binary_kind
from pipeline.text.encodings.wide import detect_wide

Newline = Literal["lf", "crlf", "cr"]

NEWLINES: dict[Newline, str] = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
BYTE_ORDER_MARKS = {
    # Longest first: the mark of UTF-32 begins with the mark of UTF-16.
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
    "gb18030": b"\x84\x31\x95\x33",
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
BY_MARK = {
    "utf-8-sig": ("utf-8",),
    "utf-16": ("utf-16-le", "utf-16-be"),
    "utf-32": ("utf-32-le", "utf-32-be"),
}
"""Encodings whose byte order is given by the mark; without one it is the first."""

CARRIAGE_RETURN = regex.compile(r"\r\n?")


class DecodingError(ValueError):
    """The bytes cannot be read as text. The message says why and what to do."""


class Run(msgspec.Struct, frozen=True, gc=False):
    """Which codec read which part of the text."""

    start: Annotated[int, Meta(ge=0, description="First code point of the run in the source text.")]
    end: Annotated[int, Meta(ge=0, description="Code point behind the last one of the run.")]
    encoding: Annotated[str, Meta(description="The codec, as Python names it, for example `utf-8` or `gb18030`.")]


class Undecodable(msgspec.Struct, frozen=True, gc=False):
    """Bytes that no codec reads; U+FFFD stands for them in the source text."""

    at: Annotated[int, Meta(ge=0, description="Code point of the U+FFFD in the source text.")]
    base64: Annotated[str, Meta(description="The bytes, in Base64.")]


class Decoded(msgspec.Struct, frozen=True):
    """The source text of some bytes, and everything needed to get the bytes back.

    If all line ends are the same, they are `\\n` in `text`, and `newline` says what they were. Mixed line ends are kept
    in `text`, and `edits` turn them into `\\n`.
    """

    text: str
    runs: tuple[Run, ...]
    undecodable: tuple[Undecodable, ...]
    bom: bool
    newline: Newline
    edits: tuple[Edit, ...]


def decode(data: bytes, *, encoding: str | None = None) -> Decoded:
    """Decodes `data`. `encoding` overrides the detection.

    Raises `DecodingError` for bytes that are not text (an archive, an image, NUL bytes) and for an unknown `encoding`.
    """
    if (kind := binary_kind(data)) is not None:
        raise DecodingError(f"is {kind}, not text; extract its text first or leave it out")
    name, mark = _marked(data)
    if encoding is not None:
        name = _named(encoding, name)
        mark = BYTE_ORDER_MARKS.get(name, b"") if data.startswith(BYTE_ORDER_MARKS.get(name, b"\0")) else b""
    body = data[len(mark) :]
    spans = [EncodingSpan(len(body), name)] if name is not None else _detected_spans(body, data)
    if name == "utf-8" and encoding is None and mark:
        # Lines in another encoding may have been added since an editor wrote the mark; the first must agree with it.
        spans = mixed if (mixed := detect_encodings(body))[0].encoding == "utf-8" else spans
    try:
        text, runs, undecodable = _read_all(body, spans)
        text.encode("utf-8")
    except UnicodeError:
        # A codec that cannot continue after an error, or that reads what it cannot write, or what JSON cannot hold.
        raise DecodingError(f"cannot be read as {spans[0].encoding}; name its encoding") from None
    if "\0" in text:
        raise DecodingError(
            f"contains a NUL character at character {text.index(chr(0))}, so it is binary; leave it out"
        )
    newline = _newline(text)
    if newline != "lf":
        text, runs, undecodable = _with_newlines(text, runs, undecodable, newline)
    decoded = Decoded(text, runs, undecodable, bool(mark), newline, tuple(_line_end_edits(text)))
    if not _encodes_back(decoded, data):
        names = " and ".join(sorted({run.encoding for run in runs}))
        raise DecodingError(f"read as {names} does not encode back to the same bytes; name its encoding")
    return decoded


def _detected_spans(body: bytes, data: bytes) -> list[EncodingSpan]:
    """The encodings detected from the content. Raises `DecodingError` if a NUL shows that it is not text."""
    if 0 not in body:
        return detect_encodings(body)
    if (name := detect_wide(body)) is None:
        raise DecodingError(
            f"contains a NUL byte at byte {data.index(0)}: it is binary or in an unknown encoding; "
            "leave it out, or name its encoding in [input] encoding"
        )
    return [EncodingSpan(len(body), name)]


def _encodes_back(decoded: Decoded, data: bytes) -> bool:
    try:
        again = encode(decoded.text, decoded.runs, decoded.undecodable, bom=decoded.bom, newline=decoded.newline)
    except UnicodeError:
        return False
    return again == data


def encode(text: str, runs: Sequence[Run], undecodable: Sequence[Undecodable], *, bom: bool, newline: Newline) -> bytes:
    """The bytes of a source text: the inverse of `decode`.

    Raises `ValueError` if the runs do not cover the text or there is no U+FFFD at the place of undecodable bytes.
    """
    return b"".join(encoded_parts(text, runs, undecodable, bom=bom, newline=newline))


def encoded_parts(
    text: str, runs: Sequence[Run], undecodable: Sequence[Undecodable], *, bom: bool, newline: Newline
) -> Iterator[bytes]:
    """The bytes of a source text in order: the mark, then the bytes of each run and each undecodable sequence."""
    if bom:
        yield BYTE_ORDER_MARKS[runs[0].encoding]
    remaining, at = list(reversed(undecodable)), 0
    for run in runs:
        if run.start != at:
            raise ValueError(f"the runs leave a gap at {at}")
        while remaining and remaining[-1].at < run.end:
            lost = remaining.pop()
            if text[lost.at : lost.at + 1] != "\ufffd":
                raise ValueError(f"there is no U+FFFD at {lost.at}")
            yield _write(text[at : lost.at], run.encoding, newline)
            yield b64decode(lost.base64)
            at = lost.at + 1
        yield _write(text[at : run.end], run.encoding, newline)
        at = run.end
    if at != len(text) or remaining:
        raise ValueError(f"the runs end at {at}, the text at {len(text)}")


def _write(text: str, encoding: str, newline: Newline) -> bytes:
    return (text if newline == "lf" else text.replace("\n", NEWLINES[newline])).encode(encoding)


def _named(encoding: str, marked: str | None) -> str:
    """The codec that `encoding` names; `marked` is the one whose byte order mark was found."""
    try:
        name = codecs.lookup(encoding).name
        " ".encode(name)
    except (LookupError, UnicodeError):
        # The second is a codec of bytes such as hex, or one that refuses all text.
        raise DecodingError(f"unknown encoding {encoding!r}; use a name such as utf-8 or gb18030") from None
    orders = BY_MARK.get(name, (name,))
    return marked if marked in orders else orders[0]


def _marked(data: bytes) -> tuple[str | None, bytes]:
    for name, mark in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return name, mark
    return None, b""


def _read_all(data: bytes, spans: Sequence[EncodingSpan]) -> tuple[str, tuple[Run, ...], tuple[Undecodable, ...]]:
    """The text of all spans, the codec of each part, and the undecodable bytes."""
    if len(spans) == 1:
        text, undecodable = _read(data, spans[0].encoding)
        return text, (Run(0, len(text), spans[0].encoding),), undecodable
    texts: list[str] = []
    runs: list[Run] = []
    lost: list[Undecodable] = []
    start = size = 0
    for span in spans:
        text, undecodable = _read(data[start : span.end], span.encoding)
        texts.append(text)
        lost += [Undecodable(size + item.at, item.base64) for item in undecodable]
        if runs and runs[-1].encoding == span.encoding:
            runs[-1] = Run(runs[-1].start, size + len(text), span.encoding)
        else:
            runs.append(Run(size, size + len(text), span.encoding))
        size += len(text)
        start = span.end
    return "".join(texts), tuple(runs), tuple(lost)


def _read(data: bytes, encoding: str) -> tuple[str, tuple[Undecodable, ...]]:
    """The text, with U+FFFD for each byte sequence that cannot be read or not be written back, and these bytes."""
    try:
        text = data.decode(encoding)
        if encoding == "utf-8" or text.encode(encoding) == data:
            return text, ()
    except UnicodeDecodeError:
        pass
    texts: list[str] = []
    lost: list[Undecodable] = []
    size = 0
    for piece in _split_undecodable(data, encoding):
        if isinstance(piece, str):
            texts.append(piece)
            size += len(piece)
        else:
            lost.append(Undecodable(size, b64encode(piece).decode("ascii")))
            texts.append("\ufffd")
            size += 1
    return "".join(texts), tuple(lost)


def _split_undecodable(data: bytes, encoding: str) -> Iterator[str | bytes]:
    """Splits `data` into text that can be written back, and undecodable bytes. Linear: each byte is read once."""
    bad: list[tuple[int, int]] = []
    token = _ERROR_SPANS.set(bad)
    try:
        data.decode(encoding, "pipeline.record")
    finally:
        _ERROR_SPANS.reset(token)
    at = 0
    for start, end in [*bad, (len(data), len(data))]:
        if start > at:
            yield from _verified(data[at:start], encoding)
        if end > start:
            yield data[start:end]
        at = end


_ERROR_SPANS: ContextVar[list[tuple[int, int]]] = ContextVar("error_spans")


def _record_error(error: UnicodeError) -> tuple[str, int]:
    """A codec error handler that continues after an error and records its span."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _ERROR_SPANS.get().append((error.start, error.end))
    return "\ufffd", error.end


codecs.register_error("pipeline.record", _record_error)


def _verified(data: bytes, encoding: str) -> Iterator[str | bytes]:
    """Splits off pairs of Big5 that are read as a character which is written as another pair: they stay bytes."""
    text = data.decode(encoding)
    if text.encode(encoding) == data:
        yield text
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    start = 0
    for at in range(len(data)):
        char = decoder.decode(data[at : at + 1])
        if char:
            raw = data[start : at + 1]
            yield char if char.encode(encoding, "replace") == raw else raw
            start = at + 1


def _newline(text: str) -> Newline:
    """The line end of the text; `lf` if it has several kinds or none."""
    returns = text.count("\r")
    if not returns:
        return "lf"
    feeds, pairs = text.count("\n"), text.count("\r\n")
    if returns == feeds == pairs:
        return "crlf"
    return "lf" if feeds else "cr"


def _with_newlines(
    text: str, runs: tuple[Run, ...], lost: tuple[Undecodable, ...], newline: Newline
) -> tuple[str, tuple[Run, ...], tuple[Undecodable, ...]]:
    """The text with `\\n` as its line end, and its runs and undecodable bytes at their new offsets."""
    if newline == "cr":
        return text.replace("\r", "\n"), runs, lost
    shifted, at, returns = [], 0, 0
    for item in lost:
        returns += text.count("\r", at, item.at)
        at = item.at
        shifted.append(Undecodable(item.at - returns, item.base64))
    moved, start = [], 0
    for run in runs:
        end = start + run.end - run.start - text.count("\r", run.start, run.end)
        moved.append(Run(start, end, run.encoding))
        start = end
    return text.replace("\r\n", "\n"), tuple(moved), tuple(shifted)


def _line_end_edits(text: str) -> Iterator[Edit]:
    """Edits that turn the remaining line ends into `\\n`."""
    if "\r" not in text:
        return
    for match in CARRIAGE_RETURN.finditer(text):
        if len(match[0]) == 2:
            yield Edit(match.start(), "\r", "", "decoding.mixed-line-ends", 1.0)
        else:
            yield Edit(match.start(), "\r", "\n", "decoding.mixed-line-ends", 1.0)
