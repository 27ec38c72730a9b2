"""From an Article back to its source: the bytes themselves, and where in them anything came from."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import msgspec

from pipeline.article import Article, Segment
from pipeline.decoding import BYTE_ORDER_MARKS, Run, Undecodable, encode
from pipeline.errors import ContractError
from pipeline.ledger import Positions, undo


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


def source_text(article: Article) -> str:
    """The text before all edits, as decoded. Raises `ContractError` where the edits do not fit the text."""
    try:
        return undo(article.text, article.provenance.changes)
    except ValueError as error:
        raise ContractError(article.id, f"/provenance/changes: {error}") from error


def restore(article: Article) -> bytes:
    """The source bytes, from the Article alone. Raises `ContractError` where they are not the recorded ones."""
    source = article.provenance.source
    try:
        data = encode(source_text(article), source.runs, source.undecodable, bom=source.bom, newline=source.newline)
    except (ValueError, LookupError) as error:
        raise ContractError(article.id, f"/provenance/source: {error}") from error
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise ContractError(article.id, "/provenance/source/sha256: the restored bytes are not the recorded ones")
    if len(data) != source.bytes:
        raise ContractError(article.id, f"/provenance/source/bytes: is {source.bytes}, restored are {len(data)}")
    return data


def source_bytes(article: Article, original: str, places: Sequence[int]) -> list[int]:
    """The byte of the source at which each of `places`, rising code points of its text `original`, begins.

    Each stretch between two places is encoded once. Raises `ContractError` where the recorded runs do not fit.
    """
    source = article.provenance.source
    ends, lost_at = [run.end for run in source.runs], [item.at for item in source.undecodable]
    found, at = [], 0
    try:
        total = len(BYTE_ORDER_MARKS[source.runs[0].encoding]) if source.bom else 0
        for place in places:
            runs = []
            for i in range(bisect_right(ends, at), len(ends)):
                run = source.runs[i]
                if run.start >= place:
                    break
                runs.append(Run(max(run.start, at) - at, min(run.end, place) - at, run.encoding))
            within = source.undecodable[bisect_left(lost_at, at) : bisect_left(lost_at, place)]
            lost = [Undecodable(item.at - at, item.base64) for item in within]
            total += len(encode(original[at:place], runs, lost, bom=False, newline=source.newline))
            found.append(total)
            at = place
    except (ValueError, LookupError) as error:
        raise ContractError(article.id, f"/provenance/source: {error}") from error
    return found


def trace(article: Article, pointer: str) -> tuple[Trace, ...]:
    """Where the field at a JSON Pointer comes from, a `Trace` for each of its segments in the order of the text.

    A pointer to a whole object gives the segments of everything in it. A span that cuts an edit widens to all of it.
    Raises `KeyError` where no segment belongs to the pointer.
    """
    segments = [s for s in article.segments if s.field == pointer or (s.field or "").startswith(f"{pointer}/")]
    if not segments:
        raise KeyError(pointer)
    layers = [Positions(change.edits) for change in article.provenance.changes]
    original = source_text(article)
    return tuple(_trace(article, segment, layers, original) for segment in segments)


def _trace(article: Article, segment: Segment, layers: list[Positions], original: str) -> Trace:
    start, end = segment.start, segment.end
    for positions in reversed(layers):
        start, end = positions.backward(start, end)
    return Trace(
        text=Span(segment.start, segment.end),
        text_utf16=Span(_utf16(article.text, segment.start), _utf16(article.text, segment.end)),
        source_text=Span(start, end),
        source_bytes=Span(_byte(article, original, start), _byte(article, original, end)),
    )


def _utf16(text: str, position: int) -> int:
    return len(text[:position].encode("utf-16-le")) // 2


def _byte(article: Article, original: str, position: int) -> int:
    """The byte at which a code point of the source text begins: the length of everything before it, encoded."""
    source = article.provenance.source
    runs = [Run(run.start, min(run.end, position), run.encoding) for run in source.runs if run.start <= position]
    lost = [item for item in source.undecodable if item.at < position]
    return len(encode(original[:position], runs, lost, bom=source.bom, newline=source.newline))
