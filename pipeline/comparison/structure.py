"""Which fields of two articles differ, by more than what a difference of their texts explains.

Paragraphs, turns, exchanges and credits belong together where they stand at the same place of the text, not where they
have the same number: one exchange more changes nothing about those behind it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from pipeline.article import Article, Entry, Exchange, Section, Speaker, StageVersion, Translation, Turn
from pipeline.comparison.difference import FieldChange
from pipeline.comparison.spans import Places

FIELDS = (
    "language", "title", "byline", "lead", "sections", "closing", "speakers", "credits", "notices", "disclaimer",
    "translations", "metadata",
)  # fmt: skip
SINGULAR = {
    "questions": "question", "answers": "answer", "asides": "aside", "paragraphs": "paragraph", "speakers": "speaker",
    "credits": "credit", "notices": "notice", "translations": "translation", "labels": "label", "names": "name",
    "exchanges": "exchange", "reporters": "reporter", "segments": "segment", "stages": "stage", "runs": "run",
}  # fmt: skip


class Node(NamedTuple):
    """A value with its pointer."""

    pointer: str
    value: object


class Item(NamedTuple):
    """A part of a body in the order of the text; sections are told by the headings that open them."""

    kind: str
    node: Node


def changes(old: Article, new: Article, places: Places) -> tuple[FieldChange, ...]:
    """The fields that differ, without numbers, and without strings whose spans are the same place of the text."""
    comparer = Structure(old, new, places)
    found = []
    for name in FIELDS:
        was, now = getattr(old, name), getattr(new, name)
        # A translation counts the exchanges of the body: it may be wrong because the body is another.
        if was != now or (name == "translations" and old.sections != new.sections):
            found += list(comparer.compare(Node(f"/{name}", was), Node(f"/{name}", now)))
    return tuple(found)


def told_apart(old: msgspec.Struct, new: msgspec.Struct, pointer: str, names: Sequence[str]) -> Iterator[FieldChange]:
    """The fields among `names` of two structs that differ, compared by value alone."""
    comparer = Structure(None, None, Places(()))
    for name in names:
        was, now = getattr(old, name), getattr(new, name)
        yield from comparer.compare(Node(f"{pointer}/{name}", was), Node(f"{pointer}/{name}", now))


class Structure:
    """Compares two values at a time; it knows where in the text each pointer stands."""

    def __init__(self, old: Article | None, new: Article | None, places: Places) -> None:
        self._old = _hulls(old, places.old) if old else {}
        self._new = _hulls(new, places.new) if new else {}
        self._parts = (_parts(old), _parts(new)) if old and new else ({}, {})
        self._numbers: dict[int | None, int | None] = {None: None}
        """The number of an exchange of the old body, and of the new one that stands in its place."""
        if old and new and old.sections == new.sections:
            self._numbers |= {exchange.n: exchange.n for exchange in old.exchanges}

    def compare(self, old: Node, new: Node) -> Iterator[FieldChange]:
        """What differs between two values that belong together."""
        if isinstance(old.value, tuple) and isinstance(new.value, tuple):
            yield from self._lists(old, new)
        elif isinstance(old.value, msgspec.Struct) and type(old.value) is type(new.value):
            yield from self._structs(old, new)
        elif old.value != new.value and not self._only_text(old, new):
            yield _change(old if old.value is not None else None, new if new.value is not None else None)

    def _structs(self, old: Node, new: Node) -> Iterator[FieldChange]:
        assert isinstance(old.value, msgspec.Struct)  # noqa: S101 -- for the types; the caller has looked
        for name in old.value.__struct_fields__:
            nodes = [Node(f"{node.pointer}/{name}", getattr(node.value, name)) for node in (old, new)]
            if name != "n":
                yield from self.compare(*nodes)
            elif isinstance(old.value, Exchange):
                yield from self._translates(*nodes)

    def _translates(self, old: Node, new: Node) -> Iterator[FieldChange]:
        """Which exchange of the body one of a translation translates; in the body itself numbers only count."""
        number = old.value if isinstance(old.value, int) else None
        if old.pointer.startswith("/translations/") and self._numbers.get(number) != new.value:
            yield _change(old, new)

    def _lists(self, old: Node, new: Node) -> Iterator[FieldChange]:
        if old.pointer.endswith("/sections"):
            olds, news = list(_items(old)), list(_items(new))
        else:
            olds = [Item("", node) for node in _children(old)]
            news = [Item("", node) for node in _children(new)]
        if _plain(olds) and _plain(news):
            yield from self._strings(old, new, olds, news)
            return
        pairs = self._pairs(olds, news)
        taken = {j for _, j in pairs}
        partner = dict(pairs)
        if old.pointer == "/sections":
            for i, j in pairs:
                was, now = olds[i].node.value, news[j].node.value
                if isinstance(was, Exchange) and isinstance(now, Exchange):
                    self._numbers[was.n] = now.n
        at = 0
        for i, item in enumerate(olds):
            if i not in partner:
                yield _change(item.node, None)
                continue
            while at < partner[i]:
                if at not in taken:
                    yield _change(None, news[at].node)
                at += 1
            yield from self.compare(item.node, news[partner[i]].node)
        yield from (_change(None, news[j].node) for j in range(at, len(news)) if j not in taken)

    def _strings(self, old: Node, new: Node, olds: list[Item], news: list[Item]) -> Iterator[FieldChange]:
        """Lists of words: those with a place in the text by their places, others as they are."""
        placed = all(self._span(item, self._old) for item in olds) and all(self._span(i, self._new) for i in news)
        if placed:
            partner = dict(self._pairs(olds, news))
            taken = set(partner.values())
            for i, item in enumerate(olds):
                if i in partner:
                    yield from self.compare(item.node, news[partner[i]].node)
                else:
                    yield _change(item.node, None)
            yield from (_change(None, item.node) for j, item in enumerate(news) if j not in taken)
            return
        more, less = Counter(i.node.value for i in news), Counter(i.node.value for i in olds)
        gone, come = less - more, more - less
        for there, found in ((gone, olds), (come, news)):
            for item in found:
                if there[item.node.value] > 0:
                    there[item.node.value] -= 1
                    yield _change(item.node, None) if found is olds else _change(None, item.node)
        if less == more and old.value != new.value:
            yield _change(old, new)

    def _pairs(self, olds: list[Item], news: list[Item]) -> list[tuple[int, int]]:
        """Which items belong together: those at the same place, then those that overlap, then those called the same."""
        waiting: dict[object, list[int]] = {}
        for j, item in enumerate(news):
            waiting.setdefault(self._name(item, self._new), []).append(j)
        for found in waiting.values():
            found.reverse()
        pairs = []
        left = []
        for i, item in enumerate(olds):
            candidates = waiting.get(self._name(item, self._old))
            if candidates:
                pairs.append((i, candidates.pop()))
            else:
                left.append(i)
        free = sorted(j for found in waiting.values() for j in found)
        pairs += self._overlapping(olds, news, left, free)
        pairs += _called_otherwise(olds, news, left, free)
        return sorted(pairs)

    def _name(self, item: Item, hulls: dict[str, tuple[int, int]]) -> object:
        span, value = self._span(item, hulls), item.node.value
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
        self, olds: list[Item], news: list[Item], left: list[int], free: list[int]
    ) -> Iterator[tuple[int, int]]:
        at = 0
        for i in left:
            span, item = self._span(olds[i], self._old), olds[i]
            while span is not None and at < len(free):
                other, candidate = self._span(news[free[at]], self._new), news[free[at]]
                if other is not None and item.kind == candidate.kind and _overlap(span, other):
                    yield i, free[at]
                    at += 1
                    break
                if other is not None and other[1] > span[1]:
                    break
                at += 1

    def _span(self, item: Item, hulls: dict[str, tuple[int, int]]) -> tuple[int, int] | None:
        # A translation stands at more than one place; it is told by its language.
        return None if isinstance(item.node.value, Translation) else hulls.get(item.node.pointer)

    def _only_text(self, old: Node, new: Node) -> bool:
        """Whether two strings are the same place of the text, so that only the text is not the same."""
        was, now = (parts.get(node.pointer) for parts, node in zip(self._parts, (old, new), strict=True))
        if not was or not now or self._old[old.pointer] != self._new[new.pointer] or len(was) != len(now):
            return False
        # A speaker's name is not its span: the same label may be another speaker now.
        return not old.pointer.endswith("/speaker") or was != now


def _plain(items: list[Item]) -> bool:
    return all(isinstance(item.node.value, str) for item in items) and not any(item.kind for item in items)


def _overlap(old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Whether at least half of the shorter span lies in the other."""
    shared = min(old[1], new[1]) - max(old[0], new[0])
    return shared > 0 and 2 * shared >= min(old[1] - old[0], new[1] - new[0])


