"""The ledger read across its layers: which stretch of the source became which stretch of the text, by which edits.

A ledger keeps each stage's edits apart, in the coordinates of the text that stage was given. Here they are laid over
each other: edits of several stages that meet at one place are one `Rewrite`, from the source to the text.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from pipeline.errors import ContractError
from pipeline.model.article import Article
from pipeline.text.edits import Change, Edit, PositionMap, apply, inverse


class LayerEdit(NamedTuple):
    """One edit with its stage and the number of its layer, from 0."""

    layer: int
    stage: str
    edit: Edit


class Rewrite(NamedTuple):
    """`[source_start, source_end)` of the source text became `[start, end)` of the text, by `steps` in their order."""

    start: int
    end: int
    source_start: int
    source_end: int
    steps: tuple[LayerEdit, ...]


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """A piece of text: kept, or only in the source (`old`), or only in the text (`new`)."""

    kind: Literal["kept", "old", "new"]
    text: str


class MappedSpan(NamedTuple):
    """A passage seen from the text that two ledgers share: where it is there, and where on its own far side."""

    start: int
    end: int
    far_start: int
    far_end: int
    steps: tuple[LayerEdit, ...]


class MergedSpan(NamedTuple):
    """Where passages of two ledgers meet: the same stretch on either far side, and the steps that lead there."""

    left_start: int
    left_end: int
    right_start: int
    right_end: int
    left: tuple[LayerEdit, ...]
    right: tuple[LayerEdit, ...]


def layer_texts(article: Article) -> tuple[str, ...]:
    """The text that each change was given, first the source text, and last the article's own text.

    Raises `ContractError` where the edits do not fit the text.
    """
    found = [article.text]
    try:
        for change in reversed(article.provenance.changes):
            found.append(apply(found[-1], inverse(change.edits)))
    except ValueError as error:
        raise ContractError(article.id, f"/provenance/changes: {error}") from error
    return tuple(reversed(found))


def rewrites(changes: Sequence[Change]) -> tuple[Rewrite, ...]:
    """All edits of a ledger, each in exactly one passage; sorted and disjoint. Linear in edits times layers.

    Edits of several layers are one passage where one lies within the other, where they overlap, and where a later stage
    inserts at the very place at which an earlier one deleted.
    """
    found: list[Rewrite] = []
    for layer, change in enumerate(changes):
        before = [MappedSpan(p.start, p.end, p.source_start, p.source_end, p.steps) for p in found]
        found = [
            Rewrite(m.right_start, m.right_end, m.left_start, m.left_end, m.left + m.right)
            for m in merge_spans(before, _sides(layer, change))
        ]
    return tuple(found)


def _sides(layer: int, change: Change) -> Iterator[MappedSpan]:
    shift = 0
    for edit in change.edits:
        start = edit.start + shift
        yield MappedSpan(edit.start, edit.end, start, start + len(edit.new), (LayerEdit(layer, change.stage, edit),))
        shift += len(edit.new) - len(edit.old)


def merge_spans(
    left: Iterable[MappedSpan], right: Iterable[MappedSpan], *, touching: bool = False
) -> Iterator[MergedSpan]:
    """The places at which `left` or `right`, each sorted and disjoint, has something; overlapping ones are one place.

    `touching` makes one place of those, too, that only touch.
    """
    ordered = [(side, piece) for side, pieces in enumerate((left, right)) for piece in pieces]
    ordered.sort(key=lambda item: (item[1].start, item[1].end))
    shifts = [0, 0]
    members: tuple[list[MappedSpan], list[MappedSpan]] = ([], [])
    low = high = 0

    def met() -> MergedSpan:
        starts = [low + shift for shift in shifts]
        for side, found in enumerate(members):
            if found:
                shifts[side] = found[-1].far_end - found[-1].end
        left_steps, right_steps = (tuple(step for piece in found for step in piece.steps) for found in members)
        return MergedSpan(starts[0], high + shifts[0], starts[1], high + shifts[1], left_steps, right_steps)

    for side, piece in ordered:
        # Of two empty places at one point nobody can say which is first: what is deleted there was replaced.
        meets = piece.start < high or (piece.start == high and (touching or low == piece.end))
        if any(members) and meets:
            high = max(high, piece.end)
        else:
            if any(members):
                yield met()
            members = ([], [])
            low, high = piece.start, piece.end
        members[side].append(piece)
    if any(members):
        yield met()


def fragments(text: str, source: str, found: Iterable[Rewrite]) -> Iterator[tuple[Fragment, Rewrite | None]]:
    """The whole text in pieces: without the new ones it is `source`, without the old ones `text`.

    Each passage gives its old side, then its new one, and comes with both; one that neither side shows gives an empty
    new one.
    """
    at = 0
    for passage in found:
        if passage.start > at:
            yield Fragment("kept", text[at : passage.start]), None
        if passage.source_end > passage.source_start:
            yield Fragment("old", source[passage.source_start : passage.source_end]), passage
        if passage.end > passage.start or passage.source_end == passage.source_start:
            yield Fragment("new", text[passage.start : passage.end]), passage
        at = passage.end
    if at < len(text):
        yield Fragment("kept", text[at:]), None


def edits_in_source(changes: Sequence[Change]) -> Iterator[tuple[LayerEdit, int, int]]:
    """Every edit with the span of the source text that it stands for, whatever other edits moved it."""
    before: list[PositionMap] = []
    for layer, change in enumerate(changes):
        for edit in change.edits:
            start, end = edit.start, edit.end
            for positions in reversed(before):
                start, end = positions.backward(start, end)
            yield LayerEdit(layer, change.stage, edit), start, end
        before.append(PositionMap(change.edits))
