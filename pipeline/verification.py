"""Checks an Article against everything the contract promises, and says in words what does not hold."""

from collections.abc import Iterator

import msgspec
import regex

from pipeline.article import Article, Exchange, Section, Turn, resolve
from pipeline.errors import ContractError
from pipeline.layout import unwrap
from pipeline.ledger import COMMON_RUN
from pipeline.restoration import restore

FIELDLESS = frozenset({"label", "legend", "front-matter", "repeat", "reference"})
LONGEST_LABEL = 40
MOST_ASIDE = 0.5
"""Share of an article's text that may stand in no field."""
SHORT = 200
"""Code points under which that share says nothing."""

IDLE = regex.compile(r"[\s\p{P}\p{Z}\p{C}\p{Sm}\p{Sk}\p{So}\p{Mn}]+")
BLANK_LINE = regex.compile(r"\n[^\S\n]*\n")
TURN = regex.compile(r"(.*)/sections/\d+/exchanges/\d+/(?:questions|answers|asides)/\d+(?=/)")

SPANLESS = frozenset({"speaker", "language", "outlet", "reporters", "place", "date", "role_en", "kind"})
"""Fields whose text is part of another field's span, or of none."""
SPANNED = ("title", "byline", "lead", "sections", "closing", "credits", "notices", "disclaimer", "translations")


def faults(article: Article) -> Iterator[str]:
    """What is wrong with `article`, a line each; nothing where all promises hold."""
    try:
        restore(article)
    except ContractError as error:
        yield error.reason
    yield from _large_edits(article)
    broken = list(_coverage(article))
    yield from broken
    if not broken:
        yield from _fields(article)
        yield from _numbering(article)
    yield from _places(article)


def share_aside(article: Article) -> float:
    """The share of the words of `text` that stand in no field, counted without blanks, punctuation and repeats."""
    whole = len(_words(article.text)) or 1
    return sum(len(_words(part)) for label, part in _aside(article) if label != "repeat") / whole


def _words(text: str) -> str:
    return IDLE.sub("", text)


def _aside(article: Article) -> Iterator[tuple[str, str]]:
    for segment in article.segments:
        if segment.field is None:
            yield segment.label, article.text[segment.start : segment.end]


def _large_edits(article: Article) -> Iterator[str]:
    run = COMMON_RUN + 4
    for change in article.provenance.changes:
        for edit in change.edits:
            old, new = edit.old, edit.new
            if old == new or any(old[i : i + run] in new for i in range(len(old) - run + 1)):
                yield f"/provenance/changes: {change.stage}: the edit at {edit.start} is not the smallest"


def _coverage(article: Article) -> Iterator[str]:
    text, at = article.text, 0
    for i, segment in enumerate(article.segments):
        if not at <= segment.start < segment.end <= len(text):
            yield f"/segments/{i}: {segment.start}-{segment.end} overlaps, is empty or lies outside the text"
            return
        if lost := _words(text[at : segment.start]):
            yield f"/segments/{i}: {lost[:40]!r} before it is in no segment"
        at = segment.end
        part = text[segment.start : segment.end]
        if segment.field is None:
            if segment.label not in FIELDLESS:
                yield f"/segments/{i}: a {segment.label} points nowhere"
            if segment.label == "label" and ("\n" in part or len(part) > LONGEST_LABEL):
                yield f"/segments/{i}: {part[:60]!r} is too long for a label"
        elif BLANK_LINE.search(part):
            yield f"/segments/{i}: spans a blank line"
        elif segment.field.endswith("/speaker") != (segment.label == "speaker"):
            yield f"/segments/{i}: a {segment.label} points to {segment.field}"
    if lost := _words(text[at:]):
        yield f"/segments: {lost[:40]!r} at the end is in no segment"
    if (share := share_aside(article)) > MOST_ASIDE and len(_words(text)) > SHORT:
        yield f"/segments: {share:.0%} of the text is in no field"


