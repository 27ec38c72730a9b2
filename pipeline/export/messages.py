"""Conversations as chat models are trained on them: JSON Lines with `messages`, as TRL, axolotl and OpenAI read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, BinaryIO, ClassVar, Literal

import msgspec
from msgspec import Meta

from pipeline.model.article import Article, Exchange, Section
from pipeline.storage.atomic import whole
from pipeline.storage.compression import packed

Role = Literal["system", "user", "assistant"]


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message of a conversation."""

    role: Role
    content: str


class Conversation(msgspec.Struct, frozen=True):
    """One line: an article's questions and answers."""

    id: str
    messages: tuple[Message, ...]


class TranslationPair(msgspec.Struct, frozen=True):
    """One line: a question or an answer, and its translation. `n` is the exchange of the body."""

    id: str
    n: int
    source_language: str
    target_language: str
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class MessagesExport:
    """One conversation an article: questions are the user's, answers the assistant's, asides are left out.

    Turns of one side that follow each other are one message, so that sides alternate; a conversation begins with a
    question and ends with an answer. What stands before the first question and behind the last answer is left out, and
    an article without both gives no line. `system` is put in front of each conversation.

    With `pairs` each question and each answer of the body that a translation has too is a line: the text asks, its
    translation answers. Where several exchanges of a translation have one number, they are one.
    """

    name: ClassVar = "messages"
    suffixes: ClassVar[tuple[str, ...]] = ()
    protocol: ClassVar = 1
    system: Annotated[str | None, Meta(description="What the system says first in each conversation.")] = None
    pairs: Annotated[
        bool, Meta(description="Whether each line is a question or answer and its translation, not a conversation.")
    ] = False

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes all lines to one file; compressed where its name ends in `.gz` or `.zst`."""
        with whole(target) as file, packed(file, target.name) as lines:
            self.stream(articles, lines)

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes all lines, in UTF-8."""
        encoder = msgspec.json.Encoder()
        for article in articles:
            for line in self._pairs(article) if self.pairs else self._conversations(article):
                file.write(encoder.encode(line) + b"\n")

    def _conversations(self, article: Article) -> Iterator[Conversation]:
        said = list(_alternating(article.exchanges))
        if said and said[0].role == "assistant":
            del said[0]
        if said and said[-1].role == "user":
            del said[-1]
        if said:
            yield Conversation(article.id, (*self._opening(), *said))

    def _pairs(self, article: Article) -> Iterator[TranslationPair]:
        for translation in article.translations:
            translated: dict[int, list[Exchange]] = {}
            for exchange in _exchanges(translation.sections):
                if exchange.n is not None:
                    translated.setdefault(exchange.n, []).append(exchange)
            for n, exchange in enumerate(article.exchanges, 1):
                others = translated.get(n, [])
                for text, other in (
                    (exchange.question, "\n".join(filter(None, (found.question for found in others)))),
                    (exchange.answer, "\n".join(filter(None, (found.answer for found in others)))),
                ):
                    if text and other:
                        messages = (*self._opening(), Message("user", text), Message("assistant", other))
                        yield TranslationPair(article.id, n, article.language, translation.language, messages)

    def _opening(self) -> tuple[Message, ...]:
        return () if self.system is None else (Message("system", self.system),)


def _alternating(exchanges: Iterable[Exchange]) -> Iterator[Message]:
    """The turns of both sides in their order, neighbours of one side as one; a turn without words says nothing."""
    turns: list[tuple[Role, int, str]] = []
    for exchange in exchanges:
        turns += [("user", turn.n, turn.text) for turn in exchange.questions if turn.text]
        turns += [("assistant", turn.n, turn.text) for turn in exchange.answers if turn.text]
    turns.sort(key=lambda turn: turn[1])
    for role, found in groupby(turns, key=lambda turn: turn[0]):
        yield Message(role, "\n\n".join(text for _, _, text in found))


def _exchanges(sections: Iterable[Section]) -> Iterator[Exchange]:
    for section in sections:
        yield from section.exchanges
