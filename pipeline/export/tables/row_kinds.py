"""The kinds of flat rows and their columns: an exchange, a turn, an edit, a credit, a segment a row.

Positions are half-open. Those that begin with `text` count code points of the article's `text`, those that begin with
`source` bytes of the source, exact for any encoding, mark and line end. They are null where a row has no place. A
turn's span reaches from its first to its last word: a remark in its midst lies inside. `translation` is 0 for the body
and 1, 2, … for the translations; `(id, translation, n)` names an exchange, a turn or a piece of prose.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

TurnKind = Literal["question", "answer", "aside"]
ProsePart = Literal["title", "byline", "lead", "heading", "prose", "closing", "disclaimer"]


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One article, what is one value of it; `url` and `site` are its metadata of that name."""

    id: str
    language: str
    title: str | None
    title_truncated: bool | None
    byline: str | None
    outlet: str | None
    reporters: tuple[str, ...]
    place: str | None
    date: str | None
    url: str | None
    site: str | None
    speakers: tuple[str, ...]
    translations: tuple[str, ...]
    exchanges: int
    turns: int
    edits: int
    notes: int
    characters: int
    text: str
    disclaimer: str | None
    source_path: str | None
    source_row: int | None
    source_bytes: int
    source_sha256: str
    encodings: tuple[str, ...]
    version: str
    settings: str


class ExchangeRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One exchange: question turns, answer turns and asides, each kind joined, a paragraph a line.

    `n` counts through its version; `translates` is, in a translation, the `n` of the body's exchange it translates.
    `language` is that of the version, `title` the version's, `section` counts its sections from 1.
    """

    id: str
    translation: int
    n: int
    translates: int | None
    language: str
    section: int
    heading: str | None
    questioners: tuple[str, ...]
    answerers: tuple[str, ...]
    question: str
    answer: str
    asides: str
    question_start: int | None
    question_end: int | None
    answer_start: int | None
    answer_end: int | None
    source_start: int | None
    source_end: int | None
    title: str | None
    url: str | None


class TurnRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One speaker's words; `exchange` is the `n` of its exchange, `language` that of its own first words."""

    id: str
    translation: int
    exchange: int
    n: int
    kind: TurnKind
    speaker: str | None
    role: str | None
    language: str
    text: str
    text_start: int | None
    text_end: int | None
    source_start: int | None
    source_end: int | None


class ProseRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One piece that is nobody's turn: title, byline, lead, heading, prose, closing, disclaimer; `n` counts them."""

    id: str
    translation: int
    n: int
    part: ProsePart
    section: int | None
    language: str
    text: str
    text_start: int | None
    text_end: int | None
    source_start: int | None
    source_end: int | None


class EditRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One edit; `(id, layer, n)` names it, both from 1.

    `start` counts in the text that the stage was given, `text_start` and `text_end` in the final text, where what came
    of it stands; the source span is what it came from, widened where an earlier edit touched the same words.
    """

    id: str
    layer: int
    n: int
    stage: str
    rule: str
    start: int
    old: str
    new: str
    confidence: float
    text_start: int
    text_end: int
    source_start: int
    source_end: int


class CreditRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One name of a credit; `credit` and `n` count from 1; a role without names has one row whose `name` is null."""

    id: str
    credit: int
    n: int
    role: str
    role_en: str | None
    name: str | None


class SegmentRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One segment of `text`, `n` from 1, as in the contract, with its place in the source."""

    id: str
    n: int
    text_start: int
    text_end: int
    label: str
    language: str
    field: str | None
    rule: str
    confidence: float
    source_start: int
    source_end: int


ROW_TYPES: Mapping[str, type[msgspec.Struct]] = MappingProxyType(
    {
        "articles": ArticleRow,
        "exchanges": ExchangeRow,
        "turns": TurnRow,
        "prose": ProseRow,
        "edits": EditRow,
        "credits": CreditRow,
        "segments": SegmentRow,
    }
)
"""What a row may be, and its columns."""
