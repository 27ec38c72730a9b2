"""Build the body of an article from its labels: sections, exchanges, turns and their speakers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from pipeline.model.article import Exchange, Role, Section, Speaker, Turn
from pipeline.model.document import Label

Part = Literal["question", "answer", "aside"]
TURN_FIELDS: dict[Part, str] = {"question": "questions", "answer": "answers", "aside": "asides"}


class OpenTurn(msgspec.Struct):
    """A turn to which paragraphs can be added."""

    n: int
    part: Part
    speaker: str | None
    pointer: str
    paragraphs: list[str]


class OpenExchange(msgspec.Struct):
    """An exchange to which turns can be added."""

    n: int | None
    turns: list[OpenTurn]

    def count(self, part: Part) -> int:
        """How many turns of this kind it has."""
        return sum(turn.part == part for turn in self.turns)


class OpenSection(msgspec.Struct):
    """A section to which prose and exchanges can be added."""

    heading: str | None
    paragraphs: list[str]
    exchanges: list[OpenExchange]


class SpeakerRegistry:
    """The speakers of an article: the labels that name each of them, and the kinds of their turns."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str | None, Part | None], list[str]] = {}
        self._parts: dict[tuple[str | None, Part | None], Counter[Part]] = {}
        self._anyone_asks = False

    def add_turn(self, name: str | None, part: Part, labels: Sequence[str]) -> None:
        """Add one turn and the labels before it. A speaker without a name is known by the kind of turn: Q or A."""
        self._anyone_asks |= part == "question"
        if name is None and part == "aside" and not labels:
            return
        key = (name, part if name is None else None)
        self._parts.setdefault(key, Counter())[part] += 1
        known = self._labels.setdefault(key, [])
        known.extend(label for label in labels if label not in known)

    def usual_part(self, name: str | None) -> Part:
        """The most frequent kind of turn of a speaker; an aside if there is none."""
        parts = self._parts.get((name, None))
        return max(parts, key=lambda part: parts[part]) if parts else "aside"

    def speakers(self) -> tuple[Speaker, ...]:
        """The speakers in the order of their first turn."""
        return tuple(
            Speaker(name=name, role=self._role(self._parts[name, kind]), labels=tuple(labels))
            for (name, kind), labels in self._labels.items()
        )

    def _role(self, parts: Counter[Part]) -> Role:
        if not parts["question"] and not parts["answer"]:
            return "moderator"
        if not self._anyone_asks:
            return "other"
        return "interviewer" if parts["question"] > parts["answer"] else "interviewee"