def _called_otherwise(
    olds: list[Item], news: list[Item], left: list[int], free: list[int]
) -> Iterator[tuple[int, int]]:
    """Speakers under another name, translations that changed: they have no single place in the text."""
    free = [j for j in free if isinstance(news[j].node.value, Speaker | Translation)]
    for i in left:
        match = next((j for j in free if _akin(olds[i], news[j])), None)
        if match is not None:
            free.remove(match)
            yield i, match


def _akin(old: Item, new: Item) -> bool:
    was, now = old.node.value, new.node.value
    if isinstance(was, Speaker) and isinstance(now, Speaker):
        return bool(set(was.labels) & set(now.labels))
    if isinstance(was, Translation) and isinstance(now, Translation):
        return was.language == now.language
    return False


def _children(node: Node) -> Iterator[Node]:
    assert isinstance(node.value, tuple)  # noqa: S101 -- for the types; the caller has looked
    for i, value in enumerate(node.value):
        yield Node(f"{node.pointer}/{i}", value)


def _items(node: Node) -> Iterator[Item]:
    """The headings, paragraphs and exchanges of a body."""
    for section in _children(node):
        assert isinstance(section.value, Section)  # noqa: S101 -- for the types; sections hold nothing else
        if section.value.heading is not None:
            yield Item("heading", Node(f"{section.pointer}/heading", section.value.heading))
        for name, kind in (("paragraphs", "prose"), ("exchanges", "exchange")):
            for child in _children(Node(f"{section.pointer}/{name}", getattr(section.value, name))):
                yield Item(kind, child)


