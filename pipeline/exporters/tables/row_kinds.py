"""The flat tables and their columns: one row per article, exchange, turn, piece of prose, edit, credit or segment.

Spans are half-open. `text_…` columns are offsets in the `text` of the article, in code points; `source_…` columns are
byte offsets in the source, exact for any encoding, byte order mark and line ending. They are null if a row has no
position. The span of a turn reaches from its first to its last word and includes interjections. `translation` is 0 for
the body and 1, 2, … for translations; `(id, translation, n)` identifies an exchange, a turn or a piece of prose.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

TurnKind = Literal["question", "answer", "aside"]
ProsePart = Literal["title", "byline", "lead", "heading", "prose", "closing", "disclaimer"]


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One article with all its single values; `url` and `site` are from its metadata."""

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
    kind: str | None
    """What kind of document it is, such as `interview`; null without the stage `kind`."""


class ExchangeRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One exchange: its questions, answers and asides, each joined, one paragraph per line.

    `n` is its number in the body or translation; `translates` is, in a translation, the `n` of the translated exchange.
    `language` and `title` are those of the body or translation; `section` counts from 1.
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
    """One turn; `exchange` is the `n` of its exchange, `language` that of its first words."""

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
    """One piece outside the turns: title, byline, lead, heading, prose, closing or disclaimer; `n` counts from 1."""

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
    """One edit; `(id, layer, n)` identifies it; both count from 1.

    `start` is an offset in the text that the stage was given; `text_start` and `text_end` are the span of its result in
    the final text. The source span is what it replaced, widened if an earlier edit touched the same words.
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
    """One name of a credit; `credit` and `n` count from 1; a role without names has one row with a null `name`."""

    id: str
    credit: int
    n: int
    role: str
    role_en: str | None
    name: str | None


class SegmentRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One segment of `text`, as in the article, with its position in the source; `n` counts from 1."""

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
"""The name and the row type of each table."""
