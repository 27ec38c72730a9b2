"""Checks that an Article keeps everything the contract promises."""

from collections.abc import Iterator

import msgspec
import regex

from pipeline.errors import ContractError
from pipeline.model.arguments import expect_one
from pipeline.model.article import Article, Exchange, Section, Turn, resolve
from pipeline.model.restore import restore
from pipeline.model.unassigned import MAX_UNASSIGNED_SHARE, SHORT_TEXT_CHARS, UNASSIGNED_LABELS
from pipeline.text.edits import COMMON_RUN
from pipeline.text.lines import has_word_characters, unwrap, word_characters

MAX_LABEL_CHARS = 40
"""Code points of the longest speaker label."""
MAX_FAULT_CHARS = 1_000
"""Characters of one fault: a pointer that leads nowhere may be megabytes long."""
MAX_CHARS_IN_SETS = 100_000
"""Code points of an edit whose runs are compared as sets; a valid edit has some hundred at most."""
HASH_TABLE_BYTES = 1 << 26
"""Size of the table of hashes that replaces the sets for longer edits."""
MAX_COMPARED_CHARS = 1 << 34
"""Characters searched for repeats in total; takes some seconds."""

BLANK_LINE = regex.compile(r"\n[^\S\n]*\n")
TURN_POINTER = regex.compile(
    r"((?:/translations/\d++)?+)/sections/\d++/exchanges/\d++/(?:questions|answers|asides)/\d++(?=/)"
)

SPANLESS = frozenset({"speaker", "language", "outlet", "reporters", "place", "date", "role_en", "kind"})
"""Fields whose text is in the span of another field, or in no span."""
SPANNED = ("title", "byline", "lead", "sections", "closing", "credits", "notices", "disclaimer", "translations")


def faults(article: Article) -> Iterator[str]:
    """Yields what is wrong with `article`, one line for each fault; nothing if it is valid."""
    expect_one("faults", "article", article, Article)
    return (fault if len(fault) <= MAX_FAULT_CHARS else f"{fault[:MAX_FAULT_CHARS]}…" for fault in _faults(article))


def _faults(article: Article) -> Iterator[str]:
    try:
        restore(article)
    except ContractError as error:
        yield error.reason
    yield from _edit_faults(article)
    broken = list(_coverage_faults(article))
    yield from broken
    if not broken:
        fields = _Fields()
        for key in SPANNED:
            fields.collect(getattr(article, key), f"/{key}")
        yield from _field_faults(article, fields)
        yield from _numbering_faults(article, fields)
    yield from _position_faults(article)


def unassigned_share(article: Article) -> float:
    """The share of `text`, from 0 to 1, that is in no field, without counting spaces, punctuation and repeats."""
    whole = len(word_characters(article.text)) or 1
    return sum(len(word_characters(part)) for label, part in _unassigned(article) if label != "repeat") / whole


def _unassigned(article: Article) -> Iterator[tuple[str, str]]:
    for segment in article.segments:
        if segment.field is None:
            yield segment.label, article.text[segment.start : segment.end]


def _excess_unassigned_share(article: Article) -> float | None:
    """The share of the text that is in no field if it is too large, otherwise None."""
    # Counting a whole text takes as long as all other checks, so counting stops as soon as the share is small enough.
    unassigned = sum(len(word_characters(part)) for label, part in _unassigned(article) if label != "repeat")
    if unassigned <= MAX_UNASSIGNED_SHARE * SHORT_TEXT_CHARS:
        return None
    others = 0
    for segment in article.segments:
        if segment.field is not None or segment.label == "repeat":
            others += len(word_characters(article.text[segment.start : segment.end]))
            if unassigned <= MAX_UNASSIGNED_SHARE * (unassigned + others):
                return None
    total = unassigned + others
    return unassigned / total if total > SHORT_TEXT_CHARS else None


def _edit_faults(article: Article) -> Iterator[str]:
    run = COMMON_RUN + 4
    for change in article.provenance.changes:
        for edit in change.edits:
            if edit.old == edit.new or _share(edit.old, edit.new, run):
                yield f"/provenance/changes: {change.stage}: the edit at {edit.start} is not the smallest"