def _hulls(article: Article, place: Callable[[int, int], tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The place of every pointer: from the first to the last segment of what stands under it."""
    hulls: dict[str, tuple[int, int]] = {}
    for segment in article.segments:
        if segment.field is None:
            continue
        start, end = place(segment.start, segment.end)
        pointer = segment.field
        while pointer:
            first, last = hulls.get(pointer, (start, end))
            hulls[pointer] = (min(first, start), max(last, end))
            pointer = pointer.rpartition("/")[0]
    return hulls


def _parts(article: Article | None) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for segment in article.segments if article else ():
        if segment.field is not None:
            parts.setdefault(segment.field, []).append(article.text[segment.start : segment.end] if article else "")
    return parts


def _change(old: Node | None, new: Node | None) -> FieldChange:
    node = new or old
    assert node is not None  # noqa: S101 -- one of them is there
    return FieldChange(
        what="changed" if old and new else "removed" if old else "added",
        part=part(node.pointer),
        old_field=old and old.pointer,
        new_field=new and new.pointer,
        old=old and readable(old.value),
        new=new and readable(new.value),
    )


def part(pointer: str) -> str:
    """What a pointer points to, without numbers: `/sections/0/exchanges/1/answers/0` is `answer`."""
    names = [key for key in pointer.split("/")[1:] if not key.isdecimal()]
    inner = [name for name in names[:-1] if name not in {"sections", "exchanges", "provenance"}]
    if names[-2:] == ["exchanges", "n"]:
        inner.append("exchanges")
    if names[-2:] == ["sections", "paragraphs"]:
        return ".".join([*(SINGULAR.get(name, name) for name in inner), "prose"])
    return ".".join(SINGULAR.get(name, name) for name in [*inner, names[-1]])


def readable(value: object) -> str:
    """A value for a reader: text as it is, a turn as speaker and paragraphs, an exchange as its turns."""
    if isinstance(value, str):
        return value
    if isinstance(value, Turn):
        return f"{value.speaker}: {value.text}" if value.speaker is not None else value.text
    if isinstance(value, Exchange):
        return "\n".join(readable(turn) for turn in value.turns)
    return msgspec.json.encode(value).decode()
