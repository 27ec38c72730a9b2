"""How paragraphs begin where they may be turns that nobody recognised: with a name, a mark of turns, or a question.

`labels` reads what the stage understands as a label. This module reads more loosely, because it only warns: list items
(`* Ada: yes`, `- [ada] yes`), captions (`<v Ada>`, `>> yes`), labels of symbols, and names alone on a line.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec
import regex

from pipeline.stages.dialogue.blocks import LIST_ITEM, Block
from pipeline.stages.dialogue.label_candidates import REACH, Candidate, cue, hit, key_of, name_shaped
from pipeline.stages.dialogue.label_scoring import naming
from pipeline.stages.dialogue.labelled_block import LabelledBlock

MAX_READ = 300
"""Characters after an opening that are read."""
MAX_INLINE = 600
"""Characters from which a paragraph may hold a whole talk, as in dumps of one line."""

CUED = frozenset({"asks", "answers", "moderates"})
"""Kinds of words that only a speaker's label has."""
SPEECH = regex.compile(r"\b(?:I|you|your|we|our|us|my|me|You|We)\b|[我你您咱]")
"""Words of people who speak to each other."""
CHEVRONS = regex.compile(r">>[> ]*+$")
"""What captions put where the speaker changes; it stands before the unit, as a quotation's mark does."""
LOOSE = regex.compile(
    r"[*_]{0,3}(?:<v(?:\.\w{1,20})?\s(?P<voice>[^<>\n]{1,40})>"  # <v Ada Fern> of WebVTT
    r"|[\[【](?P<bracket>[^\[\]【】\n:：]{1,40})[\]】](?![(\[:])"  # [ada], 【记者】
    r"|(?P<name>[^\n:：|｜*_\[\]<>]{1,40})[*_]{0,3}[:：|｜](?!//))[*_]{0,3}\s*"  # Ada Fern:
)
MAX_ALONE = 40
"""Characters of a line that may be a name alone."""
SEPARATES = re.compile("[<\\[【:：|｜]")
"""What an opening cannot be without; most paragraphs have none of these near their beginning."""
SYMBOLS = regex.compile(r"[\p{So}\p{Sk}\p{Mn}\p{Cf}]{1,12}")
INLINE = regex.compile(r"(?:(?<=[\s。！？!?”])|(?<=^))(?P<name>\p{L}[\p{L}·《》 ]{0,19})[:：](?!//)")
"""A label amid a paragraph."""


class Opening(msgspec.Struct, frozen=True, gc=False):
    """The beginning of a paragraph that may be a turn.

    `[start, end)` of the document is what is shown of it; `key` is what makes two the same; `known` says that the stage
    reads it as a label, so that `[vocabulary] names` decides; `alone` that it is all of its line; `named` that it is a
    name; `body` is what follows it, cut.
    """

    start: int
    end: int
    key: str
    shown: str
    body: str
    known: bool = False
    anonymous: bool = False
    cued: bool = False
    alone: bool = False
    named: bool = False

    @property
    def speaks(self) -> bool:
        """Whether the text after it addresses somebody or speaks of the speaker."""
        return SPEECH.search(self.body) is not None

    @property
    def asks(self) -> bool:
        """Whether the text after it holds a question."""
        return "?" in self.body or "？" in self.body


def openings(placed: Sequence[LabelledBlock], text: str) -> Iterator[Opening]:
    """The openings of the paragraphs that nobody's label begins; `text` is the document's."""
    for i, one in enumerate(placed):
        if one.label is not None or one.part == "title":
            continue
        unit = one.unit
        below = placed[i + 1].unit.text if i + 1 < len(placed) else ""
        found = opening(unit, below) or _chevrons(unit, text) or _alone(unit, below)
        if found is not None:
            yield found
        elif len(unit.text) >= MAX_INLINE:
            yield from _inline(unit)


def opening(unit: Block, below: str = "") -> Opening | None:
    """How a paragraph begins where that may be a label; `below` is the next paragraph, for a label alone."""
    label = hit(unit)
    if label is not None and not unit.level and label.form != "blanks":
        return _known(unit, label, below)
    if SEPARATES.search(unit.text, 0, REACH) is None:
        return None
    item = LIST_ITEM.match(unit.text)
    at = item.end() if item else 0
    at += len(unit.text[at:]) - len(unit.text[at:].lstrip())
    match = LOOSE.match(unit.text, at)
    if match is None:
        return None
    group = match.lastgroup or ""
    name = (match[group] or "").strip()
    if not name or not (_begins_as_name(name, group) or SYMBOLS.fullmatch(name)):
        return None
    said = cue(name)
    if said is not None and said.kind == "never":
        return None
    start = unit.start + match.start(group)
    shown = unit.text[: match.end()].strip()
    cued = said is not None and said.kind in CUED
    return Opening(start, start + len(name), key_of(name) or name, shown, _body(unit, match.end(), below), cued=cued)


def _begins_as_name(name: str, group: str) -> bool:
    return name[0].isalpha() and (group != "name" or name_shaped(name))


def _known(unit: Block, label: Candidate, below: str) -> Opening:
    shown = label.text if label.form in {"heading", "word"} else f"{label.text}:"
    body = _body(unit, label.body, below)
    return Opening(
        label.start,
        label.end,
        label.key,
        shown,
        body,
        known=True,
        anonymous=label.anonymous,
        cued=label.kind in CUED,
    )


def _chevrons(unit: Block, text: str) -> Opening | None:
    if not unit.quoted or CHEVRONS.search(text, max(0, unit.start - 6), unit.start) is None:
        return None
    return Opening(unit.start, unit.end, ">>", ">>", unit.text[:MAX_READ], cued=True)


def _alone(unit: Block, below: str) -> Opening | None:
    """The first line of a paragraph, where it may be a name that nothing separates from the words below it."""
    line, _, rest = unit.text[: MAX_ALONE + MAX_READ].partition("\n")
    name = line.strip("*_ ")
    if len(line) > MAX_ALONE or not name or not name[-1].isalpha() or not name_shaped(name) or cue(name) is not None:
        return None
    start = unit.start + line.index(name)
    key = key_of(name)
    label = Candidate(start, start + len(name), name, key, None, anonymous=False, body=len(line))
    named = naming(label) > 0
    return Opening(start, label.end, key, name, rest.strip() or below[:MAX_READ], alone=True, named=named)


def _inline(unit: Block) -> Iterator[Opening]:
    for match in INLINE.finditer(unit.text):
        name = match["name"].strip()
        if name_shaped(name) and ((said := cue(name)) is None or said.kind != "never"):
            start = unit.start + match.start("name")
            body = unit.text[match.end() : match.end() + MAX_READ]
            yield Opening(start, start + len(name), key_of(name), f"{name}:", body, cued=said is not None)


def _body(unit: Block, at: int, below: str) -> str:
    """The text after a label, or the next paragraph if the label stands alone."""
    return unit.text[at : at + MAX_READ].strip("*_ ") or below[:MAX_READ]