def _share(old: str, new: str, size: int) -> bool:
    """Whether both texts have a run of `size` code points in common."""
    short, long = sorted((old, new), key=len)
    if len(short) < size:
        return False
    if len(long) < MAX_CHARS_IN_SETS:
        return not _runs(short, size).isdisjoint(_runs(long, size))
    # The runs of a text take a hundred times its memory, so they are first compared by their hashes.
    table = bytearray(HASH_TABLE_BYTES)
    for i in range(len(short) - size + 1):
        table[hash(short[i : i + size]) % HASH_TABLE_BYTES] = 1
    likely = {run for i in range(len(long) - size + 1) if table[hash(run := long[i : i + size]) % HASH_TABLE_BYTES]}
    return bool(likely) and any(short[i : i + size] in likely for i in range(len(short) - size + 1))


def _runs(text: str, size: int) -> set[str]:
    """Every run of `size` code points."""
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def _coverage_faults(article: Article) -> Iterator[str]:
    text, at = article.text, 0
    for i, segment in enumerate(article.segments):
        if not at <= segment.start < segment.end <= len(text):
            yield f"/segments/{i}: {segment.start}-{segment.end} overlaps, is empty or lies outside the text"
            return
        if segment.start > at and has_word_characters(text[at : segment.start]):
            yield f"/segments/{i}: {word_characters(text[at : segment.start])[:40]!r} before it is in no segment"
        at = segment.end
        part = text[segment.start : segment.end]
        if segment.field is None:
            if segment.label not in UNASSIGNED_LABELS:
                yield f"/segments/{i}: a {segment.label} points nowhere"
            if segment.label == "label" and ("\n" in part or len(part) > MAX_LABEL_CHARS):
                yield f"/segments/{i}: {part[:60]!r} is too long for a label"
        elif "\n" in part and BLANK_LINE.search(part):
            yield f"/segments/{i}: spans a blank line"
        elif segment.field.endswith("/speaker") != (segment.label == "speaker"):
            yield f"/segments/{i}: a {segment.label} points to {segment.field}"
    if lost := word_characters(text[at:]):
        yield f"/segments: {lost[:40]!r} at the end is in no segment"
    if share := _excess_unassigned_share(article):
        yield f"/segments: {share:.0%} of the text is in no field"


class _Fields:
    """The values of an article by JSON Pointer. Resolving each pointer separately takes three times as long."""

    def __init__(self) -> None:
        self.spanned: dict[str, str] = {}
        """Strings that must have a span in the text."""
        self.speakers: dict[str, str | None] = {}
        self.turns: dict[str, Turn] = {}

    def collect(self, value: object, pointer: str) -> None:
        """Collects everything in `value`, which is at `pointer`."""
        if isinstance(value, str):
            self.spanned[pointer] = value
        elif isinstance(value, tuple):
            for i, item in enumerate(value):
                self.collect(item, f"{pointer}/{i}")
        elif isinstance(value, Turn):
            self.turns[pointer] = value
            self.speakers[f"{pointer}/speaker"] = value.speaker
            self.collect(value.paragraphs, f"{pointer}/paragraphs")
        elif isinstance(value, msgspec.Struct):
            for name in value.__struct_fields__:
                if name not in SPANLESS:
                    self.collect(getattr(value, name), f"{pointer}/{name}")

    def resolve(self, article: Article, pointer: str) -> object:
        """The value at `pointer`, collected or not. Raises `KeyError` if there is none."""
        for known in (self.spanned, self.speakers):
            if pointer in known:
                return known[pointer]
        return resolve(article, pointer)