class Body:
    """One language's version of the body, built label by label in the order of the text.

    `root` is the JSON Pointer of the version. A question opens a new exchange once the open one has an answer; a turn
    ends at a speaker label, at a change of part or speaker, and at a heading, but not at an aside without a speaker.
    """

    def __init__(self, root: str, speakers: SpeakerRegistry) -> None:
        self.root = root
        self.speakers = speakers
        self._translates: int | None = None
        self.title: list[str] = []
        self.titles: list[Label] = []
        self.lead: list[str] = []
        self.sections: list[OpenSection] = []
        self.closing: list[str] = []
        self._fields: list[tuple[Label, str]] = []
        self._open_labels: list[tuple[Label, str]] = []
        self._turn: OpenTurn | None = None
        self._interlude: OpenTurn | None = None
        self._turns = self._exchanges = 0

    def start_translation_of(self, exchange: int | None) -> None:
        """Start the translation of the exchange with this number; None continues the current one."""
        if exchange != self._translates:
            self._close_label()
            self._translates = exchange

    def add_label(self, label: Label, raw: str, text: str) -> None:
        """Add one labelled span to its field: `raw` as it is in the text, `text` with its lines joined."""
        value = label.value
        if value in {"question", "answer", "aside"}:
            self._add_words(label, value, None if label.of is None else str(label.of), text)  # type: ignore[arg-type]
            return
        self._close_label()
        if value == "speaker":
            self._open_labels.append((label, raw))
        elif value == "title":
            self.titles.append(label)
            self.title.append(text)
            self._fields.append((label, f"{self.root}/title/text"))
        elif value == "heading":
            self._turn = self._interlude = None
            self._fields.append((label, f"{self.root}/sections/{len(self.sections)}/heading"))
            self.sections.append(OpenSection(text, [], []))
        elif value == "closing":
            self._fields.append((label, f"{self.root}/closing/{len(self.closing)}"))
            self.closing.append(text)
        elif value == "lead" and not self.sections:
            self._fields.append((label, f"{self.root}/lead/{len(self.lead)}"))
            self.lead.append(text)
        else:
            self._prose(label, text)

    def finish(self) -> Iterator[tuple[Label, str]]:
        """Yield each label with the JSON Pointer of its field. Call it once, after the last label."""
        self._close_label()
        yield from self._fields

    @property
    def exchanges(self) -> int:
        """The number of exchanges."""
        return self._exchanges

    def frozen_sections(self, translated: int | None = None) -> tuple[Section, ...]:
        """The finished sections. In a translation, `translated` is the number of exchanges of the main body.

        An exchange beyond that number translates none: settings may have made the finder of the main body stricter.
        """
        return tuple(
            Section(
                heading=section.heading,
                paragraphs=tuple(section.paragraphs),
                exchanges=tuple(
                    Exchange(
                        n=None if exchange.n and translated is not None and exchange.n > translated else exchange.n,
                        questions=_turns(exchange, "question"),
                        answers=_turns(exchange, "answer"),
                        asides=_turns(exchange, "aside"),
                    )
                    for exchange in section.exchanges
                ),
            )
            for section in self.sections
        )

    def _prose(self, label: Label, text: str) -> None:
        if not self.sections:
            self.sections.append(OpenSection(None, [], []))
        section = self.sections[-1]
        if section.exchanges:
            self._add_words(label, "aside", None, text)
        else:
            self._fields.append(
                (label, f"{self.root}/sections/{len(self.sections) - 1}/paragraphs/{len(section.paragraphs)}")
            )
            section.paragraphs.append(text)

    def _add_words(self, label: Label, part: Part, speaker: str | None, text: str) -> None:
        if self._open_labels and self._open_labels[0][0].of != label.of:
            self._close_label()
        if part == "aside" and speaker is None and not self._open_labels and self._turn is not None:
            self._add_interruption(label, text)
            return
        self._interlude = None
        turn = self._turn
        if (
            self._open_labels
            or turn is None
            or (turn.part, turn.speaker) != (part, speaker)
            or self._is_finished(self.sections[-1].exchanges[-1])
        ):
            turn = self._open_turn(part, speaker)
        self._fields.append((label, f"{turn.pointer}/paragraphs/{len(turn.paragraphs)}"))
        turn.paragraphs.append(text)

    def _add_interruption(self, label: Label, text: str) -> None:
        """Add a remark without a speaker, such as laughter or a caption. It does not end the turn around it."""
        spoken = self._turn
        if self._interlude is None or self._is_finished(self.sections[-1].exchanges[-1]):
            self._interlude = self._open_turn("aside", None)
        self._fields.append((label, f"{self._interlude.pointer}/paragraphs/{len(self._interlude.paragraphs)}"))
        self._interlude.paragraphs.append(text)
        self._turn = spoken

    def _close_label(self) -> None:
        """Make an empty turn of speaker labels that no words follow."""
        if self._open_labels:
            of = self._open_labels[0][0].of
            name = None if of is None else str(of)
            self._open_turn(self.speakers.usual_part(name), name)

    def _open_turn(self, part: Part, speaker: str | None) -> OpenTurn:
        if not self.sections:
            self.sections.append(OpenSection(None, [], []))
        section = self.sections[-1]
        exchange = section.exchanges[-1] if section.exchanges else None
        if exchange is None or (part == "question" and exchange.count("answer")) or self._is_finished(exchange):
            exchange = self._open_exchange(section)
        path = f"sections/{len(self.sections) - 1}/exchanges/{len(section.exchanges) - 1}/{TURN_FIELDS[part]}"
        self._turns += 1
        turn = OpenTurn(self._turns, part, speaker, f"{self.root}/{path}/{exchange.count(part)}", [])
        exchange.turns.append(turn)
        self._turn = turn
        self.speakers.add_turn(speaker, part, [raw for _, raw in self._open_labels])
        self._fields.extend((label, f"{turn.pointer}/speaker") for label, _ in self._open_labels)
        self._open_labels = []
        return turn

    def _is_finished(self, exchange: OpenExchange) -> bool:
        """Whether the next label translates another exchange."""
        return self._translates not in {None, exchange.n}

    def _open_exchange(self, section: OpenSection) -> OpenExchange:
        self._exchanges += 1
        exchange = OpenExchange(self._translates if self.root else self._exchanges, [])
        section.exchanges.append(exchange)
        return exchange


def _turns(exchange: OpenExchange, part: Part) -> tuple[Turn, ...]:
    return tuple(
        Turn(n=turn.n, speaker=turn.speaker, paragraphs=tuple(turn.paragraphs))
        for turn in exchange.turns
        if turn.part == part
    )
