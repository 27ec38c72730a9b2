"""Exports plain text: what a reader of the article sees, in the order of the article."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from pipeline.exporters.json import write_folder
from pipeline.model.article import Article, Section, Turn
from pipeline.storage.atomic import open_atomic

PAGE_BREAK = "\f\n"
"""Separates articles in one file: a line with a form feed."""


@dataclass(frozen=True)
class TextExport:
    """Title, byline, lead, headings, turns as `Name: words`, closing, translations, credits, notices, disclaimer.

    A target that ends in `.txt` is one file, with a form feed line between articles; any other target is a folder with
    one file per article. Form feeds in a text become spaces.
    """

    name: ClassVar = "text"
    suffixes: ClassVar = (".txt",)
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes one file or a folder. Raises `UsageError` if the folder is a file or two articles have one id."""
        if target.suffix.casefold() == ".txt" and not target.is_dir():
            with open_atomic(target) as file:
                self.stream(articles, file)
        else:
            write_folder(articles, target, ".txt", lambda article: plain_text(article).encode())

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes all articles, in UTF-8."""
        for i, article in enumerate(articles):
            file.write(((PAGE_BREAK if i else "") + plain_text(article)).encode())


def plain_text(article: Article) -> str:
    """The article as plain text: paragraphs separated by empty lines, with a final line break."""
    return "\n\n".join(_paragraphs(article)).replace("\f", " ") + "\n"


def _paragraphs(article: Article) -> Iterator[str]:
    labels = {s.field: article.text[s.start : s.end] for s in article.segments if s.label == "speaker"}
    if article.title:
        yield article.title.text
    if article.byline:
        yield article.byline.text
    yield from article.lead
    yield from _sections(article.sections, "", labels)
    yield from article.closing
    for i, translation in enumerate(article.translations):
        if translation.title:
            yield translation.title.text
        yield from translation.lead
        yield from _sections(translation.sections, f"/translations/{i}", labels)
        yield from translation.closing
    if article.credits:
        yield "\n".join(f"{credit.role}: {', '.join(credit.names)}".rstrip() for credit in article.credits)
    if article.notices:
        yield "\n".join(notice.text for notice in article.notices)
    if article.disclaimer is not None:
        yield article.disclaimer


def _sections(sections: Iterable[Section], root: str, labels: Mapping[str | None, str]) -> Iterator[str]:
    for i, section in enumerate(sections):
        if section.heading is not None:
            yield section.heading
        yield from section.paragraphs
        for j, exchange in enumerate(section.exchanges):
            turns = [
                (turn.n, f"{root}/sections/{i}/exchanges/{j}/{voice}/{k}", turn)
                for voice in ("questions", "answers", "asides")
                for k, turn in enumerate(getattr(exchange, voice))
            ]
            for _, pointer, turn in sorted(turns, key=lambda item: item[0]):
                yield from _turn(turn, labels.get(f"{pointer}/speaker"))


def _turn(turn: Turn, label: str | None) -> Iterator[str]:
    """The paragraphs of a turn, after the name of the speaker, or after the label if it names nobody, such as `Q`."""
    who = turn.speaker if turn.speaker is not None else label
    if who is None:
        yield from turn.paragraphs
        return
    first, *others = turn.paragraphs or ("",)
    yield f"{who}: {first}".rstrip()
    yield from others
