"""An exporter that writes a page of Markdown for each article: for a static site, or to read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import msgspec
import regex
from msgspec import Meta

from pipeline import Article
from pipeline.model.article import Exchange, Turn
from pipeline.storage.atomic import write_atomic
from pipeline.storage.file_names import file_name

SPECIAL = regex.compile(r"[\\`*_\[\]<>#|~]")
"""What Markdown would take for marks of its own."""


@dataclass(frozen=True)
class MarkdownSheets:
    """A folder with a page for each article: front matter, title, lead, headings, turns, credits."""

    name: ClassVar = "markdown-sheets"
    suffixes: ClassVar = ()
    protocol: ClassVar = 1

    front_matter: Annotated[bool, Meta(description="Whether keys stand on top, as site generators read them.")] = True

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes `target/<id>.md` for each article; each file is there whole or not at all."""
        for article in articles:
            path = target / file_name(article.id, ".md")
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, "\n".join(self.lines(article)).encode())

    def lines(self, article: Article) -> Iterator[str]:
        """The page, a line at a time."""
        if self.front_matter:
            keys = {"id": article.id, "language": article.language, **article.meta}
            # A JSON text is a YAML text: nothing needs to be asked about quotes.
            yield from ("---", *(f"{_json(key)}: {_json(value)}" for key, value in keys.items()), "---", "")
        if article.title:
            yield from (f"# {_plain(article.title.text)}", "")
        if article.byline:
            yield from (f"*{_plain(article.byline.text)}*", "")
        yield from _paragraphs(article.lead)
        for section in article.sections:
            if section.heading:
                yield from (f"## {_plain(section.heading)}", "")
            yield from _paragraphs(section.paragraphs)
            for exchange in section.exchanges:
                yield from _exchange(exchange)
        yield from _paragraphs(article.closing)
        for credit in article.credits:
            yield f"- {_plain(credit.role)}: {_plain(', '.join(credit.names))}"


def _exchange(exchange: Exchange) -> Iterator[str]:
    for turn in exchange.turns:
        yield from _turn(turn)


def _turn(turn: Turn) -> Iterator[str]:
    first, *rest = turn.paragraphs or ("",)
    yield from (f"**{_plain(turn.speaker)}:** {_plain(first)}" if turn.speaker else _plain(first), "")
    yield from _paragraphs(rest)


def _paragraphs(paragraphs: Iterable[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield from (_plain(paragraph), "")


def _plain(text: str) -> str:
    return SPECIAL.sub(r"\\\g<0>", text)


def _json(value: str) -> str:
    return msgspec.json.encode(value).decode()
