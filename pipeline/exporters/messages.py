"""Exports conversations to train chat models: JSON Lines with `messages`, as TRL, axolotl and OpenAI read them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, BinaryIO, ClassVar, Literal

import msgspec
from msgspec import Meta

from pipeline.model.article import Article, Exchange, Section
from pipeline.storage.atomic import open_atomic
from pipeline.storage.compression import compressing

Role = Literal["system", "user", "assistant"]


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message of a conversation."""

    role: Role
    content: str


class Conversation(msgspec.Struct, frozen=True):
    """One line: the questions and answers of an article."""

    id: str
    messages: tuple[Message, ...]


class TranslationPair(msgspec.Struct, frozen=True):
    """One line: a question or an answer and its translation. `n` is the number of the exchange in the body."""

    id: str
    n: int
    source_language: str
    target_language: str
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class MessagesExport:
    """One conversation per article: questions are from the user, answers from the assistant; asides are left out.

    Consecutive turns of one side are joined into one message, so that sides alternate. A conversation starts with a
    question and ends with an answer: answers before the first question and questions after the last answer are
    dropped, and an article without both is skipped. `system` becomes the first message of each conversation.

    With `pairs`, each line is a question or an answer of the body (user) and its translation (assistant). Exchanges of
    a translation that share a number are joined.
    """

    name: ClassVar = "messages"
    suffixes: ClassVar[tuple[str, ...]] = ()
    protocol: ClassVar = 1
    system: Annotated[str | None, Meta(description="System prompt of each conversation.")] = None
    pairs: Annotated[bool, Meta(description="Whether to write translation pairs instead of conversations.")] = False

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes all lines to one file, compressed if its name ends in `.gz` or `.zst`."""
        with open_atomic(target) as file, compressing(file, target.name) as lines:
            self.stream(articles, lines)

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes all lines, in UTF-8."""
        encoder = msgspec.json.Encoder()
        for article in articles:
            for line in self._pairs(article) if self.pairs else self._conversations(article):
                file.write(encoder.encode(line) + b"\n")

    def _conversations(self, article: Article) -> Iterator[Conversation]:
        messages = list(_alternating(article.exchanges))
        if messages and messages[0].role == "assistant":
            del messages[0]
        if messages and messages[-1].role == "user":
            del messages[-1]
        if messages:
            yield Conversation(article.id, (*self._opening(), *messages))

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
    """The turns in their order, consecutive ones of one side joined; empty turns are skipped."""
    turns: list[tuple[Role, int, str]] = []
    for exchange in exchanges:
        turns += [("user", turn.n, turn.text) for turn in exchange.questions if turn.text]
        turns += [("assistant", turn.n, turn.text) for turn in exchange.answers if turn.text]
    turns.sort(key=lambda turn: turn[1])
    for role, consecutive in groupby(turns, key=lambda turn: turn[0]):
        yield Message(role, "\n\n".join(text for _, _, text in consecutive))


def _exchanges(sections: Iterable[Section]) -> Iterator[Exchange]:
    for section in sections:
        yield from section.exchanges
