"""Makes the flat rows of an article; see `pipeline.exporters.tables.row_kinds` for their columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import msgspec
import regex

from pipeline.exporters.tables.row_kinds import (
    ArticleRow,
    CreditRow,
    EditRow,
    ExchangeRow,
    ProsePart,
    ProseRow,
    SegmentRow,
    TurnKind,
    TurnRow,
)
from pipeline.model.article import Article, Exchange, Section, Title, Turn
from pipeline.model.restore import SourceMap
from pipeline.text.edits import inverse

TURN_FIELDS: tuple[tuple[TurnKind, str], ...] = (("question", "questions"), ("answer", "answers"), ("aside", "asides"))

TURN_POINTER = regex.compile(r"(.*/exchanges/\d+/(?:questions|answers|asides)/\d+)/paragraphs/\d+")


class ArticleRows:
    """The rows of one article, by kind. Data that several kinds share is computed once.

    Positions in the source raise `ContractError` if edits or byte runs of the article do not fit its text.
    """

    def __init__(self, article: Article) -> None:
        self.article = article

    @cached_property
    def places(self) -> SourceMap:
        """Maps spans of the article to its source."""
        return SourceMap(self.article)

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int, str]]:
        """Start, end and language of every turn and other field, by JSON Pointer."""
        spans: dict[str, tuple[int, int, str]] = {}
        for segment in self.article.segments:
            if segment.field is None:
                continue
            match = TURN_POINTER.fullmatch(segment.field)
            key = match[1] if match else segment.field
            known = spans.get(key)
            spans[key] = (
                (min(known[0], segment.start), max(known[1], segment.end), known[2])
                if known
                else (segment.start, segment.end, segment.language)
            )
        return spans

    @cached_property
    def _roles(self) -> dict[str | None, set[str]]:
        roles: dict[str | None, set[str]] = {}
        for speaker in self.article.speakers:
            roles.setdefault(speaker.name, set()).add(speaker.role)
        return roles

    def articles(self) -> Iterator[ArticleRow]:
        """Yields one row."""
        article = self.article
        title, byline, source = article.title, article.byline, article.provenance.source
        exchanges = list(article.exchanges)
        yield ArticleRow(
            id=article.id,
            language=article.language,
            title=title.text if title else None,
            title_truncated=title.truncated if title else None,
            byline=byline.text if byline else None,
            outlet=byline.outlet if byline else None,
            reporters=byline.reporters if byline else (),
            place=byline.place if byline else None,
            date=byline.date if byline else None,
            url=article.meta.get("url"),
            site=article.meta.get("site"),
            speakers=tuple(speaker.name for speaker in article.speakers if speaker.name is not None),
            translations=tuple(translation.language for translation in article.translations),
            exchanges=len(exchanges),
            turns=sum(len(exchange.turns) for exchange in exchanges),
            edits=sum(len(change.edits) for change in article.provenance.changes),
            notes=len(article.notes),
            characters=len(article.text),
            text=article.text,
            disclaimer=article.disclaimer,
            source_path=source.origin.path,
            source_row=source.origin.row,
            source_bytes=source.bytes,
            source_sha256=source.sha256,
            encodings=tuple(dict.fromkeys(run.encoding for run in source.runs)),
            version=article.provenance.pipeline.version,
            settings=article.provenance.pipeline.settings,
            kind=_kind(article),
        )

    def exchanges(self) -> Iterator[ExchangeRow]:
        """Exchanges of the body, then of each translation."""
        article, url = self.article, self.article.meta.get("url")
        for version, language, title, sections in self._versions():
            root = _root(version)
            for n, (i, j, section, exchange) in enumerate(_exchanges(sections), 1):
                at = f"{root}/sections/{i}/exchanges/{j}"
                question = self._hull(f"{at}/questions", len(exchange.questions))
                answer = self._hull(f"{at}/answers", len(exchange.answers))
                aside = self._hull(f"{at}/asides", len(exchange.asides))
                source_start, source_end = self._source(_union(question, answer, aside))
                yield ExchangeRow(
                    id=article.id,
                    translation=version,
                    n=n,
                    translates=exchange.n if version else None,
                    language=language,
                    section=i + 1,
                    heading=section.heading,
                    questioners=_names(exchange.questions),
                    answerers=_names(exchange.answers),
                    question=exchange.question,
                    answer=exchange.answer,
                    asides="\n".join(turn.text for turn in exchange.asides),
                    question_start=question and question[0],
                    question_end=question and question[1],
                    answer_start=answer and answer[0],
                    answer_end=answer and answer[1],
                    source_start=source_start,
                    source_end=source_end,
                    title=title.text if title else None,
                    url=url,
                )

    def turns(self) -> Iterator[TurnRow]:
        """Turns of the body sorted by `n`, then of each translation."""
        for version, language, _, sections in self._versions():
            rows = []
            for n, (i, j, _, exchange) in enumerate(_exchanges(sections), 1):
                at = f"{_root(version)}/sections/{i}/exchanges/{j}"
                for kind, voice in TURN_FIELDS:
                    for k, turn in enumerate(getattr(exchange, voice)):
                        rows.append((turn.n, n, kind, turn, self._spans.get(f"{at}/{voice}/{k}")))
            rows.sort(key=lambda row: row[0])
            for _, n, kind, turn, span in rows:
                source_start, source_end = self._source(span)
                yield TurnRow(
                    id=self.article.id,
                    translation=version,
                    exchange=n,
                    n=turn.n,
                    kind=kind,
                    speaker=turn.speaker,
                    role=self._role(turn.speaker, kind),
                    language=span[2] if span else language,
                    text=turn.text,
                    text_start=span and span[0],
                    text_end=span and span[1],
                    source_start=source_start,
                    source_end=source_end,
                )

    def prose(self) -> Iterator[ProseRow]:
        """All text outside turns, in the order of the article, except credits and notices."""
        for version, language, _, _ in self._versions():
            for n, (part, section, pointer, text) in enumerate(self._pieces(version), 1):
                span = self._spans.get(pointer)
                source_start, source_end = self._source(span)
                yield ProseRow(
                    id=self.article.id,
                    translation=version,
                    n=n,
                    part=part,
                    section=section,
                    language=span[2] if span else language,
                    text=text,
                    text_start=span and span[0],
                    text_end=span and span[1],
                    source_start=source_start,
                    source_end=source_end,
                )

    def edits(self) -> Iterator[EditRow]:
        """Edits in the order of the stages."""
        for i, change in enumerate(self.article.provenance.changes):
            made = inverse(change.edits)
            for n, edit in enumerate(change.edits, 1):
                origin = self.places.source_bytes(edit.start, edit.end, layer=i)
                now = self.places.text(made[n - 1].start, made[n - 1].end, layer=i + 1)
                yield EditRow(
                    id=self.article.id,
                    layer=i + 1,
                    n=n,
                    stage=change.stage,
                    rule=edit.rule,
                    start=edit.start,
                    old=edit.old,
                    new=edit.new,
                    confidence=edit.confidence,
                    text_start=now.start,
                    text_end=now.end,
                    source_start=origin.start,
                    source_end=origin.end,
                )

    def credits(self) -> Iterator[CreditRow]:
        """One row per name."""
        for i, credit in enumerate(self.article.credits, 1):
            for n, name in enumerate(credit.names or (None,), 1):
                yield CreditRow(id=self.article.id, credit=i, n=n, role=credit.role, role_en=credit.role_en, name=name)

    def segments(self) -> Iterator[SegmentRow]:
        """One row per segment."""
        for n, segment in enumerate(self.article.segments, 1):
            origin = self.places.source_bytes(segment.start, segment.end)
            yield SegmentRow(
                id=self.article.id,
                n=n,
                text_start=segment.start,
                text_end=segment.end,
                label=segment.label,
                language=segment.language,
                field=segment.field,
                rule=segment.rule,
                confidence=segment.confidence,
                source_start=origin.start,
                source_end=origin.end,
            )

    def _versions(self) -> Iterator[tuple[int, str, Title | None, tuple[Section, ...]]]:
        """Number, language, title and sections of the body and of each translation."""
        yield 0, self.article.language, self.article.title, self.article.sections
        for i, translation in enumerate(self.article.translations, 1):
            yield i, translation.language, translation.title, translation.sections

    def _pieces(self, version: int) -> Iterator[tuple[ProsePart, int | None, str, str]]:
        """Part, section, pointer and text of each piece of prose of a version."""
        article, root = self.article, _root(version)
        of = article.translations[version - 1] if version else article
        if of.title:
            yield "title", None, f"{root}/title/text", of.title.text
        if not version and article.byline:
            yield "byline", None, "/byline/text", article.byline.text
        for i, text in enumerate(of.lead):
            yield "lead", None, f"{root}/lead/{i}", text
        for i, section in enumerate(of.sections):
            if section.heading is not None:
                yield "heading", i + 1, f"{root}/sections/{i}/heading", section.heading
            for j, text in enumerate(section.paragraphs):
                yield "prose", i + 1, f"{root}/sections/{i}/paragraphs/{j}", text
        for i, text in enumerate(of.closing):
            yield "closing", None, f"{root}/closing/{i}", text
        if not version and article.disclaimer is not None:
            yield "disclaimer", None, "/disclaimer", article.disclaimer

    def _hull(self, at: str, turns: int) -> tuple[int, int] | None:
        """The span from the first to the last word of several turns."""
        return _union(*(self._spans.get(f"{at}/{k}") for k in range(turns)))

    def _source(self, span: Sequence[Any] | None) -> tuple[int, int] | tuple[None, None]:
        if span is None:
            return None, None
        source_span = self.places.source_bytes(span[0], span[1])
        return source_span.start, source_span.end

    def _role(self, speaker: str | None, kind: TurnKind) -> str | None:
        """The role of a speaker; if it is ambiguous, the role that fits the turn."""
        roles = self._roles.get(speaker, set())
        if len(roles) == 1:
            return next(iter(roles))
        fitting = {"question": "interviewer", "answer": "interviewee", "aside": "moderator"}[kind]
        return fitting if fitting in roles else None


def _root(version: int) -> str:
    return f"/translations/{version - 1}" if version else ""


def _exchanges(sections: tuple[Section, ...]) -> Iterator[tuple[int, int, Section, Exchange]]:
    for i, section in enumerate(sections):
        for j, exchange in enumerate(section.exchanges):
            yield i, j, section, exchange


def _kind(article: Article) -> str | None:
    """The kind of document that the stage `kind` tells."""
    return next((annotation.value for annotation in article.annotations if annotation.layer == "kind"), None)


def _names(turns: tuple[Turn, ...]) -> tuple[str, ...]:
    """The speakers, without repeats, in the order of the text."""
    return tuple(dict.fromkeys(turn.speaker for turn in turns if turn.speaker is not None))


def _union(*spans: Sequence[Any] | None) -> tuple[int, int] | None:
    there = [span for span in spans if span is not None]
    return (min(span[0] for span in there), max(span[1] for span in there)) if there else None


ROW_MAKERS: Mapping[str, Callable[[ArticleRows], Iterator[msgspec.Struct]]] = MappingProxyType(
    {
        "articles": ArticleRows.articles,
        "exchanges": ArticleRows.exchanges,
        "turns": ArticleRows.turns,
        "prose": ArticleRows.prose,
        "edits": ArticleRows.edits,
        "credits": ArticleRows.credits,
        "segments": ArticleRows.segments,
    }
)
"""The function that makes the rows of each table of `ROW_TYPES`."""