def _field_faults(article: Article, fields: _Fields) -> Iterator[str]:
    """Checks that every field says what its spans say, and that every string has a span."""
    spans: dict[str, list[str]] = {}
    for segment in article.segments:
        if segment.field is not None:
            spans.setdefault(segment.field, []).append(article.text[segment.start : segment.end])
    yield from _repeat_faults(article, spans)
    speakers = {label: speaker.name for speaker in article.speakers for label in speaker.labels}
    for pointer, parts in spans.items():
        try:
            value = fields.resolve(article, pointer)
        except KeyError:
            yield f"{pointer}: is not there"
            continue
        if pointer.endswith("/speaker"):
            yield from (
                f"{pointer}: {part!r} is no label of {value!r}"
                for part in parts
                if part not in speakers or speakers[part] != value
            )
        elif value != "\n".join(unwrap(part) for part in parts):
            yield f"{pointer}: is {str(value)[:60]!r}, its span {parts[0][:60]!r}"
    yield from (f"{pointer}: has no span" for pointer in fields.spanned if pointer not in spans)
    yield from _byline_faults(article)


def _repeat_faults(article: Article, spans: dict[str, list[str]]) -> Iterator[str]:
    """Checks that every segment labelled a repeat is found in some field; `spans` are the texts of each field."""
    repeats = [part for label, part in _unassigned(article) if label == "repeat"]
    if not repeats:
        return
    in_fields = [word_characters(part) for parts in spans.values() for part in parts]
    # Nearly every repeat is a whole part, and searching all of the text for each is quadratic.
    whole_parts, joined = frozenset(in_fields), "".join(in_fields)
    others = {repeated: part for part in repeats if (repeated := word_characters(part)) not in whole_parts}
    for number, (repeated, part) in enumerate(others.items(), 1):
        if number * len(joined) > MAX_COMPARED_CHARS:
            yield f"/segments: {len(others):,} repeats are too many to look for in {len(joined):,} characters"
            return
        if repeated not in joined:
            yield f"/segments: {part[:60]!r} is called a repeat and is none"


def _byline_faults(article: Article) -> Iterator[str]:
    """Checks that the parts of the byline are in its text."""
    byline = article.byline
    if byline is None:
        return
    for part in (byline.outlet, *byline.reporters, byline.place, byline.date):
        if part is not None and part not in byline.text:
            yield f"/byline: {part!r} is not in its text"


def _numbering_faults(article: Article, fields: _Fields) -> Iterator[str]:
    known = {speaker.name for speaker in article.speakers} | {None}
    bodies: list[tuple[str, tuple[Section, ...]]] = [("", article.sections)]
    bodies += [(f"/translations/{i}", t.sections) for i, t in enumerate(article.translations)]
    turns_in_order = _turns_in_text_order(article)
    for root, sections in bodies:
        turns = [turn for exchange in _exchanges(sections) for turn in exchange.turns]
        if sorted(turn.n for turn in turns) != list(range(1, len(turns) + 1)):
            yield f"{root}/sections: its turns are not numbered through"
        for turn in turns:
            if turn.speaker not in known:
                yield f"{root}/sections: turn {turn.n}: {turn.speaker!r} is no speaker"
        # A turn that does not exist is reported by `_field_faults`.
        seen = [fields.turns[pointer].n for pointer in turns_in_order.get(root, ()) if pointer in fields.turns]
        if seen != sorted(seen):
            yield f"{root}/sections: its turns are not numbered in the order of the text"
    numbers = [exchange.n for exchange in _exchanges(article.sections)]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "/sections: its exchanges are not numbered through"
    known_numbers = set(numbers)
    for i, translation in enumerate(article.translations):
        for exchange in _exchanges(translation.sections):
            if exchange.n is not None and exchange.n not in known_numbers:
                yield f"/translations/{i}: translates exchange {exchange.n}, which is not there"


def _exchanges(sections: tuple[Section, ...]) -> list[Exchange]:
    return [exchange for section in sections for exchange in section.exchanges]


def _turns_in_text_order(article: Article) -> dict[str, dict[str, None]]:
    """The pointers of the turns of the body and of each translation, in the order of their first segments."""
    turns: dict[str, dict[str, None]] = {}
    for segment in article.segments:
        match = TURN_POINTER.match(segment.field) if segment.field else None
        if match:
            turns.setdefault(match[1], {})[match[0]] = None
    return turns


def _position_faults(article: Article) -> Iterator[str]:
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
