"""From an Article back to its source: the bytes themselves, and where in them anything came from."""

import hashlib
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Iterator
from difflib import get_close_matches
from encodings import normalize_encoding

import msgspec

from pipeline.errors import ContractError, UsageError
from pipeline.model.arguments import expect_one, expect_text
from pipeline.model.article import Article, Segment, Source
from pipeline.text.decoding import BYTE_ORDER_MARKS, NEWLINES, Newline, encode
from pipeline.text.edits import PositionMap, undo


class Span(msgspec.Struct, frozen=True, gc=False):
    """Half-open; what it counts is said where it is used."""

    start: int
    end: int


class Trace(msgspec.Struct, frozen=True):
    """Where one segment of a field stands.

    `text`, `source_text`: code points; `source_bytes`: bytes of the source; `text_utf16`: UTF-16 units of the text,
    as JavaScript counts them.
    """

    text: Span
    text_utf16: Span
    source_text: Span
    source_bytes: Span


MAX_CHANGES = 1_000
"""Changes of an article: each stage makes one at most. Each is undone by itself, in the time that the text takes."""
SLOW_CODECS = frozenset({"idna", "punycode"})
"""Codecs of names of hosts. They take the square of the length or more, and read no text that anybody writes."""
MAX_SLOW_CODEC_CHARS = 10_000
"""Code points that such a codec may write."""


def source_text(article: Article) -> str:
    """The text before all edits, as decoded. Raises `ContractError` where the edits do not fit the text."""
    layers = len(article.provenance.changes)
    if layers > MAX_CHANGES:
        raise ContractError(article.id, f"/provenance/changes: are {layers:,}, more than {MAX_CHANGES:,}")
    try:
        return undo(article.text, article.provenance.changes)
    except ValueError as error:
        raise ContractError(article.id, f"/provenance/changes: {error}") from error


def restore(article: Article) -> bytes:
    """The source bytes, from the Article alone. Raises `ContractError` where they are not the recorded ones."""
    expect_one("restore", "article", article, Article)
    source = article.provenance.source
    _refuse_slow(article)
    try:
        data = encode(source_text(article), source.runs, source.undecodable, bom=source.bom, newline=source.newline)
    except (ValueError, LookupError) as error:
        raise ContractError(article.id, f"/provenance/source: {error}") from error
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise ContractError(article.id, "/provenance/source/sha256: the restored bytes are not the recorded ones")
    if len(data) != source.bytes:
        raise ContractError(article.id, f"/provenance/source/bytes: is {source.bytes}, restored are {len(data)}")
    return data


def _refuse_slow(article: Article) -> None:
    """Raises `ContractError` where a codec would take for ever."""
    for i, run in enumerate(article.provenance.source.runs):
        if run.end - run.start > MAX_SLOW_CODEC_CHARS and normalize_encoding(run.encoding).casefold() in SLOW_CODECS:
            reason = f"{run.encoding} writes more than {MAX_SLOW_CODEC_CHARS:,} characters"
            raise ContractError(article.id, f"/provenance/source/runs/{i}: {reason}")


