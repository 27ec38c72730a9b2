"""Which span of the source became which span of the text, and through which edits.

An article keeps the edits of each stage as a layer, with offsets into the text that the stage was given. Here all
layers are combined: edits of several stages that overlap become one `Rewrite` from the source to the final text.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from pipeline.errors import ContractError
from pipeline.model.article import Article
from pipeline.text.edits import Change, Edit, PositionMap, apply, inverse


class LayerEdit(NamedTuple):
    """One edit, with its stage and the index of its layer."""

    layer: int
    stage: str
    edit: Edit


class Rewrite(NamedTuple):
    """`[source_start, source_end)` of the source text became `[start, end)` of the text, through `edits` in order."""

    start: int
    end: int
    source_start: int
    source_end: int
    edits: tuple[LayerEdit, ...]


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """A piece that is in both source and text (`kept`), only in the source (`old`) or only in the text (`new`)."""

    kind: Literal["kept", "old", "new"]
    text: str


class MappedSpan(NamedTuple):
    """A span of the text that two lists of edits share, and the span it is mapped to (`far_start`, `far_end`)."""

    start: int
    end: int
    far_start: int
    far_end: int
    edits: tuple[LayerEdit, ...]


class MergedSpan(NamedTuple):
    """Overlapping spans of two lists, merged: the spans they map to on either side, and the edits of either side."""

    left_start: int
    left_end: int
    right_start: int
    right_end: int
    left: tuple[LayerEdit, ...]
    right: tuple[LayerEdit, ...]


def layer_texts(article: Article) -> tuple[str, ...]:
    """The text before each layer of edits, and the final text last; the first is the source text.

    Raises `ContractError` if the edits do not fit the text.
    """
    layers = [article.text]
    try:
        for change in reversed(article.provenance.changes):
            layers.append(apply(layers[-1], inverse(change.edits)))
    except ValueError as error:
        raise ContractError(article.id, f"/provenance/changes: {error}") from error
    return tuple(reversed(layers))


def rewrites(changes: Sequence[Change]) -> tuple[Rewrite, ...]:
    """Combines the layers: each edit is in exactly one rewrite, and rewrites are sorted and disjoint.

    Edits of different layers share a rewrite if they overlap, or if a later stage inserts where an earlier one
    deleted. Takes time proportional to edits times layers.
    """
    result: list[Rewrite] = []
    for layer, change in enumerate(changes):
        before = [MappedSpan(p.start, p.end, p.source_start, p.source_end, p.edits) for p in result]
        result = [
            Rewrite(m.right_start, m.right_end, m.left_start, m.left_end, m.left + m.right)
            for m in merge_spans(before, _mapped_spans(layer, change))
        ]
    return tuple(result)


def _mapped_spans(layer: int, change: Change) -> Iterator[MappedSpan]:
    shift = 0
    for edit in change.edits:
        start = edit.start + shift
        yield MappedSpan(edit.start, edit.end, start, start + len(edit.new), (LayerEdit(layer, change.stage, edit),))
        shift += len(edit.new) - len(edit.old)


def merge_spans(
    left: Iterable[MappedSpan], right: Iterable[MappedSpan], *, touching: bool = False
) -> Iterator[MergedSpan]:
    """Combines two lists of spans, each sorted and disjoint; overlapping spans are merged.

    With `touching`, spans that only touch are merged too.
    """
    ordered = [(side, piece) for side, pieces in enumerate((left, right)) for piece in pieces]
    ordered.sort(key=lambda item: (item[1].start, item[1].end))
    shifts = [0, 0]
    members: tuple[list[MappedSpan], list[MappedSpan]] = ([], [])
    low = high = 0

    def merged() -> MergedSpan:
        starts = [low + shift for shift in shifts]
        for side, spans in enumerate(members):
            if spans:
                shifts[side] = spans[-1].far_end - spans[-1].end
        left_edits, right_edits = (tuple(step for piece in spans for step in piece.edits) for spans in members)
        return MergedSpan(starts[0], high + shifts[0], starts[1], high + shifts[1], left_edits, right_edits)

    for side, piece in ordered:
        # Two empty spans at one point have no order: text was deleted and inserted there, so it was replaced.
        meets = piece.start < high or (piece.start == high and (touching or low == piece.end))
        if any(members) and meets:
            high = max(high, piece.end)
        else:
            if any(members):
                yield merged()
            members = ([], [])
            low, high = piece.start, piece.end
        members[side].append(piece)
    if any(members):
        yield merged()


def fragments(text: str, source: str, rewrites: Iterable[Rewrite]) -> Iterator[tuple[Fragment, Rewrite | None]]:
    """The whole text in pieces: all but the `new` ones join to `source`, all but the `old` ones to `text`.

    Each rewrite yields its old text, then its new text, if not empty; a rewrite that is empty on both sides yields an
    empty `new` fragment.
    """
    at = 0
    for rewrite in rewrites:
        if rewrite.start > at:
            yield Fragment("kept", text[at : rewrite.start]), None
        if rewrite.source_end > rewrite.source_start:
            yield Fragment("old", source[rewrite.source_start : rewrite.source_end]), rewrite
        if rewrite.end > rewrite.start or rewrite.source_end == rewrite.source_start:
            yield Fragment("new", text[rewrite.start : rewrite.end]), rewrite
        at = rewrite.end
    if at < len(text):
        yield Fragment("kept", text[at:]), None


def edits_in_source(changes: Sequence[Change]) -> Iterator[tuple[LayerEdit, int, int]]:
    """Every edit, with the start and end of the source text that it replaced."""
    before: list[PositionMap] = []
    for layer, change in enumerate(changes):
        for edit in change.edits:
            start, end = edit.start, edit.end
            for positions in reversed(before):
                start, end = positions.backward(start, end)
            yield LayerEdit(layer, change.stage, edit), start, end
        before.append(PositionMap(change.edits))
