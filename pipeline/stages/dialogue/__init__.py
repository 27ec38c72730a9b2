"""Title, lead, headings, turns, speakers, asides, closing and translations.

`units` are the paragraphs; `labels` finds who speaks, `roles` who asks; `flow` reads one version of the body from top
to bottom; `versions` tells the body from its translation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.document import Document, Label
from pipeline.stage import Finding, Rule
from pipeline.stages.dialogue.flow import Placed, flow, repeats
from pipeline.stages.dialogue.units import units
from pipeline.stages.dialogue.versions import same_people, translated, versions

TALK = "A Walk\nDaily Post: Why walk?\nAda Fern: Because it is slow.\nDaily Post: And then?\nAda Fern: Then I rest."
STORY = "The bridge is closed. Note: it opens again at 10:30. Why was it closed? Nobody at the council would say."
BARE = (
    "How did you begin?\nWith a rope and a borrowed boat, and with no idea of the tide or of the wind that morning.\n"
    "Were you afraid?\nOf the wind, yes, and of the rocks below the light, which nobody had charted since the war.\n"
    "Would you go again?\nTomorrow, if my knees allow it and if somebody lends me a better boat than the last one."
)

RULES = (
    Rule("dialogue.title", "the first line, short and without a full stop", (TALK,)),
    Rule(
        "dialogue.above",
        "prose above the first turn: the lead, or a section's",
        (f"A Walk\nWe met at noon.\n{TALK[7:]}",),
    ),
    Rule(
        "dialogue.heading",
        "a short line without a full stop before a turn or between prose",
        (f"{TALK}\nRest\n{TALK[7:]}",),
    ),
    Rule("dialogue.labelled", "a turn behind a speaker's label", (TALK,), (STORY,)),
    Rule("dialogue.speaker", "a label that comes again and takes turns with another", (TALK,), (STORY,)),
    Rule(
        "dialogue.repeated-label",
        "the label of who is speaking already: the turn goes on",
        (f"{TALK}\nAda Fern: And I sleep.",),
        (TALK,),
    ),
    Rule("dialogue.continued", "a paragraph without a label belongs to who spoke last", (f"{TALK}\nAnd I eat.",)),
    Rule("dialogue.direction", "a remark in brackets on a line of its own", (f"{TALK}\n(Laughter.)",), (STORY,)),
    Rule("dialogue.between", "prose below a heading, before the next turn"),
    Rule("dialogue.bare-question", "a question on a line of its own, with its answer below", (BARE,), (STORY,)),
    Rule("dialogue.below-question", "the paragraphs below a bare question", (BARE,), (STORY,)),
    Rule("dialogue.prose", "prose of an article in which nobody is interviewed", (f"News\n{STORY}",)),
    Rule(
        "dialogue.closing-phrase",
        "prose behind the last turn that speaks of the interview itself",
        (f"{TALK}\nThis interview was conducted in May.",),
    ),
    Rule(
        "dialogue.third-person",
        "prose behind the last turn that speaks of the speaker",
        (f"{TALK}\nMs. Fern walked away.",),
    ),
    Rule("dialogue.version", "a body in a second language, behind the first or paragraph by paragraph"),
)


@dataclass(frozen=True)
class Dialogue:
    """Who says what, under which heading, in which language."""

    name: ClassVar[str] = "dialogue"
    after: ClassVar[frozenset[str]] = frozenset({"languages", "credits"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"part", "version"})
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Labels every paragraph that no earlier finder took."""
        body, *others = versions(document, units(document))
        main = flow(body.units, document.vocabulary)
        for placed, again in zip(main, repeats(main), strict=True):
            yield from _labels(placed, placed.name, again=again)
        for version in others:
            read = flow(version.units, document.vocabulary)
            people = same_people(main, read)
            for placed, again, exchange in zip(read, repeats(read), translated(main, read), strict=True):
                name = None if placed.name is None else people.get(placed.name, placed.name)
                start = placed.label.start if placed.label else placed.start
                yield Label(start, placed.unit.end, "version", version.language, "dialogue.version", 0.9, exchange)
                yield from _labels(placed, name, again=again)


def _labels(placed: Placed, name: str | None, *, again: bool) -> Iterator[Label]:
    label = placed.label
    if label is not None and again:
        yield Label(label.start, label.end, "part", "label", "dialogue.repeated-label", placed.confidence)
    elif label is not None:
        yield Label(label.start, label.end, "part", "speaker", "dialogue.speaker", placed.confidence, name)
    if placed.start < placed.unit.end:
        of = name if placed.turn else None
        yield Label(placed.start, placed.unit.end, "part", placed.part, placed.rule, placed.confidence, of)
