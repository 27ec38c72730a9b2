"""The body of an article while its labels are read: sections, exchanges and turns, and who speaks in them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from pipeline.model.article import Exchange, Role, Section, Speaker, Turn
from pipeline.model.document import Label

Part = Literal["question", "answer", "aside"]
PLACES: dict[Part, str] = {"question": "questions", "answer": "answers", "aside": "asides"}


class OpenTurn(msgspec.Struct):
    """A turn that may still get paragraphs."""

    n: int
    part: Part
    speaker: str | None
    pointer: str
    paragraphs: list[str]


class OpenExchange(msgspec.Struct):
    """An exchange that may still get turns."""

    n: int | None
    turns: list[OpenTurn]

    def count(self, part: Part) -> int:
        """How many turns of one kind it holds."""
        return sum(turn.part == part for turn in self.turns)


class OpenSection(msgspec.Struct):
    """A section that may still get prose and exchanges."""

    heading: str | None
    paragraphs: list[str]
    exchanges: list[OpenExchange]


class SpeakerRegistry:
    """Everybody who speaks: which labels name them and what kinds of turns they take."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str | None, Part | None], list[str]] = {}
        self._parts: dict[tuple[str | None, Part | None], Counter[Part]] = {}
        self._anyone_asks = False

    def take(self, name: str | None, part: Part, labels: Sequence[str]) -> None:
        """Notes one turn and the labels before it. Who has no name is known by what they do: Q asks, A answers."""
        self._anyone_asks |= part == "question"
        if name is None and part == "aside" and not labels:
            return
        key = (name, part if name is None else None)
        self._parts.setdefault(key, Counter())[part] += 1
        known = self._labels.setdefault(key, [])
        known.extend(label for label in labels if label not in known)

    def usual(self, name: str | None) -> Part:
        """What kind of turn somebody usually takes; an aside where they have taken none."""
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
    ends at a speaker label, at a change of part or speaker, and at a heading, but not at an aside that is nobody's.
    """

    def __init__(self, root: str, cast: SpeakerRegistry) -> None:
        self.root = root
        self.cast = cast
        self._translates: int | None = None
        self.title: list[str] = []
        self.titles: list[Label] = []
        self.lead: list[str] = []
        self.sections: list[OpenSection] = []
        self.closing: list[str] = []
        self._placed: list[tuple[Label, str]] = []
        self._pending: list[tuple[Label, str]] = []
        self._turn: OpenTurn | None = None
        self._interlude: OpenTurn | None = None
        self._turns = self._exchanges = 0

    def translate(self, exchange: int | None) -> None:
        """What comes translates the body's exchange of this number; without one it goes on where it was."""
        if exchange != self._translates:
            self._silence()
            self._translates = exchange

    def place(self, label: Label, raw: str, text: str) -> None:
        """Puts one labelled span, `raw` as it stands and `text` unwrapped, into its field."""
        value = label.value
        if value in {"question", "answer", "aside"}:
            self._say(label, value, None if label.of is None else str(label.of), text)  # type: ignore[arg-type]
            return
        self._silence()
        if value == "speaker":
            self._pending.append((label, raw))
        elif value == "title":
            self.titles.append(label)
            self.title.append(text)
            self._placed.append((label, f"{self.root}/title/text"))
        elif value == "heading":
            self._turn = self._interlude = None
            self._placed.append((label, f"{self.root}/sections/{len(self.sections)}/heading"))
            self.sections.append(OpenSection(text, [], []))
        elif value == "closing":
            self._placed.append((label, f"{self.root}/closing/{len(self.closing)}"))
            self.closing.append(text)
        elif value == "lead" and not self.sections:
            self._placed.append((label, f"{self.root}/lead/{len(self.lead)}"))
            self.lead.append(text)
        else:
            self._prose(label, text)

    def finish(self) -> Iterator[tuple[Label, str]]:
        """All spans with the pointers of their fields; nothing can be placed after it."""
        self._silence()
        yield from self._placed

    @property
    def exchanges(self) -> int:
        """How many exchanges there are."""
        return self._exchanges

    def frozen_sections(self, translated: int | None = None) -> tuple[Section, ...]:
        """The sections as they come out; in a translation, `translated` is how many exchanges the main body has.

        An exchange that it has not cannot be translated: the finder of the main body was told to see less of it.
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
            self._say(label, "aside", None, text)
        else:
            self._placed.append(
                (label, f"{self.root}/sections/{len(self.sections) - 1}/paragraphs/{len(section.paragraphs)}")
            )
            section.paragraphs.append(text)

    def _say(self, label: Label, part: Part, speaker: str | None, text: str) -> None:
        if self._pending and self._pending[0][0].of != label.of:
            self._silence()
        if part == "aside" and speaker is None and not self._pending and self._turn is not None:
            self._interrupt(label, text)
            return
        self._interlude = None
        turn = self._turn
        if (
            self._pending
            or turn is None
            or (turn.part, turn.speaker) != (part, speaker)
            or self._moved_on(self.sections[-1].exchanges[-1])
        ):
            turn = self._begin(part, speaker)
        self._placed.append((label, f"{turn.pointer}/paragraphs/{len(turn.paragraphs)}"))
        turn.paragraphs.append(text)

    def _interrupt(self, label: Label, text: str) -> None:
        """A remark that is nobody's does not end the turn in whose midst it stands: laughter, a caption, a note."""
        spoken = self._turn
        if self._interlude is None or self._moved_on(self.sections[-1].exchanges[-1]):
            self._interlude = self._begin("aside", None)
        self._placed.append((label, f"{self._interlude.pointer}/paragraphs/{len(self._interlude.paragraphs)}"))
        self._interlude.paragraphs.append(text)
        self._turn = spoken

    def _silence(self) -> None:
        """A label that nobody's words follow is a turn without words."""
        if self._pending:
            of = self._pending[0][0].of
            name = None if of is None else str(of)
            self._begin(self.cast.usual(name), name)

    def _begin(self, part: Part, speaker: str | None) -> OpenTurn:
        if not self.sections:
            self.sections.append(OpenSection(None, [], []))
        section = self.sections[-1]
        exchange = section.exchanges[-1] if section.exchanges else None
        if exchange is None or (part == "question" and exchange.count("answer")) or self._moved_on(exchange):
            exchange = self._open(section)
        place = f"sections/{len(self.sections) - 1}/exchanges/{len(section.exchanges) - 1}/{PLACES[part]}"
        self._turns += 1
        turn = OpenTurn(self._turns, part, speaker, f"{self.root}/{place}/{exchange.count(part)}", [])
        exchange.turns.append(turn)
        self._turn = turn
        self.cast.take(speaker, part, [raw for _, raw in self._pending])
        self._placed.extend((label, f"{turn.pointer}/speaker") for label, _ in self._pending)
        self._pending = []
        return turn

    def _moved_on(self, exchange: OpenExchange) -> bool:
        """Whether what comes translates another exchange than this one."""
        return self._translates not in {None, exchange.n}

    def _open(self, section: OpenSection) -> OpenExchange:
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
