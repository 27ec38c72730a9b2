"""Finds the fields of two articles that differ beyond the differences of their texts.

Paragraphs, turns, exchanges and credits are paired by their position in the text, not by their index: one more
exchange does not change those after it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import cast

import msgspec

from pipeline.audit.compare.difference import FieldChange
from pipeline.audit.compare.match_fields import FieldValue, ListItem, field_spans, matched_items, span_of
from pipeline.audit.compare.text_diff import SharedPositions
from pipeline.audit.compare.values import added, changed, removed
from pipeline.model.article import Article, Exchange, Section

COMPARED_FIELDS = (
    "language", "title", "byline", "lead", "sections", "closing", "speakers", "credits", "notices", "disclaimer",
    "translations", "metadata",
)  # fmt: skip


def structure_changes(old: Article, new: Article, places: SharedPositions) -> tuple[FieldChange, ...]:
    """The fields that differ, except numbers, and strings that only differ because their text does."""
    comparer = StructureComparer(old, new, places)
    changes = []
    for name in COMPARED_FIELDS:
        old_value, new_value = getattr(old, name), getattr(new, name)
        # Translations refer to exchanges of the body by number, so a different body can change them.
        if old_value != new_value or (name == "translations" and old.sections != new.sections):
            changes += list(comparer.compare(FieldValue(f"/{name}", old_value), FieldValue(f"/{name}", new_value)))
    return tuple(changes)


def changed_fields(
    old: msgspec.Struct, new: msgspec.Struct, pointer: str, names: Sequence[str]
) -> Iterator[FieldChange]:
    """Which of the fields `names` differ between two structs, compared by value only."""
    comparer = StructureComparer(None, None, SharedPositions(()))
    for name in names:
        old_value, new_value = getattr(old, name), getattr(new, name)
        yield from comparer.compare(
            FieldValue(f"{pointer}/{name}", old_value), FieldValue(f"{pointer}/{name}", new_value)
        )


class StructureComparer:
    """Compares two values, given the position of each field in the text."""

    def __init__(self, old: Article | None, new: Article | None, places: SharedPositions) -> None:
        self._old = field_spans(old, places.old) if old else {}
        self._new = field_spans(new, places.new) if new else {}
        self._segment_texts = (_segment_texts(old), _segment_texts(new)) if old and new else ({}, {})
        self._numbers: dict[int | None, int | None] = {None: None}
        """Maps the number of an exchange in the old body to its counterpart in the new body."""
        if old and new and old.sections == new.sections:
            self._numbers |= {exchange.n: exchange.n for exchange in old.exchanges}

    def compare(self, old: FieldValue, new: FieldValue) -> Iterator[FieldChange]:
        """The differences of two values that were paired."""
        if isinstance(old.value, tuple) and isinstance(new.value, tuple):
            yield from self._lists(old, new)
        elif isinstance(old.value, msgspec.Struct) and type(old.value) is type(new.value):
            yield from self._structs(old, new)
        elif old.value != new.value and not self._only_text(old, new):
            yield added(new) if old.value is None else removed(old) if new.value is None else changed(old, new)

    def _structs(self, old: FieldValue, new: FieldValue) -> Iterator[FieldChange]:
        for name in cast("msgspec.Struct", old.value).__struct_fields__:
            nodes = [FieldValue(f"{node.pointer}/{name}", getattr(node.value, name)) for node in (old, new)]
            if name != "n":
                yield from self.compare(*nodes)
            elif isinstance(old.value, Exchange):
                yield from self._translates(*nodes)

    def _translates(self, old: FieldValue, new: FieldValue) -> Iterator[FieldChange]:
        """Compares which exchange of the body a translated one belongs to; numbers in the body are not compared."""
        number = old.value if isinstance(old.value, int) else None
        if old.pointer.startswith("/translations/") and self._numbers.get(number) != new.value:
            yield changed(old, new)

    def _lists(self, old: FieldValue, new: FieldValue) -> Iterator[FieldChange]:
        if old.pointer.endswith("/sections"):
            olds, news = list(_body_items(old)), list(_body_items(new))
        else:
            olds = [ListItem("", node) for node in _children(old)]
            news = [ListItem("", node) for node in _children(new)]
        if _all_strings(olds) and _all_strings(news):
            yield from self._strings(old, new, olds, news)
            return
        index_pairs = matched_items(olds, news, self._old, self._new)
        paired_new = {j for _, j in index_pairs}
        partner = dict(index_pairs)
        if old.pointer == "/sections":
            for i, j in index_pairs:
                old_value, new_value = olds[i].node.value, news[j].node.value
                if isinstance(old_value, Exchange) and isinstance(new_value, Exchange):
                    self._numbers[old_value.n] = new_value.n
        at = 0
        for i, item in enumerate(olds):
            if i not in partner:
                yield removed(item.node)
                continue
            while at < partner[i]:
                if at not in paired_new:
                    yield added(news[at].node)
                at += 1
            yield from self.compare(item.node, news[partner[i]].node)
        yield from (added(news[j].node) for j in range(at, len(news)) if j not in paired_new)

    def _strings(
        self, old: FieldValue, new: FieldValue, olds: list[ListItem], news: list[ListItem]
    ) -> Iterator[FieldChange]:
        """Compares lists of strings: by position if all have one, otherwise by value."""
        placed = all(span_of(item, self._old) for item in olds) and all(span_of(i, self._new) for i in news)
        if placed:
            partner = dict(matched_items(olds, news, self._old, self._new))
            paired_new = set(partner.values())
            for i, item in enumerate(olds):
                if i in partner:
                    yield from self.compare(item.node, news[partner[i]].node)
                else:
                    yield removed(item.node)
            yield from (added(item.node) for j, item in enumerate(news) if j not in paired_new)
            return
        more, less = Counter(i.node.value for i in news), Counter(i.node.value for i in olds)
        for surplus, items, describe in ((less - more, olds, removed), (more - less, news, added)):
            for item in items:
                if surplus[item.node.value] > 0:
                    surplus[item.node.value] -= 1
                    yield describe(item.node)
        if less == more and old.value != new.value:
            yield changed(old, new)

    def _only_text(self, old: FieldValue, new: FieldValue) -> bool:
        """Whether two strings have the same position, so that the difference of the texts already shows the change."""
        old_texts, new_texts = (
            parts.get(node.pointer) for parts, node in zip(self._segment_texts, (old, new), strict=True)
        )
        # If the text is equal but the value is not, such as a different speaker with the same label, the value changed.
        if not old_texts or not new_texts or old_texts == new_texts or len(old_texts) != len(new_texts):
            return False
        return self._old[old.pointer] == self._new[new.pointer]


def _all_strings(items: list[ListItem]) -> bool:
    return all(isinstance(item.node.value, str) for item in items) and not any(item.kind for item in items)


def _children(node: FieldValue) -> Iterator[FieldValue]:
    for i, value in enumerate(cast("tuple[object, ...]", node.value)):
        yield FieldValue(f"{node.pointer}/{i}", value)


def _body_items(node: FieldValue) -> Iterator[ListItem]:
    """The headings, paragraphs and exchanges of all sections."""
    for section in _children(node):
        inside = cast("Section", section.value)
        if inside.heading is not None:
            yield ListItem("heading", FieldValue(f"{section.pointer}/heading", inside.heading))
        for name, kind in (("paragraphs", "prose"), ("exchanges", "exchange")):
            for child in _children(FieldValue(f"{section.pointer}/{name}", getattr(inside, name))):
                yield ListItem(kind, child)


def _segment_texts(article: Article | None) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for segment in article.segments if article else ():
        if segment.field is not None:
            parts.setdefault(segment.field, []).append(article.text[segment.start : segment.end] if article else "")
    return parts