def _fields(article: Article) -> Iterator[str]:
    spans: dict[str, list[str]] = {}
    for segment in article.segments:
        if segment.field is not None:
            spans.setdefault(segment.field, []).append(article.text[segment.start : segment.end])
    told = [_words(part) for parts in spans.values() for part in parts]
    # Nearly every repeat is a whole part, and looking for each in all of the text takes the square of its length.
    parts_told, all_told = frozenset(told), "".join(told)
    for label, part in _aside(article):
        if label == "repeat" and (repeated := _words(part)) not in parts_told and repeated not in all_told:
            yield f"/segments: {part[:60]!r} is called a repeat and is none"
    names = {label: speaker.name for speaker in article.speakers for label in speaker.labels}
    for pointer, parts in spans.items():
        try:
            value = resolve(article, pointer)
        except KeyError:
            yield f"{pointer}: is not there"
            continue
        if pointer.endswith("/speaker"):
            yield from (
                f"{pointer}: {part!r} is no label of {value!r}"
                for part in parts
                if part not in names or names[part] != value
            )
        elif value != "\n".join(unwrap(part) for part in parts):
            yield f"{pointer}: is {str(value)[:60]!r}, its span {parts[0][:60]!r}"
    for key in SPANNED:
        yield from (f"{p}: has no span" for p in _texts(getattr(article, key), f"/{key}") if p not in spans)
    if article.byline:
        byline = article.byline
        for told_of in (byline.outlet, *byline.reporters, byline.place, byline.date):
            if told_of is not None and told_of not in byline.text:
                yield f"/byline: {told_of!r} is not in its text"


def _texts(value: object, pointer: str) -> Iterator[str]:
    """The pointers of all strings that a span must stand behind."""
    if isinstance(value, str):
        yield pointer
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _texts(item, f"{pointer}/{i}")
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in SPANLESS:
                yield from _texts(getattr(value, name), f"{pointer}/{name}")


def _numbering(article: Article) -> Iterator[str]:
    known = {speaker.name for speaker in article.speakers} | {None}
    bodies: list[tuple[str, tuple[Section, ...]]] = [("", article.sections)]
    bodies += [(f"/translations/{i}", t.sections) for i, t in enumerate(article.translations)]
    for root, sections in bodies:
        turns = [turn for exchange in _exchanges(sections) for turn in exchange.turns]
        if sorted(turn.n for turn in turns) != list(range(1, len(turns) + 1)):
            yield f"{root}/sections: its turns are not numbered through"
        for turn in turns:
            if turn.speaker not in known:
                yield f"{root}/sections: turn {turn.n}: {turn.speaker!r} is no speaker"
        seen = [turn.n for turn in _in_order(article, root)]
        if seen != sorted(seen):
            yield f"{root}/sections: its turns are not numbered in the order of the text"
    numbers = [exchange.n for exchange in _exchanges(article.sections)]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "/sections: its exchanges are not numbered through"
    for i, translation in enumerate(article.translations):
        for exchange in _exchanges(translation.sections):
            if exchange.n is not None and exchange.n not in numbers:
                yield f"/translations/{i}: translates exchange {exchange.n}, which is not there"


def _exchanges(sections: tuple[Section, ...]) -> list[Exchange]:
    return [exchange for section in sections for exchange in section.exchanges]


def _in_order(article: Article, root: str) -> Iterator[Turn]:
    """The turns of a version in the order in which their first segments stand in the text."""
    seen = set()
    for segment in article.segments:
        match = TURN.match(segment.field or "")
        if match and match[1] == root and match[0] not in seen:
            seen.add(match[0])
            yield resolve(article, match[0])


def _places(article: Article) -> Iterator[str]:
    size = len(article.text)
    for i, note in enumerate(article.notes):
        if not 0 <= note.start <= note.end <= size:
            yield f"/notes/{i}: {note.start}-{note.end} lies outside the text"
    for i, annotation in enumerate(article.annotations):
        start, end = annotation.start, annotation.end
        if start is None and end is None:
            continue
        if start is None or end is None or not 0 <= start <= end <= size:
            yield f"/annotations/{i}: {start}-{end} lies outside the text"
