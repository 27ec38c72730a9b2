"""Readable plain text: what a reader of the article sees, in its order, without marks of ours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from pipeline.article import Article, Section, Turn
from pipeline.sinks.atomic import whole
from pipeline.sinks.folder import write_each

PAGE_BREAK = "\f\n"
"""The line between two articles of one file: a form feed."""


@dataclass(frozen=True)
class Text:
    """Title, byline, lead, headings, turns as `Name: words`, closing, translations, credits, notices, disclaimer.

    A target that ends in `.txt` is one file, with a line that holds a form feed between two articles; any other is a
    folder with a file per article. A form feed in a text itself is a blank here.
    """

    name: ClassVar = "text"
    suffixes: ClassVar = (".txt",)
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes one file or a folder. Raises `UsageError` where a folder's place is taken, or an id comes twice."""
        if target.suffix.casefold() == ".txt" and not target.is_dir():
            with whole(target) as file:
                self.stream(articles, file)
        else:
            write_each(articles, target, ".txt", lambda article: page(article).encode())

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes all articles, in UTF-8."""
        for i, article in enumerate(articles):
            file.write(((PAGE_BREAK if i else "") + page(article)).encode())


def page(article: Article) -> str:
    """The article as plain text: paragraphs, a blank line between two; it ends in a line end."""
    return "\n\n".join(_paragraphs(article)).replace("\f", " ") + "\n"


def _paragraphs(article: Article) -> Iterator[str]:
    labels = _Labels(article)
    if article.title:
        yield article.title.text
    if article.byline:
        yield article.byline.text
    yield from article.lead
    yield from _sections(article.sections, labels)
    yield from article.closing
    for translation in article.translations:
        if translation.title:
            yield translation.title.text
        yield from translation.lead
        yield from _sections(translation.sections, labels)
        yield from translation.closing
    if article.credits:
        yield "\n".join(f"{credit.role}: {', '.join(credit.names)}".rstrip() for credit in article.credits)
    if article.notices:
        yield "\n".join(notice.text for notice in article.notices)
    if article.disclaimer is not None:
        yield article.disclaimer


def _sections(sections: Iterable[Section], labels: "_Labels") -> Iterator[str]:
    for section in sections:
        if section.heading is not None:
            yield section.heading
        yield from section.paragraphs
        for exchange in section.exchanges:
            asking = {turn.n for turn in exchange.questions}
            aside = {turn.n for turn in exchange.asides}
            for turn in exchange.turns:
                role = "interviewer" if turn.n in asking else None if turn.n in aside else "interviewee"
                yield from _said(turn, labels.of(turn.speaker, role))


def _said(turn: Turn, label: str | None) -> Iterator[str]:
    if label is None:
        yield from turn.paragraphs
        return
    first, *others = turn.paragraphs or ("",)
    yield f"{label}: {first}".rstrip()
    yield from others


class _Labels:
    """What stands before a turn: the speaker's name, or the word that the article itself has there, such as `Q`."""

    def __init__(self, article: Article) -> None:
        self._unnamed: dict[str, str] = {s.role: s.labels[0] for s in article.speakers if s.name is None and s.labels}

    def of(self, speaker: str | None, role: str | None) -> str | None:
        return speaker if speaker is not None else self._unnamed.get(role) if role else None
