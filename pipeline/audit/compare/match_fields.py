"""Pairs the fields of two articles by their position in the text, not by their index in a list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.model.article import Article, Entry, Speaker, StageVersion, Translation

Span = tuple[int, int]
FieldSpans = Mapping[str, Span]
"""The span of each JSON Pointer: from the first to the last segment below it."""


class FieldValue(NamedTuple):
    """A value with its JSON Pointer."""

    pointer: str
    value: object


class ListItem(NamedTuple):
    """An item of a list. In a body `kind` is `heading`, `prose` or `exchange`; elsewhere it is empty."""

    kind: str
    node: FieldValue


def field_spans(article: Article, place: Callable[[int, int], Span]) -> FieldSpans:
    """The span of every field that has a segment, with offsets mapped by `place`."""
    spans: dict[str, Span] = {}
    for segment in article.segments:
        if segment.field is None:
            continue
        start, end = place(segment.start, segment.end)
        pointer = segment.field
        while pointer:
            first, last = spans.get(pointer, (start, end))
            spans[pointer] = (min(first, start), max(last, end))
            pointer = pointer.rpartition("/")[0]
    return spans


def span_of(item: ListItem, where: FieldSpans) -> Span | None:
    """The span of an item, or `None`. A translation can be in several places, so its language identifies it instead."""
    return None if isinstance(item.node.value, Translation) else where.get(item.node.pointer)


def matched_items(
    olds: Sequence[ListItem], news: Sequence[ListItem], old_at: FieldSpans, new_at: FieldSpans
) -> list[tuple[int, int]]:
    """Pairs the items of two lists; returns sorted pairs of indexes.

    Matches first items with the same span, or the same name if they have no span; then items that overlap by half;
    then speakers who share a label, and translations into the same language.
    """
    by_identity: dict[object, list[int]] = {}
    for j, item in enumerate(news):
        by_identity.setdefault(_identity(item, new_at), []).append(j)
    for same in by_identity.values():
        same.reverse()
    matched, unmatched_old = [], []
    for i, item in enumerate(olds):
        candidates = by_identity.get(_identity(item, old_at))
        if candidates:
            matched.append((i, candidates.pop()))
        else:
            unmatched_old.append(i)
    unmatched_new = sorted(j for same in by_identity.values() for j in same)
    old_spans = [(i, olds[i].kind, span) for i in unmatched_old if (span := span_of(olds[i], old_at))]
    new_spans = [(j, news[j].kind, span) for j in unmatched_new if (span := span_of(news[j], new_at))]
    matched += _overlapping(old_spans, new_spans)
    matched += _same_identity(
        [(i, olds[i].node.value) for i in unmatched_old], [(j, news[j].node.value) for j in unmatched_new]
    )
    return sorted(matched)


def _identity(item: ListItem, where: FieldSpans) -> object:
    span, value = span_of(item, where), item.node.value
    if span is not None:
        return (item.kind, span)
    if isinstance(value, Speaker):
        return (value.name, value.role if value.name is None else None)
    if isinstance(value, Entry):
        return value.key
    if isinstance(value, StageVersion):
        return value.name
    return (item.kind, value)


def _overlapping(
    olds: Sequence[tuple[int, str, Span]], news: Sequence[tuple[int, str, Span]]
) -> Iterator[tuple[int, int]]:
    """Pairs items that overlap by half, in one pass through both lists."""
    at = 0
    for i, kind, span in olds:
        while at < len(news):
            j, other_kind, other = news[at]
            if kind == other_kind and _overlap(span, other):
                yield i, j
                at += 1
                break
            if other[1] > span[1]:
                break
            at += 1


def _overlap(old: Span, new: Span) -> bool:
    """Whether at least half of the shorter span is inside the other."""
    shared = min(old[1], new[1]) - max(old[0], new[0])
    return shared > 0 and 2 * shared >= min(old[1] - old[0], new[1] - new[0])


def _same_identity(olds: Sequence[tuple[int, object]], news: Sequence[tuple[int, object]]) -> Iterator[tuple[int, int]]:
    """Pairs speakers who share a label and translations into the same language."""
    free = [(j, value) for j, value in news if isinstance(value, Speaker | Translation)]
    for i, old in olds:
        partner = next((candidate for candidate in free if _is_same(old, candidate[1])), None)
        if partner is not None:
            free.remove(partner)
            yield i, partner[0]


def _is_same(old: object, new: object) -> bool:
    if isinstance(old, Speaker) and isinstance(new, Speaker):
        return not set(old.labels).isdisjoint(new.labels)
    return isinstance(old, Translation) and isinstance(new, Translation) and old.language == new.language
