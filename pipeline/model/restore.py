"""From an Article back to its source: the bytes, and the position in them from which each field came."""

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
    """The half-open span `[start, end)`. The unit depends on the field or function that returns it."""

    start: int
    end: int


class Trace(msgspec.Struct, frozen=True):
    """Where one segment of a field is.

    `text` and `source_text` count code points, `source_bytes` counts bytes of the source, and `text_utf16` counts
    UTF-16 units of the text, as JavaScript does.
    """

    text: Span
    text_utf16: Span
    source_text: Span
    source_bytes: Span


MAX_CHANGES = 1_000
"""Changes of one article. Each stage makes at most one, and undoing each takes time in proportion to the text."""
SLOW_CODECS = frozenset({"idna", "punycode"})
"""Codecs for host names. They take quadratic time or more, and no document is written in them."""
MAX_SLOW_CODEC_CHARS = 10_000
"""Code points that such a codec may encode."""


def source_text(article: Article) -> str:
    """The decoded text before all edits. Raises `ContractError` if the edits do not fit the text."""
    layers = len(article.provenance.changes)
    if layers > MAX_CHANGES:
        raise ContractError(article.id, f"/provenance/changes: are {layers:,}, more than {MAX_CHANGES:,}")
    try:
        return undo(article.text, article.provenance.changes)
    except ValueError as error:
        raise ContractError(article.id, f"/provenance/changes: {error}") from error


def restore(article: Article) -> bytes:
    """The source bytes, from the Article alone. Raises `ContractError` if hash or size differ."""
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
    """Raises `ContractError` if a codec would take too long."""
    for i, run in enumerate(article.provenance.source.runs):
        if run.end - run.start > MAX_SLOW_CODEC_CHARS and normalize_encoding(run.encoding).casefold() in SLOW_CODECS:
            reason = f"{run.encoding} writes more than {MAX_SLOW_CODEC_CHARS:,} characters"
            raise ContractError(article.id, f"/provenance/source/runs/{i}: {reason}")


def trace(article: Article, pointer: str) -> tuple[Trace, ...]:
    """Where the field at a JSON Pointer comes from: a `Trace` for each of its segments, in the order of the text.

    A pointer to an object gives the segments of everything in it. A span that begins or ends inside an edit is widened
    to all of the edit. Raises `UsageError` if no segment belongs to the pointer.
    """
    expect_one("trace", "article", article, Article)
    expect_text("trace", "pointer", pointer)
    segments = [s for s in article.segments if s.field == pointer or (s.field or "").startswith(f"{pointer}/")]
    if not segments:
        close = get_close_matches(pointer, {s.field: None for s in article.segments if s.field}, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "article.segments lists the fields"
        raise UsageError(f"trace: no text of {article.id!r} has the field {pointer!r}; {remedy}")
    source_map = SourceMap(article)
    return tuple(_trace(article, segment, source_map) for segment in segments)


class SourceMap:
    """Maps spans of one article to its source. Computed once, for any number of spans.

    Each span costs two bisections for each change and encodes at most one block of text. Raises `ContractError` if the
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
        """The span of the source text from which `[start, end)` of `text` comes, in code points, with whole edits.

        With `layer`, a number from 0, the span is one of the text before that change.
        """
        for positions in reversed(self._layers[:layer]):
            start, end = positions.backward(start, end)
        return Span(start, end)

    def source_bytes(self, start: int, end: int, *, layer: int | None = None) -> Span:
        """The same in bytes of the source, including the byte order mark."""
        span = self.source(start, end, layer=layer)
        return Span(self.byte(span.start), self.byte(span.end))

    def text(self, start: int, end: int, *, layer: int) -> Span:
        """The span of `text` that a span of the text before the change `layer` became; the reverse of `source`."""
        for positions in self._layers[layer:]:
            start, end = positions.forward(start, end)
        return Span(start, end)

    def byte(self, position: int) -> int:
        """The byte at which a code point of the source text begins; after the last one, the end of the source."""
        position = min(position, len(self._original))
        block = self._blocks[max(bisect_right(self._starts, position) - 1, 0)]
        if position == block.start or block.encoding is None:
            return block.byte
        return block.byte + _size(self._original[block.start : position], block.encoding, self._newline)


class _Block(msgspec.Struct, frozen=True, gc=False):
    """A stretch of source text that begins at a known byte. Without an encoding it is one undecodable sequence."""

    start: int
    byte: int
    encoding: str | None


BLOCK_CHARS = 256
"""Code points of a block: the most that is encoded to find one byte."""


def _blocks(text: str, source: Source) -> Iterator[_Block]:
    """The blocks of a source text in order, and an empty one at its end.

    Raises `ValueError` if runs and text do not fit, and `LookupError` for an unknown codec.
    """
    runs, newline = source.runs, source.newline
    if (runs[-1].end if runs else 0) != len(text):
        raise ValueError(f"the runs end at {runs[-1].end if runs else 0}, the source text at {len(text)}")
    byte = len(BYTE_ORDER_MARKS[runs[0].encoding]) if source.bom and runs else 0
    undecodable = list(reversed(source.undecodable))
    for run in runs:
        at = run.start
        while at < run.end:
            lost = undecodable[-1] if undecodable and undecodable[-1].at < run.end else None
            end = lost.at if lost else run.end
            whole = _size(text[at:end], run.encoding, newline)
            sizes = _sizes(text, at, end, run.encoding, newline)
            if sum(sizes) == whole:
                for size in sizes:
                    yield _Block(at, byte, run.encoding)
                    at, byte = min(at + BLOCK_CHARS, end), byte + size
            elif at < end:
                # A codec with state, such as ISO-2022-JP, cannot be started in the middle.
                yield _Block(at, byte, run.encoding)
                at, byte = end, byte + whole
            if lost:
                undecodable.pop()
                yield _Block(at, byte, None)
                at, byte = at + 1, byte + len(b64decode(lost.base64))
    yield _Block(len(text), byte, None)


def _sizes(text: str, start: int, end: int, encoding: str, newline: Newline) -> list[int]:
    """Bytes of each block of a stretch; empty if it cannot be encoded block by block."""
    try:
        return [
            _size(text[at : min(at + BLOCK_CHARS, end)], encoding, newline) for at in range(start, end, BLOCK_CHARS)
        ]
    except UnicodeEncodeError:
        # Big5-HKSCS writes some letters and their accents as one pair, which a block may split.
        return []


def _size(text: str, encoding: str, newline: Newline) -> int:
    """Bytes of `text` in the source, with the line ends of the source."""
    if encoding == "utf-8" and text.isascii():
        size = len(text)
    else:
        size = len(text.encode(encoding))
    extra = len(NEWLINES[newline]) - 1
    return size + extra * text.count("\n") * len("\r".encode(encoding)) if extra else size


def _trace(article: Article, segment: Segment, source_map: SourceMap) -> Trace:
    start, end = segment.start, segment.end
    return Trace(
        text=Span(start, end),
        text_utf16=Span(_utf16(article.text, start), _utf16(article.text, end)),
        source_text=source_map.source(start, end),
        source_bytes=source_map.source_bytes(start, end),
    )


def _utf16(text: str, position: int) -> int:
    return len(text[:position].encode("utf-16-le")) // 2