def trace(article: Article, pointer: str) -> tuple[Trace, ...]:
    """Where the field at a JSON Pointer comes from, a `Trace` for each of its segments in the order of the text.

    A pointer to a whole object gives the segments of everything in it. A span that cuts an edit widens to all of it.
    Raises `UsageError` where no segment belongs to the pointer.
    """
    expect_one("trace", "article", article, Article)
    expect_text("trace", "pointer", pointer)
    segments = [s for s in article.segments if s.field == pointer or (s.field or "").startswith(f"{pointer}/")]
    if not segments:
        close = get_close_matches(pointer, {s.field: None for s in article.segments if s.field}, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "article.segments lists the fields"
        raise UsageError(f"trace: no text of {article.id!r} has the field {pointer!r}; {remedy}")
    places = SourceMap(article)
    return tuple(_trace(article, segment, places) for segment in segments)


class SourceMap:
    """Where spans of one article stand in its source: computed once, asked for any number of spans.

    Each answer costs two bisections a layer of edits and encodes at most a block of text. Raises `ContractError` where
    edits or runs do not fit the text.
    """

    __slots__ = ("_blocks", "_layers", "_newline", "_original", "_starts")

    def __init__(self, article: Article) -> None:
        source = article.provenance.source
        _refuse_slow(article)
        self._layers = [PositionMap(change.edits) for change in article.provenance.changes]
        self._original = source_text(article)
        self._newline = source.newline
        try:
            self._blocks = list(_blocks(self._original, source))
        except (ValueError, LookupError) as error:
            raise ContractError(article.id, f"/provenance/source: {error}") from error
        self._starts = [block.start for block in self._blocks]

    def source(self, start: int, end: int, *, layer: int | None = None) -> Span:
        """The code points of the source text from which `[start, end)` of `text` comes; widened to whole edits.

        With `layer` the span counts in the text that the change of that number was given, from 0.
        """
        for positions in reversed(self._layers[:layer]):
            start, end = positions.backward(start, end)
        return Span(start, end)

    def source_bytes(self, start: int, end: int, *, layer: int | None = None) -> Span:
        """The same in bytes of the source, the byte order mark counted."""
        span = self.source(start, end, layer=layer)
        return Span(self.byte(span.start), self.byte(span.end))

    def text(self, start: int, end: int, *, layer: int) -> Span:
        """Where in `text` a span of the text that the change of that number was given stands now: `source` reversed."""
        for positions in self._layers[layer:]:
            start, end = positions.forward(start, end)
        return Span(start, end)

    def byte(self, position: int) -> int:
        """The byte at which a code point of the source text begins; behind the last one, where the source ends."""
        position = min(position, len(self._original))
        block = self._blocks[max(bisect_right(self._starts, position) - 1, 0)]
        if position == block.start or block.encoding is None:
            return block.byte
        return block.byte + _size(self._original[block.start : position], block.encoding, self._newline)


class _Block(msgspec.Struct, frozen=True, gc=False):
    """A stretch of source text that begins at a known byte; without an encoding, a byte sequence that is no text."""

    start: int
    byte: int
    encoding: str | None


BLOCK_CHARS = 256
"""Code points after which the byte is counted anew: as much is encoded for one answer."""


def _blocks(text: str, source: Source) -> Iterator[_Block]:
    """The blocks of a source text in order, and an empty one at its end. Raises `ValueError`, `LookupError`."""
    runs, newline = source.runs, source.newline
    if (runs[-1].end if runs else 0) != len(text):
        raise ValueError(f"the runs end at {runs[-1].end if runs else 0}, the source text at {len(text)}")
    byte = len(BYTE_ORDER_MARKS[runs[0].encoding]) if source.bom and runs else 0
    waiting = list(reversed(source.undecodable))
    for run in runs:
        at = run.start
        while at < run.end:
            lost = waiting[-1] if waiting and waiting[-1].at < run.end else None
            end = lost.at if lost else run.end
            whole = _size(text[at:end], run.encoding, newline)
            sizes = _sizes(text, at, end, run.encoding, newline)
            if sum(sizes) == whole:
                for size in sizes:
                    yield _Block(at, byte, run.encoding)
                    at, byte = min(at + BLOCK_CHARS, end), byte + size
            elif at < end:
                # A codec that remembers, such as ISO-2022-JP, cannot be taken up in the midst.
                yield _Block(at, byte, run.encoding)
                at, byte = end, byte + whole
            if lost:
                waiting.pop()
                yield _Block(at, byte, None)
                at, byte = at + 1, byte + len(b64decode(lost.base64))
    yield _Block(len(text), byte, None)


def _sizes(text: str, start: int, end: int, encoding: str, newline: Newline) -> list[int]:
    """Bytes of each block of a stretch, or nothing where it cannot be encoded block by block."""
    try:
        return [
            _size(text[at : min(at + BLOCK_CHARS, end)], encoding, newline) for at in range(start, end, BLOCK_CHARS)
        ]
    except UnicodeEncodeError:
        # Big5-HKSCS writes some letters and their accents as one pair; the border fell between them.
        return []


def _size(text: str, encoding: str, newline: Newline) -> int:
    """Bytes that `text` takes in the source, with its line ends as they were there."""
    if encoding == "utf-8" and text.isascii():
        size = len(text)
    else:
        size = len(text.encode(encoding))
    extra = len(NEWLINES[newline]) - 1
    return size + extra * text.count("\n") * len("\r".encode(encoding)) if extra else size


def _trace(article: Article, segment: Segment, places: SourceMap) -> Trace:
    start, end = segment.start, segment.end
    return Trace(
        text=Span(start, end),
        text_utf16=Span(_utf16(article.text, start), _utf16(article.text, end)),
        source_text=places.source(start, end),
        source_bytes=places.source_bytes(start, end),
    )


def _utf16(text: str, position: int) -> int:
    return len(text[:position].encode("utf-16-le")) // 2
